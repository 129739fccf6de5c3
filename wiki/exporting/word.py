"""Word files in the look of Chinese official documents (GB/T 9704): real headings, numbers as text, real tables.

Changes are tracked changes, so that Word shows them, accepts them, refuses them.
"""

import io
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from wiki.exporting.contents import Contents, Entry
from wiki.kinds import Kind
from wiki.text.diff import Span
from wiki.text.interchange import CLAUSE_STYLES, LABEL_STYLE, NOTE_STYLE, ROW_STYLE
from wiki.text.tables import split_cells

_HEADINGS = 9
_NAMES = {"article": "条", "item": "项", "paragraph": "段", "heading": "标题"}
_BODY, _HEAD, _SUBHEAD, _TITLE = "仿宋", "黑体", "楷体", "宋体"
_SIZE, _LINE = 16, 28
_AUTHOR = "政务维基"


def as_docx(contents: Contents) -> bytes:
    """Return a document as a docx file."""
    document = docx.Document()
    _set_page(document)
    _set_styles(document, contents.entries)
    document.core_properties.title = contents.title[:255]
    document.core_properties.author = contents.issuer[:255]
    document.core_properties.comments = ""
    made = contents.made_at or datetime(2000, 1, 1, tzinfo=UTC)
    document.core_properties.created = document.core_properties.modified = made.replace(tzinfo=None)
    body = _Body(document.element.body, made)
    body.paragraph("Title", [], [Span("same", contents.title)])
    body.paragraph(NOTE_STYLE, [], [Span("same", _note(contents))])
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
            body.table(rows)
        else:
            body.paragraph(_style_of(entry), entry.label_spans, entry.spans, entry.change)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _note(contents: Contents) -> str:
    parts = [part for part in (contents.issuer, f"第 {contents.version} 版") if part]
    if contents.made_at:
        parts.append(f"{contents.made_at:%Y 年 %-m 月 %-d 日}")
    if contents.since is not None:
        parts.append(f"修订标记为与第 {contents.since} 版相比的改动")
    return "　".join(parts)


def _style_of(entry: Entry) -> str:
    if entry.kind is Kind.HEADING and entry.depth < _HEADINGS:
        return f"Heading{entry.depth + 1}"
    return f"{CLAUSE_STYLES[entry.kind.value]}{min(entry.depth, 99)}"


def _set_page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run("— ")
    for kind, words in (("begin", ""), ("", " PAGE "), ("separate", ""), ("text", "1"), ("end", "")):
        run = paragraph.add_run(words if kind == "text" else "")._r
        if kind == "":
            instruction = OxmlElement("w:instrText")
            instruction.set(qn("xml:space"), "preserve")
            instruction.text = words
            run.append(instruction)
        elif kind != "text":
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run.append(mark)
    paragraph.add_run(" —")
    for run in paragraph.runs:
        _font(run, "宋体", 14)


def _font(target: Any, family: str, size: int, *, bold: bool = False) -> None:
    target.font.name = "Times New Roman"
    target.font.size = Pt(size)
    target.font.bold = bold
    target.font.italic = False
    target.font.color.rgb = RGBColor(0, 0, 0)
    properties = target._element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for name in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(name), None)
    fonts.set(qn("w:eastAsia"), family)


