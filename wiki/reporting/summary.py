"""What the report says, read from the ledger in few queries: counts by channel and clause, groups, reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count
from django.db.models.functions import Coalesce

from nlp import redact
from wiki.models import ClauseVersion, Decision, Document, Opinion
from wiki.models.opinions import told
from wiki.outline import arrange, name_of
from wiki.querysets import OpinionQuerySet
from wiki.reporting.filters import OUTCOMES
from wiki.reporting.quoting import representative

GROUPS_TOLD = 60
REASONS_TOLD = 40
QUOTED_FROM = 60
QUOTES = 2


@dataclass(frozen=True)
class Row:
    """Opinions counted under one name: a channel, a clause."""

    name: str
    received: int
    adopted: int
    partly: int
    rejected: int
    undone: int

    @property
    def missing(self) -> int:
        return self.received - self.adopted - self.partly - self.undone - self.rejected


@dataclass(frozen=True)
class Told:
    """A group of opinions with words that stand for it, and the reasons it was answered with."""

    row: Row
    quotes: list[str]
    answers: list[tuple[str, str]] = field(default_factory=list)
    """(outcome, reason), the most frequent first"""


@dataclass(frozen=True)
class Turned:
    """Opinions that were not adopted for one reason."""

    about: str
    number: int
    reason: str
    quotes: list[str]


@dataclass(frozen=True)
class Changed:
    """A clause before and after the consultation; "" where there is none."""

    name: str
    before: str
    after: str


def by_channel(document: Document) -> list[Row]:
    """Return what came by each channel, those by which nothing came left out."""
    rows = _due(document).values("channel").annotate(received=Count("pk"), **OUTCOMES).order_by("channel")
    return [_row(str(Opinion.Channel(row.pop("channel")).label), row) for row in rows]


def by_clause(document: Document) -> list[Row]:
    """Return what was said of each clause, in the order of the text; of the whole document first, of lost ones last."""
    rows = {
        row.pop("clause"): row
        for row in _due(document).values("clause").annotate(received=Count("pk"), **OUTCOMES).order_by()
    }
    lines = arrange(ClauseVersion.objects.filter(document=document).current().defer("authorship"))
    names: dict[int | None, str] = {None: "全文"}
    names |= {line.row.clause_id: _path(line.path, line.row) for line in lines if line.row.clause_id in rows}
    lost = [clause_id for clause_id in rows if clause_id not in names]
    for row in ClauseVersion.objects.filter(clause_id__in=lost).order_by("clause_id", "since"):
        names[row.clause_id] = f"{name_of(row)}（已删去）"
    return [_row(name, rows[clause_id]) for clause_id, name in names.items() if clause_id in rows]


def groups(document: Document) -> tuple[list[Told], int]:
    """Return the largest groups with quotations and answers, and how many opinions stand in none of them."""
    due = _due(document)
    rows = list(
        due.filter(group__isnull=False)
        .values("group", "group__name")
        .annotate(received=Count("pk"), **OUTCOMES)
        .order_by("-received", "group")[:GROUPS_TOLD]
    )
    found = []
    for row in rows:
        members = due.filter(group=row["group"])
        reasons = (
            members.filter(decision__isnull=False)
            .values_list("decision__outcome", "decision__undone_in", "decision__reason")
            .annotate(number=Count("pk"))
            .order_by("-number", "decision__outcome", "decision__reason", "decision__undone_in")[:3]
        )
        answers = [(told(outcome, undone), reason) for outcome, undone, reason, _ in reasons]
        found.append(Told(_row(row["group__name"], row), quotations(members), answers))
    return found, due.count() - sum(one.row.received for one in found)


def turned_down(document: Document) -> tuple[list[Turned], int]:
    """Return why opinions were not adopted, what concerns most people first, and how many reasons are left out."""
    rejected = _due(document).filter(decision__outcome=Decision.Outcome.REJECTED)
    rows = (
        rejected.values("group", "group__name", "clause", "decision__reason")
        .annotate(number=Count("pk"))
        .order_by("-number", "clause", "group", "decision__reason")
    )
    names = {
        row.clause_id: name_of(row)
        for row in ClauseVersion.objects.filter(
            clause_id__in=[row["clause"] for row in rows[:REASONS_TOLD] if row["clause"]]
        ).order_by("since")
    }
    told = []
    for row in rows[:REASONS_TOLD]:
        same = rejected.filter(
            group=row["group"], clause=row["clause"], decision__reason=row["decision__reason"]
        )
        about = row["group__name"] or names.get(row["clause"], "全文")
        told.append(Turned(about, row["number"], row["decision__reason"], quotations(same, limit=1)))
    return told, max(0, rows.count() - len(told))


def quotations(opinions: OpinionQuerySet, *, limit: int = QUOTES) -> list[str]:
    """Return words of these opinions that the public may read, that stand for the others and name nobody."""
    texts = (
        opinions.shown_to(AnonymousUser())
        .order_by("-pk")
        .annotate(said=Coalesce("comment__text", "suggestion__reason", "text"))
        .values_list("said", flat=True)[:QUOTED_FROM]
    )
    return representative(list(texts), limit=limit, fit=lambda text: redact(text) == text)


def changed_clauses(document: Document, since: int) -> list[Changed]:
    """Return the clauses whose words or numbers differ between version `since` and now, in the order of the text."""
    rows = ClauseVersion.objects.filter(document=document).defer("authorship")
    before, after = arrange(rows.at(since)), arrange(rows.current())
    old = {line.row.clause_id: line for line in before}
    new = {line.row.clause_id for line in after}
    found = []
    for line in after:
        was = old.get(line.row.clause_id)
        words = _words(line.row)
        if was is None or _words(was.row) != words:
            found.append(Changed(_path(line.path, line.row), _words(was.row) if was else "", words))
    found += [
        Changed(_path(line.path, line.row), _words(line.row), "")
        for line in before
        if line.row.clause_id not in new
    ]
    return [one for one in found if one.before or one.after]


def _due(document: Document) -> OpinionQuerySet:
    return Opinion.objects.filter(document=document).due()


def _row(name: str, row: dict[str, Any]) -> Row:
    return Row(name, row["received"], row["adopted"], row["partly"], row["rejected"], row["undone"])


def _words(row: ClauseVersion) -> str:
    return f"{row.label} {row.text}".strip()


def _path(above: Iterable[str], row: ClauseVersion) -> str:
    return " ".join(part for part in (*list(above)[-1:], name_of(row)) if part)
