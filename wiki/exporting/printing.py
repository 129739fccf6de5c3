"""Blocks for the page to print: escaped HTML, tables with their rows, headings at their level."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.safestring import SafeString

from wiki.exporting.contents import Contents, Entry
from wiki.kinds import Kind
from wiki.presenters.parts import marked, spans_html
from wiki.text.diff import Span
from wiki.text.tables import split_cells

_CHANGES = {"added": "新增", "removed": "删去", "changed": "修改", "moved": "移动"}


@dataclass
class Piece:
    """One clause of the printed page; a table holds its rows as cells."""

    entry: Entry
    label: SafeString
    html: SafeString
    level: int = 0
    change: str = ""
    rows: list[Row] = field(default_factory=list)


@dataclass
class Row:
    header: bool
    change: str
    cells: list[SafeString]


def pieces(contents: Contents) -> list[Piece]:
    """Return what the page shows, in order."""
    out: list[Piece] = []
    for entry in contents.entries:
        if entry.is_row and out and out[-1].entry.kind is Kind.TABLE:
            out[-1].rows.append(_row(entry))
            continue
        level = min(entry.depth + 2, 6) if entry.kind is Kind.HEADING else 0
        out.append(
            Piece(entry, _html(entry.label_spans), _html(entry.spans), level, _CHANGES.get(entry.change, ""))
        )
    return out


def _html(spans: tuple[Span, ...]) -> SafeString:
    if all(span.operation == "same" for span in spans):
        return marked("".join(span.text for span in spans))
    return spans_html(spans)


def _row(entry: Entry) -> Row:
    cells = split_cells(entry.text)
    old = split_cells("".join(span.text for span in entry.spans if span.operation != "ins"))
    shown: list[SafeString] = []
    for number, cell in enumerate(cells):
        if entry.change in ("added", "removed"):
            operation = "ins" if entry.change == "added" else "del"
            shown.append(spans_html([Span(operation, cell)] if cell else []))  # type: ignore[arg-type]
        elif entry.change == "changed" and len(old) == len(cells) and old[number] != cell:
            spans = [Span("del", old[number]), Span("ins", cell)]
            shown.append(spans_html(span for span in spans if span.text))
        else:
            shown.append(marked(cell))
    return Row(entry.kind is Kind.HEADER_ROW, _CHANGES.get(entry.change, ""), shown)
