"""From a point to its district and street; what is no point in the city is refused with a sentence."""

import contextlib
import math

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from civic.places.polygons import Area, OutsideCity, area_of

# Well-known places, one in each district (WGS-84).
KNOWN = [
    ("东城区", 116.3913, 39.9073),
    ("西城区", 116.3660, 39.9120),
    ("朝阳区", 116.4586, 39.8934),
    ("丰台区", 116.2870, 39.8580),
    ("石景山区", 116.1950, 39.9140),
    ("海淀区", 116.3103, 39.9837),
    ("门头沟区", 116.1020, 39.9400),
    ("房山区", 116.1390, 39.7360),
    ("通州区", 116.6564, 39.9095),
    ("顺义区", 116.6530, 40.1290),
    ("昌平区", 116.4127, 40.0653),
    ("大兴区", 116.3380, 39.7290),
    ("怀柔区", 116.6370, 40.3240),
    ("平谷区", 117.1120, 40.1440),
    ("密云区", 116.8430, 40.3770),
    ("延庆区", 115.9850, 40.4570),
]
OUTSIDE = [
    (121.4737, 31.2304),
    (117.2, 39.13),
    (116.7, 39.52),
    (115.45, 39.5),
    (0.0, 0.0),
    (39.9073, 116.3913),
]


@pytest.mark.parametrize(("district", "lon", "lat"), KNOWN)
def test_a_known_point_is_in_its_district_and_some_street(district: str, lon: float, lat: float) -> None:
    area = area_of(lon, lat)
    assert area.district == district
    assert area.street


@pytest.mark.parametrize(("lon", "lat"), OUTSIDE)
def test_a_point_elsewhere_is_refused_with_a_sentence(lon: float, lat: float) -> None:
    with pytest.raises(OutsideCity) as refusal:
        area_of(lon, lat)
    assert refusal.value.message == "这个位置不在北京市范围内。"
    assert refusal.value.fields == {"lon": refusal.value.message}
    assert refusal.value.code == "outside_city"


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf, 1e308])
def test_what_is_no_number_on_earth_is_refused(odd: float) -> None:
    for lon, lat in ((odd, 39.9), (116.4, odd), (odd, odd)):
        with pytest.raises(OutsideCity):
            area_of(lon, lat)


@given(lon=st.floats(), lat=st.floats())
def test_any_pair_of_floats_is_an_area_or_a_refusal(lon: float, lat: float) -> None:
    with contextlib.suppress(OutsideCity):
        assert isinstance(area_of(lon, lat), Area)


WEST, SOUTH, EAST, NORTH = settings.CITY_BBOX


@given(lon=st.floats(WEST, EAST), lat=st.floats(SOUTH, NORTH))
def test_a_point_in_the_box_has_one_of_the_sixteen_districts_or_none(lon: float, lat: float) -> None:
    try:
        area = area_of(lon, lat)
    except OutsideCity:
        return
    assert area.district in {name for name, _, _ in KNOWN}
    assert area_of(lon, lat) == area
