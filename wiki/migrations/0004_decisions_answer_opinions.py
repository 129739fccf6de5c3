"""Every suggestion gets its line in the ledger, and decisions hang on the lines; what was before comes along."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

BATCH = 1000


def add_lines(apps: Any, schema_editor: Any) -> None:
    """Open a line for every suggestion and hang its decision on it."""
    suggestions = apps.get_model("wiki", "Suggestion")
    opinions, decisions = apps.get_model("wiki", "Opinion"), apps.get_model("wiki", "Decision")
    batch = []
    for suggestion in suggestions.objects.select_related("decision").order_by("pk").iterator(BATCH):
        decision = getattr(suggestion, "decision", None)
        batch.append(
            opinions(
                document_id=suggestion.document_id,
                clause_id=suggestion.clause_id,
                suggestion_id=suggestion.pk,
                author_id=suggestion.author_id,
                submitted_at=suggestion.submitted_at,
                answered_at=decision and max(decision.made_at, suggestion.submitted_at),
            )
        )
    opinions.objects.bulk_create(batch, batch_size=BATCH)
    lines = dict(opinions.objects.values_list("suggestion_id", "pk"))
    for decision in decisions.objects.order_by("pk").iterator(BATCH):
        decisions.objects.filter(pk=decision.pk).update(opinion=lines[decision.suggestion_id])


def point_back(apps: Any, schema_editor: Any) -> None:
    """Hang the decisions on suggestions again; refuse where others have been answered meanwhile."""
    decisions, opinions = apps.get_model("wiki", "Decision"), apps.get_model("wiki", "Opinion")
    if decisions.objects.filter(opinion__suggestion=None).exists():
        raise RuntimeError("decisions on comments and letters cannot be kept by the older models")
    for decision in decisions.objects.select_related("opinion").iterator(BATCH):
        decisions.objects.filter(pk=decision.pk).update(suggestion=decision.opinion.suggestion_id)
    decisions.objects.update(opinion=None)
    opinions.objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("wiki", "0003_opinions_comments_and_lineage")]

    operations = [
        migrations.AlterField(
            model_name="decision",
            name="suggestion",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decision",
                to="wiki.suggestion",
            ),
        ),
        migrations.RunPython(add_lines, point_back),
    ]
