"""Times against a given clock, and amounts."""

from datetime import datetime
from decimal import Decimal

import pytest

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
    ],
)
def test_resolved(text, start, end):
    (mention,) = find_times(text, now=NOW)
    assert (mention.start, mention.end) == (start, end)


@pytest.mark.parametrize("text", ["2月30日", "2025年13月", "今天29点"])
def test_an_impossible_date_is_found_but_not_resolved(text):
    assert find_times(text, now=NOW)[0].start is None


def test_without_a_clock_nothing_is_resolved():
    (mention,) = find_times("昨天晚上8点")
    assert (mention.text, mention.start) == ("昨天晚上8点", None)


@pytest.mark.parametrize("text", ["3号楼", "提几点意见", "5号线地铁", "没有时间", "18号院"])
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
