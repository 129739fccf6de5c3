"""What every change of a document's text goes through: a new number, new clause versions, the other suggestions."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from wiki import ports
from wiki.merge import merge
from wiki.models import ClauseVersion, Document, DocumentVersion, Event, Suggestion
from wiki.policies import Account
from wiki.workflow import Action, next_status

BATCH = 500


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


def replace_clause(*, current: ClauseVersion, number: int, **changes: Any) -> ClauseVersion:
    """Close a clause's current version and open the next one with the given fields changed."""
    ClauseVersion.objects.filter(pk=current.pk).update(until=number)
    following = ClauseVersion(
        document_id=current.document_id,
        clause_id=current.clause_id,
        kind=current.kind,
        label=current.label,
        text=current.text,
        parent_id=current.parent_id,
        order=current.order,
        since=number,
    )
    for name, value in changes.items():
        setattr(following, name, value)
    following.save(force_insert=True)
    return following


def carry_suggestions(*, clause_id: int, text: str | None, number: int, exclude: int = 0) -> list[int]:
    """Carry a clause's undecided suggestions to its wording of version `number`; return the ids that collided.

    `text` None means the clause is gone. What the author wrote is never touched; a suggestion that cannot be
    merged keeps the last wording it could be merged with, and later versions try again from there.
    """
    suggestions = list(
        Suggestion.objects.select_for_update()
        .filter(clause_id=clause_id)
        .exclude(pk=exclude)
        .undecided()
        .oldest_first()
    )
    history = list(
        ClauseVersion.objects.filter(clause_id=clause_id).order_by("since").values_list("since", "text")
    )
    collided: list[int] = []
    for suggestion in suggestions:
        base = next((old for since, old in reversed(history) if since <= suggestion.carried_version), "")
        result = None if text is None else merge(base, suggestion.carried_text, text)
        action = Action.CARRY if result is not None and result.clean else Action.COLLIDE
        if result is not None and result.clean:
            suggestion.carried_text = result.text
            suggestion.carried_version = number
            suggestion.same_sentence = suggestion.same_sentence or result.same_sentence
        elif suggestion.status != next_status(suggestion.status, action):
            collided.append(suggestion.pk)
        suggestion.status = next_status(suggestion.status, action) or suggestion.status
    _save_all(suggestions, "carried_text", "carried_version", "same_sentence", "status")
    if collided:
        ports.publish(
            topic="wiki.suggestions.collided",
            payload={"clause": clause_id, "version": number, "suggestions": collided},
            key=f"wiki.suggestions.collided:{clause_id}:{number}",
            queue="slow",
        )
    return collided


def _save_all(suggestions: list[Suggestion], *fields: str) -> None:
    """Store the named fields of rows that exist: an upsert, because bulk_update's CASE takes five times as long."""
    Suggestion.objects.bulk_create(
        suggestions, batch_size=BATCH, update_conflicts=True, unique_fields=["id"], update_fields=fields
    )


def record(
    *,
    document: Document,
    action: str,
    actor: Account | None,
    clause_id: int | None = None,
    suggestion: Suggestion | None = None,
    **data: Any,
) -> None:
    """Append a line to the log."""
    Event.objects.create(
        document=document, clause_id=clause_id, suggestion=suggestion, actor=actor, action=action, data=data
    )
