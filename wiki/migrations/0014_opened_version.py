"""Documents remember the version that was opened to the public."""

from typing import Any

from django.db import migrations, models


def fill(apps: Any, editor: Any) -> None:
    """Write down what the log says: the newest version there was when the document was first opened."""
    Event = apps.get_model("wiki", "Event")
    DocumentVersion = apps.get_model("wiki", "DocumentVersion")
    Document = apps.get_model("wiki", "Document")
    alias = editor.connection.alias
    seen = set()
    opened = Event.objects.using(alias).filter(action="document.stage", data__after="open")
    for document, at in opened.order_by("id").values_list("document_id", "at").iterator():
        if document in seen:
            continue
        seen.add(document)
        made = DocumentVersion.objects.using(alias).filter(document_id=document, made_at__lte=at)
        number = made.order_by("-number").values_list("number", flat=True).first()
        Document.objects.using(alias).filter(pk=document).update(opened_version=number)


class Migration(migrations.Migration):
    dependencies = [("wiki", "0013_review_desk")]

    operations = [
        migrations.AddField(
            model_name="document",
            name="opened_version",
            field=models.PositiveIntegerField(
                blank=True, editable=False, null=True, verbose_name="开始征求意见的版本"
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
