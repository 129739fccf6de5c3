"""Whether nlp was certain of the code it gave a case."""

from django.db import migrations, models

THRESHOLD = 0.5  # that of the models until now


def fill(apps, schema_editor):
    Case, Analysis = apps.get_model("cases", "Case"), apps.get_model("cases", "ReportAnalysis")
    sure = Analysis.objects.filter(
        confidence__gte=THRESHOLD, matter_code=models.F("report__case__matter_code")
    ).values("report__case")
    Case.objects.filter(code_source="nlp", pk__in=sure).update(code_certain=True)


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_supplied_place")]
    operations = [
        migrations.AddField(
            model_name="case",
            name="code_certain",
            field=models.BooleanField(
                default=False,
                help_text="自动判断的置信度达到了模型的门槛",
                verbose_name="自动判断有把握",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
