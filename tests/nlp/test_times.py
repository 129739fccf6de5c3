"""Times against a given clock, and amounts."""

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import times
from nlp.extract import extract, find_amounts
from nlp.times import find_times, numeral

NOW = datetime(2026, 11, 21, 15, 30)  # noqa: DTZ001  (a Saturday, the citizen's own clock)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("昨天垃圾没收", "2026-11-20T00:00", "2026-11-21T00:00"),
        ("昨晚十点施工", "2026-11-20T22:00", "2026-11-20T22:00"),
        ("昨天晚上8点半", "2026-11-20T20:30", "2026-11-20T20:30"),
        ("今天凌晨两点", "2026-11-21T02:00", "2026-11-21T02:00"),
        ("今天下午", "2026-11-21T12:00", "2026-11-21T18:00"),
        ("11月3日上午", "2026-11-03T08:00", "2026-11-03T12:00"),
        ("2025年3月5日", "2025-03-05T00:00", "2025-03-06T00:00"),
        ("2025年12月份", "2025-12-01T00:00", "2026-01-01T00:00"),
        ("上周三", "2026-11-11T00:00", "2026-11-12T00:00"),
        ("上周末", "2026-11-14T00:00", "2026-11-16T00:00"),
        ("三天前", "2026-11-18T00:00", "2026-11-19T00:00"),
        ("两小时前", "2026-11-21T13:30", "2026-11-21T13:30"),
        ("上个月", "2026-10-01T00:00", "2026-11-01T00:00"),
        ("去年", "2025-01-01T00:00", "2026-01-01T00:00"),
        ("明天15:05停水", "2026-11-22T15:05", "2026-11-22T15:05"),
        ("晚上十一点一刻还在吵", "2026-11-21T23:15", "2026-11-21T23:15"),
        ("上周三晚上", "2026-11-11T18:00", "2026-11-12T00:00"),
        ("前天凌晨2点", "2026-11-19T02:00", "2026-11-19T02:00"),
        ("大前天的傍晚", "2026-11-18T17:00", "2026-11-18T20:00"),
        ("11月3日", "2026-11-03T00:00", "2026-11-04T00:00"),
        ("12月24日", "2026-12-24T00:00", "2026-12-25T00:00"),
        ("5月8日", "2026-05-08T00:00", "2026-05-09T00:00"),
        ("三月份", "2026-03-01T00:00", "2026-04-01T00:00"),
        ("春节期间有人放炮", "2026-02-16T00:00", "2026-02-24T00:00"),
        ("去年国庆节期间", "2025-10-01T00:00", "2025-10-08T00:00"),
        ("2024年中秋", "2024-09-17T00:00", "2024-09-18T00:00"),
        ("除夕夜里", "2026-02-16T21:00", "2026-02-17T06:00"),
        ("元旦当天", "2026-01-01T00:00", "2026-01-02T00:00"),
        ("十一假期", "2026-10-01T00:00", "2026-10-08T00:00"),
        ("去年11月5日", "2025-11-05T00:00", "2025-11-06T00:00"),
        ("昨天早上6点到8点", "2026-11-20T06:00", "2026-11-20T08:00"),
        ("昨晚10点到凌晨2点", "2026-11-20T22:00", "2026-11-21T02:00"),
        ("11月3日到5日", "2026-11-03T00:00", "2026-11-06T00:00"),
        ("今天14:00-16:30", "2026-11-21T14:00", "2026-11-21T16:30"),
        ("2025年3月至2025年5月", "2025-03-01T00:00", "2025-06-01T00:00"),
        ("近三天", "2026-11-18T00:00", "2026-11-21T15:30"),
        ("最近一个月", "2026-10-22T00:00", "2026-11-21T15:30"),
        ("两个月前", "2026-09-01T00:00", "2026-10-01T00:00"),
        ("一周前", "2026-11-14T00:00", "2026-11-15T00:00"),
        ("今天中午12点", "2026-11-21T12:00", "2026-11-21T12:00"),
        ("今天半夜1点", "2026-11-21T01:00", "2026-11-21T01:00"),
        ("上个月15号", "2026-10-15T00:00", "2026-10-16T00:00"),
        ("2026-11-20 21:40", "2026-11-20T21:40", "2026-11-20T21:40"),
    ],
)
def test_resolved(text, start, end):
    (mention,) = find_times(text, now=NOW)
    assert (mention.start, mention.end) == (start, end)


