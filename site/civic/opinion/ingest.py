"""Texts from outside files: a row becomes a draft, placed by what it says where the file does not say it."""

import hashlib
from datetime import datetime, time

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from civic.accounts.models import District
from civic.core.errors import InvalidInput
from civic.core.rows import Row
from civic.opinion.models import Source
from civic.opinion.services import Draft
from civic.places.cells import cell_of
from civic.places.gazetteer import find_place
from civic.places.snapping import snap

TEXT_LIMIT = 20_000
COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("id", "source_id", "编号"),
    "text": ("text", "content", "内容", "正文"),
    "time": ("time", "occurred_at", "date", "created_at", "时间", "日期"),
    "source": ("source", "来源", "渠道"),
    "title": ("title", "标题"),
    "district": ("district", "区", "所在区"),
    "street": ("street", "街道"),
    "code": ("code", "事项代码"),
    "url": ("url", "链接", "网址"),
}


def draft_of_row(row: Row, *, source: str, districts: dict[str, District]) -> Draft:
    """Return a file's row as a draft; raises InvalidInput with a Chinese sentence."""
    text = _cell(row, "text")
    if not text:
        raise InvalidInput("缺少文字")
    if len(text) > TEXT_LIMIT:
        raise InvalidInput(f"文字超过 {TEXT_LIMIT} 字")
    name = (_cell(row, "source") or source)[:40]
    if name in Source.values:
        raise InvalidInput(f"来源名“{name}”是平台自己的，请换一个")
    occurred_at = parse_time(_cell(row, "time"))
    url = _cell(row, "url")
    if url and (not url.startswith(("https://", "http://")) or len(url) > 300):
        raise InvalidInput("链接应以 http:// 或 https:// 开头，最长 300 字")
    code = _cell(row, "code")
    if code and not (code.isascii() and code.isdigit() and len(code) == 5):
        raise InvalidInput(f"事项代码应是五位数字：{code[:20]}")
    district = _cell(row, "district")
    if district and district not in districts:
        raise InvalidInput(f"没有这个区：{district[:20]}")
    street, cell = _cell(row, "street")[:40], None
    if not district:
        place = find_place(text)
        if place is not None:
            district, street = place.district, place.street or street
            if place.precision != "district" and place.lon is not None and place.lat is not None:
                cell = cell_of(*snap(place.lon, place.lat))
    return Draft(
        source=name,
        source_id=identify(row, name),
        title=_cell(row, "title")[:200],
        text=text,
        district_id=districts[district].pk if district in districts else None,
        street=street,
        code=code,
        cell=cell,
        occurred_at=occurred_at,
        public_url=url,
    )


def identify(row: Row, source: str) -> str:
    """Return the row's number at its source; one without a number is known by its time and words."""
    given = _cell(row, "id")
    if given:
        if len(given) > 120:
            raise InvalidInput("编号超过 120 个字")
        return given
    return hashlib.sha256(f"{source}\n{_cell(row, 'time')}\n{_cell(row, 'text')}".encode()).hexdigest()[:32]


def parse_time(text: str) -> datetime:
    """Return a time with zone from ISO 8601 or "2026/11/1 8:05"; without a zone it is the city's time."""
    plain = text.strip().replace("/", "-").replace("年", "-").replace("月", "-").replace("日", "")
    if not plain:
        raise InvalidInput("缺少时间")
    head, _, tail = plain.replace("T", " ").partition(" ")
    padded = "-".join(part.zfill(2) for part in head.split("-"))
    try:
        if tail:
            moment = parse_datetime(f"{padded} {tail.zfill(5) if tail.count(':') == 1 else tail}")
        else:
            day = parse_date(padded)
            moment = datetime.combine(day, time.min) if day else None
    except ValueError:
        moment = None
    if moment is None:
        raise InvalidInput(f"时间看不懂：{text[:40]}，应形如 2026-11-01 08:30")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _cell(row: Row, field: str) -> str:
    for name in COLUMNS[field]:
        if row.get(name):
            return row[name].replace("\x00", "").strip()
    return ""
