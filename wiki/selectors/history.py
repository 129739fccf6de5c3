"""Reads a document's past: pages of versions, what each changed, what lies between two, who wrote what.

`first` is the oldest version the reader may see (wiki.policies.first_version). To whom the history starts with the text
that was opened, that version is its beginning: what it changed and why was a matter of the draft.

Every function costs what it returns and no more: versions are found by number in an index, never by counting from
the first, and only rows that are valid in, begin in or end in the versions asked for are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, cast

from django.db.models import Count, Q, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from wiki.models import ClauseVersion, Document, DocumentVersion, Lineage
from wiki.outline import name_of
from wiki.selectors.comparing import Change, Comparison, compare

if TYPE_CHECKING:
    from wiki.querysets import ClauseVersionQuerySet

LARGEST_NUMBER = 2**31 - 1
NAMES_SHOWN = 3
DIFFED = 60
"""A version that touched more rows is an import: it is counted, and compared on its own page."""

PLAIN_FIELDS = ("pk", "clause_id", "kind", "label", "text", "parent_id", "order", "since", "until")

_RANK = {"split": 0, "merged": 1, "added": 2, "removed": 3, "changed": 4, "moved": 5, "relabelled": 6}


@dataclass
class Page:
    """Versions newest first, and where the pages beside begin: `older` for before=, `newer` for after=."""

    versions: list[DocumentVersion]
    older: int | None = None
    newer: int | None = None


class NewestFirst:
    """A document's versions as a paginator takes them; numbers have no gaps, so that any offset is one look-up."""

    def __init__(self, document: Document, first: int = 1) -> None:
        self.document = document
        self.first = first

    def count(self) -> int:
        return self.document.version - self.first + 1

    def __getitem__(self, asked: slice) -> list[DocumentVersion]:
        start, stop = asked.start or 0, asked.stop
        versions = DocumentVersion.objects.filter(
            document=self.document, number__gte=self.first, number__lte=self.document.version - start
        ).order_by("-number")
        return list(versions[: None if stop is None else max(0, stop - start)])


@dataclass
class Entry:
    """A version in a list: how many clauses it touched, their names (some), characters in and out where counted."""

    version: DocumentVersion
    touched: int = 0
    changes: list[Change] = field(default_factory=list)
    added: int | None = None
    removed: int | None = None

    @property
    def names(self) -> list[dict[str, Any]]:
        return [
            {"clause_id": change.clause_id, "name": name_of(change.row) or "（空）", "sort": change.sort}
            for change in self.changes[:NAMES_SHOWN]
        ]

    @property
    def more(self) -> int:
        return max(0, self.touched - NAMES_SHOWN)


def page_of_versions(
    document: Document,
    *,
    before: int | None = None,
    after: int | None = None,
    origin: str = "",
    first: int = 1,
    size: int,
) -> Page:
    """Return up to `size` versions below number `before`, or the ones right above `after`; the newest without either."""
    every = DocumentVersion.objects.filter(document=document, number__gte=first)
    if origin:
        every = every.filter(origin=origin)
    if after is not None:
        found = list(every.newest_first().filter(number__gt=after).order_by("number")[: size + 1])
        more = len(found) > size
        found = found[:size][::-1]
        older = found[-1].number if found and every.filter(number__lt=found[-1].number).exists() else None
        return Page(found, older=older, newer=found[0].number if more else None)
    listed = every.newest_first()
    if before is not None:
        listed = listed.filter(number__lt=before)
    found = list(listed[: size + 1])
    more = len(found) > size
    found = found[:size]
    newer = None
    if before is not None and found and every.filter(number__gt=found[0].number).exists():
        newer = found[0].number
    return Page(found, older=found[-1].number if more else None, newer=newer)


def version_on(document: Document, day: date, first: int = 1) -> DocumentVersion | None:
    """Return the version that was valid at the end of a day (local time), or None before the first."""
    end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
    versions = DocumentVersion.objects.filter(document=document, made_at__lt=end, number__gte=first)
    return versions.order_by("-made_at", "-number").first()


