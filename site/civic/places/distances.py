"""Distances on the globe and the box that is sure to hold a circle. Pure."""

from math import asin, cos, degrees, pi, radians, sin, sqrt
from typing import NamedTuple

EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG
ROUNDING = 1e-9  # degrees, a tenth of a millimetre: no point of the circle is lost to floating point


class Box(NamedTuple):
    """Edges in degrees."""

    west: float
    south: float
    east: float
    north: float


def metres(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Return the great-circle distance between two points by the haversine formula."""
    d_lat, d_lon = radians(lat2 - lat1), radians(lon2 - lon1)
    a = sin(d_lat / 2) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(d_lon / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(a)))


def box_around(lon: float, lat: float, radius_m: float) -> Box:
    """Return a box that holds every point within `radius_m`; near a pole it spans all longitudes."""
    angle = radius_m / EARTH_RADIUS_M
    phi = radians(lat)
    # The widest meridians that a circle touches lie off its own parallel: sin(Δlon) = sin(r) / cos(lat).
    over_pole = abs(phi) + angle >= pi / 2
    half = 180.0 if over_pole else degrees(asin(min(1.0, sin(angle) / cos(phi)))) + ROUNDING
    reach = degrees(angle) + ROUNDING
    return Box(lon - half, lat - reach, lon + half, lat + reach)


def say_distance(distance_m: float) -> str:
    """Return a distance as a walker reads it: 860 米, 2.3 公里."""
    tens = max(10, round(distance_m / 10) * 10)
    if tens < 1000:
        return f"{tens} 米"
    return f"{distance_m / 1000:.1f} 公里"
