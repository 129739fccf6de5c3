"""What follows from a new version for what people have said: suggestions are carried, the world is told."""

from __future__ import annotations

from collections.abc import Mapping

from wiki import ports
from wiki.anchors import Range, follow
from wiki.merge import merge
from wiki.models import ClauseVersion, Comment, Document, Suggestion
from wiki.workflow import Action, next_status

BATCH = 500


def settle(
    *,
    document: Document,
    before: Mapping[int, ClauseVersion],
    after: Mapping[int, ClauseVersion],
    number: int,
    what: str,
    exclude: int = 0,
) -> None:
    """Bring everything that hangs on clauses to version `number`, in the transaction that made it.

    `before` and `after` are the rows by clause; `exclude` is the suggestion that brought the version about.
    """
    changed = {
        clause_id
        for clause_id, row in before.items()
        if clause_id not in after or after[clause_id].text != row.text
    }
    waiting = document.suggestions.undecided().filter(clause_id__in=changed).exclude(pk=exclude)
    for clause_id in waiting.values_list("clause_id", flat=True).distinct().order_by():
        row = after.get(clause_id)
        carry_suggestions(
            clause_id=clause_id, text=None if row is None else row.text, number=number, exclude=exclude
        )
    follow_quotations(
        {clause_id: (before[clause_id].text, after.get(clause_id)) for clause_id in changed}, number=number
    )
    announce(document, what, number)


def announce(document: Document, what: str, number: int) -> None:
    """Tell the site that a document has a new version."""
    ports.publish(
        topic=f"wiki.{what}",
        payload={"document": document.pk, "slug": document.slug, "version": number},
        key=f"wiki.{what}:{document.pk}:{number}",
        queue="slow",
    )


def carry_suggestions(*, clause_id: int, text: str | None, number: int, exclude: int = 0) -> list[int]:
    """Carry a clause's undecided suggestions to its wording of version `number`; return the ids that collided.

    `text` None means the clause is gone. What the author wrote is never touched; a suggestion that cannot be
    merged keeps the last wording it could be merged with, and later versions try again from there. To take a
    clause out and to write it anew collide; a new clause beside it or another place for it does not mind.
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
        fits = _carry(suggestion, base, text)
        action = Action.CARRY if fits else Action.COLLIDE
        status = next_status(suggestion.status, action) or suggestion.status
        if fits:
            suggestion.carried_version = number
        elif suggestion.status != status:
            collided.append(suggestion.pk)
        suggestion.status = status
    _save_all(suggestions, "carried_text", "carried_version", "same_sentence", "status")
    if collided:
        ports.publish(
            topic="wiki.suggestions.collided",
            payload={"clause": clause_id, "version": number, "suggestions": collided},
            key=f"wiki.suggestions.collided:{clause_id}:{number}",
            queue="slow",
        )
    return collided


def _carry(suggestion: Suggestion, base: str, text: str | None) -> bool:
    """Carry one suggestion from the clause's wording `base` to `text`; return whether that was possible."""
    if text is None:
        return False
    if suggestion.kind == Suggestion.Kind.DELETE:
        return text == base
    if suggestion.kind != Suggestion.Kind.CHANGE:
        return True
    result = merge(base, suggestion.carried_text, text)
    if result.clean:
        suggestion.carried_text = result.text
        suggestion.same_sentence = suggestion.same_sentence or result.same_sentence
    return result.clean


def follow_quotations(changed: Mapping[int, tuple[str, ClauseVersion | None]], *, number: int) -> None:
    """Bring the comments on words of changed clauses, {clause: (old words, new row or None)}, to version `number`.

    A comment whose words are gone belongs to the earlier wording for good: the same words coming back by chance
    are other words.
    """
    quoting = list(
        Comment.objects.select_for_update()
        .filter(clause_id__in=list(changed), anchor=Comment.Anchor.QUOTE)
        .order_by("pk")
    )
    for comment in quoting:
        old, row = changed[comment.clause_id]
        quoted = Range(comment.at, comment.at + comment.length)
        found = None if row is None else follow(old, row.text, quoted, quote=comment.quote)
        if found is None:
            comment.anchor = Comment.Anchor.EARLIER
        else:
            comment.at, comment.length = found.start, found.end - found.start
            comment.anchored_version = number
    Comment.objects.bulk_create(
        quoting,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["anchor", "at", "length", "anchored_version"],
    )


def _save_all(suggestions: list[Suggestion], *fields: str) -> None:
    """Store the named fields of rows that exist: an upsert, because bulk_update's CASE takes five times as long."""
    Suggestion.objects.bulk_create(
        suggestions, batch_size=BATCH, update_conflicts=True, unique_fields=["id"], update_fields=fields
    )