def _set_styles(document: Any, entries: Iterable[Entry]) -> None:
    styles = document.styles
    normal = styles["Normal"]
    _font(normal, _BODY, _SIZE)
    _spacing(normal, indent=True)
    title = styles["Title"]
    _font(title, _TITLE, 22, bold=True)
    _spacing(title, indent=False)
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.space_after = Pt(_LINE // 2)
    border = title._element.pPr.find(qn("w:pBdr"))
    if border is not None:
        title._element.pPr.remove(border)
    for level in range(1, _HEADINGS + 1):
        heading = styles[f"Heading {level}"]
        _font(heading, _HEAD if level == 1 else _SUBHEAD if level == 2 else _BODY, _SIZE, bold=level > 2)
        _spacing(heading, indent=True)
        heading.paragraph_format.keep_with_next = True
    note = styles.add_style(NOTE_STYLE, WD_STYLE_TYPE.PARAGRAPH)
    note.base_style = normal
    _font(note, _SUBHEAD, 12)
    note.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    note.paragraph_format.first_line_indent = Pt(0)
    note.paragraph_format.space_after = Pt(_LINE // 2)
    styles.add_style(LABEL_STYLE, WD_STYLE_TYPE.CHARACTER)
    used: set[tuple[str, int]] = set()
    for entry in entries:
        if entry.is_row:
            used.add((ROW_STYLE, entry.depth))
        elif entry.kind is not Kind.TABLE and not (entry.kind is Kind.HEADING and entry.depth < _HEADINGS):
            used.add((CLAUSE_STYLES[entry.kind.value], min(entry.depth, 99)))
    for name, depth in sorted(used):
        style = styles.add_style(f"{name}{depth}", WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        if name == ROW_STYLE:
            _font(style, _BODY, 12)
            _spacing(style, indent=False, line=20)


def _spacing(style: Any, *, indent: bool, line: int = _LINE) -> None:
    form = style.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule = WD_LINE_SPACING.AT_LEAST
    form.line_spacing = Pt(line)
    form.first_line_indent = Pt(2 * _SIZE) if indent else Pt(0)


class _Body:
    """Writes paragraphs and tables as XML: a thousand of them by python-docx's own methods take seconds."""

    def __init__(self, body: Any, made: datetime) -> None:
        self._body = body
        self._end = body.find(qn("w:sectPr"))
        self._made = made.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._marks = 0

    def _add(self, element: Any) -> None:
        self._end.addprevious(element)

    def paragraph(self, style: str, labels: Iterable[Span], spans: Iterable[Span], change: str = "") -> None:
        labels, spans = list(labels), list(spans)
        if labels and spans:
            # What stands between number and words goes with the number.
            last = labels[-1]
            labels.append(Span(last.operation if change in ("added", "removed") else "same", "\u3000"))
        self._add(self._paragraph(style, labels, spans, change))

    def _paragraph(self, style: str, labels: Iterable[Span], spans: Iterable[Span], change: str = "") -> Any:
        paragraph = OxmlElement("w:p")
        properties = OxmlElement("w:pPr")
        properties.append(_valued("w:pStyle", style))
        if change in ("added", "removed"):
            # The paragraph's own end is put in or taken out too.
            run = OxmlElement("w:rPr")
            run.append(self._mark("w:ins" if change == "added" else "w:del"))
            properties.append(run)
        paragraph.append(properties)
        for span in labels:
            self._run(paragraph, span, is_label=span.text != "\u3000")
        for span in spans:
            self._run(paragraph, span)
        return paragraph

    def _mark(self, tag: str) -> Any:
        self._marks += 1
        mark = OxmlElement(tag)
        mark.set(qn("w:id"), str(self._marks))
        mark.set(qn("w:author"), _AUTHOR)
        mark.set(qn("w:date"), self._made)
        return mark

    def _run(self, parent: Any, span: Span, *, is_label: bool = False) -> None:
        run = OxmlElement("w:r")
        if is_label:
            properties = OxmlElement("w:rPr")
            properties.append(_valued("w:rStyle", LABEL_STYLE))
            run.append(properties)
        for number, line in enumerate(span.text.split("\n")):
            if number:
                run.append(OxmlElement("w:br"))
            words = OxmlElement("w:delText" if span.operation == "del" else "w:t")
            words.text = line
            words.set(qn("xml:space"), "preserve")
            run.append(words)
        if span.operation == "same":
            parent.append(run)
        else:
            mark = self._mark(f"w:{span.operation}")
            mark.append(run)
            parent.append(mark)

    def table(self, rows: list[Entry]) -> None:
        if not rows:
            return
        width = max(len(split_cells(row.text)) for row in rows)
        table = OxmlElement("w:tbl")
        properties = OxmlElement("w:tblPr")
        properties.append(_valued("w:tblStyle", "TableGrid"))
        size = OxmlElement("w:tblW")
        size.set(qn("w:w"), "5000")
        size.set(qn("w:type"), "pct")
        properties.append(size)
        table.append(properties)
        grid = OxmlElement("w:tblGrid")
        for _ in range(width):
            grid.append(OxmlElement("w:gridCol"))
        table.append(grid)
        for row in rows:
            table.append(self._row(row, width))
        self._add(table)
        self._add(self._paragraph(NOTE_STYLE, [], []))  # two tables in a row would grow together

    def _row(self, row: Entry, width: int) -> Any:
        cells = split_cells(row.text)
        old = split_cells("".join(span.text for span in row.spans if span.operation != "ins"))
        element = OxmlElement("w:tr")
        properties = OxmlElement("w:trPr")
        if len(cells) < width:
            properties.append(_valued("w:gridAfter", str(width - len(cells))))
        if row.kind is Kind.HEADER_ROW:
            properties.append(OxmlElement("w:tblHeader"))
        if row.change in ("added", "removed"):
            properties.append(self._mark("w:ins" if row.change == "added" else "w:del"))
        element.append(properties)
        for number, cell in enumerate(cells):
            spans = [Span("same", cell)]
            if row.change == "changed" and len(old) == len(cells) and old[number] != cell:
                spans = [Span("del", old[number]), Span("ins", cell)]
            elif row.change in ("added", "removed"):
                spans = [Span("ins" if row.change == "added" else "del", cell)]
            box = OxmlElement("w:tc")
            box.append(OxmlElement("w:tcPr"))
            box.append(self._paragraph(f"{ROW_STYLE}{row.depth}", [], [span for span in spans if span.text]))
            element.append(box)
        return element


def _valued(tag: str, value: str) -> Any:
    element = OxmlElement(tag)
    element.set(qn("w:val"), value)
    return element
