"""Word files: paragraphs with their styles and automatic numbers, tables row by row, in reading order.

The XML is walked directly, because python-docx's paragraphs leave out tracked insertions and content controls.
"""

import io
import zipfile
from typing import Any

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import parse_xml

from wiki.parsing.assembling import assemble
from wiki.parsing.lines import Line
from wiki.parsing.numbering import Numbering, W
from wiki.parsing.tree import Parsed, TreeBuilder
from wiki.parsing.word import blocks_of, rows_of, words_of
from wiki.parsing.word_exported import is_exported, read_exported

UNPACKED_LIMIT = 200 * 1024 * 1024
_PICTURES = (f"{W}drawing", f"{W}pict", f"{W}object")


def parse_docx(content: bytes) -> Parsed:
    """Return the clause tree of a docx file; raises wiki.parsing.FileError where it is none."""
    document = _open(content)
    builder = TreeBuilder()
    if is_exported(document.styles.element):
        return read_exported(document.element.body, builder)
    numbering = Numbering(_numbering_root(document))
    styles = _Styles(document.styles.element)
    lines: list[Line] = []
    number = tables = 0
    for block in blocks_of(document.element.body):
        if block.tag == f"{W}tbl":
            tables += 1
            lines.append(Line("", f"第 {tables} 个表格", rows=rows_of(block), header=True))
            continue
        number += 1
        where = f"第 {number} 段"
        text = words_of(block)
        if any(next(block.iter(tag), None) is not None for tag in _PICTURES):
            builder.problem(where, "图片没有导入")
        style = styles.of(block)
        number_id, depth = style.number
        label = numbering.label(number_id, depth) if number_id and text.strip() else ""
        lines.append(
            Line(
                text,
                where,
                level=style.level,
                label=label,
                indent=depth if label else 0,
                is_title=style.is_title,
            )
        )
    lines += _notes(document)
    return assemble(lines, builder=builder)


def _open(content: bytes) -> Any:
    from wiki.parsing.files import FileError

    # Word encrypts into the container of the old formats; the stream's name is in it as UTF-16.
    if content.startswith(b"\xd0\xcf\x11\xe0") and "EncryptedPackage".encode("utf-16-le") in content:
        raise FileError("这个 docx 加了密，请先去掉密码再导入。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if any(entry.flag_bits & 1 for entry in archive.infolist()):
                raise FileError("这个 docx 加了密，请先去掉密码再导入。")
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


def _notes(document: Any) -> list[Line]:
    """Return the foot- and endnotes, each opened by the mark that stands in the text."""
    lines: list[Line] = []
    for relation in document.part.rels.values():
        kind = relation.reltype.rsplit("/", 1)[-1]
        if kind in ("footnotes", "endnotes") and not relation.is_external:
            for note in parse_xml(relation.target_part.blob):
                text = "".join(words_of(paragraph) for paragraph in note.iter(f"{W}p")).strip()
                if text:
                    mark = note.get(f"{W}id", "")
                    lines.append(Line(f"注[{mark}]：{text}", f"第 {mark} 条脚注"))
    return lines


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
