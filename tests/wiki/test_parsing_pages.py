"""Text files as they come: pages, columns, spaced tables, web frames, the form of a Chinese official letter."""

import pytest

from wiki.kinds import Kind
from wiki.parsing import parse_file

LETTER = """京政发〔2020〕1号
关于规范便民菜市场的
通知
各区人民政府，市政府各委、办、局：
　　为了规范经营，现通知如下。
一、总体要求
坚持便民。
二、有关措施
落实责任。
附件：1．市场名录
2．评分表
北京市城市管理委员会
2020年3月1日
附件1
市场名录
1．劲松市场
"""


def read(text):
    return parse_file("稿.txt", text.encode())


def outline(parsed):
    return [(depth, node.kind.value, node.label, node.text) for depth, node in parsed.walk()]


def rules(parsed):
    return [(doubt.rule, node.text) for node, doubt in parsed.doubts]


def test_an_official_letter():
    parsed = read(LETTER)
    assert parsed.title == "关于规范便民菜市场的通知"
    assert parsed.facts == {
        "number": "京政发〔2020〕1号",
        "date": "2020年3月1日",
        "issuer": "北京市城市管理委员会",
    } | {"addressee": "各区人民政府，市政府各委、办、局"}
    assert outline(parsed) == [
        (0, "paragraph", "", "京政发〔2020〕1号"),
        (0, "paragraph", "", "各区人民政府，市政府各委、办、局："),
        (0, "paragraph", "", "为了规范经营，现通知如下。"),
        (0, "heading", "一、", "总体要求"),
        (1, "paragraph", "", "坚持便民。"),
        (0, "heading", "二、", "有关措施"),
        (1, "paragraph", "", "落实责任。"),
        (0, "heading", "附件：", ""),
        (1, "item", "1．", "市场名录"),
        (1, "item", "2．", "评分表"),
        (0, "paragraph", "", "北京市城市管理委员会"),
        (0, "paragraph", "", "2020年3月1日"),
        (0, "heading", "附件1", ""),
        (1, "paragraph", "", "市场名录"),
        (1, "item", "1．", "劲松市场"),
    ]


def test_page_numbers_and_running_heads_go_and_the_sentence_between_pages_is_whole():
    page = "\n\n— {} —\n\n市场管理办法\n\n"
    parsed = read(
        "市场管理办法\n第一条 商户应当每天清扫摊位周边的"
        + page.format(1)
        + "垃圾，不得乱倒，\n"
        + "第二条 本办法自公布之日起施行，由街道办事处负责解释，有关部门"
        + page.format(2)
        + "配合。\n第三条 附则"
    )
    assert [node.label for node in parsed.nodes] == ["第一条", "第二条", "第三条"]
    assert parsed.removed == ("— 1 —", "市场管理办法", "— 2 —", "市场管理办法")
    assert "去掉了页码" in str(parsed.problems[0])


def test_a_number_alone_is_a_page_only_where_they_count():
    assert "3" in [node.text for node in read("稿\n正文一。\n3\n正文二。").nodes]
    parsed = read("稿\n正文一。\n3\n正文二。\n4\n正文三。\n5\n正文四。")
    assert [node.text for node in parsed.nodes] == ["正文一。", "正文二。", "正文三。", "正文四。"]


def test_a_column_is_undone():
    words = "为了规范便民菜市场的经营秩序方便居民日常生活根据有关法律法规结合本市实际情况制定本办法适用于本市行政区域内的市场以及早市和流动菜车。"
    width = 22
    broken = "\n".join(words[at : at + width] for at in range(0, len(words), width))
    parsed = read(f"市场办法\n　　{broken}\n　　{broken}\n　　{broken}\n第一条 {words}")
    assert [node.text for node in parsed.nodes] == [words] * 4
    assert not parsed.doubts


def test_a_line_joined_on_a_guess_is_marked():
    parsed = read("稿\n　　根据《关于加强市场管理的意见》（京发\n\n〔2015〕37号）的要求，制定本办法。")
    assert [node.text for node in parsed.nodes] == [
        "根据《关于加强市场管理的意见》（京发〔2015〕37号）的要求，制定本办法。"
    ]
    assert [rule for rule, _ in rules(parsed)] == ["joined"]


