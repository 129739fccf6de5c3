"""How well cases are dealt with, per department, district and code: counts of cases that a list can be opened for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Avg,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    Subquery,
    Sum,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from civic.cases.matters import matter_name
from civic.cases.models import Case, CaseEvent, Rating, Step
from civic.cases.querysets import CaseQuerySet

GROUPS = {
    "department": ("department__code", "department__name"),
    "district": ("district__code", "district__name"),
    "code": ("matter_code", "matter_code"),
}
DEPARTMENTS_STEPS = (Step.DISPATCH, Step.HANDLING)  # to take a case on and to deal with it
NONE = "-"  # stands for a group of cases without a department, district or code

# What is counted: each a condition over `judged()`, so that a number and its list cannot differ.
CLOSED = Q(step=Step.CLOSED, outcome=Case.Outcome.RESOLVED)
COUNTS: dict[str, Q] = {
    "all": Q(),
    "closed": CLOSED,
    "late": Q(late=True),
    "accepted": Q(accepted_at__isnull=False),
    "rated": Q(stars__isnull=False),
    "solved": Q(stars__isnull=False, unsolved=False),
    "satisfied": Q(stars__gte=4),
    "reopened": Q(reopened__gt=0),
}
# A department answers for its own steps; what no department has yet is late where it lies.
LATE_OF_DEPARTMENT = Q(charged=True) | Q(department__isnull=True, late=True)


@dataclass(frozen=True)
class Row:
    """One department, district or code."""

    key: str
    name: str
    counts: dict[str, int]
    response: timedelta | None

    def share(self, part: str, whole: str) -> int | None:
        """Return a count as a percentage of another one."""
        return round(100 * self.counts[part] / self.counts[whole]) if self.counts[whole] else None

    @property
    def on_time(self) -> int | None:
        """Return the percentage of cases of which no step passed its deadline; of a department's, none of its steps."""
        late = self.share("late", "all")
        return None if late is None else 100 - late

    @property
    def solved(self) -> int | None:
        """Return the percentage of judged cases that every reporter who judged called solved."""
        return self.share("solved", "rated")

    @property
    def satisfied(self) -> int | None:
        """Return the percentage of judged cases with four stars or more on average."""
        return self.share("satisfied", "rated")

    @property
    def response_hours(self) -> float | None:
        """Return the mean hours from receipt until a department took the case on."""
        return None if self.response is None else self.response.total_seconds() / 3600


def counts_of(by: str) -> dict[str, Q]:
    """Return what is counted in a table, each a condition over `judged()`."""
    return COUNTS | {"late": LATE_OF_DEPARTMENT} if by == "department" else COUNTS


def judged(user: Any, *, since: datetime) -> CaseQuerySet:
    """Return the cases on a person's desk received since then, with what is known of how they were dealt with.

    Of a report only the judgement of the latest round counts. Cases merged into others are counted there.
    """
    events = CaseEvent.objects.filter(case=OuterRef("pk"))
    accepted = events.filter(action="accept").order_by().values("case").annotate(first=Min("created_at"))
    late = events.filter(kind=CaseEvent.Kind.ESCALATED)
    # The entry names who had the case then; an older one without a name is that of whoever has it now.
    had = Cast(KeyTextTransform("department_id", "data"), IntegerField())
    charged = late.filter(data__step__in=DEPARTMENTS_STEPS).alias(had=had)
    charged = charged.filter(Q(had=OuterRef("department")) | Q(had__isnull=True))
    later = Rating.objects.filter(report=OuterRef("report"), round__gt=OuterRef("round"))
    ratings = Rating.objects.filter(~Exists(later), report__case=OuterRef("pk"))
    stars = ratings.order_by().values("report__case").annotate(mean=Avg("stars"))
    return (
        Case.objects.filter(pk__in=Case.objects.on_desk_of(user).values("pk"), received_at__gte=since)
        .exclude(outcome=Case.Outcome.MERGED)
        .annotate(
            late=Exists(late),
            charged=Exists(charged),
            accepted_at=Subquery(accepted.values("first")),
            stars=Subquery(stars.values("mean")),
            unsolved=Exists(ratings.filter(solved=False)),
        )
    )


def tables(cases: CaseQuerySet) -> dict[str, list[Row]]:
    """Return for each of `GROUPS` a row for each group with cases, the most cases first; one query for all.

    The database counts once per department, district and code together, which are few; the tables are sums of that.
    """
    response = ExpressionWrapper(F("accepted_at") - F("received_at"), output_field=DurationField())
    counted = COUNTS | {"charged": LATE_OF_DEPARTMENT}
    fields = sorted({field for pair in GROUPS.values() for field in pair})
    found = list(
        cases.order_by()
        .values(*fields)
        .annotate(
            response_time=Sum(response),
            **{f"n_{what}": Count("pk", filter=condition) for what, condition in counted.items()},
        )
    )
    return {by: _summed(found, by) for by in GROUPS}


def _summed(found: list[dict[str, Any]], by: str) -> list[Row]:
    key, name = GROUPS[by]
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in found:
        called = matter_name(one[name]) if by == "code" and one[name] else one[name]
        groups.setdefault((one[key] or NONE, called or ""), []).append(one)
    rows = []
    for (group, called), parts in groups.items():
        counts = {what: sum(part[f"n_{what}"] for part in parts) for what in (*COUNTS, "charged")}
        charged = counts.pop("charged")
        if by == "department":
            counts["late"] = charged
        waited = sum((part["response_time"] or timedelta() for part in parts), timedelta())
        rows.append(Row(group, called, counts, waited / counts["accepted"] if counts["accepted"] else None))
    return sorted(rows, key=lambda row: (-row.counts["all"], row.key))


def table(cases: CaseQuerySet, by: str) -> list[Row]:
    """Return one of the tables."""
    return tables(cases)[by]


def among(cases: CaseQuerySet, *, by: str, key: str, what: str) -> CaseQuerySet:
    """Return the cases that one number counts; all of them for what is not known."""
    if by in GROUPS and key:
        field = GROUPS[by][0]
        empty = Q(**{f"{field}__isnull": True}) if by != "code" else Q(matter_code="")
        cases = cases.filter(empty if key == NONE else Q(**{field: key}))
    return cases.filter(counts_of(by).get(what, Q()))
