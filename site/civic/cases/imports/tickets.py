"""One row of a table as one report: checked, converted, and submitted like any other."""

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from civic.accounts.models import User
from civic.cases.imports.times import parse_time
from civic.cases.models import Channel, PointSource, Report
from civic.cases.services import Contact, submit_report
from civic.cases.services.checking import check_code, check_line, check_text
from civic.cases.services.intake import REF_LIMIT, check_contact
from civic.cases.services.placing import place_by_point
from civic.core.errors import InvalidInput
from civic.core.rows import Row
from civic.places.coordinates import Point, wgs84_from_bd09, wgs84_from_gcj02

CRS: dict[str, Callable[[float, float], Point]] = {
    "wgs84": lambda lon, lat: (lon, lat),
    "gcj02": wgs84_from_gcj02,
    "bd09": wgs84_from_bd09,
}
LON, LAT = (73, 136), (3, 54)  # of China, to notice swapped columns and other coordinate systems


class Outcome(StrEnum):
    """What became of a row."""

    NEW = "新收"
    KNOWN = "已有"
    BAD = "有问题"


@dataclass(frozen=True)
class Ticket:
    """A row that can be submitted."""

    text: str
    source_ref: str
    received_at: datetime
    address: str
    point: Point | None
    contact: Contact
    code: str


def ticket_of(row: Row, columns: Mapping[str, str], *, crs: str, now: datetime) -> Ticket:
    """Return a row as a ticket; raises InvalidInput with a Chinese sentence for what is wrong with it.

    A row without a number of its own gets one from its content, so that it too is taken only once.
    """
    given = {field: row.get(column, "") for field, column in columns.items()}
    text = check_text(given.get("text", ""))
    address = check_line(given.get("address", ""), name="address", limit=200)
    contact = check_contact(Contact(given.get("name", ""), _number(given.get("phone", ""))))
    received_at = parse_time(given["time"], now=now) if given.get("time") else None
    ref = check_line(_number(given.get("source_ref", "")), name="source_ref", limit=REF_LIMIT)
    if not ref:
        said = [text, address, received_at.isoformat() if received_at else "", contact.phone]
        ref = f"内容:{hashlib.sha256(json.dumps(said).encode()).hexdigest()[:40]}"
    code = _number(given.get("code", ""))
    return Ticket(
        text=text,
        source_ref=ref,
        received_at=received_at or now,
        address=address,
        point=_point(given, crs),
        contact=contact,
        code=check_code(code.zfill(5) if code else ""),
    )


def submit_ticket(ticket: Ticket, *, partner: User) -> Outcome:
    """Submit a ticket; the same one again is known, the same number with other words raises KeyReused."""
    lon, lat = ticket.point or (None, None)
    receipt = submit_report(
        text=ticket.text,
        channel=Channel.HOTLINE,
        lon=lon,
        lat=lat,
        point_source=PointSource.PARTNER,
        address=ticket.address,
        citizen_code=ticket.code,
        contact=ticket.contact,
        partner=partner,
        source_ref=ticket.source_ref,
        received_at=ticket.received_at,
    )
    return Outcome.KNOWN if receipt.repeated else Outcome.NEW


def try_ticket(ticket: Ticket, *, partner: User | None, seen: dict[str, int]) -> Outcome:
    """Say what submitting would do, storing nothing; `seen` holds what the file itself brought before."""
    if ticket.point:
        place_by_point(ticket.point, PointSource.PARTNER)
    known = (
        Report.objects.filter(partner=partner, source_ref=ticket.source_ref)
        .values_list("text", flat=True)
        .first()
        if partner is not None
        else None
    )
    before = hash(known) if known is not None else seen.get(ticket.source_ref)
    if before is None:
        seen[ticket.source_ref] = hash(ticket.text)
        return Outcome.NEW
    if before != hash(ticket.text):
        raise InvalidInput(f"编号 {ticket.source_ref} 已经用于另一件诉求。", code="source_ref_reused")
    return Outcome.KNOWN


def _number(text: str) -> str:
    """Return digits that a spreadsheet kept as a number without its ".0"."""
    return text[:-2] if text.endswith(".0") and text[:-2].isdigit() else text


def _point(given: Mapping[str, str], crs: str) -> Point | None:
    if given.get("point"):
        parts = given["point"].replace("，", ",").replace(";", ",").replace(" ", ",").split(",")
        parts = [part for part in parts if part]
        if len(parts) != 2:
            raise InvalidInput(f"经纬度应写成 116.39,39.90 这样：{given['point'][:40]}")
        lon_text, lat_text = parts
    else:
        lon_text, lat_text = given.get("lon", ""), given.get("lat", "")
    if not lon_text and not lat_text:
        return None
    try:
        lon, lat = float(lon_text), float(lat_text)
    except ValueError as error:
        raise InvalidInput(f"经纬度不是数字：{lon_text[:20]}，{lat_text[:20]}") from error
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise InvalidInput(f"经纬度不是数字：{lon_text[:20]}，{lat_text[:20]}")
    if lon == 0 and lat == 0:  # how many systems write that they do not know
        return None
    if LON[0] <= lat <= LON[1] and LAT[0] <= lon <= LAT[1]:
        raise InvalidInput(f"经度和纬度好像写反了：{lon_text[:20]}，{lat_text[:20]}")
    if not (LON[0] <= lon <= LON[1] and LAT[0] <= lat <= LAT[1]):
        raise InvalidInput(f"不是中国的经纬度：{lon_text[:20]}，{lat_text[:20]}")
    return CRS[crs](lon, lat)
