"""Files into clause trees: the structure is recognised, and no character of a file is ever lost."""

import io
import zipfile
from collections import Counter
from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from wiki.kinds import Kind
from wiki.parsing import FileError, Parsed, parse_file
from wiki.text.tables import split_cells

SOURCES = Path(__file__).resolve().parents[3] / "shared" / "sources"
BODY = "商户应当亮证经营，价格公道，一二三四五六七八九十，不得占道；违者（见附件）处罚：50元、百分之5。\n"
lines = st.lists(
    st.one_of(
        st.text(alphabet=BODY, max_size=40),
        st.builds(
            "{}{}{}".format,
            st.sampled_from(["第一章", "第二节", "第三条", "一、", "（二）", "1.", "(3)", "①", "• "]),
            st.sampled_from(["", " ", "　"]),
            st.text(alphabet=BODY.strip(), max_size=30),
        ),
    ),
    max_size=25,
)


def squeezed(text):
    return "".join(text.split())


def words(parsed: Parsed):
    """Return everything a parsed file holds, in reading order, without blanks."""
    parts = [parsed.title]
    for _, node in parsed.walk():
        parts.append(node.label)
        parts += split_cells(node.text) if node.kind in (Kind.ROW, Kind.HEADER_ROW) else [node.text]
    return squeezed("".join(parts))


def outline(parsed):
    return [(depth, node.kind.value, node.label, node.text) for depth, node in parsed.walk()]


@given(lines)
def test_plain_text_loses_nothing(given_lines):
    text = "\n".join(given_lines)
    try:
        parsed = parse_file("稿.txt", text.encode())
    except FileError as error:
        assert "没有正文" in str(error)  # noqa: PT017  a text of a title alone
        return
    # A repeated title or a page number goes, and is named.
    assert sorted(words(parsed) + squeezed("".join(parsed.removed))) == sorted(squeezed(text))
    assert len(parsed.removed) <= len(parsed.problems)
    if not parsed.removed:
        assert words(parsed) == squeezed(text)


@settings(max_examples=40, deadline=None)
@given(lines)
def test_word_files_lose_nothing(given_lines):
    document = docx.Document()
    for line in given_lines:
        document.add_paragraph(line)
    table = document.add_table(rows=2, cols=2)
    for index, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = f"格{index}|"
    parsed = parse_file("稿.docx", saved(document))
    whole = squeezed("".join(given_lines) + "格0|格1|格2|格3|")
    assert sorted(words(parsed) + squeezed("".join(parsed.removed))) == sorted(whole)


@given(
    st.lists(
        st.text(alphabet="商户应当亮证经营，价格公道。（见附件）第三条一、", min_size=1, max_size=30),
        min_size=1,
        max_size=15,
    )
)
def test_markdown_loses_nothing(paragraphs):
    text = "# 标题\n\n" + "\n\n".join(paragraphs)
    assert words(parse_file("稿.md", text.encode())) == squeezed("标题" + "".join(paragraphs))


def saved(document):
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


LAW = """市场管理办法

第一章 总则
第一条 为了规范经营，制定本办法。
第二条 有下列情形之一的，不得经营：
（一）没有证照的；
（二）占用消防通道的。
前款规定的情形由街道认定。
第二章 附则
第三条 本办法自公布之日起施行。
"""


def test_the_structure_of_a_law():
    parsed = parse_file("a.txt", LAW.encode())
    assert parsed.title == "市场管理办法"
    assert outline(parsed) == [
        (0, "heading", "第一章", "总则"),
        (1, "article", "第一条", "为了规范经营，制定本办法。"),
        (1, "article", "第二条", "有下列情形之一的，不得经营："),
        (2, "item", "（一）", "没有证照的；"),
        (2, "item", "（二）", "占用消防通道的。"),
        (2, "paragraph", "", "前款规定的情形由街道认定。"),
        (0, "heading", "第二章", "附则"),
        (1, "article", "第三条", "本办法自公布之日起施行。"),
    ]


def test_the_structure_of_a_plan():
    text = "规划\n一、总体要求\n（一）指导思想\n坚持以人为本。\n1.目标\n到年底完成。\n(1)办法\n（二）原则\n公开。\n二、措施\n落实。"
    assert outline(parse_file("a.txt", text.encode())) == [
        (0, "heading", "一、", "总体要求"),
        (1, "heading", "（一）", "指导思想"),
        (2, "paragraph", "", "坚持以人为本。"),
        (2, "heading", "1.", "目标"),
        (3, "paragraph", "", "到年底完成。"),
        (3, "item", "(1)", "办法"),
        (1, "heading", "（二）", "原则"),
        (2, "paragraph", "", "公开。"),
        (0, "heading", "二、", "措施"),
        (1, "paragraph", "", "落实。"),
    ]


