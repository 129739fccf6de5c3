"""What a member of staff asks of the index, checked."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from civic.accounts.models import District
from civic.core.errors import InvalidInput
from civic.opinion.backends.base import Filters, Page


@dataclass(frozen=True)
class Question:
    """A checked search."""

    text: str
    filters: Filters
    page: Page


def parse_question(asked: QueryDict) -> Question:
    """Return the search in q, district, source, code, since, until, page, page_size, order; raises InvalidInput."""
    filters = Filters(
        district_id=_district(asked.get("district", "").strip()),
        source=asked.get("source", "").strip()[:40],
        code=asked.get("code", "").strip()[:5],
        since=_moment(asked.get("since", ""), "since", end=False),
        until=_moment(asked.get("until", ""), "until", end=True),
    )
    order = asked.get("order", "") or "rank"
    if order not in {"rank", "newest"}:
        raise InvalidInput("order 应是 rank 或 newest。", fields={"order": "应是 rank 或 newest"})
    page = Page(
        number=_integer(asked.get("page", ""), "page", 1),
        size=_integer(asked.get("page_size", ""), "page_size", 20),
        newest=order == "newest",
    )
    return Question(asked.get("q", "").strip(), filters, page)


def _integer(text: str, name: str, default: int) -> int:
    if not text:
        return default
    if not (text.isascii() and text.isdigit()):
        raise InvalidInput(f"{name} 应是整数。", fields={name: "应是整数"})
    return int(text[:9])


def _district(given: str) -> int | None:
    if not given:
        return None
    district = District.objects.filter(code=given).first() or District.objects.filter(name=given).first()
    if district is None:
        raise InvalidInput(f"没有这个区：{given[:20]}", fields={"district": "没有这个区"})
    return district.pk


def _moment(text: str, name: str, *, end: bool) -> datetime | None:
    """Return a date or a date with time; a date alone as an end includes its whole day. City time where no zone is given."""
    text = text.strip()
    if not text:
        return None
    try:
        day = parse_date(text)
        if day is not None:
            day = day + timedelta(days=1) if end else day
            return timezone.make_aware(datetime.combine(day, time.min))
        moment = parse_datetime(text)
        if moment is not None:
            return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
    except (ValueError, OverflowError):
        pass
    message = f"{name} 应是日期，例如 2026-11-01。"
    raise InvalidInput(message, fields={name: message})