@pytest.mark.parametrize("gap", ["\t", "    ", "　　"])
def test_a_table_of_blanks(gap):
    rows = [["时段", "限值", "备注"], ["昼间", "70 分贝", "含中午"], ["夜间", "55 分贝", "二十二时起"]]
    parsed = read("噪声办法\n限值如下：\n" + "\n".join(gap.join(row) for row in rows) + "\n以上为准。")
    table = parsed.nodes[1]
    assert table.kind is Kind.TABLE
    assert [row.text for row in table.children] == [" | ".join(row) for row in rows]
    assert [rule for rule, _ in rules(parsed)] == ["table"]


def test_a_web_pages_frame_goes():
    parsed = read(
        "首页 >> 政务公开 >> 草案\n市场办法\n发布时间：2020-01-01\n第一条 应当亮证经营。\n打印本页\n上一篇：通知\n"
        "文件信息\nsomebody\n浏览次数: 12 审核通过编辑次数: 3"
    )
    assert parsed.title == "市场办法"
    assert [node.text for node in parsed.nodes] == ["应当亮证经营。"]
    assert len(parsed.removed) == 7
    assert len(parsed.problems) == 7


@pytest.mark.parametrize(
    ("text", "rule", "where"),
    [
        ("稿\n一、甲\n好。\n三、乙\n好。", "gap", "乙"),
        ("稿\n一、甲\n好。\n一、乙\n好。", "repeat", "乙"),
        ("稿\n第一条 甲。\n第二条 乙。\n第四条 丙。", "gap", "丙。"),
        ("稿\n（二）甲。\n（三）乙。", "gap", "甲。"),
        ("稿\n一、甲\n(1)子项。\n(2)另一项。", "depth", "子项。"),
        ("稿\n一、总则\n）组织领导\n由街道负责。\n（二）经费\n由区里负担。", "label", "组织领导"),
        ("稿\n一、甲\n" + "商户应当" * 12, "cut", "商户应当" * 12),
        ("稿\n第一条 好。\n扫描二维码关注官方微信", "leftover", "扫描二维码关注官方微信"),
        (
            "北京市办法\n一、甲\n福建新区好，福建自贸区好。\n二、乙\n北京好。",
            "place",
            "福建新区好，福建自贸区好。",
        ),
        ("北京市办法\n一、甲\n到杭州市学习。\n在杭州市座谈。", "place", "到杭州市学习。"),
        ("稿\n一、甲\n好。\n二、乙\n好。\n另外的材料\n这是贴进来的一段较长的话。", "tail", "另外的材料"),
    ],
)
def test_what_is_uncertain_is_marked(text, rule, where):
    assert (rule, where) in rules(read(text))


@pytest.mark.parametrize(
    "text",
    [
        LETTER,
        "办法\n第一章 总则\n第一条 甲。\n第二条 乙：\n（一）子；\n（二）丑。\n第二章 附则\n第三条 丙。",
        "规划\n一、甲\n1.子\n好。\n2.丑\n好。\n二、乙\n（一）子\n好。",
        "北京市方案\n一、甲\n学习上海、浙江、福建、广东的经验。\n又学习上海、江苏、山东、湖北的经验。",
        "办法\n第一条 甲。\n第一条之一 乙。\n第二条 丙。",
        "规划\n一、甲\n要求：\n1.子。\n2.丑。\n另有：\n1.寅。\n2.卯。\n本市市场、超市和城市小区市容。超市市场。",
    ],
)
def test_what_is_sound_is_not_marked(text):
    assert rules(read(text)) == []


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("㈠总体要求", "㈠"),
        ("⒈目标", "⒈"),
        ("⑵措施", "⑵"),
        ("（ 三 ）其他", "（ 三 ）"),
        ("（３）其他", "（３）"),
        ("第二款 前款除外", "第二款"),
        ("第一编 通则", "第一编"),
    ],
)
def test_other_forms_of_numbers(line, label):
    parsed = read(f"标题\n{line}\n正文。")
    assert parsed.nodes[0].label == label
