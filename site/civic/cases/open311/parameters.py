"""Reading the parameters of GeoReport v2; each function raises InvalidInput with a sentence for the caller."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from civic.core.errors import InvalidInput

MAX_ROWS = 1000
MAX_DAYS = 90
MAX_PAGE = 200
ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,40})\](?:\[\])?", re.ASCII)


def moment(request: HttpRequest, name: str) -> datetime | None:
    """Return a W3C time; one without a zone is the city's."""
    text = request.GET.get(name, "").strip()
    if not text:
        return None
    try:
        found = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        found = None
    # Years at the ends of the calendar have no 90 days before or after them.
    if found is None or not 1900 <= found.year <= 2200:
        raise InvalidInput(f"{name} 应为带时区的 W3C 时间，例如 2026-01-01T00:00:00+08:00。")
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def period(request: HttpRequest) -> tuple[datetime, datetime]:
    """Return from when to when rows are asked for: at most 90 days, the last 90 by default."""
    start, end = moment(request, "start_date"), moment(request, "end_date")
    end = end or (start + timedelta(days=MAX_DAYS) if start else timezone.now())
    return max(start or end - timedelta(days=MAX_DAYS), end - timedelta(days=MAX_DAYS)), end


def whole(request: HttpRequest, name: str, default: int, most: int) -> int:
    """Return a whole number from 1 to `most`."""
    text = request.GET.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or len(text) > 9 or not 1 <= int(text) <= most:
        raise InvalidInput(f"{name} 应为 1 到 {most} 的整数。")
    return int(text)


def degrees(text: str | None, name: str) -> float | None:
    """Return decimal degrees, None for nothing."""
    if text is None or not text.strip():
        return None
    try:
        return float(text)
    except ValueError as error:
        raise InvalidInput(f"{name} 应为十进制度数。", fields={name: "应为十进制度数。"}) from error


def page_of(request: HttpRequest) -> slice:
    """Return which rows are asked for by page and page_size; nothing lies beyond the first 1,000."""
    size = whole(request, "page_size", 50, MAX_PAGE)
    first = (whole(request, "page", 1, MAX_ROWS) - 1) * size
    return slice(min(first, MAX_ROWS), min(first + size, MAX_ROWS))


def attributes(form: QueryDict) -> dict[str, Any]:
    """Return the answers of `attribute[code]` and `attribute[code][]` fields: one string, or a list of several."""
    given: dict[str, list[str]] = {}
    for name in form:
        if found := ATTRIBUTE.fullmatch(name):
            given.setdefault(found[1], []).extend(form.getlist(name))
        elif name.startswith("attribute"):
            raise InvalidInput(
                "附加属性应写作 attribute[代码]。", fields={name[:60]: "应写作 attribute[代码]。"}
            )
    return {code: answers[0] if len(answers) == 1 else answers for code, answers in given.items()}


def compared(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return what makes two calls the same: every field with all its values, but the key."""
    assert isinstance(form, QueryDict)
    return {name: form.getlist(name) for name in form if name != "api_key"}
