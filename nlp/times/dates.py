"""What day, week, month or year a date names, seen from a given moment."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from nlp import festivals, lunar
from nlp.numerals import read_numeral
from nlp.times import patterns

Span = tuple[datetime, datetime]
_Match = re.Match[str]

_SHIFTS = {"大前": -3, "前": -2, "昨": -1, "今": 0, "当": 0, "明": 1, "后": 2, "大后": 3}
_YEARS = {"今": 0, "去": -1, "前": -2, "明": 1, "大前": -3}
_WEEKDAYS = "一二三四五六日"
_UNIT_DAYS = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7, "月": 30, "年": 365}
_LUNAR_MONTHS = {"正": 1, "冬": 11, "腊": 12}
# A month's third → its first day and the day after its last, 0 for the next month's first.
_THIRDS = {"初": (1, 8), "上旬": (1, 11), "中旬": (11, 21), "下旬": (21, 0), "底": (25, 0), "末": (25, 0)}
# A part of the year → its first month and how many.
_YEAR_PARTS = {
    "春": (3, 3), "夏": (6, 3), "秋": (9, 3), "冬": (12, 3), "上": (1, 6), "下": (7, 6), "初": (1, 2), "中": (6, 2), "底": (12, 1),
    "末": (12, 1),
}  # fmt: skip
_FUTURE_DAYS = 90  # a date without a year that is further ahead than this is taken for last year's
# What may stand before 三天后 for it to count from now; after another word (报修三天后) it counts from what that tells.
_FROM_NOW = re.compile(r"[\W在将于约再等]|$")


@dataclass(frozen=True)
class DateText:
    """A date as written: the year before it, if any, and the pattern that matched the rest, if any."""

    end: int
    year: _Match | None
    rest: _Match | None
    lunar: bool = False  # the calendar is named
    single: bool = False  # the day of a festival, not the holidays around it (国庆当天)

    @property
    def counts_on(self) -> bool:
        """Whether this is 三天后, which counts from what was told before, if anything was."""
        return self.rest is not None and self.kind == "ago" and self.rest["way"] == "后"

    @property
    def kind(self) -> str:
        """Return the name of the pattern: day_only, week, feast, ..."""
        return (self.rest.lastgroup if self.rest else None) or "year"


def numeral(text: str) -> int:
    """Return the value of a numeral of a date or time, in digits or Chinese (十二, 二十, 廿三, 初八)."""
    return read_numeral(text.removeprefix("初"))


def midnight(day: date) -> datetime:
    """Return the moment a day begins."""
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 (the citizen's own clock, as `now` is)


def day_span(day: date) -> Span:
    """Return a day's first moment and the next day's."""
    return midnight(day), midnight(day) + timedelta(days=1)


def read_date(text: str, at: int) -> DateText | None:
    """Return the date that begins at `at`, None if there is none."""
    calendar = patterns.LUNAR_CALENDAR.match(text, at)
    begin = calendar.end() if calendar else at
    year = patterns.YEAR.match(text, begin)
    if year and year["number"] and not 1900 <= int(year["number"]) < 2100:
        year = None
    begin = year.end() if year else begin
    if year and not calendar:
        calendar = patterns.LUNAR_CALENDAR.match(text, begin)
        begin = calendar.end() if calendar else begin
    if calendar:
        found = patterns.IN_LUNAR_YEAR.match(text, begin)
        return DateText(found.end(), year, found, lunar=True) if found else None
    found = (patterns.IN_YEAR if year else patterns.DATE).match(text, begin)
    if found is None:
        return DateText(begin - (text[begin - 1].isspace()), year, None) if year else None
    if found.lastgroup == "feast":
        tail = patterns.FEAST_TAIL.match(text, found.end())
        if tail:
            return DateText(tail.end(), year, found, single=tail["single"] is not None)
    return DateText(found.end(), year, found)


def span(written: DateText, now: datetime, since: datetime | None = None) -> Span:
    """Return the first moment of the date named and the one after its last; ValueError for no such date.

    `since` is where a range began: its end, if it has no year of its own, is the next such date.
    """
    year = _year(written.year, now) if written.year else None
    if since and year is None and written.kind in _DATED:
        within = span_in(written, since.year)
        return within if within[1] > since else span_in(written, since.year + 1)
    found = written.rest
    if found is None:
        return midnight(date(year or now.year, 1, 1)), midnight(date((year or now.year) + 1, 1, 1))
    if written.lunar:
        return _lunar(found["month"], found["day"], year, now)
    if written.kind == "lunar":
        groups = next(n for n in "123" if found[f"lunar_month{n}"])
        return _lunar(found[f"lunar_month{groups}"], found[f"lunar_day{groups}"], year, now)
    if written.kind == "feast":
        return _latest(lambda y: _feast(found["feast"], y, single=written.single), year, now)
    if written.kind in _DATED:
        return _latest(lambda y: _DATED[written.kind](found, y), year, now)
    return _RELATIVE[written.kind](found, now)


def span_in(written: DateText, year: int) -> Span:
    """Return the span of a date by month in a year that something else told."""
    assert written.rest is not None
    return _DATED[written.kind](written.rest, year)


def _year(found: _Match, now: datetime) -> int:
    if found["spoken"]:
        return now.year + _YEARS[found["spoken"]]
    if found["han"]:
        return read_numeral(found["han"].replace("0", "〇"))
    return int(found["number"]) if found["number"] else 2000 + int(found["short"])


def _latest(in_year: Callable[[int], Span], year: int | None, now: datetime) -> Span:
    """Return what falls in `year`, or without one the latest that is not far in the future."""
    if year is not None:
        return in_year(year)
    found = in_year(now.year)
    return in_year(now.year - 1) if found[0] - now > timedelta(days=_FUTURE_DAYS) else found


def _month_span(year: int, month: int, months: int = 1) -> Span:
    """Return a month's span; a month below 1 or above 12 is one of another year."""
    first, after = year * 12 + month - 1, year * 12 + month - 1 + months
    return midnight(date(first // 12, first % 12 + 1, 1)), midnight(date(after // 12, after % 12 + 1, 1))


def _third(month: Span, name: str) -> Span:
    first, after = _THIRDS[name]
    return month[0].replace(day=first), month[0].replace(day=after) if after else month[1]


def _month_day(found: _Match, year: int) -> Span:
    month, day = numeral(found["month"]), found["day"] or found["plain"] or found.groupdict().get("dotted")
    if day:
        return day_span(date(year, month, numeral(day)))
    if not 1 <= month <= 12:
        raise ValueError(month)
    whole = _month_span(year, month)
    return _third(whole, found["third"]) if found["third"] else whole


def _month_only(found: _Match, year: int) -> Span:
    return _month_span(year, numeral(found["month_only"][:-1]))


def _months(found: _Match, year: int) -> Span:
    first, last = numeral(found["from_month"]), numeral(found["to_month"])
    return _month_span(year, first, last - first + 1 + 12 * (last < first))


def _year_part(found: _Match, year: int) -> Span:
    name = found["year_part"].removeprefix("年").removeprefix("第")
    if name.endswith("季度"):
        return _month_span(year, 3 * numeral(name[0]) - 2, 3)
    first, months = _YEAR_PARTS[name[0]]
    return _month_span(year, first, months)


def _feast(name: str, year: int, *, single: bool) -> Span:
    if single:
        return day_span(festivals.day(name, year))
    first, after = festivals.span(name, year)
    return midnight(first), midnight(after)


def _lunar(month_text: str, day_text: str | None, year: int | None, now: datetime) -> Span:
    leap = month_text.startswith("闰")
    month_text = month_text.removeprefix("闰")
    month = _LUNAR_MONTHS.get(month_text) or numeral(month_text)

    def in_year(lunar_year: int) -> Span:
        if day_text:
            return day_span(lunar.day(lunar_year, month, numeral(day_text), leap=leap))
        first, after = lunar.month_span(lunar_year, month, leap=leap)
        return midnight(first), midnight(after)

    if leap and year is None:  # not every year has that month
        for candidate in (now.year, now.year - 1, now.year - 2, now.year - 3):
            try:
                return in_year(candidate)
            except ValueError:
                continue
    return _latest(in_year, year, now)


def _iso(found: _Match, now: datetime) -> Span:
    year, month = int(found["iso_year"]), int(found["iso_month"])
    if found["iso_day"]:
        return day_span(date(year, month, int(found["iso_day"])))
    if not 1 <= month <= 12:
        raise ValueError(month)
    return _month_span(year, month)


def _day_only(found: _Match, now: datetime) -> Span:
    return day_span(now.date().replace(day=int(found["day_number"])))


def _relative(found: _Match, now: datetime) -> Span:
    name = found["relative"]
    shift = _SHIFTS[name[:2]] if name[:2] in _SHIFTS else _SHIFTS[name[0]]
    return day_span(now.date() + timedelta(days=shift))


def _short_day(found: _Match, now: datetime) -> Span:
    return day_span(now.date() + timedelta(days=_SHIFTS[found["short_day"]]))


def _steps(name: str) -> int:
    """Return how far 上, 下下, 这 leads."""
    return name.count("下") - name.count("上")


def _weekday(monday: date, name: str | None) -> Span:
    first, last = 0, 6
    if name in ("末", "六日"):
        first = 5
    elif name:
        first = last = int(name) - 1 if name.isdigit() else _WEEKDAYS.index("日" if name in "天日" else name)
    return midnight(monday + timedelta(days=first)), midnight(monday + timedelta(days=last + 1))


def _week(found: _Match, now: datetime) -> Span:
    monday = now.date() + timedelta(days=7 * _steps(found["which_week"]) - now.weekday())
    return _weekday(monday, found["weekday"])


def _bare_week(found: _Match, now: datetime) -> Span:
    return _weekday(now.date() - timedelta(days=now.weekday()), found["bare_weekday"])


def _month_relative(found: _Match, now: datetime) -> Span:
    whole = _month_span(now.year, now.month + _steps(found["which_month"]))
    if found["relative_day"]:
        return day_span(whole[0].date().replace(day=numeral(found["relative_day"])))
    return _third(whole, found["relative_third"]) if found["relative_third"] else whole


def _month_third(found: _Match, now: datetime) -> Span:
    return _third(_month_span(now.year, now.month), found["month_third"][1:])


def _recent(found: _Match, now: datetime) -> Span:
    count, days = found["recent_count"], _UNIT_DAYS[found["recent_unit"]]
    days = days // 2 if count == "半" else days * (3 if count == "几" else numeral(count))
    return midnight(now.date() - timedelta(days=days)), now


def _lately(found: _Match, now: datetime) -> Span:
    name = found["lately"]
    days = {"两": 2, "几": 3, "些": 7}[name[1]]
    return midnight(now.date() - timedelta(days=days)), now if name[0] == "这" else midnight(now.date())


def _ago(found: _Match, now: datetime) -> Span:
    unit, count_text = found["unit"].removeprefix("个"), found["count"]
    count = 0.0 if count_text == "半" else float(count_text if count_text.isdigit() else numeral(count_text))
    if count_text == "半" or unit.startswith("半") or unit.endswith("半"):
        count += 0.5
        unit = unit.replace("半", "")
    sign = -1 if found["way"] == "前" else 1
    if sign > 0 and not _FROM_NOW.match(found.string[max(0, found.start() - 1) : found.start()]):
        raise ValueError(found.group())
    if unit in ("小时", "钟头", "分钟"):
        at = now + sign * (timedelta(minutes=count) if unit == "分钟" else timedelta(hours=count))
        return at, at
    if unit in ("月", "年") and (unit == "年" or count == int(count)):
        months = int(count * 12) if unit == "年" else int(count)
        if unit == "年" and count == int(count):
            year = now.year + sign * int(count)
            return midnight(date(year, 1, 1)), midnight(date(year + 1, 1, 1))
        return _month_span(now.year, now.month + sign * months)
    return day_span(now.date() + sign * timedelta(days=int(count * _UNIT_DAYS[unit])))


_DATED: dict[str, Callable[[_Match, int], Span]] = {
    "month_day": _month_day,
    "months": _months,
    "month_only": _month_only,
    "year_part": _year_part,
}
_RELATIVE: dict[str, Callable[[_Match, datetime], Span]] = {
    "iso": _iso,
    "day_only": _day_only,
    "relative": _relative,
    "week": _week,
    "bare_week": _bare_week,
    "short_day": _short_day,
    "month_relative": _month_relative,
    "month_third": _month_third,
    "recent": _recent,
    "lately": _lately,
    "ago": _ago,
}
