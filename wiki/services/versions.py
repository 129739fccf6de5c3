"""What every change of a document's text goes through: the lock, a new number, a line in the log."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from wiki.models import Document, DocumentVersion, Event, Opinion, Suggestion
from wiki.policies import Account


def lock_document(document_id: int) -> Document:
    """Return the document locked until the transaction ends: all changes of one document queue here."""
    return Document.objects.select_for_update().get(pk=document_id)


def open_version(
    *,
    document: Document,
    origin: str,
    author: Account | None,
    summary: str = "",
    suggestion: Suggestion | None = None,
) -> int:
    """Give the locked document its next version number and record where it comes from."""
    document.version += 1
    document.updated_at = timezone.now()
    document.save(update_fields=["version", "updated_at"])
    DocumentVersion.objects.create(
        document=document,
        number=document.version,
        origin=origin,
        author=author,
        summary=summary[:200],
        suggestion=suggestion,
    )
    return document.version


def record(
    *,
    document: Document,
    action: str,
    actor: Account | None,
    clause_id: int | None = None,
    suggestion: Suggestion | None = None,
    opinion: Opinion | None = None,
    **data: Any,
) -> None:
    """Append a line to the log."""
    Event.objects.create(
        document=document,
        clause_id=clause_id,
        suggestion=suggestion,
        opinion=opinion,
        actor=actor,
        action=action,
        data=data,
    )
