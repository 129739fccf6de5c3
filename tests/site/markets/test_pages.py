"""The market pages: list beside map, nearest without JavaScript, one market."""

from datetime import UTC, datetime, time

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.site.markets.factories import make_market, points_in_city

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)  # 12:00 in Beijing


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def text_of(response) -> str:
    return response.content.decode()


def test_the_list_shows_open_and_closed(client):
    make_market(1, name="日市", opens=time(6), closes=time(19))
    make_market(2, name="夜市", opens=time(20), closes=time(3))
    page = text_of(client.get(reverse("markets:list")))
    assert "共 2 个" in page
    assert page.count("营业中") == 1
    assert page.count("已打烊") == 1


def test_near_works_without_javascript(client):
    make_market(1, name="远市场", lon=116.60, lat=39.90)
    make_market(2, name="近市场", lon=116.40, lat=39.91)
    page = text_of(client.get(reverse("markets:list"), {"near": "116.3913,39.9073"}))
    assert page.index("近市场") < page.index("远市场")
    assert "米" in page
    assert 'data-near="116.3913,39.9073"' in page


@pytest.mark.parametrize(
    "near", ["abc", "116.39", "116.39,39.9,1", "nan,39.9", "inf,inf", ",", "39.9073 116.3913"]
)
def test_a_malformed_place_is_said_and_the_list_still_shown(client, near):
    make_market(1, name="总在的市场")
    response = client.get(reverse("markets:list"), {"near": near})
    assert response.status_code == 400
    assert "位置应写成" in text_of(response)
    assert "总在的市场" in text_of(response)


@pytest.mark.parametrize("near", ["121.47,31.23", "39.9073,116.3913", "116.05,41.05"])
def test_a_place_outside_the_city_is_said(client, near):
    response = client.get(reverse("markets:list"), {"near": near})
    assert response.status_code == 400
    assert "不在北京" in text_of(response)


def test_words_and_clock_narrow_the_list(client):
    make_market(1, name="红庙市场", goods="蔬菜、水产")
    make_market(2, name="望京市场", goods="蔬菜", opens=time(20), closes=time(3))
    assert "望京市场" not in text_of(client.get(reverse("markets:list"), {"q": "水产"}))
    assert "望京市场" in text_of(client.get(reverse("markets:list"), {"q": "朝阳 蔬菜"}))
    assert "望京市场" not in text_of(client.get(reverse("markets:list"), {"q": "蔬菜", "open": "1"}))


def test_a_place_name_offers_the_markets_around_it(client):
    make_market(1)
    page = text_of(client.get(reverse("markets:list"), {"q": "酒仙桥街道"}))
    assert "附近的市场" in page
    assert "near=" in page


@pytest.mark.parametrize("query", [{"q": "没有这样的市场"}, {"open": "1"}, {}])
def test_empty_states_say_what_to_do(client, query):
    response = client.get(reverse("markets:list"), query)
    assert response.status_code == 200
    assert 'class="empty"' in text_of(response)


def test_a_search_is_escaped(client):
    page = text_of(client.get(reverse("markets:list"), {"q": "<script>alert(1)</script>"}))
    assert "<script>alert" not in page


def test_one_market_with_its_neighbours(client):
    market = make_market(1, name="红庙市场", goods="蔬菜、水产", note="周二消毒", is_demo=True)
    make_market(2, name="邻近市场", lon=116.482, lat=39.918)
    page = text_of(client.get(market.get_absolute_url()))
    for words in ("红庙市场", "06:00–19:00", "营业中", "蔬菜、水产", "周二消毒", "演示数据", "邻近市场"):
        assert words in page


def test_an_unknown_market_is_not_found(client):
    assert client.get("/markets/no-such/").status_code == 404


def test_the_list_asks_as_many_queries_for_one_market_as_for_thirty(client, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    points = points_in_city(30)
    make_market(0, lon=points[0][0], lat=points[0][1])
    client.get(reverse("markets:list"))  # fills what is cached per process
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("markets:list"))
    for number, (lon, lat) in enumerate(points[1:], start=1):
        make_market(number, lon=lon, lat=lat)
    with django_assert_num_queries(len(one)):
        client.get(reverse("markets:list"))
