"""Reading opinions for the policy writer: what each says, where it stands, how many, which speaks for the others.

Where an opinion stands is what its author said; a suggestion to change the words stands for a change, one to take the
clause out against it; what the words of the others sound like is a guess and is marked as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, RowNumber, TruncDate
from django.utils.translation import gettext_lazy as _

from wiki.models import Opinion, Suggestion, Vote
from wiki.text.diff import diff_spans

SUPPORT, OPPOSE, NEUTRAL, CHANGE, UNSAID = "support", "oppose", "neutral", "change", ""
STANDINGS = {
    SUPPORT: _("支持"),
    OPPOSE: _("反对"),
    CHANGE: _("要求修改"),
    NEUTRAL: _("中立"),
    UNSAID: _("未表明"),
}
DAYS = 45
"""A longer time is shown by weeks."""


class Bar(NamedTuple):
    """Opinions of one day or week, by standing."""

    start: date
    end: date
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def voices(opinions: QuerySet[Any]) -> Any:
    """Add `standing` (a key of STANDINGS), `guessed` and `score` (votes for minus against)."""
    votes = Vote.objects.filter(suggestion=OuterRef("suggestion")).order_by().values("suggestion")
    of_suggestion = Subquery(votes.annotate(n=Sum("value")).values("n"), output_field=IntegerField())
    return opinions.annotate(
        standing=Case(
            When(suggestion__kind=Suggestion.Kind.DELETE, then=Value(OPPOSE)),
            When(suggestion__isnull=False, then=Value(CHANGE)),
            When(~Q(stance=""), then=F("stance")),
            default=F("stance_guess"),
            output_field=CharField(),
        ),
        guessed=Case(
            When(Q(suggestion=None, stance="") & ~Q(stance_guess=""), then=Value(1)),
            default=Value(0),
            output_field=IntegerField(),
        ),
        score=Coalesce(F("comment__score"), of_suggestion, Value(0)),
    )


def with_words(opinions: QuerySet[Any]) -> Any:
    """Load what a list of opinions shows, in one query."""
    return opinions.select_related(
        "document", "clause", "suggestion__author", "comment__author", "author", "group", "decision"
    )


def counts(opinions: QuerySet[Opinion]) -> dict[str, int]:
    """Return standing → number, every standing named."""
    rows = voices(opinions).order_by().values_list("standing").annotate(n=Count("pk"))
    found = dict(rows)
    return {standing: found.get(standing, 0) for standing in STANDINGS}


def counts_by_group(opinions: QuerySet[Opinion]) -> dict[int | None, dict[str, int]]:
    """Return group id → standing → number; None for opinions that stand alone."""
    rows = voices(opinions).order_by().values_list("group", "standing").annotate(n=Count("pk"))
    out: dict[int | None, dict[str, int]] = {}
    for group, standing, n in rows:
        out.setdefault(group, dict.fromkeys(STANDINGS, 0))[standing] = n
    return out


def best_by_group_and_standing(
    opinions: QuerySet[Opinion], groups: Sequence[int]
) -> dict[tuple[int, str], int]:
    """Return (group, standing) → the opinion with the best votes, the earliest of equals; one query."""
    ranked = voices(opinions.filter(group__in=groups)).annotate(
        place=Window(
            RowNumber(), partition_by=[F("group"), F("standing")], order_by=[F("score").desc(), F("pk")]
        )
    )
    rows = ranked.filter(place=1).order_by().values_list("group", "standing", "pk")
    return {(group, standing): pk for group, standing, pk in rows}


def best_of(opinions: QuerySet[Any], standing: str) -> Any:
    """Return the opinion of one standing with the best votes; None where there is none."""
    return with_words(voices(opinions)).filter(standing=standing).order_by("-score", "pk").first()


def sides(counted: Mapping[str, int]) -> tuple[str, str]:
    """Return on which side most stand and on which the dissent stands; "" where nobody does.

    Only who is for or against is on a side; wanting a change counts with neither.
    """
    pro, contra = counted.get(SUPPORT, 0), counted.get(OPPOSE, 0)
    if pro >= contra:
        return (SUPPORT if pro else UNSAID), (OPPOSE if contra else UNSAID)
    return OPPOSE, (SUPPORT if pro else UNSAID)


def dissent(counted: Mapping[str, int]) -> int:
    """Return how divided people are, 0 to 100: 100 when as many are for as against, 0 when all are on one side."""
    pro, contra = counted.get(SUPPORT, 0), counted.get(OPPOSE, 0)
    return round(200 * min(pro, contra) / (pro + contra)) if pro + contra else 0


def trend(opinions: QuerySet[Opinion]) -> list[Bar]:
    """Return the opinions by day, or by week (from Monday) where the time is long; days without any are there too."""
    rows = (
        voices(opinions)
        .order_by()
        .annotate(day=TruncDate("submitted_at"))
        .values_list("day", "standing")
        .annotate(n=Count("pk"))
    )
    return bars((day, standing, n) for day, standing, n in rows)


def bars(rows: Iterable[tuple[date, str, int]]) -> list[Bar]:
    """Return counts of (day, standing, number) as bars of equal length without a gap."""
    given = list(rows)
    if not given:
        return []
    first, last = min(day for day, _, _ in given), max(day for day, _, _ in given)
    step = 1
    if (last - first).days >= DAYS:
        step, first = 7, first - timedelta(days=first.weekday())
    out = [
        Bar(
            first + timedelta(days=at),
            first + timedelta(days=at + step - 1),
            dict.fromkeys(STANDINGS, 0),
        )
        for at in range(0, (last - first).days + 1, step)
    ]
    for day, standing, n in given:
        held: Any = out[(day - first).days // step].counts
        held[standing] = held.get(standing, 0) + n
    return out


def words_of(opinion: Opinion, base: str = "") -> str:
    """Return what an opinion says, in one text: a suggestion's reason and the words it brings in."""
    comment, suggestion = opinion.comment, opinion.suggestion
    if comment is not None:
        return comment.text
    if suggestion is None:
        return opinion.text
    if suggestion.kind != Suggestion.Kind.CHANGE:
        return f"{suggestion.reason} {suggestion.get_kind_display()} {suggestion.text}".strip()
    changed = "，".join(span.text for span in diff_spans(base, suggestion.text) if span.operation == "ins")
    return f"{suggestion.reason} {changed}".strip()
