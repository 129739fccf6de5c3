"""What waits for staff in a document: suggestions to decide on, opinions to answer, words to look at."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from wiki.models import Doubt, Holding, Offer, Opinion, Statement, Suggestion


@dataclass(frozen=True)
class Waiting:
    """How much waits in one document."""

    suggestions: int = 0
    answers: int = 0
    """Opinions without an answer that are no suggestions: those are answered by deciding on them."""
    held: int = 0
    offers: int = 0
    statements: int = 0
    doubts: int = 0


def waiting_of(documents: Collection[int]) -> dict[int, Waiting]:
    """Return document id → what waits in it, for each of the ids, in one query per kind however many there are."""
    counted: dict[str, dict[int, int]] = {
        "suggestions": _by_document(Suggestion.objects.waiting(), documents),
        "answers": _by_document(Opinion.objects.unanswered().filter(suggestion=None), documents),
        "held": _by_document(Holding.objects.waiting(), documents),
        "offers": _by_document(Offer.objects.filter(status=Offer.Status.WAITING), documents),
        "statements": _by_document(Statement.objects.waiting(), documents),
        "doubts": _by_document(Doubt.objects.filter(settled_at=None), documents),
    }
    return {
        number: Waiting(**{name: rows.get(number, 0) for name, rows in counted.items()})
        for number in documents
    }


def _by_document(rows: QuerySet, documents: Collection[int]) -> dict[int, int]:
    found = rows.filter(document__in=documents).order_by().values_list("document_id")
    return dict(found.annotate(n=Count("pk")))
