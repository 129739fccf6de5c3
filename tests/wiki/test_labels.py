"""Chinese official numbering at the start of a line: what is a label, and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.numerals import read_numeral
from wiki.parsing.labels import Style, read_label, split_long
from wiki.parsing.numbering import format_number, han_numeral


@pytest.mark.parametrize(
    ("line", "style", "label", "text"),
    [
        ("第一章 总则", Style.CHAPTER, "第一章", "总则"),
        ("第一章总则", Style.CHAPTER, "第一章", "总则"),
        ("第二节　监督管理", Style.SECTION, "第二节", "监督管理"),
        ("第三编 附则", Style.PART, "第三编", "附则"),
        ("第十二条 商户应当亮证经营。", Style.ARTICLE, "第十二条", "商户应当亮证经营。"),
        ("第12条 商户", Style.ARTICLE, "第12条", "商户"),
        ("第八条之一 新增", Style.ARTICLE, "第八条之一", "新增"),
        ("一、总体要求", Style.HAN, "一、", "总体要求"),
        ("二十一、附件", Style.HAN, "二十一、", "附件"),
        ("（一）指导思想", Style.HAN_PAREN, "（一）", "指导思想"),
        ("(十二)其他", Style.HAN_PAREN, "(十二)", "其他"),
        ("1. 目标", Style.NUMBER, "1.", "目标"),
        ("1．目标", Style.NUMBER, "1．", "目标"),
        ("3、目标", Style.NUMBER, "3、", "目标"),
        ("(1)材料", Style.NUMBER_PAREN, "(1)", "材料"),
        ("2）材料", Style.NUMBER_PAREN, "2）", "材料"),
        ("①身份证", Style.CIRCLED, "①", "身份证"),
        ("• 一项", Style.BULLET, "•", "一项"),
    ],
)
def test_labels(line, style, label, text):
    found = read_label(line)
    assert (found.style, found.label, found.text) == (style, label, text)


@pytest.mark.parametrize(
    "line",
    [
        "第三条规定的情形除外。",
        "第一章至第三章不适用于临时摊位。",
        "第十条、第十一条另有规定的，从其规定。",
        "2015年12月24日，出台了意见。",
        "1.5倍以上的，加收费用。",
        "2016、2017年的数据。",
        "一是加强巡查，二是及时处置。",
        "十余个部门参加。",
        "（略）",
        "-5℃以下停止施工",
        "第三方机构评估。",
    ],
)
def test_not_labels(line):
    found = read_label(line)
    assert (found.style, found.label, found.text) == (Style.NONE, "", line)


def test_an_article_without_a_space_must_follow_its_forerunner():
    assert read_label("第三条本办法自公布之日起施行。", last_article=2).style is Style.ARTICLE
    assert read_label("第三条本办法自公布之日起施行。", last_article=7).style is Style.NONE


@given(st.text(alphabet="第章条节一二十、（）()1.①• 甲乙规定", max_size=20))
def test_a_label_and_its_text_are_the_line(line):
    found = read_label(line)
    assert (found.label + found.text).replace(" ", "") == line.replace(" ", "")


@given(st.integers(1, 9999))
def test_han_numerals_go_both_ways(number):
    assert read_numeral(han_numeral(number)) == number
    assert read_label(f"第{han_numeral(number)}条 甲").number == number


@pytest.mark.parametrize(
    ("number", "style", "text"),
    [
        (11, "chineseCounting", "十一"),
        (105, "chineseCountingThousand", "一百零五"),
        (20, "ideographDigital", "二〇"),
        (3, "decimalEnclosedCircle", "③"),
        (28, "lowerLetter", "ab"),
        (14, "upperRoman", "XIV"),
        (7, "somethingNew", "7"),
    ],
)
def test_word_number_formats(number, style, text):
    assert format_number(number, style) == text


@given(st.text(alphabet="甲乙。！\n", max_size=200), st.integers(3, 40))
def test_long_texts_are_split_without_loss(text, limit):
    parts = split_long(text, limit)
    assert all(len(part) <= limit for part in parts) or len(text) <= limit
    if len(text) > limit:
        assert "".join("".join(parts).split()) == "".join(text.split())
