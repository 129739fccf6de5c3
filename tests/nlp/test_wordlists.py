"""The operator's lists: found plain and in disguise, not where two words meet by chance."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import wordlists
from nlp.wordlists import WordLists

SMALL = WordLists(
    {"hazard": ["燃气泄漏", "漏电"], "abuse": ["傻逼", "操你妈", "sb"], "advertising": ["加微信", "包过"]},
    {
        "傻": "煞沙",
        "逼": "比笔",
        "操": "草",
        "你": "泥",
        "妈": "马",
        "加": "佳+",
        "微": "薇威v",
    },
    {"妈": ["女马"]},
)


@pytest.mark.parametrize(
    ("text", "word", "written"),
    [
        ("楼道里燃气泄漏了", "燃气泄漏", "燃气泄漏"),
        ("樓道漏電", "漏电", "漏電"),
        ("你个傻逼", "傻逼", "傻逼"),
        ("傻*逼物业", "傻逼", "傻*逼"),
        ("傻 _ 逼", "傻逼", "傻 _ 逼"),
        ("傻😀逼", "傻逼", "傻😀逼"),
        ("傻\u200b逼", "傻逼", "傻\u200b逼"),
        ("真是煞笔", "傻逼", "煞笔"),
        ("草泥马的", "操你妈", "草泥马"),
        ("操你女马", "操你妈", "操你女马"),
        ("操.你.妈", "操你妈", "操.你.妈"),
        ("你是ＳＢ吗", "sb", "ＳＢ"),
        ("s.b物业", "sb", "s.b"),
        ("佳薇信领红包", "加微信", "佳薇信"),
        ("+v信", "加微信", "+v信"),
        ("证书包过", "包过", "包过"),
    ],
)
def test_found_with_its_place(text, word, written):
    (hit,) = SMALL.find(text)
    assert (hit.word, hit.text) == (word, written)
    assert text[hit.start : hit.end] == written
    assert hit.plain == (wordlists.fold(written) == word and len(written) == len(word))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "😀",
        "USB接口坏了",
        "sbc",
        "他真傻。逼我签字",
        "他真傻，逼我签字",
        "风沙比较大",
        "傻＊＊＊＊＊＊＊＊逼",
        "书包过大",
        "这条路太差，你们管不管",
        "\ud800",
        "*" * 50,
    ],
)
def test_not_found(text):
    assert SMALL.find(text) == []


def test_the_longest_from_the_left():
    lists = WordLists({"advertising": ["刷单", "刷单返现"]})
    assert [hit.word for hit in lists.find("刷单返现，刷单")] == ["刷单返现", "刷单"]


def test_lists_are_files(tmp_path):
    (tmp_path / "hazard.txt").write_text("# 注释\n蓝色烟雾 # 说明\n\n", "utf-8")
    lists = WordLists.load(tmp_path)
    assert [(hit.kind, hit.word) for hit in lists.find("厂里冒蓝色烟雾")] == [("hazard", "蓝色烟雾")]
    assert WordLists.load(tmp_path / "absent").find("蓝色烟雾") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("小区煤气泄漏，消防通道被堵", {"hazard": ("煤气泄漏", "消防通道被堵")}),
        ("物业经理是个煞*笔", {"abuse": ("傻逼",)}),
        ("免费领取，加薇♥信", {"advertising": ("免费领取", "加微信")}),
        ("领导不作为，政策不合理，我反对这个方案", {}),
        ("他吗的确不知道，其他吗的地方", {}),
        ("贷款买的房子，证书还没办下来", {}),
        ("请代开证明", {}),
        ("4月份物业费涨价", {}),
    ],
)
def test_the_shipped_lists(text, expected):
    assert wordlists.by_kind(text) == expected


@settings(deadline=None)
@given(st.text("傻逼煞笔sb*+ 。，操你女马微信v漏电\ud800😀ａ", max_size=40))
def test_places_are_the_texts_own(text):
    hits = SMALL.find(text)
    assert all(text[hit.start : hit.end] == hit.text for hit in hits)
    assert all(one.end <= other.start for one, other in pairwise(hits))
