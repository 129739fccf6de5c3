"""Puts the rows of one document version into reading order. Pure over objects already loaded."""

from collections.abc import Iterable
from typing import NamedTuple

from wiki.kinds import ROWS, Kind
from wiki.models import ClauseVersion
from wiki.text.tables import split_cells


class Line(NamedTuple):
    """A clause version at its place: depth 0 is the top, `path` holds the labels and titles above it."""

    row: ClauseVersion
    depth: int
    path: tuple[str, ...]


def arrange(rows: Iterable[ClauseVersion]) -> list[Line]:
    """Return the rows depth first, siblings by order.

    A row whose parent is not among the rows comes last at the top: nothing is ever left out.
    """
    below: dict[int | None, list[ClauseVersion]] = {}
    known = set()
    rows = list(rows)
    for row in rows:
        known.add(row.clause_id)
    for row in rows:
        below.setdefault(row.parent_id if row.parent_id in known else None, []).append(row)
    for siblings in below.values():
        siblings.sort(key=lambda row: (row.parent_id is not None, row.order, row.clause_id))

    lines: list[Line] = []
    stack = [(row, 0, ()) for row in reversed(below.get(None, []))]  # type: list[tuple[ClauseVersion, int, tuple[str, ...]]]
    while stack:
        row, depth, path = stack.pop()
        lines.append(Line(row, depth, path))
        inside = (*path, name_of(row)) if row.kind in (Kind.HEADING, Kind.ARTICLE, Kind.ITEM) else path
        stack += [(child, depth + 1, inside) for child in reversed(below.get(row.clause_id, []))]
    return lines


def name_of(row: ClauseVersion) -> str:
    """Return what a clause is called in a path or a list: its label, its title, or its first words."""
    if row.kind == Kind.HEADING:
        return f"{row.label} {row.text}".strip()
    if row.label and row.kind != Kind.TABLE:
        return row.label
    if row.kind == Kind.TABLE:
        return "表格"
    if row.kind in ROWS:
        cell = next(filter(None, split_cells(row.text)), "")
        return f"“{cell[:16]}{'…' if len(cell) > 16 else ''}”一行" if cell else "空行"
    return row.text[:16] + ("…" if len(row.text) > 16 else "")
