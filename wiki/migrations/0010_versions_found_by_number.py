from django.conf import settings
from django.db import migrations, models

from wiki.intervals import fork_of

BATCH = 500


def file_ended_rows(apps, schema_editor):
    rows = apps.get_model("wiki", "ClauseVersion").objects.using(schema_editor.connection.alias)
    filed = {}
    for pk, since, until in rows.exclude(until=None).values_list("pk", "since", "until").iterator():
        filed.setdefault(fork_of(since, until), []).append(pk)
    for fork, found in filed.items():
        for start in range(0, len(found), BATCH):
            rows.filter(pk__in=found[start : start + BATCH]).update(fork=fork)


class Migration(migrations.Migration):
    dependencies = [
        ("wiki", "0009_comments_in_depth"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="clauseversion",
            name="fork",
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name="归档结点"),
        ),
        migrations.RunPython(file_ended_rows, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="clauseversion",
            index=models.Index(fields=["document", "fork", "since", "until"], name="wiki_clausever_doc_fork"),
        ),
        migrations.AddIndex(
            model_name="documentversion",
            index=models.Index(fields=["document", "origin", "number"], name="wiki_version_origin"),
        ),
        migrations.AddIndex(
            model_name="documentversion",
            index=models.Index(fields=["document", "made_at"], name="wiki_version_made_at"),
        ),
        migrations.AddIndex(
            model_name="lineage",
            index=models.Index(fields=["document", "version"], name="wiki_lineage_version"),
        ),
        migrations.AddConstraint(
            model_name="clauseversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("fork", 0), ("until", None)),
                    models.Q(
                        ("fork__gte", models.F("since")),
                        ("fork__lt", models.F("until")),
                        ("until__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="wiki_clause_filed_within_its_span",
            ),
        ),
    ]
