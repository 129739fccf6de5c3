"""Finds when something happens or happened; resolves it against a given clock.

Without a clock an expression is found but not resolved: nlp has none of its own.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True)
class TimeMention:
    """A time expression as written. `start` and `end` are ISO 8601, local to the clock, or None."""

    text: str
    start: str | None = None
    end: str | None = None


_NUMERAL = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_NUMBER = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
_DAYS = {
    "大前天": -3,
    "前天": -2,
    "昨天": -1,
    "昨日": -1,
    "今天": 0,
    "今日": 0,
    "明天": 1,
    "明日": 1,
    "后天": 2,
}
_SHORT_DAYS = {"今": 0, "昨": -1, "前": -2, "明": 1}
# Part of the day → (first hour, hour after the last); an hour beyond 24 belongs to the next day.
_PARTS = {
    "凌晨": (0, 6), "清晨": (5, 8), "早上": (6, 9), "早晨": (6, 9), "早": (6, 9), "上午": (8, 12), "中午": (11, 14),
    "下午": (12, 18), "傍晚": (17, 20), "晚上": (18, 24), "晚间": (18, 24), "夜里": (21, 30), "夜间": (22, 30),
    "深夜": (22, 30), "半夜": (23, 29), "晚": (18, 24), "夜": (21, 30),
}  # fmt: skip
_PART = "(?:" + "|".join(sorted(_PARTS, key=len, reverse=True)) + ")"
_CLOCK = rf"(?P<hour>{_NUMBER})(?:[点時时](?!间|候|常)(?:(?P<half>半)|(?P<quarter>[一三])刻|(?P<minute>{_NUMBER})分?)?|[:：](?P<colon>[0-5]\d))"
_DATE = (
    r"(?P<year>\d{4})\s?[年/\-.]\s?(?P<month>\d{1,2})\s?(?:[月/\-.]\s?(?P<day>\d{1,2})\s?[日号]?|月份?)"
    rf"|(?P<month2>{_NUMBER})月(?:(?P<day2>{_NUMBER})[日号]|份)|(?P<day3>\d{{1,2}})[日号](?!楼|院|线|门|栋|[\d\-])"
    r"|(?P<relative>大前天|前天|昨天|昨日|今天|今日|明天|明日|后天)"
    r"|(?P<week>上上|上|这|本|下)(?:个)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末1-7])?"
    r"|(?P<short>[今昨前明])(?=[早晚夜])"
    r"|(?P<year2>今年|去年|前年|明年)(?:(?P<month3>\d{1,2})月份?)?|(?P<lunar>上个?月|本月|这个月|下个?月)"
    rf"|(?P<ago>{_NUMBER})(?P<unit>天|日|周|个?星期|个?月|年|小时|分钟)(?:以)?前"
)
_TIME = re.compile(
    rf"(?:(?P<date>{_DATE})\s?(?:的)?(?P<part>{_PART})?\s?(?:{_CLOCK})?)|(?P<part2>{_PART})\s?(?:(?<=.)(?:{_CLOCK.replace('?P<hour>', '?P<hour2>').replace('?P<half>', '?P<half2>').replace('?P<quarter>', '?P<quarter2>').replace('?P<minute>', '?P<minute2>').replace('?P<colon>', '?P<colon2>')}))"
)
_LIMIT = 20


def numeral(text: str) -> int:
    """Return the value of a numeral below 100, in digits or Chinese (十二, 二十)."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    value = _NUMERAL.get(ones[-1:], 0) if ones else 0
    return (_NUMERAL.get(tens, 1) if ten else 0) * 10 + value


