"""What a caller asks about markets, checked: a point, a limit, a switch."""

import math
from typing import NamedTuple

from civic.core.errors import InvalidInput
from civic.places.polygons import area_of


class Point(NamedTuple):
    """A WGS-84 point inside the city."""

    lon: float
    lat: float


def parse_near(text: str) -> Point | None:
    """Return the point of "lon,lat", None from nothing; raises InvalidInput, OutsideCity when it is not in the city."""
    if not text.strip():
        return None
    message = "位置应写成“经度,纬度”，例如 116.3913,39.9073。"
    parts = text.split(",")
    try:
        lon, lat = (float(part) for part in parts)
    except ValueError as error:
        raise InvalidInput(message, code="invalid_near", fields={"near": message}) from error
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise InvalidInput(message, code="invalid_near", fields={"near": message})
    area_of(lon, lat)
    return Point(lon, lat)


def parse_limit(text: str, *, default: int, most: int) -> int:
    """Return how many to answer with, between 1 and `most`."""
    if not text:
        return default
    message = f"limit 应是 1 到 {most} 的整数。"
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= most:
        raise InvalidInput(message, code="invalid_limit", fields={"limit": message})
    return int(text)


def parse_switch(text: str, name: str) -> bool:
    """Return a switch written as 1/0, true/false; nothing is off."""
    value = text.strip().lower()
    if value in {"", "0", "false", "no"}:
        return False
    if value in {"1", "true", "yes"}:
        return True
    message = f"{name} 应是 1 或 0。"
    raise InvalidInput(message, code=f"invalid_{name}", fields={name: message})
