"""How often people agreed with nlp's code: the first decision of each case, beside what nlp had said. Reading only."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from civic.cases.matters import matter_name
from civic.cases.models import Case, CaseEvent, ReportAnalysis

WEEKS = 12
TENTHS = 10


@dataclass(frozen=True)
class Decision:
    """One case's first decision by a person."""

    case_pk: int
    at: datetime
    guessed: str
    decided: str
    confidence: float

    @property
    def right(self) -> bool:
        """Whether the person agreed with nlp."""
        return self.guessed == self.decided

    @property
    def week(self) -> date:
        """Return the Monday of its week, local."""
        day = timezone.localtime(self.at).date()
        return day - timedelta(days=day.weekday())

    @property
    def tenth(self) -> int:
        """Return which tenth nlp's confidence fell into, 0 to 9."""
        return min(int(self.confidence * TENTHS), TENTHS - 1)


def decisions(user: Any, *, since: datetime) -> list[Decision]:
    """Return the first decisions since then of the cases on a person's desk, oldest first; one query.

    Cases whose code the citizen had chosen tell nothing about nlp and are left out.
    """
    recoded = CaseEvent.objects.filter(kind=CaseEvent.Kind.RECODED)
    first = ReportAnalysis.objects.filter(report__case=OuterRef("case"), report__citizen_code="").order_by(
        "analysed_at", "pk"
    )
    rows = (
        recoded.filter(
            Exists(Case.objects.on_desk_of(user).filter(pk=OuterRef("case"))), created_at__gte=since
        )
        .exclude(Exists(recoded.filter(case=OuterRef("case"), pk__lt=OuterRef("pk"))))
        .annotate(
            guessed=Subquery(first.values("matter_code")[:1]),
            confidence=Subquery(first.values("confidence")[:1]),
        )
        .filter(guessed__isnull=False)
        .order_by("created_at", "pk")
        .values_list("case_id", "created_at", "data", "guessed", "confidence")
    )
    return [
        Decision(case_pk, at, guessed, data["to"], confidence)
        for case_pk, at, data, guessed, confidence in rows
        if data.get("from") == guessed
    ]


def first_week(now: datetime, weeks: int = WEEKS) -> datetime:
    """Return the beginning of the first of so many weeks, the present one being the last."""
    local = timezone.localtime(now)
    monday = local - timedelta(days=local.weekday() + 7 * (weeks - 1))
    return monday.replace(hour=0, minute=0, second=0, microsecond=0)


def _share(part: Sequence[Decision]) -> dict[str, Any]:
    right = sum(decision.right for decision in part)
    return {
        "count": len(part),
        "right": right,
        "wrong": len(part) - right,
        "percent": round(100 * right / len(part)) if part else None,
    }


def summary(found: Sequence[Decision], weeks: Sequence[date]) -> dict[str, Any]:
    """Return the tables of the page: in all, by code and week, the pairs most confused, by confidence."""
    by_code: dict[str, list[Decision]] = {}
    for decision in found:
        by_code.setdefault(decision.guessed, []).append(decision)
    pairs = Counter((one.guessed, one.decided) for one in found if not one.right)
    return {
        "all": _share(found),
        "weeks": [{"week": week, **_share([one for one in found if one.week == week])} for week in weeks],
        "codes": [
            {
                "code": code,
                "name": matter_name(code),
                **_share(part),
                "weeks": [
                    {"week": week, **_share([one for one in part if one.week == week])} for week in weeks
                ],
            }
            for code, part in sorted(by_code.items(), key=lambda item: (-len(item[1]), item[0]))
        ],
        "pairs": [
            {
                "guessed": guessed, "decided": decided, "count": count,
                "guessed_name": matter_name(guessed), "decided_name": matter_name(decided),
            }
            for (guessed, decided), count in sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:20]
        ],
        "tenths": [
            {
                "tenth": tenth, "low": tenth * 10, "high": tenth * 10 + 10,
                "mean": round(100 * sum(one.confidence for one in part) / len(part)) if part else None,
                **_share(part),
            }
            for tenth in range(TENTHS)
            for part in [[one for one in found if one.tenth == tenth]]
        ],
    }  # fmt: skip


def among(
    found: Iterable[Decision], *, guessed: str = "", decided: str = "", week: str = "", tenth: str = "",
    result: str = "",
) -> list[Decision]:  # fmt: skip
    """Return those decisions that one number of the page counts, newest first."""
    return [
        one
        for one in found
        if (not guessed or one.guessed == guessed)
        and (not decided or one.decided == decided)
        and (not week or one.week.isoformat() == week)
        and (not tenth or str(one.tenth) == tenth)
        and (not result or one.right == (result == "right"))
    ][::-1]