def _month_span(year: int, month: int) -> tuple[datetime, datetime]:
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return datetime(year, month, 1), datetime(year + month // 12, month % 12 + 1, 1)  # noqa: DTZ001


def _day_span(day: date) -> tuple[datetime, datetime]:
    start = datetime(day.year, day.month, day.day)  # noqa: DTZ001
    return start, start + timedelta(days=1)


def _ago(count: int, unit: str, now: datetime) -> tuple[datetime, datetime]:
    if unit in ("小时", "分钟"):
        at = now - (timedelta(hours=count) if unit == "小时" else timedelta(minutes=count))
        return at, at
    if unit.endswith("月"):
        return _month_span(now.year, now.month - count)
    if unit == "年":
        return datetime(now.year - count, 1, 1), datetime(now.year - count + 1, 1, 1)  # noqa: DTZ001
    return _day_span(now.date() - timedelta(days=count * (7 if unit in ("周", "星期", "个星期") else 1)))


def _week(found: dict[str, str | None], now: datetime) -> tuple[datetime, datetime]:
    shift = {"上上": -2, "上": -1, "下": 1}.get(found["week"] or "", 0)
    monday = now.date() + timedelta(days=7 * shift - now.weekday())
    weekday = found["weekday"]
    if weekday is None:
        return _day_span(monday)[0], _day_span(monday + timedelta(days=6))[1]
    if weekday == "末":
        return _day_span(monday + timedelta(days=5))[0], _day_span(monday + timedelta(days=6))[1]
    index = int(weekday) if weekday.isdigit() else "一二三四五六日".find(weekday.replace("天", "日")) + 1
    return _day_span(monday + timedelta(days=index - 1))


def _span(found: dict[str, str | None], now: datetime) -> tuple[datetime, datetime]:
    """Return the first moment of the date named and the one after its last; ValueError for no such date."""
    if found["relative"]:
        return _day_span(now.date() + timedelta(days=_DAYS[found["relative"]]))
    if found["short"]:
        return _day_span(now.date() + timedelta(days=_SHORT_DAYS[found["short"]]))
    if found["week"]:
        return _week(found, now)
    if found["ago"]:
        return _ago(numeral(found["ago"]), found["unit"] or "", now)
    if found["lunar"]:
        return _month_span(now.year, now.month + {"上": -1, "下": 1}.get(found["lunar"][0], 0))
    if found["year2"]:
        year = now.year + {"今": 0, "去": -1, "前": -2, "明": 1}[found["year2"][0]]
        if found["month3"]:
            return _month_span(year, int(found["month3"]))
        return datetime(year, 1, 1), datetime(year + 1, 1, 1)  # noqa: DTZ001
    year = int(found["year"] or now.year)
    month = numeral(found["month"] or found["month2"] or str(now.month))
    day = found["day"] or found["day2"] or found["day3"]
    if not 1 <= month <= 12:
        raise ValueError(month)
    if day is None:
        return _month_span(year, month)
    return _day_span(date(year, month, numeral(day)))


def _resolve(found: dict[str, str | None], now: datetime) -> tuple[datetime, datetime]:
    start, end = _span(found, now) if found["date"] else _day_span(now.date())
    part = found["part"] or found["part2"]
    hour = found["hour"] or found["hour2"]
    one_day = end - start == timedelta(days=1)
    if hour and one_day:
        value = numeral(hour)
        if part and part[0] in "下傍晚夜深半中" and value < 12 and not (part[0] in "夜深半" and value < 6):
            value += 12 if not (part[0] == "中" and value > 10) else 0
        colon = found["colon"] or found["colon2"]
        minute_text = found["minute"] or found["minute2"] or colon
        quarter = found["quarter"] or found["quarter2"]
        minute = 30 if found["half"] or found["half2"] else numeral(minute_text) if minute_text else 0
        minute = 15 * _NUMERAL[quarter] if quarter else minute
        if value > 24 or minute > 59:
            raise ValueError(hour)
        at = start + timedelta(hours=value, minutes=minute)
        return at, at
    if part and one_day:
        first, last = _PARTS[part]
        return start + timedelta(hours=first), start + timedelta(hours=last)
    return start, end


def find_times(text: str, *, now: datetime | None = None) -> list[TimeMention]:
    """Return the time expressions of a normalized text, at most 20, resolved where `now` is given.

    A span's `end` is the moment after it; for a moment it equals `start`. An impossible date stays unresolved.
    """
    mentions: list[TimeMention] = []
    for match in _TIME.finditer(text):
        if len(mentions) == _LIMIT:
            break
        written = match.group().strip()
        if now is None:
            mentions.append(TimeMention(written))
            continue
        try:
            start, end = _resolve(match.groupdict(), now.replace(tzinfo=None))
        except (ValueError, OverflowError):
            mentions.append(TimeMention(written))
            continue
        mentions.append(
            TimeMention(written, start.isoformat(timespec="minutes"), end.isoformat(timespec="minutes"))
        )
    return mentions
