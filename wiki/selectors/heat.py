"""Which clauses of a document draw most opinion, dissent and evidence: one row a clause, in a constant number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from wiki.kinds import Kind
from wiki.models import ClauseReading, ClauseVersion, Document, Opinion
from wiki.outline import arrange
from wiki.parsing.labels import Style, read_label
from wiki.selectors.naming import full_names
from wiki.selectors.voices import STANDINGS, dissent, voices

SORTS = {
    "order": "按条款顺序",
    "most": "意见最多",
    "dissent": "分歧最大",
    "unanswered": "待答复最多",
    "evidence": "相关反映最多",
}
STEPS = 5


@dataclass
class Row:
    """One clause and what is said of it; `heat` is from 0 (nothing) to STEPS."""

    clause_id: int
    name: str
    text: str
    path: str
    counts: dict[str, int]
    unanswered: int
    evidence: int
    heat: int = 0
    gone: bool = False

    @property
    def number(self) -> int:
        """Return the number of an article, to tell one field of a picture from the next; 0 for all others."""
        label = read_label(self.name)
        return label.number if label.style is Style.ARTICLE and label.label == self.name else 0

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def dissent(self) -> int:
        return dissent(self.counts)


def rows_of(document: Document) -> list[Row]:
    """Return the clauses of the text valid now in reading order, then those taken out of which something was said."""
    counts: dict[int, dict[str, int]] = {}
    due = Opinion.objects.due().filter(document=document, clause__isnull=False)
    by_standing = voices(due).order_by().values_list("clause", "standing").annotate(n=Count("pk"))
    for clause_id, standing, n in by_standing:
        counts.setdefault(clause_id, dict.fromkeys(STANDINGS, 0))[standing] = n
    waiting = dict(
        Opinion.objects.unanswered()
        .filter(document=document, clause__isnull=False)
        .order_by()
        .values_list("clause")
        .annotate(n=Count("pk"))
    )
    evidence = dict(
        ClauseReading.objects.filter(document=document, evidence_count__gt=0).values_list(
            "clause_id", "evidence_count"
        )
    )
    lines = [
        (line.row, line.path, False)
        for line in arrange(ClauseVersion.objects.filter(document=document).current())
        if line.row.kind != Kind.TABLE
    ]
    standing = {row.clause_id for row, _, _ in lines}
    gone = [clause_id for clause_id in counts if clause_id not in standing]
    if gone:
        last: dict[int, Any] = {}
        for row in ClauseVersion.objects.filter(clause_id__in=gone).order_by("since"):
            last[row.clause_id] = row
        lines += [(last[clause_id], (), True) for clause_id in sorted(last)]
    names = full_names(row for row, _, _ in lines)
    rows = [
        Row(
            clause_id=row.clause_id,
            name=names[row.clause_id],
            text=row.text,
            path=" · ".join(path),
            counts=counts.get(row.clause_id, dict.fromkeys(STANDINGS, 0)),
            unanswered=waiting.get(row.clause_id, 0),
            evidence=evidence.get(row.clause_id, 0),
            gone=is_gone,
        )
        for row, path, is_gone in lines
    ]
    most = max((row.total for row in rows), default=0)
    for found in rows:
        found.heat = -(-found.total * STEPS // most) if most else 0
    return rows


def sort_rows(rows: list[Row], by: str) -> list[Row]:
    """Return the rows in one of SORTS; beyond "order" those come first that have most."""
    keys = {
        "most": lambda row: row.total,
        "dissent": lambda row: (row.dissent, row.total),
        "unanswered": lambda row: row.unanswered,
        "evidence": lambda row: row.evidence,
    }
    return sorted(rows, key=keys[by], reverse=True) if by in keys else rows
