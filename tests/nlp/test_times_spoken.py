"""Times as people say them: nights past midnight, seasons, the lunar calendar, festivals, ranges."""

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import festivals, lunar
from nlp.times import DURATION, RECURRING, find_times

NOW = datetime(2025, 3, 19, 10, 30)  # noqa: DTZ001  (a Wednesday, the citizen's own clock)


def bounds(text):
    return [(mention.text, mention.start, mention.end) for mention in find_times(text, now=NOW)]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("昨晚12点", "2025-03-19T00:00"),
        ("昨天晚上十二点半", "2025-03-19T00:30"),
        ("昨晚零点", "2025-03-19T00:00"),
        ("昨晚两点", "2025-03-19T02:00"),
        ("昨天夜里两点", "2025-03-19T02:00"),
        ("前天半夜1点", "2025-03-18T01:00"),
        ("除夕夜十二点", "2025-01-29T00:00"),
        ("今晚12点", "2025-03-20T00:00"),
        ("今晚两点", "2025-03-20T02:00"),
        # of no day or today: the night that has passed
        ("晚上12点", "2025-03-19T00:00"),
        ("半夜十二点", "2025-03-19T00:00"),
        ("夜里十二点半", "2025-03-19T00:30"),
        ("今天半夜1点", "2025-03-19T01:00"),
        ("晚上5点", "2025-03-19T17:00"),
        ("昨天凌晨12点半", "2025-03-18T00:30"),
        ("中午十二点", "2025-03-19T12:00"),
        ("中午1点", "2025-03-19T13:00"),
        ("下午12点半", "2025-03-19T12:30"),
        ("21时30分", "2025-03-19T21:30"),
        ("8点半", "2025-03-19T08:30"),
        ("端午那天下午三点", "2025-05-31T15:00"),
        ("国庆当天晚上8点", "2024-10-01T20:00"),
        ("昨儿晚上9点", "2025-03-18T21:00"),
        ("半小时前", "2025-03-19T10:00"),
        ("3小时后", "2025-03-19T13:30"),
    ],
)
def test_a_moment(text, moment):
    assert bounds(text) == [(text, moment, moment)]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("二〇二四年六月一日", "2024-06-01", "2024-06-02"),
        ("二零二四年六月", "2024-06-01", "2024-07-01"),
        ("24年6月1日", "2024-06-01", "2024-06-02"),
        ("2024年", "2024-01-01", "2025-01-01"),
        ("大后天", "2025-03-22", "2025-03-23"),
        ("昨儿", "2025-03-18", "2025-03-19"),
        ("下下周一", "2025-03-31", "2025-04-01"),
        ("上上周", "2025-03-03", "2025-03-10"),
        ("下下个月", "2025-05-01", "2025-06-01"),
        ("上上个月", "2025-01-01", "2025-02-01"),
        ("上个月底", "2025-02-25", "2025-03-01"),
        ("上月初", "2025-02-01", "2025-02-08"),
        ("3月中旬", "2025-03-11", "2025-03-21"),
        ("去年夏天", "2024-06-01", "2024-09-01"),
        ("前年冬天", "2023-12-01", "2024-03-01"),
        ("去年年底", "2024-12-01", "2025-01-01"),
        ("17年底", "2017-12-01", "2018-01-01"),
        ("今年上半年", "2025-01-01", "2025-07-01"),
        ("2024年第三季度", "2024-07-01", "2024-10-01"),
        ("农历八月十五", "2024-09-17", "2024-09-18"),
        ("八月十五", "2024-09-17", "2024-09-18"),
        ("八月十五日", "2024-08-15", "2024-08-16"),
        ("正月十五", "2025-02-12", "2025-02-13"),
        ("腊月二十三", "2025-01-22", "2025-01-23"),
        ("闰六月初一", "2025-07-25", "2025-07-26"),
        ("农历2024年八月十五", "2024-09-17", "2024-09-18"),
        ("正月", "2025-01-29", "2025-02-28"),
        ("重阳节", "2024-10-11", "2024-10-12"),
        ("七夕", "2024-08-10", "2024-08-11"),
        ("教师节", "2024-09-10", "2024-09-11"),
        ("冬至", "2024-12-21", "2024-12-22"),
        ("元宵节", "2025-02-12", "2025-02-13"),
        ("六一儿童节", "2025-06-01", "2025-06-02"),
        ("大年初三", "2025-01-31", "2025-02-01"),
        ("周末", "2025-03-22", "2025-03-24"),
        ("星期天", "2025-03-23", "2025-03-24"),
        ("礼拜二", "2025-03-18", "2025-03-19"),
        ("周一至周五", "2025-03-17", "2025-03-22"),
        ("半个月前", "2025-03-04", "2025-03-05"),
        ("半年前", "2024-09-01", "2024-10-01"),
        ("三天后", "2025-03-22", "2025-03-23"),
        ("3月", "2025-03-01", "2025-04-01"),
        ("3月到5月", "2025-03-01", "2025-06-01"),
        ("2017年9-10月份", "2017-09-01", "2017-11-01"),
        ("2000年2月—7月", "2000-02-01", "2000-08-01"),
        ("2024年11月至2月", "2024-11-01", "2025-03-01"),
    ],
)
def test_whole_days(text, start, end):
    assert bounds(text) == [(text, f"{start}T00:00", f"{end}T00:00")]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("22点至次日6点", "2025-03-19T22:00", "2025-03-20T06:00"),
        ("3月15日晚10点至次日凌晨4点", "2025-03-15T22:00", "2025-03-16T04:00"),
        ("昨晚11点到两点", "2025-03-18T23:00", "2025-03-19T02:00"),
        ("晚上12点到早上6点", "2025-03-19T00:00", "2025-03-19T06:00"),
        ("昨儿晚上", "2025-03-18T18:00", "2025-03-19T00:00"),
        ("2023年至今", "2023-01-01T00:00", "2025-03-19T10:30"),
    ],
)
def test_a_span_within_days(text, start, end):
    assert bounds(text) == [(text, start, end)]


