"""Opening hours: reading them, saying them, and whether a moment lies in them. Pure."""

import re
import unicodedata
from datetime import datetime, time

from django.utils import timezone

from civic.core.errors import InvalidInput

ROUND_THE_CLOCK = {"全天", "24小时", "全天营业", "24小时营业"}
_SPAN = re.compile(r"(\d{1,2}):?(\d{2})\s*(?:-|–|—|~|至|到)+\s*(\d{1,2}):?(\d{2})")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?")


def _clock(hour: str, minute: str, written: str) -> time:
    if int(hour) == 24 and int(minute) == 0:
        return time(0)
    if int(hour) > 23 or int(minute) > 59:
        raise InvalidInput(f"营业时间不对：{written}")
    return time(int(hour), int(minute))


def parse_hours(text: str) -> tuple[time, time] | None:
    """Return (opens, closes) from "06:00-18:30" or "全天", None from nothing; raises InvalidInput otherwise."""
    plain = unicodedata.normalize("NFKC", text).replace(" ", "")
    if not plain:
        return None
    if plain in ROUND_THE_CLOCK:
        return time(0), time(0)
    match = _SPAN.fullmatch(plain)
    if match is None:
        raise InvalidInput(f"营业时间应形如 06:00-18:30，现在是“{text[:40]}”")
    return _clock(match[1], match[2], text), _clock(match[3], match[4], text)


def parse_clock(text: str) -> time:
    """Return a time of day from "06:00"; raises InvalidInput otherwise."""
    match = _CLOCK.fullmatch(unicodedata.normalize("NFKC", text).replace(" ", ""))
    if match is None:
        raise InvalidInput(f"时间应形如 06:00，现在是“{text[:40]}”")
    return _clock(match[1], match[2], text)


def say_hours(opens: time | None, closes: time | None) -> str:
    """Return the hours as a reader sees them; nothing when they are not known."""
    if opens is None or closes is None:
        return ""
    if opens == closes:
        return "全天营业"
    over_midnight = "次日 " if closes < opens and closes != time(0) else ""
    return f"{opens:%H:%M}–{over_midnight}{'24:00' if closes == time(0) else f'{closes:%H:%M}'}"


def is_open(opens: time | None, closes: time | None, moment: datetime) -> bool | None:
    """Whether the city's clock stands inside the hours at a moment; None when the hours are not known."""
    if opens is None or closes is None:
        return None
    now = timezone.localtime(moment).time()
    if opens == closes:
        return True
    if opens < closes:
        return opens <= now < closes
    return now >= opens or now < closes
