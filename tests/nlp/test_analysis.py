"""analyze as a whole: its shape, and any input at all."""

import json
from datetime import datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nlp import Analysis, analyze, index_terms, normalize, query_terms, redact

REQUESTS = {"投诉", "举报", "求助", "建议", "咨询", "表扬"}
STRANGE = [
    "",
    "😀",
    "\ud800",
    "\x00\x1b[31m",
    "啊" * 100_000,
    "a" * 100_000,
    "1" * 100_000,
    "１" * 100_000,
    "。" * 100_000,
    "1 " * 50_000,
    "@" * 100_000,
    "a@" * 50_000,
    "电梯" * 50_000,
    "王女士" * 30_000,
    "\u0301" * 100_000,
    "呢度好污糟，冇人理呀，嘈到我瞓唔到覺",
    "The street light is broken since Monday",
    "垃圾" + "\u202e" + "反了",
]


def test_one_message():
    now = datetime(2026, 11, 21, 9, 0)  # noqa: DTZ001
    result = analyze("朝阳区望京街道，昨晚工地打桩吵到两点，我叫李小明，电话13800138000", now=now)
    assert isinstance(result, Analysis)
    assert result.matter.code == "08001"
    assert result.places[0].street == "望京街道"
    assert result.times[0].start == "2026-11-20T18:00"
    assert result.request == "投诉"
    assert not result.urgent
    assert result.sentiment.label == "negative"
    assert "李小明" not in result.redacted
    assert "13800138000" not in json.dumps(result.as_dict(), ensure_ascii=False)
    assert result.model_version


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 12), st.sampled_from(["工地", "电梯", "污水", "消防通道", "餐馆"]))
def test_no_part_of_the_analysis_quotes_a_phone_number(gap, subject):
    text = subject + "就" * gap + "13812345678油烟扰民，坠落，堵死，流到河里，噪音"
    assert "1381234" not in json.dumps(analyze(text).as_dict(), ensure_ascii=False)


@pytest.mark.parametrize("text", STRANGE, ids=range(len(STRANGE)))
def test_strange_input_is_analyzed(text):
    result = analyze(text)
    assert result.request in REQUESTS
    assert 0.0 <= result.matter.confidence <= 1.0
    json.dumps(result.as_dict(), ensure_ascii=False).encode()
    assert isinstance(redact(text), str)
    assert isinstance(normalize(text), str)
    assert isinstance(index_terms(text), list)
    assert query_terms(text).required is not None


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet=st.characters(), max_size=200))
@example("王\u200b女士13800\u200b138000")
def test_no_text_raises(text):
    json.dumps(analyze(text).as_dict(), ensure_ascii=False).encode()


def test_a_number_at_the_limit_is_not_cut_in_two():
    for kept in range(19_985, 20_000):
        assert "138123" not in analyze("我" * kept + "13812345678").redacted
