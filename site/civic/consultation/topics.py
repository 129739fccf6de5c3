"""Under which names people follow what happens to a document, and to what they have said of it themselves."""

from civic.engagement.services.subscriptions import Topic
from wiki.models import Document


def own_subject(document_id: int, user_id: int | None) -> str:
    """Return the name of one person's own opinions on one document: one line to follow, however many they are."""
    return f"wiki:{document_id}:by:{user_id}"


def own_topic(document: Document, user_id: int) -> Topic:
    """Return a person's own opinions on a document as something to follow."""
    title = f"我对《{document.title}》的意见"
    return Topic(own_subject(document.pk, user_id), title[:120], document.get_absolute_url())