def as_read(versions: Iterable[DocumentVersion], first: int) -> None:
    """Take from the version that the reader's history starts at what was said of it while it was a draft.

    It is then marked `opening`: the text that was put before the public, without who changed what last and why.
    """
    for version in versions:
        if version.number == first > 1:
            version.opening = True
            version.summary, version.author, version.suggestion = "", None, None


def entries(document: Document, versions: Sequence[DocumentVersion], first: int = 1) -> list[Entry]:
    """Return what each of these versions changed, in four queries for all of them."""
    numbers = [version.number for version in versions]
    rows = ClauseVersion.objects.filter(document=document)
    begun = _counted(rows.filter(since__in=numbers), "since")
    ended = _counted(rows.filter(until__in=numbers), "until")
    small = [
        number
        for number in numbers
        if number > first and max(begun.get(number, 0), ended.get(number, 0)) <= DIFFED
    ]
    new: dict[int, list[ClauseVersion]] = {number: [] for number in small}
    old: dict[int, list[ClauseVersion]] = {number: [] for number in small}
    for row in plain(rows.filter(since__in=small)):
        new[row.since].append(row)
    for row in plain(rows.filter(until__in=small)):
        if row.until is not None:
            old[row.until].append(row)
    lines: dict[int, list[Lineage]] = {}
    for line in Lineage.objects.filter(document=document, version__in=small):
        lines.setdefault(line.version, []).append(line)
    found = []
    for version in versions:
        number = version.number
        if number in new:
            found.append(_entry(version, old[number], new[number], lines.get(number, ())))
        else:
            touched = 0 if number == first > 1 else max(begun.get(number, 0), ended.get(number, 0))
            found.append(Entry(version, touched=touched))
    return found


def _entry(
    version: DocumentVersion,
    old: list[ClauseVersion],
    new: list[ClauseVersion],
    lineages: Iterable[Lineage],
) -> Entry:
    found = compare(old, new, lineages)
    changes = sorted(found.changes.values(), key=lambda change: _RANK[change.sort])
    if not changes and new:
        # One clause was put between siblings that did not change: alone it is in order, and yet it has moved.
        changes = [Change(row.clause_id, row, row, "moved", moved=True) for row in new]
    added, removed = found.figures()
    return Entry(version, len(changes), changes, added, removed)


def _counted(rows: Any, name: str) -> dict[int, int]:
    return dict(rows.values(name).annotate(n=Count("id")).values_list(name, "n").order_by())


def wordings(document: Document, clause_id: int, first: int = 1) -> ClauseVersionQuerySet:
    """Return a clause's wordings, newest first, that were valid in version `first` or came later.

    `since` of the oldest may be below `first`; `seen_since` says from which version on the reader saw it.
    """
    rows = ClauseVersion.objects.filter(document=document, clause_id=clause_id).order_by("-since")
    if first > 1:
        rows = rows.filter(Q(until=None) | Q(until__gt=first))
    return rows.annotate(seen_since=Greatest("since", Value(first)))


def plain(rows: ClauseVersionQuerySet) -> list[ClauseVersion]:
    """Return rows for reading only, as plain tuples of what comparing and showing take: a third of what models cost."""
    return cast("list[ClauseVersion]", list(rows.values_list(*PLAIN_FIELDS, named=True)))


def rows_at(document: Document, number: int) -> list[ClauseVersion]:
    """Return the rows of one version, in no order."""
    return list(ClauseVersion.objects.filter(document=document).at(number))


def comparison_of(document: Document, old: int, new: int) -> Comparison:
    """Compare two versions by number, whichever is the later; reads the later one and what ended between the two."""
    low, high = min(old, new), max(old, new)
    rows = ClauseVersion.objects.filter(document=document)
    later = plain(rows.at(high))
    ended = plain(rows.at(low).filter(until__lte=high)) if low < high else ()
    earlier = [*(row for row in later if row.since <= low), *ended]
    lineages = Lineage.objects.filter(document=document, version__gt=low, version__lte=high)
    if old <= new:
        return compare(earlier, later, lineages)
    return compare(later, earlier, lineages, backward=True)


def page_number(given: str | None) -> int | None:
    """Return a version number from an address, or None where it is no number that a version can have."""
    if not given or not given.isascii() or not given.isdigit() or len(given) > 10:
        return None
    number = int(given)
    return number if number <= LARGEST_NUMBER else None