@pytest.mark.parametrize(
    ("text", "written", "start", "end"),
    [
        ("工地每天早上6点到8点施工", "每天早上6点到8点", "T06:00", "T08:00"),
        ("每晚十点开始跳舞", "每晚十点", "T22:00", "T22:00"),
        ("每天晚上都吵", "每天晚上", "T18:00", "T00:00"),
        ("天天堵车", "天天", None, None),
        ("每周三停水", "每周三", None, None),
        ("每个星期日上午有集市", "每个星期日上午", "T08:00", "T12:00"),
    ],
)
def test_what_comes_again_has_times_of_the_day(text, written, start, end):
    (mention,) = find_times(text, now=NOW)
    assert (mention.kind, mention.text, mention.start, mention.end) == (times.RECURRING, written, start, end)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("连续三天没来水", "P3D"),
        ("持续了两个多月", "P2M"),
        ("长达5年", "P5Y"),
        ("整整12小时没电", "PT12H"),
        ("一连几天", None),
    ],
)
def test_how_long_it_lasts(text, length):
    (mention,) = find_times(text, now=NOW)
    assert (mention.kind, mention.length, mention.start) == (times.DURATION, length, None)


def test_kinds():
    assert [one.kind for one in find_times("昨天停水，今天10点来水", now=NOW)] == [times.SPAN, times.MOMENT]


@settings(deadline=None)
@given(st.text("昨今天晚上早每周三月日号点半分到至-:2026年十一二近连续个前春节国庆 ，", max_size=40))
def test_any_text_is_read_without_error(text):
    for mention in find_times(text, now=NOW):
        assert mention.text in text
        assert (mention.start is None) == (mention.end is None)


@pytest.mark.parametrize("text", ["2月30日", "2025年13月", "今天29点"])
def test_an_impossible_date_is_found_but_not_resolved(text):
    assert find_times(text, now=NOW)[0].start is None


def test_without_a_clock_nothing_is_resolved():
    (mention,) = find_times("昨天晚上8点")
    assert (mention.text, mention.start) == ("昨天晚上8点", None)


@pytest.mark.parametrize(
    "text",
    [
        "3号楼",
        "提几点意见",
        "5号线地铁",
        "没有时间",
        "18号院",
        "五一路",
        "国庆路",
        "比分3:1",
        "价格3.5元",
        "早就说过",
        "近距离",
        "十一层楼",
    ],
)
def test_what_is_no_time(text):
    assert find_times(text, now=NOW) == []


@pytest.mark.parametrize(
    ("text", "value"), [("十", 10), ("十二", 12), ("二十", 20), ("三十一", 31), ("7", 7), ("两", 2)]
)
def test_numerals(text, value):
    assert numeral(text) == value


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("罚款500元", "500"),
        ("花了1.5万元", "15000"),
        ("三十块", None),
        ("¥1,200.50", "1200.50"),
        ("2亿元", "200000000"),
        ("20块钱", "20"),
    ],
)
def test_amounts(text, yuan):
    found = find_amounts(text)
    assert [amount.yuan for amount in found] == ([] if yuan is None else [Decimal(yuan)])


def test_one_door_to_the_facts():
    facts = extract("昨天交了２００元，电话13800138000", now=NOW)
    assert facts.amounts[0].yuan == 200
    assert facts.personal[0].value == "13800138000"
    assert facts.times[0].start == "2026-11-20T00:00"
