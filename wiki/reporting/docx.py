"""意见征集情况说明 as a Word file: what was asked and heard, what was answered, what the text says now."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from docx import Document as new_file
from docx.document import Document as File
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from wiki.models import Document
from wiki.reporting import summary
from wiki.services.ledger import figures
from wiki.text.diff import Span, diff_spans

BODY, HEAD, TITLE = "仿宋", "黑体", "宋体"
INK = RGBColor(0, 0, 0)
GONE, COME = RGBColor(0xA6, 0x32, 0x2B), RGBColor(0x22, 0x54, 0x4F)
# XML 1.0 knows no other control codes, and Word opens no file that holds one.
UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The id of the style "Table Text": to look it up by name for each of thousands of cells takes most of the time.
TABLE_TEXT = "TableText"
UNDONE_HEAD = "采纳后又撤下"
OUTCOME_HEADS = ["收到", "采纳", "部分采纳", "不采纳", "尚未答复"]


def report(document: Document) -> bytes:
    """Return the report on a document's consultation as a .docx file."""
    file = new_file()
    _set_up(file, document)
    title = file.add_paragraph(style="Title")
    title.add_run(_fit(f"《{document.title}》意见征集情况说明"))
    _basics(file, document)
    _groups(file, document)
    _clauses(file, document)
    _turned_down(file, document)
    _signature(file, document)
    _changes(file, document)
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def _basics(file: File, document: Document) -> None:
    counted = figures(document)
    file.add_heading("一、基本情况", 1)
    opens, closes = document.opens_at, document.closes_at
    if opens and closes:
        # The day it opens is not counted, as for the thirty days; less than a day is one all the same.
        days = max(1, (timezone.localdate(closes) - timezone.localdate(opens)).days)
        _say(file, f"征求意见自{_day(opens)}起，至{_day(closes)}止，共{days}日。")
    elif opens:
        _say(file, f"征求意见自{_day(opens)}起。")
    if document.short_reason:
        _say(file, f"征求意见的期限不足三十日，理由是：{document.short_reason}")
    if document.scope:
        _say(file, f"征求意见的对象和范围：{document.scope}")
    channels = summary.by_channel(document)
    if not counted.received:
        _say(file, "征求意见期间没有收到意见。")
        return
    by = "、".join(row.name for row in channels)
    _say(
        file,
        f"共收到应当答复的意见{counted.received}条，来自{by}；已答复{counted.answered}条，答复率{counted.percent}%。"
        f"其中采纳{counted.adopted}条，部分采纳{counted.partly}条，不采纳{counted.rejected}条"
        + (f"，尚未答复{counted.missing}条。" if counted.missing else "。"),
    )
    if counted.undone:
        _say(
            file,
            f"另有{counted.undone}条采纳后又撤下：写进的文字后来随恢复先前的文字撤下，不在现在的文字里，不计入采纳和部分采纳。",
        )
    aside = [
        f"本人撤回的{counted.withdrawn}条" if counted.withdrawn else "",
        f"因广告、辱骂等规则拦下的{counted.held}条" if counted.held else "",
    ]
    if any(aside):
        _say(file, f"{'、'.join(part for part in aside if part)}不计入。")
    _counts(file, "渠道", channels)


def _groups(file: File, document: Document) -> None:
    told, rest = summary.groups(document)
    file.add_heading("二、主要意见和答复", 1)
    if not told:
        _say(file, "意见没有分组，各条款的意见数和答复见下一部分，全部意见和答复见公开的采纳情况表。")
        return
    for number, one in enumerate(told, start=1):
        file.add_heading(f"（{_numeral(number)}）{_fit(one.row.name)}（{one.row.received}条）", 2)
        for quote in one.quotes:
            _say(file, f"“{quote}”", style="Quote")
        parts = [
            f"{name}{count}条"
            for name, count in (
                ("采纳", one.row.adopted),
                ("部分采纳", one.row.partly),
                (UNDONE_HEAD, one.row.undone),
                ("不采纳", one.row.rejected),
                ("尚未答复", one.row.missing),
            )
            if count
        ]
        _say(file, f"答复情况：{'，'.join(parts)}。")
        for outcome, reason in one.answers:
            _say(file, f"{outcome}：{reason}" if reason else f"{outcome}。")
    if rest:
        _say(file, f"另有{rest}条意见没有列在以上分组里，见下一部分和公开的采纳情况表。")


def _clauses(file: File, document: Document) -> None:
    file.add_heading("三、各条款采纳情况", 1)
    rows = summary.by_clause(document)
    if rows:
        _counts(file, "条款", rows)
    else:
        _say(file, "没有收到意见。")


def _turned_down(file: File, document: Document) -> None:
    file.add_heading("四、未采纳的主要意见及理由", 1)
    told, left = summary.turned_down(document)
    if not told:
        _say(file, "没有不采纳的意见。")
        return
    rows = [
        [one.about, str(one.number), "\n".join(f"“{quote}”" for quote in one.quotes) or "—", one.reason]
        for one in told
    ]
    _table(file, ["针对", "条数", "有代表性的意见", "不采纳的理由"], rows, [3.2, 1.5, 5.3, 5.5])
    if left:
        _say(file, f"其余{left}种理由见公开的采纳情况表。")


def _signature(file: File, document: Document) -> None:
    """Put the issuer and the date where an official letter has them."""
    for text in (document.issuer, _day(timezone.now())):
        if text:
            paragraph = _say(file, text)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            paragraph.paragraph_format.first_line_indent = Pt(0)
            paragraph.paragraph_format.right_indent = Cm(1)


