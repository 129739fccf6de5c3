"""How long suggestions wait for their decision: middle and ninth tenth by document, and what is late. No persons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.db.models import Count, F, Min, Q, Window
from django.db.models.functions import RowNumber

from wiki.models import Document, Opinion, Suggestion
from wiki.workflow import DECIDING_STAGES

LATE = timedelta(hours=48)
LOOKED_AT = 1000
"""The newest decisions of a document that its figures are made of."""


@dataclass(frozen=True)
class Timing:
    """A document's waiting: how many wait and how many of them too long, since when, and how long decisions took."""

    document: Document
    waiting: int
    late: int
    oldest: datetime | None
    decided: int
    median: timedelta | None
    ninth: timedelta | None


def share_of(durations: Sequence[timedelta], share: float) -> timedelta | None:
    """Return the duration that `share` of them do not exceed (nearest rank), None of none."""
    if not durations:
        return None
    return sorted(durations)[max(0, ceil(share * len(durations)) - 1)]


def timings(documents: Sequence[Document], now: datetime) -> list[Timing]:
    """Return the figures of each document, in two queries however many there are."""
    numbers = [document.pk for document in documents]
    waiting = {
        row["document_id"]: row
        for row in Suggestion.objects.filter(document__in=numbers)
        .waiting()
        .values("document_id")
        .annotate(
            n=Count("id"), late=Count("id", filter=Q(submitted_at__lt=now - LATE)), oldest=Min("submitted_at")
        )
        .order_by()
    }
    durations: dict[int, list[timedelta]] = defaultdict(list)
    place = Window(RowNumber(), partition_by=F("document_id"), order_by=F("answered_at").desc())
    for number, start, end in (
        Opinion.objects.filter(document__in=numbers, suggestion__isnull=False, answered_at__isnull=False)
        .annotate(place=place)
        .filter(place__lte=LOOKED_AT)
        .values_list("document_id", "submitted_at", "answered_at")
    ):
        if end is not None:
            durations[number].append(end - start)
    empty = {"n": 0, "late": 0, "oldest": None}
    return [
        Timing(
            document,
            waiting=(row := waiting.get(document.pk, empty))["n"],
            late=row["late"],
            oldest=row["oldest"],
            decided=len(durations[document.pk]),
            median=share_of(durations[document.pk], 0.5),
            ninth=share_of(durations[document.pk], 0.9),
        )
        for document in documents
    ]


def late_by_document(now: datetime) -> dict[int, tuple[int, datetime]]:
    """Return document id → (how many suggestions have waited too long, since when the oldest has)."""
    rows = (
        Suggestion.objects.waiting()
        .filter(document__stage__in=DECIDING_STAGES, submitted_at__lt=now - LATE)
        .values("document_id")
        .annotate(n=Count("id"), oldest=Min("submitted_at"))
        .order_by("document_id")
    )
    return {row["document_id"]: (row["n"], row["oldest"]) for row in rows}


def late_count(now: datetime) -> int:
    """Return how many suggestions have waited too long."""
    return (
        Suggestion.objects.waiting()
        .filter(document__stage__in=DECIDING_STAGES, submitted_at__lt=now - LATE)
        .count()
    )
