"""What short utterances mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import dialogue


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("BJ2611210000017", "BJ2611210000017"),
        ("查一下 bj 261121 000001 7 谢谢", "BJ2611210000017"),
        ("编号ＢＪ２６１１２１０００００１７到哪了", "BJ2611210000017"),
        ("BJ-261121-0000017", "BJ2611210000017"),
        ("2611210000017", "BJ2611210000017"),
        ("我电话13800138000，12月报的", None),
        ("身份证110101199003074514", None),
        ("12345", None),
        ("XBJ2611210000017", None),
    ],
)
def test_find_case_number(text: str, number: str | None) -> None:
    assert dialogue.find_case_number(text) == number


@pytest.mark.parametrize(
    "text", ["/restart", "  /inform_location{}", "\u3000/x", "\x00/x", "//x", "\ufeff /x"]
)
def test_no_text_of_a_person_is_a_command(text: str) -> None:
    assert not dialogue.neutralise(text).strip().startswith("/")


@given(st.text())
def test_neutralised_text_never_begins_with_a_slash(text: str) -> None:
    assert not dialogue.neutralise(text).strip().startswith("/")


@pytest.mark.parametrize(
    "text",
    [
        "我要反映问题",
        "我想投诉一件事",
        "你好，我要举报",
        "有个问题想反映一下",
        "再报一个问题",
        "在这里反映问题",
        "",
    ],
)
def test_an_opening_describes_nothing(text: str) -> None:
    assert not dialogue.describes_problem(text)


@pytest.mark.parametrize("text", ["井盖坏了", "我要投诉楼下烧烤", "路灯不亮", "小区门口有垃圾"])
def test_a_problem_is_described(text: str) -> None:
    assert dialogue.describes_problem(text)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("不对，地点是劲松五区", "place", "劲松五区"),
        ("地址改成望京西园三区。", "place", "望京西园三区"),
        ("位置错了，应该是五道口", "place", "五道口"),
        ("不是这里，在劲松", "place", "劲松"),
        ("问题是路灯不亮", "text", "路灯不亮"),
        ("内容改成有人倾倒渣土", "text", "有人倾倒渣土"),
        ("地点不对", "place", ""),
        ("改一下内容", "text", ""),
    ],
)
def test_read_correction(text: str, field: str, value: str) -> None:
    assert dialogue.read_correction(text) == dialogue.Correction(field, value)


@pytest.mark.parametrize("text", ["确认", "是的", "谢谢", "不对", "路灯不亮"])
def test_no_correction(text: str) -> None:
    assert dialogue.read_correction(text) is None


@pytest.mark.parametrize("text", ["取消", "算了吧", "不报了", "那算了", "退出。"])
def test_cancel(text: str) -> None:
    assert dialogue.is_cancel(text)


@pytest.mark.parametrize("text", ["取消了公交站牌没人管", "算了半天也没算清水费", "停止施工的工地还在响"])
def test_a_story_with_the_word_is_no_cancel(text: str) -> None:
    assert not dialogue.is_cancel(text)


@pytest.mark.parametrize("text", ["我要投诉", "我想反映个问题", "举报"])
def test_a_wish_to_report_without_a_word_of_what(text: str) -> None:
    assert dialogue.opens_report(text)


@given(st.text(max_size=300))
def test_nothing_a_person_types_breaks_the_reading(text: str) -> None:
    for read in (
        dialogue.find_case_number,
        dialogue.describes_problem,
        dialogue.read_correction,
        dialogue.is_cancel,
        dialogue.is_skip,
        dialogue.asks_progress,
        dialogue.asks_market,
        dialogue.asks_human,
    ):
        read(text)