def test_every_night_over_midnight():
    (mention,) = find_times("每天22点至次日6点施工", now=NOW)
    assert (mention.kind, mention.start, mention.end) == (RECURRING, "T22:00", "T06:00")
    assert find_times("每晚12点", now=NOW)[0].start == "T00:00"


@pytest.mark.parametrize("text", ["报修三天后没人来", "昨天报修，三天后才来"])
def test_days_after_something_told_do_not_count_from_now(text):
    mention = find_times(text, now=NOW)[-1]
    assert (mention.text, mention.start) == ("三天后", None)


@pytest.mark.parametrize(
    "text",
    [
        "一周三次", "一月一次", "三月租金", "提三点整改意见", "提15点意见", "四周一片漆黑", "周日常维护", "第三月", "正月饼", "12月龄", "一点半点",
        "零点五公里", "2000年级", "八点意见", "重阳路", "修正月度报表",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_time(text):
    assert [mention for mention in find_times(text, now=NOW) if mention.kind != DURATION] == []


def test_the_lunar_table():
    assert lunar.day(2025, 1, 1) == date(2025, 1, 29)
    assert lunar.month_span(2023, 2, leap=True) == (date(2023, 3, 22), date(2023, 4, 20))
    assert lunar.day(2033, 11, 1, leap=True) == date(2033, 12, 22)
    for year, month, number, leap in [(2025, 5, 1, True), (2025, 13, 1, False), (2025, 2, 31, False), (1990, 1, 1, False)]:  # fmt: skip
        with pytest.raises(ValueError):
            lunar.day(year, month, number, leap=leap)


@pytest.mark.parametrize("year", range(2000, 2050))
def test_lunar_months_follow_each_other(year):
    """A year's months fill it, without a gap, up to the next new year; each is 29 or 30 days long."""
    day = lunar.day(year, 1, 1)
    for month in range(1, 13):
        for leap in (False, True):
            try:
                first, after = lunar.month_span(year, month, leap=leap)
            except ValueError:
                assert leap
                continue
            assert first == day
            assert (after - first).days in (29, 30)
            day = after
    assert day == lunar.day(year + 1, 1, 1)


@pytest.mark.parametrize(
    ("name", "year", "day"),
    [
        ("清明", 2024, date(2024, 4, 4)),
        ("清明", 2023, date(2023, 4, 5)),
        ("冬至", 2021, date(2021, 12, 21)),
        ("冬至", 2023, date(2023, 12, 22)),
        ("立秋", 2025, date(2025, 8, 7)),
        ("小年", 2025, date(2025, 1, 22)),
        ("除夕", 2025, date(2025, 1, 28)),
        ("中秋", 2025, date(2025, 10, 6)),
    ],
)
def test_festivals(name, year, day):
    assert festivals.day(name, year) == day


@settings(deadline=None)
@given(
    st.text("农历闰正腊初廿二十三八月日周末星期天底年夏节后前半个小时点零分次至今0129.-去大下上", max_size=40)
)
def test_any_text_is_read_without_error(text):
    for mention in find_times(text, now=NOW):
        assert mention.text in text
        assert mention.text
        assert (mention.start is None) == (mention.end is None)
