"""Working time: seconds counted only within office hours of working days. Pure; local wall-clock times.

Which days are worked, with the public holidays of China and the days shifted for them, comes from chinesecalendar,
which follows the State Council's yearly notice; years that it does not know yet are Monday to Friday. A city's own
days (content/deadlines/days.csv) come first.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache

Span = tuple[time, time]
LONGEST = 3660  # days that are looked at: ten years


@lru_cache(maxsize=4096)
def is_public_working_day(day: date) -> bool:
    """Whether offices work on a day, as far as the country's calendar is known."""
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


@dataclass(frozen=True)
class Hours:
    """Office hours of a working day; `always` counts every hour of every day instead."""

    spans: Sequence[Span] = ((time(9), time(12)), (time(13), time(18)))
    always: bool = False
    own_days: Mapping[date, bool] = field(default_factory=dict)

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on a day."""
        own = self.own_days.get(day)
        return is_public_working_day(day) if own is None else own

    @property
    def day_seconds(self) -> int:
        """Seconds worked in a working day."""
        if self.always:
            return 86_400
        return sum(_seconds(end) - _seconds(start) for start, end in self.spans)


def _seconds(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second


def _spans(start: datetime, hours: Hours) -> Iterator[tuple[datetime, datetime]]:
    """Yield the office hours from `start` on, the first cut at it."""
    day = start.date()
    for _ in range(LONGEST):
        if hours.is_working_day(day):
            for opens, closes in hours.spans:
                first = datetime.combine(day, opens, start.tzinfo)
                last = datetime.combine(day, closes, start.tzinfo)
                if last > start:
                    yield max(first, start), last
        day += timedelta(days=1)


def add(start: datetime, seconds: float, hours: Hours) -> datetime:
    """Return the moment by which `seconds` of working time have passed since `start`.

    Raises OverflowError for more than ten years.
    """
    if hours.always or seconds <= 0:
        return start + timedelta(seconds=max(0.0, seconds))
    left = timedelta(seconds=seconds)
    for first, last in _spans(start, hours):
        if left <= last - first:
            return first + left
        left -= last - first
    raise OverflowError("more than ten years of working time")


def between(start: datetime, end: datetime, hours: Hours) -> float:
    """Return the seconds of working time from `start` to `end`; 0 when `end` is not later."""
    if end <= start:
        return 0.0
    if hours.always:
        return (end - start).total_seconds()
    total = timedelta()
    for first, last in _spans(start, hours):
        if first >= end:
            break
        total += min(last, end) - first
    return total.total_seconds()


def subtract(end: datetime, seconds: float, hours: Hours) -> datetime:
    """Return the latest moment from which `seconds` of working time have passed by `end`.

    Raises OverflowError for more than ten years.
    """
    if hours.always or seconds <= 0:
        return end - timedelta(seconds=max(0.0, seconds))
    left, day = timedelta(seconds=seconds), end.date()
    for _ in range(LONGEST):
        if hours.is_working_day(day):
            for opens, closes in reversed(hours.spans):
                first = datetime.combine(day, opens, end.tzinfo)
                last = min(datetime.combine(day, closes, end.tzinfo), end)
                if first < last and left <= last - first:
                    return last - left
                left -= max(last - first, timedelta())
        day -= timedelta(days=1)
    raise OverflowError("more than ten years of working time")
