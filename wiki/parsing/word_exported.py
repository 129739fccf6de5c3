"""Reads back the Word files that wiki.exporting wrote, edited or not: their styles say where each clause stands."""

import re
from collections.abc import Iterator
from typing import Any

from wiki.kinds import Kind
from wiki.parsing.growing import Placed, grow, placed_after
from wiki.parsing.numbering import W
from wiki.parsing.tree import Parsed, TreeBuilder
from wiki.parsing.word import blocks_of, children_of, words_of
from wiki.text.interchange import CLAUSE_STYLES, LABEL_STYLE, NOTE_STYLE, ROW_STYLE
from wiki.text.tables import join_cells

_HEADING = re.compile(r"Heading([1-9])")
_CLAUSE = re.compile(rf"({'|'.join(CLAUSE_STYLES.values())})(\d{{1,2}})")
_ROW = re.compile(rf"{ROW_STYLE}(\d{{1,2}})")
_KIND_OF = {style: Kind(kind) for kind, style in CLAUSE_STYLES.items()}


def is_exported(styles: Any) -> bool:
    """Return whether a file's styles are ours."""
    return any(style.get(f"{W}styleId") == LABEL_STYLE for style in styles.iter(f"{W}style"))


def read_exported(body: Any, builder: TreeBuilder) -> Parsed:
    """Return the tree of an exported file's body."""
    title = ""
    placed: list[Placed] = []
    for number, block in enumerate(blocks_of(body), start=1):
        where = f"第 {number} 段"
        if block.tag == f"{W}tbl":
            placed += _table(block, builder, where)
            continue
        words = builder.clean(words_of(block), where)
        style = _style(block)
        if not words or style == NOTE_STYLE:
            continue
        if style == "Title":
            title = title or words
            continue
        place = _place(style)
        if place is None:
            placed.append(placed_after(placed[-1] if placed else None, words))
            continue
        label = builder.clean("".join(_labels(block)), where)
        text = words.removeprefix(label)
        if label and text[:1] in (" ", "\u3000"):
            text = text[1:]
        placed.append(Placed(place[0], place[1], label, text))
    return Parsed(title, grow(placed), problems=tuple(builder.problems))


def _style(paragraph: Any) -> str:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return "" if style is None else style.get(f"{W}val", "")


def _place(style: str) -> tuple[int, Kind] | None:
    heading = _HEADING.fullmatch(style)
    if heading:
        return int(heading[1]) - 1, Kind.HEADING
    clause = _CLAUSE.fullmatch(style)
    return (int(clause[2]), _KIND_OF[clause[1]]) if clause else None


def _labels(paragraph: Any) -> Iterator[str]:
    """Yield the words of the runs that are a clause's label, also where tracked changes put them in."""
    for run in paragraph.iter(f"{W}r"):
        style = run.find(f"{W}rPr/{W}rStyle")
        if style is not None and style.get(f"{W}val") == LABEL_STYLE and run.getparent().tag != f"{W}del":
            yield words_of(run)


def _table(table: Any, builder: TreeBuilder, where: str) -> Iterator[Placed]:
    depth = 0
    for paragraph in table.iter(f"{W}p"):
        found = _ROW.fullmatch(_style(paragraph))
        if found:
            depth = int(found[1]) - 1
            break
    yield Placed(depth, Kind.TABLE, "", "")
    for row in children_of(table, f"{W}tr"):
        properties = row.find(f"{W}trPr")
        if properties is not None and properties.find(f"{W}del") is not None:
            continue
        header = properties is not None and properties.find(f"{W}tblHeader") is not None
        cells = [
            builder.clean("\n".join(words_of(one) for one in cell.iter(f"{W}p")), where)
            for cell in children_of(row, f"{W}tc")
        ]
        yield Placed(depth + 1, Kind.HEADER_ROW if header else Kind.ROW, "", join_cells(cells))
