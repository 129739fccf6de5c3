"""Changing rows of a locked document inside one opened version: other words, another place, in, out, apart, together.

Callers have checked who may and what fits (services.editing, services.suggestions); they open the version and carry
the suggestions. Nothing is overwritten: a row ends at the version and the next begins there.
"""

from __future__ import annotations

from typing import Any

from wiki.errors import ClauseGone, WrongPlace
from wiki.intervals import fork_of
from wiki.kinds import CONTAINERS, ROWS, Kind
from wiki.models import Clause, ClauseVersion, Document, Lineage
from wiki.parsing.labels import read_label
from wiki.ranks import spread
from wiki.text.authorship import carry, cut, joined, of_new


def current_rows(document: Document) -> dict[int, ClauseVersion]:
    """Return clause id → its row in the text that is valid now."""
    return {row.clause_id: row for row in ClauseVersion.objects.filter(document=document).current()}


def row_of(rows: dict[int, ClauseVersion], clause_id: int) -> ClauseVersion:
    """Return a clause's row; raises ClauseGone."""
    if clause_id not in rows:
        raise ClauseGone("这一条已经不在现行文本里。")
    return rows[clause_id]


def children_of(rows: dict[int, ClauseVersion], clause_id: int | None) -> list[ClauseVersion]:
    """Return the rows directly under a clause (None: at the top) in reading order."""
    found = [row for row in rows.values() if row.parent_id == clause_id]
    return sorted(found, key=lambda row: (row.order, row.clause_id))


def subtree_of(rows: dict[int, ClauseVersion], clause_id: int) -> list[ClauseVersion]:
    """Return a clause's row and all below it."""
    below: dict[int | None, list[ClauseVersion]] = {}
    for row in rows.values():
        below.setdefault(row.parent_id, []).append(row)
    found, waiting = [], [rows[clause_id]]
    while waiting:
        row = waiting.pop()
        found.append(row)
        waiting.extend(below.get(row.clause_id, ()))
    return found


def replace_clause(*, current: ClauseVersion, number: int, **changes: Any) -> ClauseVersion:
    """End a clause's row at version `number` and begin the next one with the given fields changed.

    Who wrote the words is carried over unless `authorship` is given. A row that began in the same version is
    changed where it is.
    """
    if "text" in changes and "authorship" not in changes:
        changes["authorship"] = carry(current.authorship, current.text, changes["text"], number)
    fields = {
        name: getattr(current, name) for name in ("kind", "label", "text", "parent_id", "order", "authorship")
    }
    if current.since == number:
        for name, value in changes.items():
            setattr(current, name, value)
        current.save(update_fields=[name.removesuffix("_id") for name in changes])
        return current
    ClauseVersion.objects.filter(pk=current.pk).update(until=number, fork=fork_of(current.since, number))
    return ClauseVersion.objects.create(
        document_id=current.document_id, clause_id=current.clause_id, since=number, **{**fields, **changes}
    )


def check_place(
    rows: dict[int, ClauseVersion], *, kind: str, parent_id: int | None, moved_id: int | None = None
) -> None:
    """Raise ClauseGone, or WrongPlace where a row of `kind` cannot stand.

    Nothing stands under its own parts or under a clause that holds none; a table's row stands in tables alone.
    """
    if parent_id is not None:
        parent = row_of(rows, parent_id)
        if moved_id is not None and parent_id in {row.clause_id for row in subtree_of(rows, moved_id)}:
            raise WrongPlace("不能把一条移到它自己的下面。")
        if parent.kind not in CONTAINERS or (parent.kind == Kind.TABLE) != (kind in ROWS):
            raise WrongPlace("这里放不下这样的条款：表行只能在表格里，其他条款不能在表格和段落里。")
    elif kind in ROWS:
        raise WrongPlace("表行只能在表格里。")


def new_clause(
    rows: dict[int, ClauseVersion], parent_id: int | None, after_id: int | None, text: str
) -> tuple[str, str, str]:
    """Return (kind, label, words) of a clause that somebody wrote for a place: like the one it follows there.

    A number at the start of the words is its label.
    """
    peers = children_of(rows, parent_id)
    like = rows.get(after_id) if after_id is not None else (peers[0] if peers else None)
    if like is not None and like.kind in ROWS:
        return Kind.ROW, "", text
    found = read_label(text)
    if not found.label:
        return Kind.PARAGRAPH, "", text
    kind = Kind.ITEM if like is None or like.kind not in {Kind.ARTICLE, Kind.ITEM} else Kind(like.kind)
    return kind, found.label, found.text


