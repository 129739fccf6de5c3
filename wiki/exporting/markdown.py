"""Markdown: readable as it is, and read back exactly, because a comment before each clause names its place."""

from collections.abc import Iterable

import yaml

from wiki.exporting.contents import Contents, Entry
from wiki.kinds import Kind
from wiki.text.diff import Span
from wiki.text.interchange import MARKER, clause_marker, escape
from wiki.text.tables import split_cells

_OPERATIONS = {"ins": ("{++", "++}"), "del": ("{--", "--}")}


def as_markdown(contents: Contents) -> str:
    """Return a document as Markdown; with changes in CriticMarkup: {++added++}, {--taken out--}."""
    facts = {
        name: value
        for name, value in (
            ("title", contents.title),
            ("slug", contents.slug),
            ("category", contents.category),
            ("issuer", contents.issuer),
            ("summary", contents.summary),
        )
        if value
    }
    shown = f"; since {contents.since}" if contents.since is not None else ""
    blocks = [
        f"---\n{yaml.safe_dump(facts, allow_unicode=True, sort_keys=False, width=4096)}---",
        f"<!-- {MARKER}; version {contents.version}{shown} -->",
        f"# {escape(contents.title)}",
    ]
    entries = contents.entries
    index = 0
    while index < len(entries):
        entry = entries[index]
        index += 1
        if entry.kind is Kind.TABLE:
            rows = []
            while index < len(entries) and entries[index].is_row:
                rows.append(entries[index])
                index += 1
            blocks.append(_table(entry, rows))
        else:
            blocks.append(f"{clause_marker(entry.depth, entry.kind.value, entry.label)}\n{_clause(entry)}")
    return "\n\n".join(blocks) + "\n"


def _clause(entry: Entry) -> str:
    label, text = _spans(entry.label_spans), _spans(entry.spans)
    if entry.kind is Kind.HEADING:
        return f"{'#' * min(entry.depth + 2, 6)} {f'{label} {text}'.strip()}"
    if label and entry.kind is Kind.ARTICLE:
        label = f"**{label}**"
    return f"{label} {text}".strip(" ")


def _spans(spans: Iterable[Span]) -> str:
    out = []
    for span in spans:
        opening, closing = _OPERATIONS.get(span.operation, ("", ""))
        out.append(f"{opening}{escape(span.text)}{closing}")
    return "".join(out)


def _table(entry: Entry, rows: list[Entry]) -> str:
    """Return a table; the marker's kinds say which rows are headers, and an empty header stands where none is."""
    kinds = "".join("h" if row.kind is Kind.HEADER_ROW else "r" for row in rows)
    lines = [clause_marker(entry.depth, f"table{kinds}", entry.label)]
    width = max((len(split_cells(row.text)) for row in rows), default=1)
    written = [_row(row) for row in rows]
    if not kinds.startswith("h"):
        written.insert(0, "| " * width + "|")
    written.insert(1, "|---" * width + "|")
    return "\n".join([*lines, *written])


def _row(row: Entry) -> str:
    cells = [escape(" ".join(cell.split())) for cell in split_cells(row.text)]
    if row.change == "changed":  # a row changes as a whole: marks across cells would break the table
        before = "".join(span.text for span in row.spans if span.operation != "ins")
        old = [escape(" ".join(cell.split())) for cell in split_cells(before)]
        if len(old) == len(cells):
            cells = [
                new
                if new == was
                else f"{'{--' + was + '--}' if was else ''}{'{++' + new + '++}' if new else ''}"
                for was, new in zip(old, cells, strict=True)
            ]
    elif row.change in ("added", "removed"):
        opening, closing = _OPERATIONS["ins" if row.change == "added" else "del"]
        cells = [f"{opening}{cell}{closing}" if cell else cell for cell in cells]
    return "| " + " | ".join(cells) + " |"
