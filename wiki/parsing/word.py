"""Word's XML in reading order: blocks, their words with tracked changes accepted, tables' cells."""

from collections.abc import Iterator
from typing import Any

from wiki.parsing.numbering import W

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_CONTAINERS = frozenset(
    {f"{W}sdt", f"{W}sdtContent", f"{W}customXml", f"{W}ins", f"{W}moveTo", f"{W}smartTag"}
)


def blocks_of(parent: Any) -> Iterator[Any]:
    """Yield the paragraphs and tables below `parent` in order, also inside content controls."""
    for child in parent:
        if child.tag in (f"{W}p", f"{W}tbl"):
            yield child
        elif child.tag in _CONTAINERS:
            yield from blocks_of(child)


def words_of(paragraph: Any) -> str:
    """Return a paragraph's words with tracked insertions and without tracked deletions."""
    out: list[str] = []

    def visit(element: Any) -> None:
        for child in element:
            if child.tag == f"{W}t":
                out.append(child.text or "")
            elif child.tag == f"{W}tab":
                out.append(" ")
            elif child.tag in (f"{W}br", f"{W}cr"):
                out.append("\n")
            elif child.tag == f"{W}noBreakHyphen":
                out.append("-")
            elif child.tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
                out.append(f"[{child.get(f'{W}id', '')}]")
            elif child.tag == f"{W}p":  # a text box
                out.append("\n")
                visit(child)
            elif child.tag not in (_FALLBACK, f"{W}del", f"{W}moveFrom", f"{W}pPr", f"{W}rPr"):
                visit(child)

    visit(paragraph)
    return "".join(out)


def rows_of(table: Any) -> list[list[str]]:
    """Return the table's cells row by row; a nested table is read into its cell."""
    rows: list[list[str]] = []
    for row in children_of(table, f"{W}tr"):
        if row.find(f"{W}trPr/{W}del") is not None:
            continue
        cells = [
            "\n".join(
                text for text in (words_of(paragraph) for paragraph in cell.iter(f"{W}p")) if text.strip()
            )
            for cell in children_of(row, f"{W}tc")
        ]
        rows.append(cells)
    return rows


def children_of(parent: Any, tag: str) -> Iterator[Any]:
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _CONTAINERS:
            yield from children_of(child, tag)