MARKDOWN = """---
title: 夜间施工办法
slug: night-work
consultation_days: 30
---
# 夜间施工办法

## 第一章 总则

**第一条** 夜间施工应当公告，
提前三天张贴。

第二条 分类如下：

1. 抢修
2. 抢险

- 其他

## 第二章 限值

| 时段 | 限值 |
|---|---|
| 昼间 | 70 分贝 |
| 夜间 | 55 \\| 50 |

见[说明](https://example.org/a)。
"""


def test_the_structure_of_markdown():
    parsed = parse_file("a.md", MARKDOWN.encode())
    assert parsed.title == "夜间施工办法"
    assert parsed.meta["slug"] == "night-work"
    assert outline(parsed) == [
        (0, "heading", "第一章", "总则"),
        (1, "article", "第一条", "夜间施工应当公告，提前三天张贴。"),
        (1, "article", "第二条", "分类如下："),
        (2, "item", "1.", "抢修"),
        (2, "item", "2.", "抢险"),
        (2, "item", "•", "其他"),
        (0, "heading", "第二章", "限值"),
        (1, "table", "", ""),
        (2, "header", "", "时段 | 限值"),
        (2, "row", "", "昼间 | 70 分贝"),
        (2, "row", "", "夜间 | 55 \\| 50"),
        (1, "paragraph", "", "见说明（https://example.org/a）。"),
    ]


def test_html_in_markdown_is_text():
    parsed = parse_file("a.md", "标题\n===\n\n<script>alert(1)</script>\n\n<b>粗</b>".encode())
    assert [node.text for _, node in parsed.walk()] == ["<script>alert(1)</script>", "<b>粗</b>"]


def test_broken_front_matter_is_named_and_the_text_is_kept():
    parsed = parse_file("a.md", "---\ntitle: [\n---\n正文一段。".encode())
    assert [node.text for _, node in parsed.walk()] == ["正文一段。"]
    assert "文件头" in str(parsed.problems[0])


def numbered(document, text, level, number_id="7"):
    paragraph = document.add_paragraph(text)
    properties = paragraph._p.get_or_add_pPr()
    numbering = OxmlElement("w:numPr")
    for name, value in (("w:ilvl", str(level)), ("w:numId", number_id)):
        element = OxmlElement(name)
        element.set(qn("w:val"), value)
        numbering.append(element)
    properties.append(numbering)
    return paragraph


def with_numbering(document):
    root = document.part.numbering_part.element
    abstract = OxmlElement("w:abstractNum")
    abstract.set(qn("w:abstractNumId"), "77")
    for level, (form, pattern) in enumerate((("chineseCounting", "第%1条"), ("chineseCounting", "（%2）"))):
        element = OxmlElement("w:lvl")
        element.set(qn("w:ilvl"), str(level))
        for name, value in (("w:start", "1"), ("w:numFmt", form), ("w:lvlText", pattern)):
            child = OxmlElement(name)
            child.set(qn("w:val"), value)
            element.append(child)
        abstract.append(element)
    root.insert(0, abstract)
    num = OxmlElement("w:num")
    num.set(qn("w:numId"), "7")
    link = OxmlElement("w:abstractNumId")
    link.set(qn("w:val"), "77")
    num.append(link)
    root.append(num)


def test_words_automatic_numbers_become_labels():
    document = docx.Document()
    with_numbering(document)
    document.add_heading("办法", 0)
    document.add_heading("第一章 总则", 1)
    numbered(document, "第一件事，有两项：", 0)
    numbered(document, "甲；", 1)
    numbered(document, "乙。", 1)
    numbered(document, "第二件事。", 0)
    numbered(document, "丙。", 1)
    parsed = parse_file("a.docx", saved(document))
    assert parsed.title == "办法"
    assert outline(parsed) == [
        (0, "heading", "第一章", "总则"),
        (1, "article", "第一条", "第一件事，有两项："),
        (2, "item", "（一）", "甲；"),
        (2, "item", "（二）", "乙。"),
        (1, "article", "第二条", "第二件事。"),
        (2, "item", "（一）", "丙。"),
    ]


