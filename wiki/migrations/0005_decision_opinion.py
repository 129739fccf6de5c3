"""A decision names the opinion alone; kept apart from the rows' own change, as PostgreSQL asks."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("wiki", "0004_decisions_answer_opinions")]

    operations = [
        migrations.RemoveField(model_name="decision", name="suggestion"),
        migrations.AlterField(
            model_name="decision",
            name="opinion",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="decision", to="wiki.opinion"
            ),
        ),
    ]
