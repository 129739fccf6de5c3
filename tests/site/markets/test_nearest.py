"""Nearest first, by the exact distance, in few queries whatever the number of markets."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from civic.markets.models import Market
from civic.places.distances import box_around, metres, say_distance
from tests.site.markets.factories import TIANANMEN, make_market, points_in_city

anywhere = st.tuples(st.floats(-180, 180, allow_nan=False), st.floats(-89, 89, allow_nan=False))
in_city = st.tuples(st.floats(115.42, 117.5), st.floats(39.44, 41.05))


@given(anywhere, anywhere)
def test_distance_is_symmetric_and_zero_only_at_home(one, other):
    assert metres(*one, *other) == pytest.approx(metres(*other, *one), abs=1e-6)
    assert metres(*one, *one) == 0


def test_distance_against_known_figures():
    assert metres(116, 40, 116, 41) == pytest.approx(111_195, abs=1)  # one degree of a great circle
    assert metres(*TIANANMEN, 116.3975, 39.9165) == pytest.approx(1151, abs=10)


@given(in_city, in_city, st.floats(1, 300_000))
def test_a_box_holds_every_point_of_its_circle(centre, point, radius):
    box = box_around(*centre, radius)
    if metres(*centre, *point) <= radius:
        assert box.west <= point[0] <= box.east
        assert box.south <= point[1] <= box.north


@pytest.mark.parametrize(
    ("distance", "said"), [(0, "10 米"), (4, "10 米"), (864, "860 米"), (996, "1.0 公里"), (2349, "2.3 公里")]
)
def test_distances_as_a_walker_reads_them(distance, said):
    assert say_distance(distance) == said


@pytest.fixture
def scattered(db):
    for number, (lon, lat) in enumerate(points_in_city(60)):
        make_market(number, lon=lon, lat=lat)


@given(point=in_city, limit=st.integers(1, 70))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nearest_is_what_measuring_them_all_would_give(scattered, point, limit):
    everything = sorted(
        (metres(*point, market.lon, market.lat), market.pk) for market in Market.objects.all()
    )
    found = Market.objects.nearest(*point, limit)
    assert [nearby.market.pk for nearby in found] == [pk for _, pk in everything[:limit]]


@pytest.mark.parametrize("count", [1, 60])
def test_queries_do_not_grow_with_the_markets(db, django_assert_max_num_queries, count):
    for number, (lon, lat) in enumerate(points_in_city(count)):
        make_market(number, lon=lon, lat=lat)
    with django_assert_max_num_queries(6):
        assert [nearby.market.district.name for nearby in Market.objects.nearest(*TIANANMEN, 3)]


def test_nothing_is_near_when_there_is_nothing(db):
    assert Market.objects.nearest(*TIANANMEN, 3) == []
