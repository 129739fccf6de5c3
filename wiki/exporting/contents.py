"""What an export holds: one version's clauses in reading order, with what changed since another version."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from wiki.kinds import ROWS, Kind
from wiki.models import ClauseVersion, Document, DocumentVersion
from wiki.outline import arrange
from wiki.text.diff import Span, diff_spans


@dataclass(frozen=True)
class Entry:
    """One clause at its place. `change`: added, removed, changed, moved or "" (same, or none asked for).

    `spans` of label and text are the difference where changes are shown, else one span of what stands there.
    """

    id: int
    parent: int | None
    depth: int
    kind: Kind
    label: str
    text: str
    change: str = ""
    label_spans: tuple[Span, ...] = ()
    spans: tuple[Span, ...] = ()

    @property
    def is_row(self) -> bool:
        return self.kind in ROWS


@dataclass(frozen=True)
class Contents:
    """A document's text at `version`; `since` names the version its changes are shown against, None shows none."""

    slug: str
    title: str
    version: int
    made_at: datetime | None = None
    since: int | None = None
    category: str = ""
    issuer: str = ""
    summary: str = ""
    entries: list[Entry] = field(default_factory=list)

    @property
    def changed(self) -> int:
        return sum(1 for entry in self.entries if entry.change)


def gather(document: Document, version: DocumentVersion, since: int | None = None) -> Contents:
    """Return a document's text at one version for export; two queries, three with `since`."""
    rows = list(ClauseVersion.objects.filter(document=document).at(version.number))
    before = (
        None
        if since is None
        else {row.clause_id: row for row in ClauseVersion.objects.filter(document=document).at(since)}
    )
    return Contents(
        slug=document.slug,
        title=document.title,
        version=version.number,
        made_at=version.made_at,
        since=since,
        category=document.category,
        issuer=document.issuer,
        summary=document.summary,
        entries=list(_entries(rows, before)),
    )


def _entries(rows: list[ClauseVersion], before: dict[int, ClauseVersion] | None) -> Iterable[Entry]:
    if before is None:
        for line in arrange(rows):
            yield _plain(line.row, line.depth)
        return
    now = {row.clause_id for row in rows}
    removed = [row for row in before.values() if row.clause_id not in now]
    for line in arrange([*rows, *removed]):
        row = line.row
        old = before.get(row.clause_id)
        if row.clause_id not in now:
            yield _whole(row, line.depth, "removed", "del")
        elif old is None:
            yield _whole(row, line.depth, "added", "ins")
        elif (old.text, old.label, old.kind) != (row.text, row.label, row.kind):
            yield Entry(
                row.clause_id, row.parent_id, line.depth, Kind(row.kind), row.label, row.text, "changed",
                diff_spans(old.label, row.label), diff_spans(old.text, row.text),
            )  # fmt: skip
        else:
            moved = "moved" if old.parent_id != row.parent_id else ""
            yield _plain(row, line.depth, moved)


def _plain(row: ClauseVersion, depth: int, change: str = "") -> Entry:
    return Entry(
        row.clause_id, row.parent_id, depth, Kind(row.kind), row.label, row.text, change,
        _span("same", row.label), _span("same", row.text),
    )  # fmt: skip


def _whole(row: ClauseVersion, depth: int, change: str, operation: str) -> Entry:
    return Entry(
        row.clause_id, row.parent_id, depth, Kind(row.kind), row.label, row.text, change,
        _span(operation, row.label), _span(operation, row.text),
    )  # fmt: skip


def _span(operation: str, text: str) -> tuple[Span, ...]:
    return (Span(operation, text),) if text else ()  # type: ignore[arg-type]
