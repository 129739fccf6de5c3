"""Finds when something happens or happened; resolves it against a given clock.

Without a clock an expression is found but not resolved: nlp has none of its own.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from nlp import festivals

MOMENT, SPAN, RECURRING, DURATION = "moment", "span", "recurring", "duration"


@dataclass(frozen=True)
class TimeMention:
    """A time expression as written. `start` and `end` are ISO 8601, local to the clock, or None.

    Of a recurring time they are times of the day (T06:00, T08:00), of a duration (连续三天) they are None and
    `length` tells it (P3D).
    """

    text: str
    start: str | None = None
    end: str | None = None
    kind: str = SPAN
    length: str | None = None


Span = tuple[datetime, datetime]

_NUMERAL = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_NUMBER = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
_DAYS = {
    "大前天": -3, "前天": -2, "前日": -2, "昨天": -1, "昨日": -1, "今天": 0, "今日": 0, "当天": 0, "明天": 1, "明日": 1, "后天": 2,
}  # fmt: skip
_SHORT_DAYS = {"今": 0, "昨": -1, "前": -2, "明": 1}
_YEARS = {"今": 0, "去": -1, "前": -2, "明": 1}
# Part of the day → (first hour, hour after the last); an hour beyond 24 belongs to the next day.
_PARTS = {
    "凌晨": (0, 6), "清晨": (5, 8), "清早": (5, 8), "早上": (6, 9), "早晨": (6, 9), "早": (6, 9), "上午": (8, 12),
    "中午": (11, 14), "下午": (12, 18), "傍晚": (17, 20), "晚上": (18, 24), "晚间": (18, 24), "夜里": (21, 30),
    "夜间": (22, 30), "夜晚": (20, 30), "深夜": (22, 30), "半夜": (23, 29), "晚": (18, 24), "夜": (21, 30),
}  # fmt: skip
_WEEKDAYS = "一二三四五六日"
_UNITS = {"天": "D", "日": "D", "晚": "D", "夜": "D", "周": "W", "星期": "W", "月": "M", "年": "Y"}
_FUTURE_DAYS = 90  # a date without a year that is further ahead than this is taken for last year's

_DATE = re.compile(
    r"(?P<year>\d{4})\s?[年/\-.]\s?(?:(?P<month>\d{1,2})\s?(?:[月/\-.]\s?(?P<day>\d{1,2})(?!\d)\s?[日号]?|月份?)"
    rf"|(?P<feast1>{festivals.PATTERN}))"
    rf"|(?P<month2>{_NUMBER})月(?:(?P<day2>{_NUMBER})[日号]|份)|(?P<day3>\d{{1,2}})[日号](?!楼|院|线|门|栋|店|馆|桥|[\d\-])"
    r"|(?P<relative>大前天|前[天日]|昨[天日]|今[天日]|明[天日]|后天|当天)"
    r"|(?P<week>上上|上|这|本|下)(?:个)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末1-7])?"
    r"|(?P<short>[今昨前明])(?=[早晚夜])"
    rf"|(?P<year2>[今去前明])年(?:(?P<month3>\d{{1,2}}|[一二三四五六七八九十]{{1,2}})月(?:(?P<day4>{_NUMBER})[日号]|份?)|(?P<feast2>{festivals.PATTERN}))?"
    r"|(?P<lunar>上个?月|本月|这个月|下个?月)(?:(?P<day5>\d{1,2})[日号])?"
    rf"|(?:最近|近)(?P<recent>{_NUMBER}|几)个?(?P<recent_unit>天|日|周|星期|月|年)(?!前)"
    rf"|(?P<ago>{_NUMBER})(?P<unit>天|日|周|个?星期|个?月|年|个?小时|分钟)(?:以|之)?前"
    rf"|(?P<feast>{festivals.PATTERN})"
)
_FEAST_TAIL = re.compile("(?:节|假期|长假|小长假|黄金周)*(?:期间|当天|前后)?")
_PART = re.compile("(?:的)?(" + "|".join(sorted(_PARTS, key=len, reverse=True)) + ")")
_CLOCK = re.compile(
    rf"(?P<hour>{_NUMBER})(?:[点時时](?!间|候|常|代|期|速|不时)(?:(?P<half>半)|(?P<quarter>[一三])刻|(?P<minute>{_NUMBER})分?(?!钟|之))?(?:多?钟|整|左右|许)?"
    r"|[:：](?P<colon>[0-5]\d)(?![\d:]))"
)
_EVERY = re.compile(
    r"(?:每(?:到)?(?:隔)?(?:个)?(?P<cycle>天|日|晚|夜|周|星期|礼拜|月|年)(?P<weekday>(?<=[周期拜])[一二三四五六日末])?|天天|日日|夜夜|每到?(?=晚上|夜里|早上|凌晨|周末))"
)
_LASTING = re.compile(
    rf"(?:连续|接连|一连|长达|持续|整整)(?:了)?(?P<count>{_NUMBER}|\d{{3}}|几|数)个?多?(?P<unit>天|日|晚|夜|周|星期|月|年|小时)"
)
_TO = re.compile(r"\s?(?:到|至|直到|—{1,2}|–|-|~|～)\s?")

# Where an expression may begin. Two quick searches instead of the patterns above at every character.
_NUMBER_AHEAD = re.compile(
    r"[\d一二两三四五六七八九十]{1,4}\s?(?:[年月日号点时時天周:：]|[/\-.]\s?\d|个?(?:星期|月|小时)|分钟)"
)
_WORD_AHEAD = re.compile(
    "大前天|大年三十|大年初一|前天|前日|前晚|前年|昨|今|明天|明日|明晚|明早|明年|去年|后天|当天|上上个?[周星礼]|上个?[周星礼]|上个?月|这个?[周星礼]|这个月"
    "|本[周月]|下个?[周星礼]|下个?月|凌晨|清晨|清早|早|上午|中午|下午|傍晚|晚|夜|深夜|半夜|每|天天|日日|近|最近|连续|接连|一连|长达|持续|整整"
    "|除夕|春节|元宵节|端午|中秋|清明|元旦|五一|劳动节|国庆|过年|十一"
)
_LIMIT = 20


def numeral(text: str) -> int:
    """Return the value of a numeral below 100, in digits or Chinese (十二, 二十)."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    value = _NUMERAL.get(ones[-1:], 0) if ones else 0
    return (_NUMERAL.get(tens, 1) if ten else 0) * 10 + value


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 (the citizen's own clock, as `now` is)


def _month_span(year: int, month: int) -> Span:
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return _at(date(year, month, 1)), _at(date(year + month // 12, month % 12 + 1, 1))


def _day_span(day: date) -> Span:
    return _at(day), _at(day) + timedelta(days=1)


def _ago(count: int, unit: str, now: datetime) -> Span:
    unit = unit.removeprefix("个")
    if unit in ("小时", "分钟"):
        at = now - (timedelta(hours=count) if unit == "小时" else timedelta(minutes=count))
        return at, at
    if unit == "月":
        return _month_span(now.year, now.month - count)
    if unit == "年":
        return _at(date(now.year - count, 1, 1)), _at(date(now.year - count + 1, 1, 1))
    return _day_span(now.date() - timedelta(days=count * (7 if unit in ("周", "星期") else 1)))


def _week(found: re.Match[str], now: datetime) -> Span:
    shift = {"上上": -2, "上": -1, "下": 1}.get(found["week"], 0)
    monday = now.date() + timedelta(days=7 * shift - now.weekday())
    weekday = found["weekday"]
    if weekday is None:
        return _day_span(monday)[0], _day_span(monday + timedelta(days=6))[1]
    if weekday == "末":
        return _day_span(monday + timedelta(days=5))[0], _day_span(monday + timedelta(days=6))[1]
    index = int(weekday) if weekday.isdigit() else _WEEKDAYS.find(weekday.replace("天", "日")) + 1
    return _day_span(monday + timedelta(days=index - 1))


def _feast(found: re.Match[str], now: datetime) -> Span | None:
    name = found["feast"] or found["feast1"] or found["feast2"]
    if name is None:
        return None
    if found["feast1"]:
        first, after = festivals.span(name, int(found["year"]))
    elif found["feast2"]:
        first, after = festivals.span(name, now.year + _YEARS[found["year2"]])
    else:
        first, after = festivals.span(name, now.year)
        if first - now.date() > timedelta(days=_FUTURE_DAYS):
            first, after = festivals.span(name, now.year - 1)
    return _at(first), _at(after)


def _month_day(found: re.Match[str], now: datetime) -> Span:
    """Return the span of a date given by numbers; without a year the latest that is not far in the future."""
    year = int(found["year"] or now.year)
    if found["year2"]:
        year += _YEARS[found["year2"]]
    month_text = found["month"] or found["month2"] or found["month3"]
    month = numeral(month_text) if month_text else now.month
    day_text = found["day"] or found["day2"] or found["day3"] or found["day4"]
    if not 1 <= month <= 12:
        raise ValueError(month)
    span = _month_span(year, month) if day_text is None else _day_span(date(year, month, numeral(day_text)))
    undated = not (found["year"] or found["year2"])
    if undated and month_text and span[0] - now > timedelta(days=_FUTURE_DAYS):
        return (
            _month_span(year - 1, month)
            if day_text is None
            else _day_span(date(year - 1, month, numeral(day_text)))
        )
    return span


def _recent(count: str, unit: str, now: datetime) -> Span:
    number = 3 if count == "几" else numeral(count)
    days = {"天": 1, "日": 1, "周": 7, "星期": 7, "月": 30, "年": 365}[unit] * number
    return _at(now.date() - timedelta(days=days)), now


def _span(found: re.Match[str], now: datetime) -> Span:
    """Return the first moment of the date named and the one after its last; ValueError for no such date."""
    feast = _feast(found, now)
    if feast:
        return feast
    if found["relative"]:
        return _day_span(now.date() + timedelta(days=_DAYS[found["relative"]]))
    if found["short"]:
        return _day_span(now.date() + timedelta(days=_SHORT_DAYS[found["short"]]))
    if found["week"]:
        return _week(found, now)
    if found["recent"]:
        return _recent(found["recent"], found["recent_unit"], now)
    if found["ago"]:
        return _ago(numeral(found["ago"]), found["unit"], now)
    if found["lunar"]:
        month = _month_span(now.year, now.month + {"上": -1, "下": 1}.get(found["lunar"][0], 0))
        if found["day5"]:
            return _day_span(month[0].date().replace(day=int(found["day5"])))
        return month
    if found["year2"] and not found["month3"]:
        year = now.year + _YEARS[found["year2"]]
        return _at(date(year, 1, 1)), _at(date(year + 1, 1, 1))
    return _month_day(found, now)


@dataclass(frozen=True)
class _Reading:
    """The parts of one expression, and where it ends."""

    end: int
    date: re.Match[str] | None
    part: str | None
    clock: re.Match[str] | None


def _read(text: str, at: int) -> _Reading:
    """Read date, part of the day and clock, each optional, in this order."""
    found = _DATE.match(text, at)
    end = found.end() if found else at
    if found and (found["feast"] or found["feast1"] or found["feast2"]):
        tail = _FEAST_TAIL.match(text, end)
        end = tail.end() if tail else end
    next_at = _after_blank(text, end)
    part = _PART.match(text, next_at)
    if part:
        end = part.end()
        next_at = _after_blank(text, end)
    clock = _CLOCK.match(text, next_at)
    return _Reading(clock.end() if clock else end, found, part.group(1) if part else None, clock)


def _after_blank(text: str, at: int) -> int:
    return at + 1 if text[at : at + 1].isspace() else at


def _clock_time(clock: re.Match[str], part: str | None) -> timedelta:
    """Return the time of day; ValueError for one that no clock shows."""
    hour = numeral(clock["hour"])
    if part and hour < 12 and part[0] in "下傍晚夜深半中":
        small = part[0] in "夜深半" and hour < 6  # 半夜两点 is early
        noon = part[0] == "中" and hour > 10
        hour += 0 if small or noon else 12
    minute_text = clock["minute"] or clock["colon"]
    minute = 30 if clock["half"] else numeral(minute_text) if minute_text else 0
    if clock["quarter"]:
        minute = 15 * _NUMERAL[clock["quarter"]]
    if hour > 24 or minute > 59:
        raise ValueError(hour)
    return timedelta(hours=hour, minutes=minute)


def _resolve(reading: _Reading, now: datetime) -> Span:
    start, end = _span(reading.date, now) if reading.date else _day_span(now.date())
    if end - start == timedelta(days=1):
        if reading.clock:
            at = start + _clock_time(reading.clock, reading.part)
            return at, at
        if reading.part:
            first, last = _PARTS[reading.part]
            return start + timedelta(hours=first), start + timedelta(hours=last)
    return start, end


def _resolve_range(first: _Reading, second: _Reading, now: datetime) -> Span:
    """Resolve 早上6点到8点: the second half takes from the first what it leaves out."""
    start = _resolve(first, now)[0]
    if second.date:
        day_text = second.date["day3"]
        if day_text and first.date and not second.clock:  # 11月3日到5日: a day of the same month
            return start, _day_span(start.date().replace(day=int(day_text)))[1]
        return start, _resolve(second, max(now, start))[1]
    midnight = _at(start.date())
    if second.clock is None:
        last_hour = _PARTS[second.part or "早"][1]
        end = midnight + timedelta(hours=last_hour)
        return start, end if end > start else end + timedelta(days=1)
    end = midnight + _clock_time(second.clock, second.part or first.part)
    if end <= start:
        end = midnight + _clock_time(second.clock, second.part)
    return start, end if end > start else end + timedelta(days=1)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")


def _recurring(every: re.Match[str], first: _Reading, second: _Reading | None, written: str) -> TimeMention:
    """Return a time that comes again; its bounds are times of the day, as far as they are told."""
    part = first.part or ("晚" if every["cycle"] in ("晚", "夜") else None)
    first = _Reading(first.end, None, part, first.clock)
    if not (first.part or first.clock):
        return TimeMention(written, kind=RECURRING)
    any_day = datetime(2000, 1, 1)  # noqa: DTZ001
    try:
        start, end = _resolve_range(first, second, any_day) if second else _resolve(first, any_day)
    except (ValueError, OverflowError):
        return TimeMention(written, kind=RECURRING)
    return TimeMention(written, f"T{start:%H:%M}", f"T{end:%H:%M}", RECURRING)


def _lasting(found: re.Match[str]) -> TimeMention:
    count, unit = found["count"], found["unit"]
    if count in ("几", "数"):
        return TimeMention(found.group(), kind=DURATION)
    number = int(count) if count.isdigit() else numeral(count)
    length = f"PT{number}H" if unit == "小时" else f"P{number}{_UNITS[unit]}"
    return TimeMention(found.group(), kind=DURATION, length=length)


def _mention(text: str, at: int, now: datetime | None) -> tuple[TimeMention, int] | None:
    """Return the expression that begins at `at` and where it ends, None if there is none."""
    lasting = _LASTING.match(text, at)
    if lasting:
        return _lasting(lasting), lasting.end()
    every = _EVERY.match(text, at)
    first = _read(text, every.end() if every else at)
    to = _TO.match(text, first.end)
    second = _read(text, to.end()) if to and (first.date or first.part or first.clock) else None
    if second and not (second.date or second.clock or (second.part and first.part)):
        second = None
    if second and first.date and not first.clock and second.clock and not (second.date or second.part):
        second = None  # 11月3日-5:30 is no range
    told = (
        every
        or first.date
        or (first.part and first.clock)
        or (first.clock and (first.clock["colon"] or (second and second.clock)))
    )
    if not told:
        return None
    end = second.end if second else first.end
    written = text[at:end].strip()
    if every:
        return _recurring(every, first, second, written), end
    moment = first.clock is not None and second is None
    if now is None:
        return TimeMention(written, kind=MOMENT if moment else SPAN), end
    try:
        start, stop = _resolve_range(first, second, now) if second else _resolve(first, now)
    except (ValueError, OverflowError):
        return TimeMention(written, kind=MOMENT if moment else SPAN), end
    return TimeMention(written, _iso(start), _iso(stop), MOMENT if start == stop else SPAN), end


def find_times(text: str, *, now: datetime | None = None) -> list[TimeMention]:
    """Return the time expressions of a normalized text, at most 20, resolved where `now` is given.

    A span's `end` is the moment after it; for a moment it equals `start`. An impossible date stays unresolved.
    A date without a year is this year's, or last year's if that lies more than 90 days ahead.
    """
    now = now.replace(tzinfo=None) if now else None
    starts = [match.start() for match in _NUMBER_AHEAD.finditer(text)]
    starts.extend(match.start() for match in _WORD_AHEAD.finditer(text))
    starts.sort()
    mentions: list[TimeMention] = []
    done = 0
    for at in starts:
        if at < done:
            continue
        found = _mention(text, at, now)
        if found:
            mentions.append(found[0])
            done = found[1]
            if len(mentions) == _LIMIT:
                break
    return mentions
