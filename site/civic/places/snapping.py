"""Rounding a public point so that it shows a block, not a home."""

from math import cos, floor, radians

METRES_PER_DEGREE = 111_320.0
GRID_METRES = 100.0


def snap(lon: float, lat: float) -> tuple[float, float]:
    """Return the centre of the 100 m grid square that holds a point.

    The square is fixed to the ground: the same home always gives the same centre, so many reports from it
    cannot be averaged into its true place.
    """
    step_lat = GRID_METRES / METRES_PER_DEGREE
    row = floor(lat / step_lat)
    centre_lat = (row + 0.5) * step_lat
    step_lon = GRID_METRES / (METRES_PER_DEGREE * cos(radians(centre_lat)))
    return round((floor(lon / step_lon) + 0.5) * step_lon, 6), round(centre_lat, 6)
