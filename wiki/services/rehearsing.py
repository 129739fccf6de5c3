"""What an act would do: it is done for real and undone at once, so that the preview cannot differ from the act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from wiki.models import Decision, Document, Suggestion
from wiki.selectors.comparing import Comparison
from wiki.selectors.history import comparison_of
from wiki.workflow import Status

SHOWN = 20


@dataclass
class Rehearsal:
    """The changes an act would make, how many waiting suggestions it would carry, and which it would make collide.

    `undone` is how many adopted opinions would have their words taken out of the text again.
    """

    comparison: Comparison
    carried: int
    collided: list[Suggestion]
    collided_count: int
    undone: int = 0


def rehearse(*, document: Document, act: Callable[[], object]) -> Rehearsal:
    """Do the act, look at what follows, undo everything; raises what the act raises."""
    with transaction.atomic():
        waiting = Suggestion.objects.filter(document=document)
        before = set(waiting.filter(status=Status.CONFLICT).values_list("pk", flat=True))
        act()
        number = Document.objects.values_list("version", flat=True).get(pk=document.pk)
        comparison = comparison_of(document, number - 1, number)
        touched = waiting.filter(clause_id__in=list(comparison.changes))
        collided = [
            one
            for one in touched.filter(status=Status.CONFLICT).select_related("author").oldest_first()
            if one.pk not in before
        ]
        carried = touched.filter(status=Status.PENDING, carried_version=number).count()
        undone = Decision.objects.filter(opinion__document=document, undone_in=number).count()
        transaction.set_rollback(True)
    return Rehearsal(comparison, carried, collided[:SHOWN], len(collided), undone)
