"""Coordinates of the three systems agree at the check points and survive the way there and back."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civic.places import coordinates

Point = tuple[float, float]
# 天安门 in the three systems, as STANDARDS gives it: rounded to four and five places, so about 10 m.
WGS84, GCJ02, BD09 = (116.3913, 39.9073), (116.39754, 39.90870), (116.40391, 39.91504)
IN_CHINA = st.tuples(st.floats(73.5, 135.0), st.floats(18.0, 53.5))
IN_BEIJING = st.tuples(st.floats(115.4, 117.6), st.floats(39.4, 41.1))


def metres(a: Point, b: Point) -> float:
    """Return the distance on a sphere of 6,371,008.8 m."""
    lon_a, lat_a, lon_b, lat_b = (math.radians(value) for value in (*a, *b))
    half = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    )
    return 2 * 6371008.8 * math.asin(math.sqrt(half))


@pytest.mark.parametrize(
    ("convert", "start", "end"),
    [
        (coordinates.gcj02_from_wgs84, WGS84, GCJ02),
        (coordinates.wgs84_from_gcj02, GCJ02, WGS84),
        (coordinates.bd09_from_gcj02, GCJ02, BD09),
        (coordinates.gcj02_from_bd09, BD09, GCJ02),
        (coordinates.bd09_from_wgs84, WGS84, BD09),
        (coordinates.wgs84_from_bd09, BD09, WGS84),
    ],
)
def test_check_points(convert: Callable[[float, float], Point], start: Point, end: Point) -> None:
    assert metres(convert(*start), end) < 12


@pytest.mark.parametrize("places", [IN_CHINA, IN_BEIJING])
@pytest.mark.parametrize(
    ("there", "back"),
    [
        (coordinates.gcj02_from_wgs84, coordinates.wgs84_from_gcj02),
        (coordinates.wgs84_from_gcj02, coordinates.gcj02_from_wgs84),
        (coordinates.bd09_from_gcj02, coordinates.gcj02_from_bd09),
        (coordinates.gcj02_from_bd09, coordinates.bd09_from_gcj02),
        (coordinates.bd09_from_wgs84, coordinates.wgs84_from_bd09),
        (coordinates.wgs84_from_bd09, coordinates.bd09_from_wgs84),
    ],
)
def test_there_and_back_is_less_than_a_metre(
    places: st.SearchStrategy[Point],
    there: Callable[[float, float], Point],
    back: Callable[[float, float], Point],
) -> None:
    @given(point=places)
    def check(point: Point) -> None:
        assert metres(back(*there(*point)), point) < 1

    check()


@given(point=IN_BEIJING)
def test_the_systems_differ_by_hundreds_of_metres_so_forgetting_to_convert_shows(point: Point) -> None:
    assert 300 < metres(coordinates.gcj02_from_wgs84(*point), point) < 900
    assert 500 < metres(coordinates.bd09_from_wgs84(*point), point) < 2500
