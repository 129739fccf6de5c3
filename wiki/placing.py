"""The places where a clause can stand, as a list to choose from. Pure over rows already loaded."""

from collections.abc import Iterable
from typing import NamedTuple

from wiki.kinds import CONTAINERS, ROWS, Kind
from wiki.models import ClauseVersion
from wiki.outline import arrange

EXCERPT = 18


class Place(NamedTuple):
    """A clause beside or in which another can stand: what it is called, how deep, and whether it takes clauses in."""

    clause_id: int
    name: str
    depth: int
    holds: bool


def places_for(rows: Iterable[ClauseVersion], moved: ClauseVersion) -> list[Place]:
    """Return the clauses that `moved` can be put after or, where they hold any, into, in reading order.

    A clause cannot stand in its own parts; a table's row stands in tables alone, other clauses never do.
    """
    own = {moved.clause_id}
    found: list[Place] = []
    is_row = moved.kind in ROWS
    for line in arrange(rows):
        row = line.row
        if row.clause_id in own or row.parent_id in own:
            own.add(row.clause_id)
            continue
        if (row.kind in ROWS) != is_row and not (is_row and row.kind == Kind.TABLE):
            continue
        holds = row.kind == Kind.TABLE if is_row else row.kind in CONTAINERS and row.kind != Kind.TABLE
        found.append(Place(row.clause_id, _name(row), min(line.depth, 6), holds))
    return found


def parts_below(rows: Iterable[tuple[int, int | None]], clause_id: int) -> int:
    """Return how many clauses hang below one, of (clause id, parent id) pairs."""
    below: dict[int | None, list[int]] = {}
    for one, parent in rows:
        below.setdefault(parent, []).append(one)
    count, waiting = 0, [clause_id]
    while waiting:
        children = below.get(waiting.pop(), [])
        count += len(children)
        waiting += children
    return count


def _name(row: ClauseVersion) -> str:
    words = row.text.replace("\n", " ")
    excerpt = words[:EXCERPT] + ("…" if len(words) > EXCERPT else "")
    if row.kind == Kind.TABLE:
        return "表格"
    return f"{row.label} {excerpt}".strip()
