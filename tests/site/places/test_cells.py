"""Cells nest, hold their points and fit a signed 64-bit column; snapping hides a home and cannot be averaged away."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civic.places.cells import BITS, box_of, cell_of, parent
from civic.places.snapping import snap
from tests.site.places.test_coordinates import metres

LON, LAT, LEVEL = st.floats(-180, 180), st.floats(-90, 90), st.integers(1, BITS)
IN_CITY = st.tuples(st.floats(115.41, 117.51), st.floats(39.43, 41.06))
ROUNDING = 1e-12  # degrees: a float just below zero is added to 180 without a trace
HALF_DIAGONAL = 71.0  # of a 100 m square


@given(lon=LON, lat=LAT)
def test_a_cell_fits_the_column(lon: float, lat: float) -> None:
    assert 0 <= cell_of(lon, lat) < 2**62


@given(lon=LON, lat=LAT, level=LEVEL)
def test_the_box_of_a_points_cell_holds_the_point(lon: float, lat: float, level: int) -> None:
    box = box_of(parent(cell_of(lon, lat), level), level)
    assert box.west - ROUNDING <= lon <= box.east + ROUNDING
    assert box.south - ROUNDING <= lat <= box.north + ROUNDING
    assert math.isclose(box.east - box.west, 360 / 2**level, rel_tol=1e-6)


@given(lon=LON, lat=LAT, level=st.integers(1, BITS - 1))
def test_a_parent_holds_its_child(lon: float, lat: float, level: int) -> None:
    cell = cell_of(lon, lat)
    outer, inner = box_of(parent(cell, level), level), box_of(parent(cell, level + 1), level + 1)
    assert outer.west <= inner.west < inner.east <= outer.east
    assert outer.south <= inner.south < inner.north <= outer.north
    assert parent(cell, level) == parent(cell, level + 1) >> 2


@given(a=st.tuples(LON, LAT), b=st.tuples(LON, LAT), level=LEVEL)
def test_two_points_share_a_cell_exactly_when_they_share_its_box(
    a: tuple[float, float], b: tuple[float, float], level: int
) -> None:
    same = parent(cell_of(*a), level) == parent(cell_of(*b), level)
    assert same == (box_of(parent(cell_of(*a), level), level) == box_of(parent(cell_of(*b), level), level))


@pytest.mark.parametrize(("lon", "lat"), [(-180, -90), (180, 90), (-180, 90), (180, -90), (0, 0)])
def test_the_corners_of_the_world_have_cells(lon: float, lat: float) -> None:
    box = box_of(cell_of(lon, lat), BITS)
    assert box.west <= lon <= box.east
    assert box.south <= lat <= box.north


@given(point=IN_CITY)
def test_a_snapped_point_stays_within_its_square(point: tuple[float, float]) -> None:
    assert metres(snap(*point), point) <= HALF_DIAGONAL


@given(point=IN_CITY)
def test_snapping_twice_is_snapping_once(point: tuple[float, float]) -> None:
    assert snap(*snap(*point)) == snap(*point)


@given(point=IN_CITY, east=st.floats(-0.45, 0.45), north=st.floats(-0.45, 0.45))
def test_all_points_of_a_square_have_the_same_centre(
    point: tuple[float, float], east: float, north: float
) -> None:
    lon, lat = snap(*point)
    step_lat = 100 / 111_320
    step_lon = step_lat / math.cos(math.radians(lat))
    assert snap(lon + east * step_lon, lat + north * step_lat) == (lon, lat)


@given(point=IN_CITY)
def test_the_public_point_does_not_tell_the_true_one_apart_from_its_neighbours(
    point: tuple[float, float],
) -> None:
    lon, lat = snap(*point)
    assert len(f"{lon:.10f}".rstrip("0").split(".")[1]) <= 6
    assert len(f"{lat:.10f}".rstrip("0").split(".")[1]) <= 6
