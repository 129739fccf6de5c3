"""Finds when something happens or happened; resolves it against a given clock.

Without a clock an expression is found but not resolved: nlp has none of its own.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from nlp.times import patterns
from nlp.times.dates import DateText, Span, day_span, midnight, numeral, read_date, span

__all__ = ["DURATION", "MOMENT", "RECURRING", "SPAN", "TimeMention", "find_times", "numeral"]

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


_UNITS = {"天": "D", "日": "D", "晚": "D", "夜": "D", "周": "W", "星期": "W", "月": "M", "年": "Y"}
_QUARTERS = {"一": 15, "三": 45}
_DAY = timedelta(days=1)
_LIMIT = 20


@dataclass(frozen=True)
class _Reading:
    """The parts of one expression, and where it ends."""

    end: int
    date: DateText | None = None
    part: str | None = None
    clock: re.Match[str] | None = None
    next_day: bool = False  # 次日, of the second half of a range
    now: bool = False  # 至今

    @property
    def by_itself(self) -> bool:
        """Whether the clock needs nothing beside it to be one: 8:05, 21时, 8点半; 八点 may be eight points."""
        clock = self.clock
        return clock is not None and bool(
            clock["colon"]
            or clock["half"]
            or clock["quarter"]
            or clock["minutes"]
            or clock["about"]
            or patterns.LATE_HOUR.match(clock.string, clock.start())
        )

    def goes_on(self, first: "_Reading") -> bool:
        """Whether this is the second half of a range that `first` begins."""
        if self.now:
            return first.date is not None
        if first.date and not first.clock and self.clock and not (self.date or self.part):
            return False  # 11月3日-5:30 is no range
        return bool(self.date or self.clock or self.next_day or (self.part and first.part))

    @property
    def tonight(self) -> bool:
        """Whether 今 or 今天 names the evening to come, else 两点 of the night is the one that has passed."""
        return self.date is not None and (
            self.date.kind == "short_day" or self.part in ("晚上", "晚", "晚间", "夜晚")
        )


def _read(text: str, at: int, *, second: bool = False) -> _Reading:
    """Read date, part of the day and clock, each optional, in this order; `second`: after 到."""
    found, end, next_day = read_date(text, at), at, None
    if found:
        end = found.end
    elif second:
        until_now = patterns.UNTIL_NOW.match(text, at)
        if until_now:
            return _Reading(until_now.end(), now=True)
        next_day = patterns.NEXT_DAY.match(text, at)
        end = next_day.end() if next_day else at
    next_at = _after_blank(text, end)
    part = patterns.PART.match(text, next_at)
    if part:
        end = part.end()
        next_at = _after_blank(text, end)
    clock = patterns.CLOCK.match(text, next_at)
    end = clock.end() if clock else end
    return _Reading(end, found, part.group(1) if part else None, clock, next_day is not None)


def _after_blank(text: str, at: int) -> int:
    return at + 1 if text[at : at + 1].isspace() else at


def _clock_time(clock: re.Match[str], part: str | None) -> timedelta:
    """Return how long after the day's beginning; ValueError for a time that no clock shows.

    The hours after midnight of an evening or night (昨晚两点) belong to the next day.
    """
    hour = numeral(clock["hour"])
    minute_text = clock["minute"] or clock["colon"]
    minute = 30 if clock["half"] else numeral(minute_text) if minute_text else 0
    if clock["quarter"]:
        minute = _QUARTERS[clock["quarter"]]
    if hour > 24 or minute > 59:
        raise ValueError(hour)
    if part and hour <= 12:
        if part[0] in "晚夜深半":
            hour += 24 if hour < (5 if part[0] == "晚" else 6) else 12
        elif part[0] in "下傍" or (part[0] == "中" and hour < 10):
            hour += 12 if hour < 12 else 0
        elif part == "凌晨" and hour == 12:
            hour = 0
    return timedelta(hours=hour, minutes=minute)


def _resolve(reading: _Reading, now: datetime, since: datetime | None = None) -> Span:
    start, end = span(reading.date, now, since) if reading.date else day_span(now.date())
    if end - start == _DAY:
        if reading.clock:
            after_midnight = _clock_time(reading.clock, reading.part)
            # 半夜两点, on no other day than today, is what has just passed.
            if after_midnight >= _DAY and start.date() == now.date() and reading.part and not reading.tonight:
                midnight_comes = reading.date is not None and after_midnight < _DAY + timedelta(hours=1)
                after_midnight -= timedelta() if midnight_comes else _DAY
            return start + after_midnight, start + after_midnight
        if reading.part:
            first, last = patterns.PARTS[reading.part]
            return start + timedelta(hours=first), start + timedelta(hours=last)
    return start, end


def _resolve_range(first: _Reading, second: _Reading, now: datetime) -> Span:
    """Resolve 早上6点到8点: the second half takes from the first what it leaves out."""
    start = _resolve(first, now)[0]
    if second.now:
        return start, max(now, start)
    if second.date:
        if second.date.kind == "day_only" and second.date.rest and not second.clock and first.date:
            # 11月3日到5日: a day of the same month
            return start, day_span(start.date().replace(day=int(second.date.rest["day_number"])))[1]
        dated = first.date is not None and first.date.year is not None
        return start, _resolve(second, max(now, start), start if dated else None)[1]
    day = midnight(start.date())
    if second.next_day:
        day += _DAY
    if second.clock is None:
        if second.part is None:
            return start, day + _DAY
        end = day + timedelta(hours=patterns.PARTS[second.part][1])
    else:
        end = day + _clock_time(second.clock, second.part or (None if second.next_day else first.part))
        if end <= start:
            end = day + _clock_time(second.clock, second.part)
        while end - _DAY > start and not second.next_day:  # 晚上12点到夜里2点
            end -= _DAY
    return start, end if end > start else end + _DAY


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


def _mention(text: str, at: int, now: datetime | None, *, first_told: bool) -> tuple[TimeMention, int] | None:
    """Return the expression that begins at `at` and where it ends, None if there is none."""
    lasting = patterns.LASTING.match(text, at)
    if lasting:
        return _lasting(lasting), lasting.end()
    every = patterns.EVERY.match(text, at)
    first = _read(text, every.end() if every else at)
    to = patterns.TO.match(text, first.end) if first.date or first.part or first.clock else None
    second = _read(text, to.end(), second=True) if to else None
    if second and not second.goes_on(first):
        second = None
    told = (
        every
        or first.date
        or (first.part and first.clock)
        or (first.clock and (first.by_itself or (second and second.clock)))
    )
    if not told:
        return None
    end = second.end if second else first.end
    written = text[at:end].strip()
    if every:
        return _recurring(every, first, second, written), end
    moment = first.clock is not None and second is None
    if now is None or (first.date and first.date.counts_on and not first_told):
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
    starts = [match.start() for match in patterns.NUMBER_AHEAD.finditer(text)]
    starts.extend(match.start() for match in patterns.WORD_AHEAD.finditer(text))
    starts.sort()
    mentions: list[TimeMention] = []
    done = 0
    for at in starts:
        if at < done:
            continue
        found = _mention(text, at, now, first_told=not mentions)
        if found:
            mentions.append(found[0])
            done = found[1]
            if len(mentions) == _LIMIT:
                break
    return mentions
