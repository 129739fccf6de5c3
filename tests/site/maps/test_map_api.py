"""The public map: clusters from afar, points from near, each public case counted once."""

from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from civic.cases.models import Case, Step
from civic.maps import api_v1
from tests.factories import ELSEWHERE, INSIDE, bring_to, make_analysis, make_photo, make_report, queries_of

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/public/map/cases"
CITY = "115.4,39.4,117.6,41.1"


@pytest.fixture(autouse=True)
def _understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.analyze", make_analysis)


def ask(client: Client, **query: Any) -> dict[str, Any]:
    response = client.get(ADDRESS, {"bbox": CITY, **query})
    assert response.status_code == 200, response.content.decode()
    assert response["Content-Type"] == "application/geo+json"
    body = response.json()
    rfc_7946(body)
    return body


def rfc_7946(body: dict[str, Any]) -> None:
    assert body["type"] == "FeatureCollection"
    assert "crs" not in body
    for feature in body["features"]:
        assert feature["type"] == "Feature"
        assert isinstance(feature["properties"], dict)
        assert feature["geometry"]["type"] == "Point"
        lon, lat = feature["geometry"]["coordinates"]
        assert 115.4 <= lon <= 117.6
        assert 39.4 <= lat <= 41.1


def counted(body: dict[str, Any]) -> int:
    return sum(feature["properties"].get("count", 1) for feature in body["features"])


def scatter(count: int = 12) -> None:
    """Report from all over two districts."""
    for n in range(count):
        lon, lat = INSIDE if n % 2 else ELSEWHERE
        make_report(f"第 {n} 件", lon=lon + n * 0.0015, lat=lat)


def test_from_afar_there_are_clusters_and_from_near_points(client: Client) -> None:
    report = make_report()
    (cluster,) = ask(client, zoom=10)["features"]
    assert cluster["properties"] == {"cluster": True, "count": 1}
    (point,) = ask(client, zoom=16)["features"]
    properties = point["properties"]
    assert properties["cluster"] is False
    assert (properties["number"], properties["code"], properties["matter"]) == (
        report.number,
        "06010",
        "暴露垃圾",
    )
    assert (properties["step"], properties["step_label"], properties["district"]) == (
        "intake",
        "受理",
        "朝阳区",
    )
    assert properties["url"].endswith(f"/cases/{report.number}/")
    assert point["geometry"]["coordinates"] == [report.case.public_lon, report.case.public_lat]


@pytest.mark.parametrize("zoom", [0, 5, 8, 11, 13, 14, 15, 18, 22])
def test_at_every_zoom_the_counts_add_up_to_the_cases(client: Client, zoom: int) -> None:
    scatter()
    body = ask(client, zoom=zoom)
    assert counted(body) == 12
    assert body["truncated"] is False


def test_closer_means_more_and_smaller_clusters(client: Client) -> None:
    scatter()
    numbers = [len(ask(client, zoom=zoom)["features"]) for zoom in range(15)]
    assert numbers[0] == 1
    assert numbers == sorted(numbers)
    assert numbers[14] > 2


def test_a_cluster_lies_among_its_cases(client: Client) -> None:
    scatter()
    (cluster,) = ask(client, zoom=0)["features"]
    points = [feature["geometry"]["coordinates"] for feature in ask(client, zoom=20)["features"]]
    lon, lat = cluster["geometry"]["coordinates"]
    assert lon == pytest.approx(sum(point[0] for point in points) / 12, abs=1e-5)
    assert lat == pytest.approx(sum(point[1] for point in points) / 12, abs=1e-5)


def test_only_the_view_is_answered(client: Client) -> None:
    here = make_report()
    make_report(lon=ELSEWHERE[0], lat=ELSEWHERE[1])
    box = f"{INSIDE[0] - 0.01},{INSIDE[1] - 0.01},{INSIDE[0] + 0.01},{INSIDE[1] + 0.01}"
    (point,) = ask(client, bbox=box, zoom=17)["features"]
    assert point["properties"]["number"] == here.number
    assert counted(ask(client, bbox=box, zoom=9)) == 1
    assert ask(client, bbox="115.5,40.9,115.6,41.0")["features"] == []


