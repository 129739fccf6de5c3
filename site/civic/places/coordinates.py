"""WGS-84 inside; GCJ-02 (高德, 腾讯, WeChat) and BD-09 (百度) are converted here, at the edge.

The GCJ-02 offset and the BD-09 twist are the widely published approximations; the way back is iterated until
it moves less than a millimetre.
"""

from math import atan2, cos, pi, sin, sqrt

AXIS = 6378245.0  # semi-major axis of the Krasovsky ellipsoid, metres
ECCENTRICITY2 = 0.00669342162296594323
BD_TURN = pi * 3000.0 / 180.0
Point = tuple[float, float]  # lon, lat


def _offset(lon: float, lat: float) -> Point:
    x, y = lon - 105.0, lat - 35.0
    d_lat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    d_lon = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    ripple = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    d_lat += ripple + (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    d_lat += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    d_lon += ripple + (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    d_lon += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    phi = lat / 180 * pi
    magic = 1 - ECCENTRICITY2 * sin(phi) ** 2
    d_lat = d_lat * 180 / ((AXIS * (1 - ECCENTRICITY2)) / (magic * sqrt(magic)) * pi)
    d_lon = d_lon * 180 / (AXIS / sqrt(magic) * cos(phi) * pi)
    return d_lon, d_lat


def gcj02_from_wgs84(lon: float, lat: float) -> Point:
    """Return the GCJ-02 coordinates of a WGS-84 point in China."""
    d_lon, d_lat = _offset(lon, lat)
    return lon + d_lon, lat + d_lat


def wgs84_from_gcj02(lon: float, lat: float) -> Point:
    """Return the WGS-84 coordinates of a GCJ-02 point in China, to about a millimetre."""
    guess_lon, guess_lat = lon, lat
    for _ in range(10):
        there = gcj02_from_wgs84(guess_lon, guess_lat)
        error_lon, error_lat = lon - there[0], lat - there[1]
        guess_lon += error_lon
        guess_lat += error_lat
        if abs(error_lon) < 1e-8 and abs(error_lat) < 1e-8:
            break
    return guess_lon, guess_lat


def bd09_from_gcj02(lon: float, lat: float) -> Point:
    """Return the BD-09 coordinates of a GCJ-02 point."""
    radius = sqrt(lon * lon + lat * lat) + 0.00002 * sin(lat * BD_TURN)
    angle = atan2(lat, lon) + 0.000003 * cos(lon * BD_TURN)
    return radius * cos(angle) + 0.0065, radius * sin(angle) + 0.006


def gcj02_from_bd09(lon: float, lat: float) -> Point:
    """Return the GCJ-02 coordinates of a BD-09 point."""
    guess_lon, guess_lat = lon - 0.0065, lat - 0.006
    for _ in range(10):
        there = bd09_from_gcj02(guess_lon, guess_lat)
        error_lon, error_lat = lon - there[0], lat - there[1]
        guess_lon += error_lon
        guess_lat += error_lat
        if abs(error_lon) < 1e-8 and abs(error_lat) < 1e-8:
            break
    return guess_lon, guess_lat


def bd09_from_wgs84(lon: float, lat: float) -> Point:
    """Return the BD-09 coordinates of a WGS-84 point."""
    return bd09_from_gcj02(*gcj02_from_wgs84(lon, lat))


def wgs84_from_bd09(lon: float, lat: float) -> Point:
    """Return the WGS-84 coordinates of a BD-09 point."""
    return wgs84_from_gcj02(*gcj02_from_bd09(lon, lat))
