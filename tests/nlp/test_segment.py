"""Index and query terms: whatever two characters a text holds, they find it."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import index_terms, query_terms, segment
from nlp.segment import Dictionary

HAN = st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF).filter(lambda c: c < "\u4dc0" or c > "\u4dff")
COMMON = st.sampled_from("便民菜市场信息管道乱停车辆乾隆後來垃圾堆放海淀区中关村噪声扰民〇々豈")
MIXED = st.text(alphabet=st.one_of(HAN, COMMON, st.sampled_from("aB3 ，。Ａ１\n-")), max_size=40)


def finds(query: str, text: str) -> bool:
    return set(query_terms(query).required) <= set(index_terms(text))


@settings(deadline=None)
@given(MIXED)
def test_every_two_character_han_substring_finds_its_text(text):
    for at in range(len(text) - 1):
        pair = text[at : at + 2]
        if all(segment._HAN_START.match(character) for character in pair):
            assert finds(pair, text)


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("市场", "便民菜市场信息", True),
        ("菜市场", "便民菜市场信息", True),
        ("管道", "燃气管道漏了", True),
        ("後來", "后来没人管", True),
        ("狗", "有人遛狗不牵绳", True),
        ("ＢＪ2611210000017", "案件bj2611210000017已结案", True),
        ("wifi", "公园没有WiFi", True),
        ("4g", "4G基站", True),
        ("场市", "便民菜市场信息", False),
        ("路灯", "红绿灯坏了", False),
    ],
)
def test_what_a_query_finds(query, text, found):
    assert finds(query, text) is found


def test_words_of_the_language_are_terms():
    assert "菜市场" in index_terms("便民菜市场信息")
    assert "菜市场" in query_terms("便民菜市场").words


def test_a_query_of_signs_asks_for_nothing():
    assert query_terms("，。！😀") == segment.QueryTerms((), ())


def test_lexicon_version_follows_the_word_lists(tmp_path):
    (tmp_path / "words.txt").write_text("# 注释\n接诉即办 n\n未诉先办 50\n\n", encoding="utf-8")
    assert list(segment.lexicon_entries(tmp_path)) == [("接诉即办", None), ("未诉先办", 50)]
    assert len(segment.lexicon_version()) == 12


def test_long_runs_stay_bounded():
    terms = index_terms("啊" * 100_000)
    assert len(terms) < 200_000
    assert len(index_terms("a" * 100_000)) == 1


@settings(deadline=None)
@given(st.text(alphabet="北京市海淀区中关村大街道路灯坏了没人管理垃圾清运不及时〇龘", max_size=60))
def test_a_run_is_divided_into_words_without_loss(run):
    words = segment.tokenizer().cut(run)
    assert "".join(words) == run
    known = segment.tokenizer().FREQ
    assert all(len(word) == 1 or known.get(word) for word in words)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("小区门口路灯坏", ["小区", "门口", "路灯", "坏"]),
        ("研究生命起源", ["研究", "生命", "起源"]),
        ("WiFi 4G信号", ["wifi", "4g", "信号"]),
        ("", []),
    ],
)
def test_words(text, expected):
    assert segment.words(text) == expected


def test_the_likelier_division_wins_and_of_equals_the_longer_word():
    own = segment.Dictionary({"甲": 1, "乙": 1, "丙": 1, "甲乙": 50, "乙丙": 4})
    assert own.cut("甲乙丙") == ["甲乙", "丙"]
    own.add([("乙丙", 4000)])
    assert own.cut("甲乙丙丁") == ["甲", "乙丙", "丁"]
    own.add([("丙丁", None)])  # kept whole, whatever its parts are worth
    assert own.cut("丙丁") == ["丙丁"]


@pytest.fixture
def busy_threads() -> Iterator[None]:
    """Threads take turns as often as they can, so that what may go wrong between them does."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_the_first_cuts_may_come_from_several_threads_at_once(busy_threads):
    parts = ("天地玄黄宇宙", "洪荒日月", "盈昃辰宿列张", "寒来暑往秋收")
    words = {"".join(word)[:size]: 3 for word in product(*parts) for size in (1, 2, 3, 4)}
    for _ in range(10):
        dictionary, start = Dictionary(dict(words)), Barrier(4)

        def cut(own=dictionary, gate=start):
            gate.wait()
            return own.cut("天洪盈寒地荒昃来")

        with ThreadPoolExecutor(4) as pool:
            results = [future.result() for future in [pool.submit(cut) for _ in range(4)]]
        assert results == [["天洪盈寒", "地荒昃来"]] * 4
