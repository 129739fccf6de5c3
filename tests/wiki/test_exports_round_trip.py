"""A document that leaves as a file and comes back is the same tree, whatever words are in it."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wiki.exporting import Contents, Entry, as_docx, as_json, as_markdown
from wiki.kinds import Kind
from wiki.parsing import Node, parse_file
from wiki.text.cleaning import tidy
from wiki.text.diff import Span
from wiki.text.tables import join_cells, split_cells

WORDS = st.one_of(
    st.text(alphabet="商户应当亮证经营，。：（一）第三条1.2、-+#>*_`|\\<&;[]{}~!=\" \n　附件", min_size=1, max_size=30),
    st.sampled_from([
        "**加粗**的字", "<script>alert(1)</script>", "1. 像列表", "# 像标题", "- 像项目", "| 像 | 表格 |", "---", "==",
        "<!-- clause 0 heading \"x\" -->", "<!-- wiki-document 1; version 9 -->", "&lt;b&gt; &amp;", "\\", "a\\\nb",
        "[链接](javascript:alert(1))", "```", "{++不是改动++}", "第一条 再来", "上\n\n下", "１．全角", "***", "* *", "-->",
    ]),
)  # fmt: skip
TEXTS = WORDS.map(tidy).filter(bool)
LABELS = st.one_of(
    st.sampled_from(
        ["", "第一条", "一、", "（一）", "1.", "(1)", "①", "•", "第一章", "附件1", ")", "*", "a--b>"]
    ),
    st.text(alphabet='第一二条.-*\\"<>（）1', max_size=6).map(tidy),
)
CELLS = st.lists(TEXTS.map(lambda text: " ".join(text.split())), min_size=1, max_size=4)


def rows():
    row = st.builds(
        lambda kind, cells: Node(kind, "", join_cells(split_cells(join_cells(cells)))),
        st.sampled_from([Kind.ROW, Kind.HEADER_ROW]),
        CELLS,
    )
    return st.lists(row, min_size=1, max_size=4)


leaves = st.one_of(
    st.builds(lambda text: Node(Kind.PARAGRAPH, "", text), TEXTS),
    st.builds(lambda children: Node(Kind.TABLE, "", "", children), rows()),
)
nodes = st.recursive(
    leaves,
    lambda children: st.builds(
        lambda kind, label, text, below: Node(kind, label, text, below),
        st.sampled_from([Kind.HEADING, Kind.ARTICLE, Kind.ITEM]),
        LABELS,
        TEXTS,
        st.lists(children, max_size=3),
    ),
    max_leaves=12,
)
trees = st.lists(nodes, min_size=1, max_size=4)


def contents(tree, title="摊贩管理办法（征求意见稿）"):
    entries = []

    def visit(node, depth, parent):
        number = len(entries) + 1
        entries.append(
            Entry(
                number, parent, depth, node.kind, node.label, node.text, "",
                (Span("same", node.label),) if node.label else (),
                (Span("same", node.text),) if node.text else (),
            )
        )  # fmt: skip
        for child in node.children:
            visit(child, depth + 1, number)

    for node in tree:
        visit(node, 0, None)
    return Contents(slug="stalls", title=title, version=3, entries=entries)


FORMATS = {
    "md": lambda one: as_markdown(one).encode(),
    "json": lambda one: json.dumps(as_json(one), ensure_ascii=False).encode(),
    "docx": as_docx,
}


def outline(walk):
    return [(depth, node.kind, node.label, node.text) for depth, node in walk]


def back(suffix, tree):
    return parse_file(f"稿.{suffix}", FORMATS[suffix](contents(tree)))


@pytest.mark.parametrize("suffix", ["md", "json"])
@settings(max_examples=150, deadline=None)
@given(tree=trees)
def test_any_tree_comes_back(suffix, tree):
    parsed = back(suffix, tree)
    assert outline(parsed.walk()) == [line for node in tree for line in outline(node.walk())]
    assert parsed.title == "摊贩管理办法（征求意见稿）"


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tree=trees)
def test_any_tree_comes_back_from_word(tree):
    parsed = back("docx", tree)
    assert outline(parsed.walk()) == [line for node in tree for line in outline(node.walk())]
    assert parsed.title == "摊贩管理办法（征求意见稿）"


@given(text=TEXTS)
def test_words_in_markdown_are_words(text):
    from wiki.text.interchange import escape, unescape

    assert unescape(escape(text)) == text
    assert "<" not in escape(text)
