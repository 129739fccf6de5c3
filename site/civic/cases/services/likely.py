"""Which open cases are likely the same event: near, recent and alike in words. Reading only."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from civic.cases.matters import OUT
from civic.cases.models import Case, Report, RequestType
from civic.places.cells import cell_of, shift_of
from nlp import duplicates

RADIUS = 600.0  # metres
RECENT = timedelta(days=60)
CANDIDATES = 60
SHOWN = 5
ON_DESK = 0.5  # a clerk compares and decides
OFFERED = 0.6  # a person who is about to report is asked less readily
_LEVEL = (
    15  # cells of about 940 m by 610 m here: a cell and its eight neighbours hold every point within RADIUS
)
_METRES_A_DEGREE = 111_320.0


@dataclass(frozen=True)
class Likely:
    """A case that may be the same event, its first report's number, and why."""

    case: Case
    number: str
    score: float
    metres: int | None
    days: float | None
    shared: tuple[str, ...]
    same_code: bool | None


def likely_for_public(
    *, text: str, lon: float, lat: float, code: str | None = None, at: datetime | None = None, without: int = 0
) -> list[Likely]:  # fmt: skip
    """Return what someone who is about to report may be asked about, judged by public points.

    Accusations and what is no city matter are never among them: nobody may find out by asking what they say.
    `without` is a case that is left out.
    """
    cases = (
        Case.objects.public()
        .exclude(request_type=RequestType.ACCUSATION)
        .exclude(matter_code__in=["", OUT])
        .exclude(pk=without)
    )
    at = at or timezone.now()
    asked = duplicates.Report(text, lon, lat, at, code)
    return _rank(asked, _near(cases, lon, lat, at), least=OFFERED, exact=False)


def likely_for_case(*, case: Case, user: Any) -> list[Likely]:
    """Return the open cases on a member of staff's desk that may be the same event as this one."""
    if case.lon is None or case.lat is None or case.public_lon is None or case.public_lat is None:
        return []
    first = case.reports.order_by("received_at", "pk").values_list("text", flat=True).first()
    if first is None:
        return []
    cases = (
        Case.objects.public().filter(pk__in=Case.objects.on_desk_of(user).values("pk")).exclude(pk=case.pk)
    )
    asked = duplicates.Report(first, case.lon, case.lat, case.received_at, known_code(case))
    found = _near(cases, case.public_lon, case.public_lat, case.received_at)
    return _rank(asked, found, least=ON_DESK, exact=True)


def known_code(case: Case) -> str | None:
    """Return a case's code when it is more than a guess: two guesses that differ say nothing."""
    return case.matter_code if case.matter_code and case.code_known else None


def _near(cases: QuerySet[Case], lon: float, lat: float, at: datetime) -> list[Any]:
    """Return the nearest open cases of the time around, at most CANDIDATES, each with its first report's words."""
    high = RADIUS / _METRES_A_DEGREE
    narrowing = max(0.01, math.cos(math.radians(lat)))
    wide = high / narrowing
    first = Report.objects.filter(case=OuterRef("pk")).order_by("received_at", "pk")
    across, along = (F("public_lon") - lon) * narrowing, F("public_lat") - lat
    rows = (
        cases.exclude(step="closed")
        .filter(_cells(lon, lat))
        .filter(public_lon__range=(lon - wide, lon + wide), public_lat__range=(lat - high, lat + high))
        .filter(received_at__range=(at - RECENT, at + RECENT))
        .annotate(
            first_number=Subquery(first.values("number")[:1]), first_text=Subquery(first.values("text")[:1])
        )
        .select_related("district")
        .order_by(across * across + along * along, "-received_at")
    )
    return [row for row in rows[:CANDIDATES] if row.first_text is not None]


def _cells(lon: float, lat: float) -> Q:
    shift, width, height = shift_of(_LEVEL), 360.0 / (1 << _LEVEL), 180.0 / (1 << _LEVEL)
    around = {
        cell_of(min(max(lon + east * width, -180.0), 180.0), min(max(lat + north * height, -90.0), 90.0))
        >> shift
        for east in (-1, 0, 1)
        for north in (-1, 0, 1)
    }
    return reduce(or_, (Q(public_cell__range=(one << shift, ((one + 1) << shift) - 1)) for one in around))


def _rank(asked: duplicates.Report, rows: Sequence[Any], *, least: float, exact: bool) -> list[Likely]:
    candidates = [
        duplicates.Report(
            row.first_text,
            row.lon if exact else row.public_lon,
            row.lat if exact else row.public_lat,
            row.received_at,
            known_code(row),
        )
        for row in rows
    ]
    return [
        Likely(
            rows[one.index],
            rows[one.index].first_number,
            one.score,
            one.metres,
            one.days,
            one.shared,
            one.same_code,
        )
        for one in duplicates.rank(asked, candidates, SHOWN)
        if one.score >= least
    ]
