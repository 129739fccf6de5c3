"""Word files: paragraphs with their styles and automatic numbers, tables row by row, in reading order.

The XML is walked directly, because python-docx's paragraphs leave out tracked insertions and content controls.
"""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import parse_xml

from wiki.parsing.numbering import Numbering, W
from wiki.parsing.plain import is_title
from wiki.parsing.tree import Parsed, TreeBuilder

UNPACKED_LIMIT = 200 * 1024 * 1024
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_PICTURES = (f"{W}drawing", f"{W}pict", f"{W}object")
_CONTAINERS = frozenset(
    {f"{W}sdt", f"{W}sdtContent", f"{W}customXml", f"{W}ins", f"{W}moveTo", f"{W}smartTag"}
)


def parse_docx(content: bytes) -> Parsed:
    """Return the clause tree of a docx file; raises wiki.parsing.FileError where it is none."""
    document = _open(content)
    builder = TreeBuilder()
    numbering = Numbering(_numbering_root(document))
    styles = _Styles(document.styles.element)
    title = ""
    number = tables = 0
    for block in _blocks(document.element.body):
        if block.tag == f"{W}tbl":
            tables += 1
            builder.add_table(_rows(block), where=f"第 {tables} 个表格", header=True)
            continue
        number += 1
        where = f"第 {number} 段"
        text = _text(block)
        if any(next(block.iter(tag), None) is not None for tag in _PICTURES):
            builder.problem(where, "图片没有导入")
        style = styles.of(block)
        label = ""
        number_id, depth = style.number
        if number_id and text.strip():
            label = numbering.label(number_id, depth)
        candidate = builder.clean(text, where) if not title and not builder.nodes and not label else ""
        if candidate and (style.is_title or (not style.level and is_title(candidate))):
            title = candidate
            continue
        builder.add_line(text, where=where, level=style.level, label=label, indent=depth if label else 0)
    _report_notes(document, builder)
    return Parsed(title, builder.finish(), problems=tuple(builder.problems))


def _open(content: bytes) -> Any:
    from wiki.parsing.files import FileError

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > UNPACKED_LIMIT:
                raise FileError("这个 docx 解开后太大，没有导入。")
        return docx.Document(io.BytesIO(content))
    except (zipfile.BadZipFile, PackageNotFoundError, KeyError, ValueError, SyntaxError) as error:
        raise FileError("这不是有效的 docx 文件（旧的 doc 请先另存为 docx）。") from error


def _numbering_root(document: Any) -> Any | None:
    for relation in document.part.rels.values():
        if relation.reltype.endswith("/numbering") and not relation.is_external:
            return document.part.numbering_part.element
    return None


def _blocks(parent: Any) -> Iterator[Any]:
    """Yield the paragraphs and tables below `parent` in order, also inside content controls."""
    for child in parent:
        if child.tag in (f"{W}p", f"{W}tbl"):
            yield child
        elif child.tag in _CONTAINERS:
            yield from _blocks(child)


def _text(paragraph: Any) -> str:
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
            elif child.tag == f"{W}p":  # a text box
                out.append("\n")
                visit(child)
            elif child.tag not in (_FALLBACK, f"{W}del", f"{W}moveFrom", f"{W}pPr", f"{W}rPr"):
                visit(child)

    visit(paragraph)
    return "".join(out)


def _rows(table: Any) -> list[list[str]]:
    """Return the table's cells row by row; a nested table is read into its cell."""
    rows: list[list[str]] = []
    for row in _children(table, f"{W}tr"):
        cells = [
            "\n".join(text for text in (_text(paragraph) for paragraph in cell.iter(f"{W}p")) if text.strip())
            for cell in _children(row, f"{W}tc")
        ]
        rows.append(cells)
    return rows


def _children(parent: Any, tag: str) -> Iterator[Any]:
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _CONTAINERS:
            yield from _children(child, tag)


def _report_notes(document: Any, builder: TreeBuilder) -> None:
    for relation in document.part.rels.values():
        kind = relation.reltype.rsplit("/", 1)[-1]
        if kind in ("footnotes", "endnotes") and not relation.is_external:
            root = parse_xml(relation.target_part.blob)
            for number, note in enumerate(root, start=1):
                text = "".join(_text(paragraph) for paragraph in note.iter(f"{W}p")).strip()
                if text:
                    builder.add_line(f"注：{text}", where=f"第 {number} 条脚注")


class _Style:
    def __init__(self, level: int, is_title: bool, number: tuple[str, int]) -> None:
        self.level = level
        self.is_title = is_title
        self.number = number


class _Styles:
    """What a paragraph's own properties and its style chain say about level and numbering."""

    def __init__(self, root: Any) -> None:
        self._styles = {style.get(f"{W}styleId"): style for style in root.iter(f"{W}style")}

    def of(self, paragraph: Any) -> _Style:
        own = paragraph.find(f"{W}pPr")
        chain = [own] if own is not None else []
        title = False
        style_id = _attribute(own, "pStyle")
        for _ in range(12):  # a chain that long is a loop
            style = self._styles.get(style_id)
            if style is None:
                break
            title = title or (_attribute(style, "name") or "").lower() in ("title", "标题")
            properties = style.find(f"{W}pPr")
            if properties is not None:
                chain.append(properties)
            style_id = _attribute(style, "basedOn")
        level = next(
            (int(value) + 1 for value in (_attribute(part, "outlineLvl") for part in chain) if value), 0
        )
        number_id, depth = "", 0
        for part in chain:
            properties = part.find(f"{W}numPr")
            if properties is not None:
                number_id = number_id or _attribute(properties, "numId") or ""
                depth = depth or int(_attribute(properties, "ilvl") or 0)
        return _Style(level if level <= 9 else 0, title, ("" if number_id == "0" else number_id, depth))


def _attribute(parent: Any, name: str) -> str | None:
    child = None if parent is None else parent.find(f"{W}{name}")
    return None if child is None else child.get(f"{W}val")
