"""What lies between two versions of a document, clause by clause. Pure over rows already loaded.

Only rows that are not the same row in both versions are looked at, and words are compared when they are asked for: a
page that shows thirty changes pays for thirty.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Literal

from wiki.models import ClauseVersion, Lineage
from wiki.outline import Line, arrange
from wiki.text.diff import Span, diff_spans, reversed_spans

Sort = Literal["added", "removed", "changed", "moved", "relabelled", "split", "merged"]


@dataclass
class Change:
    """One clause that is not the same in both versions; `old` or `new` is None where it is not in that version.

    `sort` names the chief difference: a clause that came out of another one by a split is "split" instead of added,
    one that went into another one is "merged" instead of removed; `partners` are the other clauses. The rest
    stands beside it: a clause whose words changed may have moved and got another label too.
    """

    clause_id: int
    old: ClauseVersion | None
    new: ClauseVersion | None
    sort: Sort
    moved: bool = False
    partners: list[int] = field(default_factory=list)
    # Clauses that came out of this one, or went into it, while it stayed.
    gave: list[int] = field(default_factory=list)
    took: list[int] = field(default_factory=list)
    backward: bool = False

    @property
    def row(self) -> ClauseVersion:
        """The clause's row in the version that is compared to, or the last one it had."""
        row = self.new or self.old
        assert row is not None
        return row

    @property
    def relabelled(self) -> bool:
        return self.old is not None and self.new is not None and self.old.label != self.new.label

    @property
    def rekinded(self) -> bool:
        return self.old is not None and self.new is not None and self.old.kind != self.new.kind

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """The way from the old words to the new ones; there and back count the same characters."""
        old, new = self.old.text if self.old else "", self.new.text if self.new else ""
        return reversed_spans(diff_spans(new, old)) if self.backward else diff_spans(old, new)

    @property
    def figures(self) -> tuple[int, int]:
        """Characters that came in, and that were taken out."""
        counted = {"ins": 0, "del": 0, "same": 0}
        for span in self.spans:
            counted[span.operation] += len(span.text)
        return counted["ins"], counted["del"]


@dataclass
class Comparison:
    """All changes in reading order, over the lines of both versions together."""

    lines: list[Line]
    changes: dict[int, Change]

    def counts(self) -> dict[str, int]:
        """Return sort → number of clauses, only those that occur."""
        counted: dict[str, int] = {}
        for change in self.changes.values():
            counted[change.sort] = counted.get(change.sort, 0) + 1
        return counted

    def figures(self) -> tuple[int, int]:
        """Return the characters that came in and that were taken out, over all clauses."""
        each = [change.figures for change in self.changes.values()]
        return sum(come for come, _ in each), sum(gone for _, gone in each)


def compare(
    old: Iterable[ClauseVersion],
    new: Iterable[ClauseVersion],
    lineages: Iterable[Lineage] = (),
    *,
    backward: bool = False,
) -> Comparison:
    """Compare the rows of two versions; `lineages` are the splits and merges between the two.

    `backward` says that `old` is the later version: a split is then a clause that has gone into another one, and
    the words are those of the way forward turned round.
    """
    before = {row.clause_id: row for row in old}
    after = {row.clause_id: row for row in new}
    lines = arrange([*after.values(), *(row for key, row in before.items() if key not in after)])
    # Which of two that changed places has moved is a choice: made the way forward, it is the same both ways.
    moved = moved_clauses(after, before) if backward else moved_clauses(before, after)
    changes: dict[int, Change] = {}
    for line in lines:
        key = line.row.clause_id
        was, now = before.get(key), after.get(key)
        if was is not None and now is not None and (was is now or was.pk == now.pk):
            continue
        sort = _sort(was, now, key in moved)
        if sort is not None:
            changes[key] = Change(key, was, now, sort, moved=key in moved, backward=backward)
    _name_lineages(changes, lineages, backward)
    return Comparison(lines, changes)


def moved_clauses(before: Mapping[int, ClauseVersion], after: Mapping[int, ClauseVersion]) -> set[int]:
    """Return the clauses that stand elsewhere: under another parent, or not in the old order among those that stayed.

    Of the siblings as few as possible count as moved; other order numbers in the same order are no move.
    """
    moved: set[int] = set()
    parents: set[int | None] = set()
    for key, now in after.items():
        was = before.get(key)
        if was is None or was is now:
            continue
        if was.parent_id != now.parent_id:
            moved.add(key)
        elif was.order != now.order:
            parents.add(now.parent_id)
    if not parents:
        return moved
    families: dict[int | None, list[ClauseVersion]] = {}
    for key, now in after.items():
        if now.parent_id in parents and key in before and key not in moved:
            families.setdefault(now.parent_id, []).append(now)
    for family in families.values():
        family.sort(key=lambda row: (row.order, row.clause_id))
        places = [(before[row.clause_id].order, row.clause_id) for row in family]
        stayed = _longest_rise(places)
        moved.update(row.clause_id for index, row in enumerate(family) if index not in stayed)
    return moved


def _sort(was: ClauseVersion | None, now: ClauseVersion | None, moved: bool) -> Sort | None:
    if was is None:
        return "added"
    if now is None:
        return "removed"
    if was.text != now.text or was.kind != now.kind:
        return "changed"
    if moved:
        return "moved"
    return "relabelled" if was.label != now.label else None


def _name_lineages(changes: Mapping[int, Change], lineages: Iterable[Lineage], backward: bool) -> None:
    for line in lineages:
        whole, part = line.ancestor_id, line.descendant_id
        splits = line.kind == Lineage.Kind.SPLIT
        if not splits:
            whole, part = part, whole
        # `part` is the clause that is there on one side only, `whole` the one that stays.
        change, other = changes.get(part), changes.get(whole)
        appears = splits != backward
        if change is not None and change.sort in ("added", "split") and appears:
            change.sort = "split"
        elif change is not None and change.sort in ("removed", "merged") and not appears:
            change.sort = "merged"
        else:
            continue
        change.partners.append(whole)
        if other is not None:
            (other.gave if appears else other.took).append(part)


def _longest_rise(values: list[tuple[int, int]]) -> set[int]:
    """Return the indexes of one longest rising subsequence."""
    if all(one < other for one, other in pairwise(values)):
        return set(range(len(values)))
    tails: list[tuple[int, int]] = []
    ends: list[int] = []
    previous: list[int] = []
    for index, value in enumerate(values):
        place = bisect_left(tails, value)
        previous.append(ends[place - 1] if place else -1)
        if place == len(tails):
            tails.append(value)
            ends.append(index)
        else:
            tails[place], ends[place] = value, index
    chosen: set[int] = set()
    index = ends[-1] if ends else -1
    while index >= 0:
        chosen.add(index)
        index = previous[index]
    return chosen