def test_a_step_is_chosen(client: Client) -> None:
    bring_to(make_report(), Step.CLOSED)
    make_report("另一件")
    for zoom in (9, 17):
        assert counted(ask(client, zoom=zoom)) == 2
        assert counted(ask(client, zoom=zoom, step="closed")) == 1
        assert counted(ask(client, zoom=zoom, step="handling")) == 0


def test_withheld_and_unplaced_cases_are_not_there(client: Client) -> None:
    withheld = make_report()
    Case.objects.filter(pk=withheld.case_id).update(withheld=True)
    make_report("没有位置", lon=None, lat=None)
    for zoom in (9, 17):
        assert ask(client, zoom=zoom)["features"] == []


def test_more_points_than_a_screen_can_show_are_cut_and_said_so(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    scatter(4)
    monkeypatch.setattr(api_v1, "MAX_POINTS", 3)
    body = ask(client, zoom=16)
    assert (len(body["features"]), body["truncated"]) == (3, True)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"bbox": ""}, "bbox"),
        ({"bbox": "1,2,3"}, "bbox"),
        ({"bbox": "1,2,3,4,5"}, "bbox"),
        ({"bbox": "a,b,c,d"}, "bbox"),
        ({"bbox": "nan,0,1,1"}, "bbox"),
        ({"bbox": "-inf,0,inf,1"}, "bbox"),
        ({"bbox": "117,39,116,40"}, "bbox"),
        ({"bbox": "116,40,117,39"}, "bbox"),
        ({"bbox": "-181,0,0,1"}, "bbox"),
        ({"bbox": "0,0,1,91"}, "bbox"),
        ({"zoom": "23"}, "zoom"),
        ({"zoom": "-1"}, "zoom"),
        ({"zoom": "x"}, "zoom"),
        ({"zoom": "1.5"}, "zoom"),
        ({"zoom": "0" * 5000}, "zoom"),
        ({"step": "nowhere"}, "step"),
    ],
)
def test_a_wrong_question_is_named(client: Client, query: dict[str, str], field: str) -> None:
    response = client.get(ADDRESS, {"bbox": CITY, **query})
    assert response.status_code == 400
    assert set(response.json()["error"]["fields"]) == {field}


def test_without_a_box_it_is_a_400(client: Client) -> None:
    assert client.get(ADDRESS).status_code == 400


@examples(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    bbox=st.lists(st.floats(-200, 200), min_size=3, max_size=5).map(lambda edges: ",".join(map(str, edges)))
    | st.text(max_size=30),
    zoom=st.integers(-2, 30).map(str) | st.text(max_size=6),
    step=st.sampled_from(["", *Step.values]) | st.text(max_size=6),
)
def test_any_question_is_answered(bbox: str, zoom: str, step: str) -> None:
    response = Client().get(ADDRESS, {"bbox": bbox, "zoom": zoom, "step": step})
    assert response.status_code in {200, 400}


@pytest.mark.parametrize("zoom", [9, 17])
def test_a_view_takes_the_same_queries_for_one_and_for_twenty(client: Client, zoom: int) -> None:
    make_report()
    address = f"{ADDRESS}?bbox={CITY}&zoom={zoom}"
    one = queries_of(client, address)
    for n in range(19):
        make_report(f"第 {n} 件", photos=[make_photo()])
    assert queries_of(client, address) == one <= 2


def test_the_page_lists_the_newest_beside_the_map(client: Client) -> None:
    page = client.get("/map/").content.decode()
    assert "还没有反映" in page
    reports = [make_report(f"第 {n} 件") for n in range(13)]
    page = client.get("/map/").content.decode()
    assert f'data-cases="{ADDRESS}"' in page
    shown = [report.number for report in reports if report.number in page]
    assert shown == [report.number for report in reports[1:]]
