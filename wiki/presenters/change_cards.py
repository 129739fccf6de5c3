"""Turns changes between versions into what pages show: words with their difference, notes, what lies between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wiki.kinds import Kind
from wiki.models import ClauseVersion
from wiki.outline import Line, name_of
from wiki.presenters.parts import spans_html
from wiki.selectors.comparing import Change, Comparison
from wiki.text.diff import Span

FOLD_ABOVE = 160
"""Unchanged words longer than this are folded in the middle of a change, …"""
FOLD_TO = 50
"""… to so many characters on each side that meets one."""

SORTS: dict[str, Any] = {
    "added": gettext_lazy("新增"),
    "removed": gettext_lazy("删去"),
    "changed": gettext_lazy("修改"),
    "moved": gettext_lazy("移动"),
    "relabelled": gettext_lazy("改序号"),
    "split": gettext_lazy("拆分"),
    "merged": gettext_lazy("合并"),
}


@dataclass
class Card:
    """One change as a page shows it; `gap` is how many unchanged clauses lie before it."""

    change: Change
    name: str
    path: str
    sort: str
    notes: list[str]
    gap: int
    added: int
    removed: int
    inline: SafeString
    old: SafeString
    new: SafeString

    @property
    def clause_id(self) -> int:
        return self.change.clause_id

    @property
    def anchor(self) -> str:
        return f"c{self.change.clause_id}"


@dataclass
class Cards:
    """A page of changes, and how many unchanged clauses follow the last change of all (None: not at the end)."""

    cards: list[Card] = field(default_factory=list)
    rest: int | None = None


def cards_of(
    comparison: Comparison,
    *,
    start: int = 0,
    size: int | None = None,
    fold: bool = True,
    whole: Sequence[Line] = (),
) -> Cards:
    """Return the changes from the `start`-th on, at most `size`; words are compared for these alone.

    `whole` are more lines to take names of other clauses from.
    """
    names = {line.row.clause_id: name_of(line.row) for line in (*whole, *comparison.lines)}
    found = Cards()
    shown = seen = gap = 0
    stop = len(comparison.changes) if size is None else start + size
    for line in comparison.lines:
        change = comparison.changes.get(line.row.clause_id)
        if change is None:
            gap += line.row.kind != Kind.TABLE
            continue
        if start <= seen < stop:
            found.cards.append(_card(change, line, names, gap, fold))
            shown += 1
        seen += 1
        gap = 0
    if stop >= seen:
        found.rest = gap
    return found


def _card(change: Change, line: Line, names: Mapping[int, str], gap: int, fold: bool) -> Card:
    added, removed = change.figures
    spans = folded(change.spans) if fold else change.spans
    return Card(
        change=change,
        name=name_of(line.row) or _("（没有文字的一条）"),
        path=" › ".join(line.path),
        sort=str(SORTS[change.sort]),
        notes=notes_of(change, names),
        gap=gap,
        added=added,
        removed=removed,
        inline=spans_html(spans),
        old=spans_html(span for span in spans if span.operation != "ins"),
        new=spans_html(span for span in spans if span.operation != "del"),
    )


def notes_of(change: Change, names: Mapping[int, str]) -> list[str]:
    """Return what is to be said of a change beside its words, as short sentences."""

    def called(ids: Iterable[int]) -> str:
        return "、".join(f"“{names[one]}”" if names.get(one) else _("另一条") for one in ids)

    notes: list[str] = []
    if change.sort == "split":
        notes.append(_("由%(names)s拆出") % {"names": called(change.partners)})
    if change.sort == "merged":
        notes.append(_("并入%(names)s") % {"names": called(change.partners)})
    if change.gave:
        notes.append(_("拆出了%(names)s") % {"names": called(change.gave)})
    if change.took:
        notes.append(_("并入了%(names)s") % {"names": called(change.took)})
    if change.moved:
        notes.append(_("换了位置"))
    if change.relabelled and change.old and change.new:
        notes.append(
            _("序号由“%(old)s”改为“%(new)s”")
            % {"old": change.old.label or _("无"), "new": change.new.label or _("无")}
        )
    if change.rekinded and change.old and change.new:
        notes.append(_("由%(old)s改为%(new)s") % {"old": _kind(change.old), "new": _kind(change.new)})
    return notes


def folded(spans: Sequence[Span]) -> list[Span]:
    """Return the spans with the middle of long unchanged words left out; for reading, not for applying."""
    found: list[Span] = []
    last = len(spans) - 1
    for index, span in enumerate(spans):
        if span.operation != "same" or len(span.text) <= FOLD_ABOVE or last == 0:
            found.append(span)
            continue
        head = span.text[:FOLD_TO] if index else ""
        tail = span.text[-FOLD_TO:] if index < last else ""
        left_out = len(span.text) - len(head) - len(tail)
        found.append(Span("same", f"{head}…（{_('略')} {left_out} {_('字')}）…{tail}"))
    return found


def summary_of(comparison: Comparison) -> list[tuple[str, int]]:
    """Return (what happened, number of clauses), the weightiest first."""
    counts = comparison.counts()
    return [(str(label), counts[sort]) for sort, label in SORTS.items() if sort in counts]


def before_of(comparison: Comparison) -> tuple[dict[int, ClauseVersion], frozenset[int]]:
    """Return what `parts.blocks` takes to show the whole text with changes: rows before, clauses taken out."""
    before: dict[int, ClauseVersion] = {}
    removed: set[int] = set()
    for line in comparison.lines:
        change = comparison.changes.get(line.row.clause_id)
        if change is None:
            before[line.row.clause_id] = line.row
        elif change.new is None:
            removed.add(change.clause_id)
        elif change.old is not None:
            before[change.clause_id] = change.old
    return before, frozenset(removed)


def _kind(row: ClauseVersion) -> str:
    return str(Kind(row.kind).label)
