"""GET /api/v1/public/markets/: GeoJSON nearest first, errors in Chinese."""

from datetime import UTC, datetime, time

import pytest
from django.test import override_settings
from django.utils import timezone

from bot.ports import PortError
from civic.markets.ports import nearest_markets
from tests.site.markets.factories import TIANANMEN, make_market, points_in_city

pytestmark = pytest.mark.django_db
URL = "/api/v1/public/markets/"
NEAR = "116.3913,39.9073"


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 2, 4, 0, tzinfo=UTC))


def test_geojson_nearest_first(client):
    make_market(1, name="远", lon=116.60, lat=39.90)
    make_market(2, name="近", lon=116.40, lat=39.91)
    response = client.get(URL, {"near": NEAR})
    body = response.json()
    assert response["Content-Type"] == "application/geo+json"
    assert body["type"] == "FeatureCollection"
    assert "crs" not in body
    near, far = body["features"]
    assert near["geometry"] == {"type": "Point", "coordinates": [116.40, 39.91]}
    assert [near["properties"]["name"], far["properties"]["name"]] == ["近", "远"]
    assert near["properties"]["distance_m"] == 800
    assert near["properties"]["open_now"] is True
    assert near["properties"]["url"].endswith("/markets/test-2/")


def test_without_a_point_distances_are_null(client):
    make_market(1)
    assert client.get(URL).json()["features"][0]["properties"]["distance_m"] is None


def test_open_now_and_limit(client):
    for number, (lon, lat) in enumerate(points_in_city(6)):
        make_market(number, lon=lon, lat=lat, opens=time(20) if number % 2 else time(6), closes=time(19))
    make_market(9, opens=None, closes=None)
    assert len(client.get(URL, {"near": NEAR, "limit": 2}).json()["features"]) == 2
    found = client.get(URL, {"near": NEAR, "open_now": "1"}).json()["features"]
    assert {feature["properties"]["open_now"] for feature in found} == {True}
    assert len(client.get(URL, {"open_now": "0"}).json()["features"]) == 7


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"near": "x"}, "invalid_near"),
        ({"near": "116.39"}, "invalid_near"),
        ({"near": "1,2,3"}, "invalid_near"),
        ({"near": "nan,39.9"}, "invalid_near"),
        ({"near": "116.39,Infinity"}, "invalid_near"),
        ({"near": "39.9073,116.3913"}, "outside_city"),
        ({"near": "121.47,31.23"}, "outside_city"),
        ({"near": NEAR, "limit": "0"}, "invalid_limit"),
        ({"near": NEAR, "limit": "201"}, "invalid_limit"),
        ({"near": NEAR, "limit": "-1"}, "invalid_limit"),
        ({"near": NEAR, "limit": "９"}, "invalid_limit"),
        ({"near": NEAR, "open_now": "maybe"}, "invalid_open_now"),
    ],
)
def test_malformed_questions_are_refused_in_chinese(client, query, code):
    response = client.get(URL, query)
    error = response.json()["error"]
    assert response.status_code == 400
    assert error["code"] == code
    assert any("\u4e00" <= char <= "\u9fff" for char in error["message"])
    assert error["fields"]


def test_the_answer_is_the_same_under_either_media_type(client):
    make_market(1)
    plain = client.get(URL, headers={"accept": "application/json"})
    geo = client.get(URL, headers={"accept": "application/geo+json"})
    assert plain.json() == geo.json()


def test_queries_do_not_grow(client, django_assert_max_num_queries):
    for number, (lon, lat) in enumerate(points_in_city(20)):
        make_market(number, lon=lon, lat=lat)
    with django_assert_max_num_queries(6):
        client.get(URL, {"near": NEAR, "limit": 20})


@override_settings(PUBLIC_BASE_URL="https://city.example")
def test_the_bot_hears_of_the_nearest():
    make_market(1, name="远", lon=116.60, lat=39.90)
    make_market(2, name="近", lon=116.40, lat=39.91, address="前门 1 号")
    first, second = nearest_markets(lon=TIANANMEN[0], lat=TIANANMEN[1], limit=2)
    assert (first.name, first.address, first.distance_m, first.open_now) == ("近", "前门 1 号", 800, True)
    assert (first.hours, first.url) == ("06:00–19:00", "https://city.example/markets/test-2/")
    assert second.name == "远"


@pytest.mark.parametrize("point", [(121.47, 31.23), (float("nan"), 39.9)])
def test_the_bot_hears_why_there_is_none(point):
    with pytest.raises(PortError, match="不在北京"):
        nearest_markets(lon=point[0], lat=point[1])
