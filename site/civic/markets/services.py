"""Writing markets: one row of a source becomes one market, again and again the same one."""

import hashlib
import math
import re
from datetime import time
from enum import Enum

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from civic.accounts.models import District
from civic.core.errors import InvalidInput
from civic.core.rows import Row
from civic.markets.hours import parse_clock, parse_hours
from civic.markets.models import Market
from civic.places.cells import cell_of
from civic.places.coordinates import wgs84_from_bd09, wgs84_from_gcj02
from civic.places.polygons import area_of

# What senders call a column; the first name is ours.
COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("id", "source_id", "编号", "序号"),
    "name": ("name", "名称", "市场名称"),
    "address": ("address", "地址"),
    "lon": ("lon", "lng", "longitude", "经度"),
    "lat": ("lat", "latitude", "纬度"),
    "district": ("district", "区", "所在区"),
    "street": ("street", "街道", "所在街道"),
    "hours": ("hours", "营业时间", "开放时间"),
    "opens": ("opens", "opening", "open", "开门", "开市时间"),
    "closes": ("closes", "closing", "close", "关门", "闭市时间"),
    "products": ("products", "goods", "品类", "经营品类"),
    "note": ("note", "备注", "说明"),
    "is_demo": ("is_demo", "demo", "演示"),
}
_GOODS = re.compile(r"[、,，;；|/\s]+")
_TRUE = {"1", "true", "yes", "y", "是"}


class Outcome(Enum):
    """What an import made of a row."""

    CREATED = "新增"
    UPDATED = "更新"
    UNCHANGED = "未变"


class CoordinateSystem(Enum):
    """What the sender's coordinates are in."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def identify(row: Row) -> str:
    """Return the row's number at its source; one without a number is known by its name and address."""
    given = _cell(row, "id")
    if given:
        return given
    return hashlib.sha256(f"{_cell(row, 'name')}\n{_cell(row, 'address')}".encode()).hexdigest()[:24]


@transaction.atomic
def import_market(
    *,
    row: Row,
    source: str,
    is_demo: bool = False,
    coordinates: CoordinateSystem = CoordinateSystem.WGS84,
) -> tuple[Market, Outcome]:
    """Store one row as a market; the same source and number update the same market.

    Raises InvalidInput with a Chinese sentence when the row cannot be a market.
    """
    name = _cell(row, "name")
    if not name:
        raise InvalidInput("缺少名称", fields={"name": "缺少名称"})
    for label, limit, value in (
        ("名称", 80, name),
        ("地址", 200, _cell(row, "address")),
        ("经营品类", 300, _goods(row)),
        ("编号", 80, _cell(row, "id")),
    ):
        if len(value) > limit:
            raise InvalidInput(f"{label}超过 {limit} 个字")
    lon, lat = _point(row, coordinates)
    area = area_of(lon, lat)
    # The sender's own word on the district comes before old outlines, where it is a district of this city.
    district = District.objects.filter(name__in={_cell(row, "district"), area.district}).order_by("pk")
    by_name = {found.name: found for found in district}
    chosen = by_name.get(_cell(row, "district")) or by_name.get(area.district)
    if chosen is None:
        raise InvalidInput(f"没有这个区：{area.district}")
    opens, closes = _hours(row)
    source_id = identify(row)
    wanted = {
        "name": name,
        "address": _cell(row, "address"),
        "lon": lon,
        "lat": lat,
        "cell": cell_of(lon, lat),
        "district": chosen,
        "street": (_cell(row, "street") or area.street)[:40],
        "opens": opens,
        "closes": closes,
        "goods": _goods(row),
        "note": _cell(row, "note"),
        "is_demo": is_demo or _cell(row, "is_demo").lower() in _TRUE,
    }
    market = Market.objects.select_for_update().filter(source=source, source_id=source_id).first()
    if market is None:
        created = Market.objects.create(
            slug=_slug(source, source_id), source=source, source_id=source_id, **wanted
        )
        return created, Outcome.CREATED
    changed = [field for field, value in wanted.items() if getattr(market, field) != value]
    if not changed:
        return market, Outcome.UNCHANGED
    for field in changed:
        setattr(market, field, wanted[field])
    market.updated_at = timezone.now()
    market.save(update_fields=[*changed, "updated_at"])
    return market, Outcome.UPDATED


def _cell(row: Row, field: str) -> str:
    for name in COLUMNS[field]:
        if row.get(name):
            return row[name].replace("\x00", "").strip()
    return ""


def _goods(row: Row) -> str:
    return "、".join(
        dict.fromkeys(item for item in _GOODS.split(_cell(row, "products").strip('[]"')) if item)
    )


def _point(row: Row, coordinates: CoordinateSystem) -> tuple[float, float]:
    try:
        lon, lat = float(_cell(row, "lon")), float(_cell(row, "lat"))
    except ValueError as error:
        raise InvalidInput(f"经纬度不是数字：{_cell(row, 'lon')}，{_cell(row, 'lat')}") from error
    if not (math.isfinite(lon) and math.isfinite(lat) and -180 <= lon <= 180 and -90 <= lat <= 90):
        raise InvalidInput(f"经纬度不对：{_cell(row, 'lon')}，{_cell(row, 'lat')}")
    if coordinates is CoordinateSystem.GCJ02:
        lon, lat = wgs84_from_gcj02(lon, lat)
    elif coordinates is CoordinateSystem.BD09:
        lon, lat = wgs84_from_bd09(lon, lat)
    return round(lon, 6), round(lat, 6)


def _hours(row: Row) -> tuple[time | None, time | None]:
    opens, closes = _cell(row, "opens"), _cell(row, "closes")
    if opens and closes:
        return parse_clock(opens), parse_clock(closes)
    if opens or closes:
        raise InvalidInput("营业时间只有一半，开门和关门要一起给")
    return parse_hours(_cell(row, "hours")) or (None, None)


def _slug(source: str, source_id: str) -> str:
    """Return an address that stays: the number where it can be read in one and is free, else a digest."""
    slug = slugify(source_id)
    if slug == source_id.lower() and slug.isascii() and not Market.objects.filter(slug=slug).exists():
        return slug
    digest = hashlib.sha256(f"{source}\n{source_id}".encode()).hexdigest()[:12]
    return f"{slugify(source) or 'market'}-{digest}"
