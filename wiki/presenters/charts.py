"""Small bar charts for the policy writer, as numbers a template draws: opinions by time, evidence by month. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from wiki.selectors.voices import CHANGE, NEUTRAL, OPPOSE, STANDINGS, SUPPORT, UNSAID, Bar

WIDTH, HEIGHT = 640, 120
ORDER = (SUPPORT, CHANGE, NEUTRAL, UNSAID, OPPOSE)
LABELS = 6


@dataclass(frozen=True)
class Piece:
    """One coloured piece of a bar."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Column:
    """One bar: its pieces from below, its name, its number, and its row in the table."""

    name: str
    total: int
    pieces: Sequence[Piece]
    cells: Sequence[int]
    label_x: float
    labelled: bool


@dataclass(frozen=True)
class Chart:
    """Bars with the highest number; empty where there is nothing to draw."""

    columns: Sequence[Column] = ()
    heads: Sequence[str] = ()
    most: int = 0
    width: int = WIDTH
    height: int = HEIGHT
    kinds: Sequence[tuple[str, str]] = field(default=())


def trend_chart(bars: Sequence[Bar]) -> Chart:
    """Return opinions by day or week, stacked by standing; those against on top."""
    most = max((bar.total for bar in bars), default=0)
    if not most:
        return Chart()
    shown = [standing for standing in ORDER if any(bar.counts.get(standing) for bar in bars)]
    kinds = [(standing or "unsaid", str(STANDINGS[standing])) for standing in shown]
    columns = [
        _column(
            at,
            len(bars),
            _span(bar.start, bar.end),
            [(standing or "unsaid", bar.counts.get(standing, 0)) for standing in shown],
            most,
        )
        for at, bar in enumerate(bars)
    ]
    return Chart(columns, [label for _, label in kinds], most, kinds=kinds)


def month_chart(months: Sequence[Sequence[object]]) -> Chart:
    """Return evidence by month, months without any in between, from [[month, number], …]."""
    counts = {str(month): int(str(n)) for month, n in months}
    if not counts:
        return Chart()
    first, last = min(counts), max(counts)
    year, month = int(first[:4]), int(first[5:7])
    names: list[str] = []
    while (name := f"{year:04d}-{month:02d}") <= last and len(names) < 36:
        names.append(name)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    most = max(counts.values())
    columns = [
        _column(at, len(names), f"{name[:4]}年{int(name[5:])}月", [("evidence", counts.get(name, 0))], most)
        for at, name in enumerate(names)
    ]
    return Chart(columns, ["反映"], most)


def _column(at: int, of: int, name: str, counts: Sequence[tuple[str, int]], most: int) -> Column:
    room = WIDTH / max(of, 12)
    x, low = at * room, float(HEIGHT)
    pieces = []
    for kind, n in counts:
        if n:
            high = n / most * HEIGHT
            low -= high
            pieces.append(
                Piece(kind, round(x + room * 0.12, 1), round(low, 1), round(room * 0.76, 1), round(high, 1))
            )
    every = -(-of // LABELS)
    total = sum(n for _, n in counts)
    return Column(name, total, pieces, [n for _, n in counts], round(x + room / 2, 1), at % every == 0)


def _span(start: date, end: date) -> str:
    begin = f"{start.month}月{start.day}日"
    if end <= start:
        return begin
    return f"{begin}—{end.day}日" if end.month == start.month else f"{begin}—{end.month}月{end.day}日"
