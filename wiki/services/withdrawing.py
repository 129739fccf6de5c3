"""Taking one's own suggestion back, and putting another in its place."""

from __future__ import annotations

from django.db import transaction

from wiki import ports
from wiki.errors import AlreadyDecided, NotAllowed
from wiki.models import Document, Suggestion
from wiki.policies import Account
from wiki.services.ledger import withdraw_line
from wiki.services.versions import lock_document, record
from wiki.workflow import Action, Status, next_status


def withdraw_suggestion(*, author: Account, suggestion: Suggestion) -> Suggestion:
    """Take back one's own suggestion that nobody has decided on yet; it is owed no answer then.

    Its words stay stored, for the log's sake, and are public no more. Taking back twice is taking back once. Raises
    NotAllowed, AlreadyDecided.
    """
    with transaction.atomic():
        return take_back(lock_document(suggestion.document_id), author, suggestion)


def take_back(document: Document, author: Account, suggestion: Suggestion) -> Suggestion:
    """Withdraw a suggestion of a locked document, in the caller's transaction. Raises as `withdraw_suggestion`."""
    suggestion = (
        Suggestion.objects.select_for_update(of=("self",)).select_related("opinion").get(pk=suggestion.pk)
    )
    if author is None or suggestion.author_id is None or suggestion.author_id != author.pk:
        raise NotAllowed("只能撤回自己的建议。")
    if suggestion.status == Status.WITHDRAWN:
        return suggestion
    status = next_status(suggestion.status, Action.WITHDRAW)
    if status is None:
        raise AlreadyDecided(f"这条建议已经有决定：{Status(suggestion.status).label}，不能再撤回。")
    suggestion.status = status
    suggestion.alike = None
    suggestion.save(update_fields=["status", "alike"])
    _hand_group_over(suggestion)
    withdraw_line(suggestion.opinion)
    record(
        document=document,
        action="suggestion.withdrawn",
        actor=author,
        clause_id=suggestion.clause_id,
        suggestion=suggestion,
    )
    ports.publish(
        topic="wiki.suggestion.withdrawn",
        payload={"suggestion": suggestion.pk, "document": document.pk, "clause": suggestion.clause_id},
        key=f"wiki.suggestion.withdrawn:{suggestion.pk}",
        queue="slow",
    )
    return suggestion


def _hand_group_over(suggestion: Suggestion) -> None:
    """Make the oldest of the group that a withdrawn suggestion headed its head."""
    heir = Suggestion.objects.filter(alike=suggestion).order_by("pk").first()
    if heir is not None:
        Suggestion.objects.filter(alike=suggestion).update(alike=heir)
        Suggestion.objects.filter(pk=heir.pk).update(alike=None)
