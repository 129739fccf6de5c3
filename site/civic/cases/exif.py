"""Where a photo was taken, by what the camera wrote into it. Pure; whatever a file holds, the answer is a point or None."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from PIL import ExifTags, Image

LATITUDE_REF, LATITUDE, LONGITUDE_REF, LONGITUDE = 1, 2, 3, 4
SIGNS = {"N": 1, "S": -1, "E": 1, "W": -1}


def position_of(image: Image.Image) -> tuple[float, float] | None:
    """Return longitude and latitude, WGS-84, or None for an image that holds none, or nonsense."""
    try:
        gps = image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        return position_in(gps)
    except (
        Exception
    ):  # a damaged or hostile block makes the reader raise a dozen types; it costs the position only
        return None


def position_in(gps: Mapping[int, Any]) -> tuple[float, float] | None:
    """Return the point that a block of GPS tags holds; 0, 0 is what a camera writes that does not know."""
    lat = _degrees(gps.get(LATITUDE), gps.get(LATITUDE_REF, "N"), "NS", 90)
    lon = _degrees(gps.get(LONGITUDE), gps.get(LONGITUDE_REF, "E"), "EW", 180)
    if lat is None or lon is None or (lat == 0 and lon == 0):
        return None
    return lon, lat


def _degrees(value: Any, ref: Any, sides: str, limit: int) -> float | None:
    """Return degrees from degrees, minutes and seconds and a side of the globe; None when they are none."""
    side = ref.decode("latin-1") if isinstance(ref, bytes) else str(ref)
    side = side.strip("\x00 ").upper()
    if not isinstance(value, Sequence) or isinstance(value, str | bytes) or not 1 <= len(value) <= 3:
        return None
    if len(side) != 1 or side not in sides:
        return None
    try:
        parts = [float(part) for part in value]
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    if not all(math.isfinite(part) and part >= 0 for part in parts) or any(part > 60 for part in parts[1:]):
        return None
    degrees = sum(part / 60**power for power, part in enumerate(parts))
    return SIGNS[side] * degrees if degrees <= limit else None
