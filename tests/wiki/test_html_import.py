"""Web pages and clipboards into trees: structure is read, nothing active and nothing hidden comes along."""

import pytest

from wiki.kinds import Kind
from wiki.parsing import FileError, parse_file, parse_pasted
from wiki.parsing.html import DEPTH_LIMIT, sanitise


def outline(parsed):
    return [(depth, node.kind.value, node.label, node.text) for depth, node in parsed.walk()]


PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>某市 - 办法</title><style>p{}</style></head>
<body onload="alert(1)"><div class="nav">当前位置：首页 &gt; 草案</div><h1>市场管理办法</h1>
<h2>第一章 总则</h2><p>第一条 <b>应当</b>亮证<del>旧</del><ins>经营</ins>。<br>第二条 分为：</p>
<ol start="3"><li>早市；</li><li><p>夜市。</p></li></ol>
<p><span style="mso-list:Ignore">（一）<span>&nbsp;&nbsp;</span></span>指导思想</p><p style="display:none">看不见</p>
<table><tr><th>时段<th>限值<tr><td>夜间<td><p>55</p><p>分贝</p><tr><td colspan=2>全天</table>
<table><tr><td><p>版面表格里的段落。</p></td></tr></table><a href="javascript:alert(5)">链接</a></body></html>"""


def test_a_page():
    parsed = parse_file("页.html", PAGE.encode())
    assert parsed.title == "市场管理办法"
    assert outline(parsed) == [
        (0, "heading", "第一章", "总则"),
        (1, "article", "第一条", "应当亮证经营。"),
        (1, "article", "第二条", "分为："),
        (2, "item", "3.", "早市；"),
        (2, "item", "4.", "夜市。"),
        (2, "heading", "（一）", "指导思想"),
        (3, "table", "", ""),
        (4, "header", "", "时段 | 限值"),
        (4, "row", "", "夜间 | 55 分贝"),
        (4, "row", "", "全天 |"),
        (3, "paragraph", "", "版面表格里的段落。"),
        (3, "paragraph", "", "链接"),
    ]
    assert any("当前位置" in str(problem) for problem in parsed.problems)


def test_an_old_encoding_is_read():
    page = "<html><meta charset=gb2312><body><h1>办法</h1><p>第一条 好。</p></body></html>"
    assert parse_file("a.htm", page.encode("gb18030")).title == "办法"


def test_the_clipboards_fragment_is_what_was_copied():
    source = "Version:0.9 <html><body>外面<!--StartFragment--><p>办法</p><p>第一条 里面。</p><!--EndFragment--></body>"
    parsed = parse_pasted("办法\n第一条 里面。", source)
    assert (parsed.title, outline(parsed)) == ("办法", [(0, "article", "第一条", "里面。")])


def test_pasted_words_and_pasted_source():
    assert outline(parse_pasted("办法\r\n第一条 好。")) == [(0, "article", "第一条", "好。")]
    assert outline(parse_pasted("<h1>办法</h1>\n<p>第一条 好。</p>")) == [(0, "article", "第一条", "好。")]
    assert outline(parse_pasted("办法\n若 a<b 且 b>c，则可。")) == [
        (0, "paragraph", "", "若 a<b 且 b>c，则可。")
    ]


def test_empty_html_falls_back_to_the_words():
    assert outline(parse_pasted("办法\n第一条 好。", "<img src=x>")) == [(0, "article", "第一条", "好。")]


@pytest.mark.parametrize("source", ["", "<p></p>", "<script>alert(1)</script>"])
def test_nothing_is_refused(source):
    with pytest.raises(FileError, match="没有正文"):
        parse_pasted("", source)


def test_tags_nested_too_deep_are_refused_at_once():
    with pytest.raises(FileError, match="太深"):
        sanitise("<div>" * (DEPTH_LIMIT + 1) + "x")
    parsed = parse_pasted("", "<p>办法</p>" + "<p>" * 5000 + "第一条 好。")
    assert parsed.nodes[0].kind is Kind.ARTICLE