def test_tracked_insertions_stay_and_deletions_go():
    document = docx.Document()
    document.add_paragraph("标题")
    paragraph = document.add_paragraph("应当")
    for tag, child, text in (("w:ins", "w:t", "及时"), ("w:del", "w:delText", "缓慢")):
        change, run, words_ = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(child)
        words_.text = text
        run.append(words_)
        change.append(run)
        paragraph._p.append(change)
    paragraph.add_run("清扫。")
    assert [node.text for _, node in parse_file("a.docx", saved(document)).walk()] == ["应当及时清扫。"]


def test_pictures_are_named(tmp_path):
    from PIL import Image

    picture = tmp_path / "a.png"
    Image.new("RGB", (4, 4)).save(picture)
    document = docx.Document()
    document.add_paragraph("标题")
    document.add_paragraph("正文。")
    document.add_picture(str(picture))
    assert [str(problem) for problem in parse_file("a.docx", saved(document)).problems] == [
        "第 3 段：图片没有导入"
    ]


def bomb():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(11):
            archive.writestr(f"{number}.xml", b" " * (20 * 1024 * 1024))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "words_"),
    [
        ("a.pdf", b"%PDF", "不认识的文件类型"),
        ("a.docx", b"PK not a zip", "不是有效的 docx"),
        ("a.docx", b"\xd0\xcf\x11\xe0old doc", "不是有效的 docx"),
        ("a.txt", b"", "没有正文"),
        ("a.txt", "只有标题".encode(), "没有正文"),
        ("a.txt", b"\x00\x01\x02text", "不是文本文件"),
        ("a.txt", b"\xff" * 30, "编码"),
        ("a.txt", b"x" * (20 * 1024 * 1024 + 1), "最大 20 MB"),
    ],
)
def test_files_that_cannot_be_read_say_why(name, content, words_):
    with pytest.raises(FileError, match=words_):
        parse_file(name, content)


def test_a_zip_bomb_is_refused():
    with pytest.raises(FileError, match="太大"):
        parse_file("a.docx", bomb())


def test_old_encodings_are_read():
    for encoding in ("gb18030", "utf-8-sig", "utf-16"):
        assert parse_file("a.txt", LAW.encode(encoding)).title == "市场管理办法"


def test_characters_that_cannot_be_shown_are_named_and_the_rest_goes_on():
    parsed = parse_file("a.txt", "标题\n好\x07的。\n下一段。".encode())
    assert [node.text for _, node in parsed.walk()] == ["好的。", "下一段。"]
    assert [str(problem) for problem in parsed.problems] == ["第 2 行：去掉了 1 个无法显示的特殊字符"]


def test_an_endless_paragraph_is_divided_and_named():
    parsed = parse_file("a.txt", ("标题\n" + "这一句有十个字呢对吧。" * 1000).encode())
    assert len(parsed.nodes) == 2
    assert "分成了 2 段" in str(parsed.problems[0])


@pytest.mark.skipif(not SOURCES.is_dir(), reason="shared/sources is not beside this checkout")
def test_the_long_messy_plan_becomes_a_sensible_tree():
    source = next(SOURCES.glob("000_*.txt"))
    text = source.read_text(encoding="utf-8")
    parsed = parse_file(source.name, source.read_bytes())
    whole = squeezed(text.translate(dict.fromkeys(map(ord, "\u200b\ufeff"))))
    assert sorted(words(parsed) + squeezed("".join(parsed.removed))) == sorted(whole)
    assert parsed.title.endswith("规划(征求意见稿)")
    top = [node for node in parsed.nodes if node.kind is Kind.HEADING and node.label]
    assert [node.label for node in top] == ["一、", "二、", "三、", "四、"]
    assert [child.label for child in top[0].children if child.kind is Kind.HEADING] == [
        "(一)",
        "(二)",
        "(三)",
    ]
    assert [child.label for child in top[2].children] == [")", "(二)", "(三)", "(四)", "(五)", "(六)"]
    found = Counter(doubt.rule for _, doubt in parsed.doubts)
    assert found == {"joined": 1, "cut": 5, "label": 1, "tail": 1, "place": 2}
    (tail,) = [node for node, doubt in parsed.doubts if doubt.rule == "tail"]
    assert parsed.nodes.index(tail) == parsed.nodes.index(top[3]) + 1
    assert all("福建" in node.text for node, doubt in parsed.doubts if doubt.rule == "place")
    assert any("浏览次数" in line for line in parsed.removed)