def _changes(file: File, document: Document) -> None:
    """Set the clauses that changed beside each other: what went struck out, what came underlined."""
    since = document.first_public
    file.add_page_break()
    file.add_heading("附录　修改前后对照", 1)
    changed = summary.changed_clauses(document, since)
    if not changed:
        _say(file, f"征求意见稿（第{since}版）的文字没有修改。")
        return
    _say(
        file,
        f"征求意见稿是第{since}版，现在是第{document.version}版，文字有修改的条款共{len(changed)}条。"
        "左栏中划去的是删去的文字，右栏中加下划线的是增加的文字。",
    )
    table = _grid(file, ["条款", "征求意见稿", "修改后"], [2.9, 6.3, 6.3])
    for one in changed:
        cells = table.add_row().cells
        _write(cells[0], one.name)
        spans = diff_spans(one.before, one.after)
        _spans(cells[1], [span for span in spans if span.operation != "ins"], "（新增）")
        _spans(cells[2], [span for span in spans if span.operation != "del"], "（删去）")


def _counts(file: File, name: str, rows: Sequence[summary.Row]) -> None:
    undone = any(row.undone for row in rows)  # the column is there where it says something
    numbers = [
        [row.received, row.adopted, row.partly, *([row.undone] if undone else []), row.rejected, row.missing]
        for row in rows
    ]
    heads = [*OUTCOME_HEADS[:3], *([UNDONE_HEAD] if undone else []), *OUTCOME_HEADS[3:]]
    names = [row.name for row in rows]
    if len(rows) > 1:
        names.append("合计")
        numbers.append([sum(column) for column in zip(*numbers, strict=True)])
    cells = [[name, *map(str, counted)] for name, counted in zip(names, numbers, strict=True)]
    _table(file, [name, *heads], cells, [15.5 - 2 * len(heads), *[2] * len(heads)])


def _table(file: File, heads: list[str], rows: list[list[str]], widths: list[float]) -> None:
    table = _grid(file, heads, widths)
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            _write(cell, text, right=text.isdigit())
    file.add_paragraph()


def _grid(file: File, heads: list[str], widths: list[float]) -> Table:
    table = file.add_table(rows=1, cols=len(heads), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    row = table.rows[0]
    # The head comes again on every page.
    mark = OxmlElement("w:tblHeader")
    row._tr.get_or_add_trPr().append(mark)
    for cell, head in zip(row.cells, heads, strict=True):
        _write(cell, head, bold=True)
    return table


def _write(cell: _Cell, text: str, *, bold: bool = False, right: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph._p.style = TABLE_TEXT
    paragraph.add_run(_fit(text)).bold = bold or None
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _spans(cell: _Cell, spans: list[Span], none: str) -> None:
    paragraph = cell.paragraphs[0]
    paragraph._p.style = TABLE_TEXT
    if not any(span.text for span in spans):
        paragraph.add_run(none).italic = True
        return
    for span in spans:
        run = paragraph.add_run(_fit(span.text))
        if span.operation == "del":
            run.font.strike, run.font.color.rgb = True, GONE
        elif span.operation == "ins":
            run.font.underline, run.font.color.rgb = True, COME


def _say(file: File, text: str, style: str = "Normal") -> Paragraph:
    return file.add_paragraph(_fit(text), style=style)


def _set_up(file: File, document: Document) -> None:
    """Set paper, margins, fonts and page numbers as official letters have them (GB/T 9704)."""
    section = file.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(3.7), Cm(3.5)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    _style(file, "Normal", BODY, 14, indent=2)
    _style(file, "Title", TITLE, 20, bold=True, centred=True)
    _style(file, "Heading 1", HEAD, 15, indent=2)
    _style(file, "Heading 2", BODY, 14, bold=True, indent=2)
    _style(file, "Quote", "楷体", 13, indent=2)
    file.styles.add_style("Table Text", 1).base_style = file.styles["Normal"]
    _style(file, "Table Text", BODY, 11)
    file.styles["Table Text"].paragraph_format.line_spacing = 1.15
    properties = file.core_properties
    properties.title = _fit(f"《{document.title}》意见征集情况说明")
    properties.author = _fit(document.issuer)
    properties.language = "zh-CN"
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot.paragraph_format.first_line_indent = Pt(0)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = foot.add_run()
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _style(
    file: File, name: str, font: str, size: int, *, bold: bool = False, indent: int = 0, centred: bool = False
) -> None:
    style = file.styles[name]
    style.font.name = font
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{script}"), None)
    fonts.set(qn("w:eastAsia"), font)
    style.font.size, style.font.bold, style.font.italic, style.font.color.rgb = Pt(size), bold, False, INK
    layout = style.paragraph_format
    layout.first_line_indent = Pt(size * indent)
    layout.space_before, layout.space_after, layout.line_spacing = Pt(0), Pt(6), 1.5
    if centred:
        layout.alignment, layout.space_after = WD_ALIGN_PARAGRAPH.CENTER, Pt(18)
        for border in style.element.findall(f".//{qn('w:pBdr')}"):
            border.getparent().remove(border)


def _day(moment: datetime) -> str:
    day = timezone.localdate(moment)
    return f"{day.year}年{day.month}月{day.day}日"


def _fit(text: str) -> str:
    return UNFIT.sub("", text)


def _numeral(number: int) -> str:
    """Return 1 to 99 as official letters number them."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    if not tens:
        return digits[ones]
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")
