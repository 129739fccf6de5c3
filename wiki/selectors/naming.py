"""What a clause is called where its place in the text is not seen: an item by the article that it stands under."""

from __future__ import annotations

from collections.abc import Iterable

from wiki.kinds import ROWS, Kind
from wiki.models import ClauseVersion
from wiki.outline import name_of

_ALONE = frozenset({Kind.HEADING, Kind.ARTICLE, *ROWS})


def full_name(row: ClauseVersion) -> str:
    """Return what one clause is called, as in 第八条（四）."""
    return full_names([row])[row.clause_id]


def full_names(rows: Iterable[ClauseVersion]) -> dict[int, str]:
    """Return clause id → what it is called, in at most one query per level of items, however many rows."""
    listed = {row.clause_id: row for row in rows}
    above = dict(listed)
    wanted = _parents(row for row in listed.values() if row.kind not in _ALONE) - above.keys()
    while wanted:
        found = ClauseVersion.objects.filter(clause_id__in=wanted).current()
        parents = list(found.only("clause_id", "parent_id", "kind", "label", "text"))
        above |= {row.clause_id: row for row in parents}
        wanted = _parents(row for row in parents if row.kind == Kind.ITEM) - above.keys()

    def called(row: ClauseVersion) -> str:
        name = name_of(row)
        parent = above.get(row.parent_id) if row.parent_id is not None else None
        if row.kind in _ALONE or parent is None:
            return name
        before = called(parent) if parent.kind == Kind.ITEM else parent.label
        if not before:
            return name
        return f"{before}{name}" if row.label and row.kind != Kind.TABLE else f"{before} {name}"

    return {clause_id: called(row) for clause_id, row in listed.items()}


def _parents(rows: Iterable[ClauseVersion]) -> set[int]:
    return {row.parent_id for row in rows if row.parent_id is not None}