def place(
    rows: dict[int, ClauseVersion],
    *,
    kind: str,
    parent_id: int | None,
    after_id: int | None,
    number: int,
    moved_id: int | None = None,
) -> int:
    """Return the order number for a row of `kind` under a parent, after a sibling (None: first).

    Siblings get new numbers where no gap is left; a sibling that is gone stands for the last one. Raises as
    `check_place` does.
    """
    check_place(rows, kind=kind, parent_id=parent_id, moved_id=moved_id)
    siblings = [row for row in children_of(rows, parent_id) if row.clause_id != moved_id]
    position = 0
    if after_id is not None:
        position = 1 + next(
            (index for index, row in enumerate(siblings) if row.clause_id == after_id), len(siblings) - 1
        )
    orders: list[int | None] = [row.order for row in siblings]
    orders.insert(position, None)
    spaced = spread(orders)
    order = spaced.pop(position)
    for row, wanted in zip(siblings, spaced, strict=True):
        if row.order != wanted:
            rows[row.clause_id] = replace_clause(current=row, number=number, order=wanted)
    return order


def add_clause(
    rows: dict[int, ClauseVersion],
    *,
    document: Document,
    number: int,
    kind: str,
    label: str,
    text: str,
    parent_id: int | None,
    after_id: int | None,
    authorship: list[Any] | None = None,
) -> ClauseVersion:
    """Begin a clause in version `number`."""
    order = place(rows, kind=kind, parent_id=parent_id, after_id=after_id, number=number)
    row = ClauseVersion.objects.create(
        document=document,
        clause=Clause.objects.create(document=document, since=number),
        kind=kind,
        label=label,
        text=text,
        parent_id=parent_id,
        order=order,
        authorship=of_new(text, number) if authorship is None else authorship,
        since=number,
    )
    rows[row.clause_id] = row
    return row


def remove_clause(rows: dict[int, ClauseVersion], *, clause_id: int, number: int) -> list[ClauseVersion]:
    """End a clause and all below it at version `number`; return the rows that ended."""
    gone = subtree_of(rows, clause_id)
    born = [row.pk for row in gone if row.since == number]
    assert not born, "a clause that begins in a version cannot end in the same one"
    ClauseVersion.objects.filter(pk__in=[row.pk for row in gone]).end_at(number)
    for row in gone:
        del rows[row.clause_id]
    return gone


def move_clause(
    rows: dict[int, ClauseVersion],
    *,
    clause_id: int,
    parent_id: int | None,
    after_id: int | None,
    number: int,
) -> ClauseVersion:
    """Put a clause with all below it elsewhere."""
    row = row_of(rows, clause_id)
    order = place(
        rows, kind=row.kind, parent_id=parent_id, after_id=after_id, number=number, moved_id=clause_id
    )
    rows[clause_id] = replace_clause(current=rows[clause_id], number=number, parent_id=parent_id, order=order)
    return rows[clause_id]


def split_clause(
    rows: dict[int, ClauseVersion], *, clause_id: int, at: int, label: str, number: int
) -> ClauseVersion:
    """Take a clause apart before character `at`; the second part is a new clause right after the first.

    What stands below the clause stays with the first part, so that nothing else moves.
    """
    row = row_of(rows, clause_id)
    first, second = row.text[:at].rstrip(), row.text[at:].lstrip()
    begins = len(row.text) - len(second)
    halves = cut(row.authorship, 0, len(first)), cut(row.authorship, begins, len(row.text))
    rows[clause_id] = replace_clause(current=row, number=number, text=first, authorship=halves[0])
    added = add_clause(
        rows,
        document=row.document,
        number=number,
        kind=row.kind,
        label=label,
        text=second,
        parent_id=row.parent_id,
        after_id=clause_id,
        authorship=halves[1],
    )
    _descend(Lineage.Kind.SPLIT, clause_id, added, number)
    return added


def merge_clauses(
    rows: dict[int, ClauseVersion], *, first_id: int, second_id: int, number: int
) -> ClauseVersion:
    """Put the words of the second clause after those of the first; what stood below the second comes along."""
    first, second = row_of(rows, first_id), row_of(rows, second_id)
    authorship = joined([*_known(first), *_known(second)])
    text = first.text + second.text
    rows[first_id] = replace_clause(current=first, number=number, text=text, authorship=authorship)
    for child in children_of(rows, second_id):
        last = children_of(rows, first_id)
        move_clause(
            rows,
            clause_id=child.clause_id,
            parent_id=first_id,
            after_id=last[-1].clause_id if last else None,
            number=number,
        )
    remove_clause(rows, clause_id=second_id, number=number)
    _descend(Lineage.Kind.MERGE, second_id, rows[first_id], number)
    return rows[first_id]


def _known(row: ClauseVersion) -> list[Any]:
    return cut(row.authorship, 0, len(row.text))


def _descend(kind: str, ancestor_id: int, descendant: ClauseVersion, number: int) -> None:
    Lineage.objects.create(
        document_id=descendant.document_id,
        kind=kind,
        ancestor_id=ancestor_id,
        descendant_id=descendant.clause_id,
        version=number,
    )
