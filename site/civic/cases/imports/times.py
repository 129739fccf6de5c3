"""When somebody called, in the many ways tables write it; without a zone it is the city's time."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from civic.core.errors import InvalidInput

EARLIEST = 2000  # years
AHEAD = timedelta(minutes=5)  # by which another system's clock may be fast
EXCEL_DAYS = datetime(1899, 12, 30, tzinfo=UTC)  # day 0 of a spreadsheet's serial numbers
PATTERN = re.compile(
    r"(?P<year>\d{4})(?P<mark>[-/.年])(?P<month>\d{1,2})(?:[-/.月])(?P<day>\d{1,2})日?号?"
    r"(?:[ T,]*(?:星期|周)?[一二三四五六日天]?[ ,]*(?P<half>上午|下午|晚上|中午|凌晨|早上|AM|PM)?[ ]*"
    r"(?P<hour>\d{1,2})[:时点](?P<minute>\d{1,2})?[:分]?(?P<second>\d{1,2})?(?:\.\d+)?秒?[ ]*(?P<after>AM|PM)?)?",
    re.IGNORECASE,
)
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})[ T]?(?:(\d{2}):?(\d{2}):?(\d{2})?)?")
SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
WRONG = "看不懂的时间：{}。请写成 2026-05-11 10:30 这样。"


def parse_time(text: str, *, now: datetime) -> datetime:
    """Return the moment; raises InvalidInput for what is no time, lies ahead of `now` or before the year 2000."""
    given = unicodedata.normalize("NFKC", text).strip()
    try:
        moment = _parse(given)
        if timezone.is_naive(moment):
            moment = timezone.make_aware(moment)
        moment = moment.astimezone(timezone.get_default_timezone())
    except (ValueError, OverflowError) as error:
        raise InvalidInput(WRONG.format(given[:40] or "空")) from error
    if moment > now + AHEAD:
        raise InvalidInput(f"时间在将来：{given[:40]}")
    if moment.year < EARLIEST:
        raise InvalidInput(f"时间早于 {EARLIEST} 年：{given[:40]}")
    return moment


def _parse(given: str) -> datetime:
    zone = timezone.get_default_timezone()
    if SERIAL.fullmatch(given):
        shown = EXCEL_DAYS + timedelta(seconds=round(float(given) * 86400))
        return shown.replace(tzinfo=zone)  # what the sheet shows is the city's time
    if found := COMPACT.fullmatch(given):
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    if found := PATTERN.fullmatch(given):
        parts = found.groupdict()
        hour = int(parts["hour"] or 0)
        half = (parts["half"] or parts["after"] or "").upper()
        if half in {"下午", "晚上", "PM"} and hour < 12:
            hour += 12
        elif half in {"凌晨", "AM", "上午"} and hour == 12:
            hour = 0
        return datetime(
            int(parts["year"]), int(parts["month"]), int(parts["day"]), hour,
            int(parts["minute"] or 0), int(parts["second"] or 0), tzinfo=zone,
        )  # fmt: skip
    moment = parse_datetime(given)
    if moment is None:
        raise ValueError(given)
    return moment
