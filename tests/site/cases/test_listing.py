"""The public list: found by number, by released words, narrowed; what is not public is not found."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from civic.cases.models import Case, Report
from civic.cases.services import release_report
from tests.factories import ELSEWHERE, UserFactory, make_report, queries_of

pytestmark = pytest.mark.django_db


def found(client: Client, **query: str) -> list[str]:
    response = client.get("/cases/", query)
    assert response.status_code == 200
    return [case["number"] for case in response.context["cases"]]


def released(text: str, **more) -> Report:
    report = make_report(text=text, **more)
    release_report(report_pk=report.pk, actor=UserFactory(roles=["case_clerk"]))
    return report


def test_words_are_found_once_they_are_public(client: Client) -> None:
    report = make_report(text="幼儿园门口的垃圾没人收")
    assert found(client, q="幼儿园") == []
    release_report(report_pk=report.pk, actor=UserFactory(roles=["case_clerk"]))
    assert found(client, q="幼儿园") == [report.number]
    assert found(client, q="幼儿园 垃圾") == [report.number]
    assert found(client, q="幼儿园 路灯") == []


@pytest.mark.parametrize(
    "change", [{"withheld": True}, {"request_type": "accusation"}, {"matter_code": "OUT"}]
)
def test_what_may_not_be_read_is_not_found_either(client: Client, change: dict) -> None:
    released("幼儿园门口的垃圾没人收")
    Case.objects.update(**change)
    assert found(client, q="幼儿园") == []


def test_nothing_is_found_where_nothing_is_published(client: Client, settings) -> None:
    released("幼儿园门口的垃圾没人收")
    settings.CASES_PUBLISH = "never"
    assert found(client, q="幼儿园") == []


def test_what_was_masked_is_not_found(client: Client) -> None:
    report = released("垃圾没人收，电话13812345678，请回")
    assert found(client, q="请回") == [report.number]
    assert found(client, q="13812") == []


def test_narrowed_by_street_and_by_a_matter_in_words(client: Client) -> None:
    here = make_report()
    there = make_report(lon=ELSEWHERE[0], lat=ELSEWHERE[1])
    assert found(client, street=here.case.street) == [here.number]
    assert found(client, street=there.case.street[:2]) == [there.number]
    assert set(found(client, matter="暴露垃圾")) == {here.number, there.number}
    assert found(client, matter="06010", district=here.case.district.code) == [here.number]


def test_what_narrows_stays_in_the_address_of_the_next_page(client: Client) -> None:
    reports = [make_report() for _ in range(21)]
    district = reports[0].case.district.code
    page = client.get("/cases/", {"district": district, "street": reports[0].case.street}).content.decode()
    assert f"district={district}" in page
    assert "page=2" in page
    assert found(client, district=district, page="2") == [reports[0].number]


def test_each_condition_can_be_taken_away_alone(client: Client) -> None:
    report = released("幼儿园门口的垃圾没人收")
    chips = client.get(
        "/cases/", {"q": "幼儿园", "district": report.case.district.code, "step": "intake", "matter": "06010"}
    ).context["chips"]
    assert [chip["label"] for chip in chips] == ["幼儿园", report.case.district.name, "受理", "暴露垃圾"]
    for chip in chips:
        assert client.get("/cases/" + chip["without"]).context["cases"]


def test_a_matter_that_does_not_exist_is_said(client: Client) -> None:
    make_report()
    page = client.get("/cases/", {"matter": "zzzz"})
    assert "这个类别" in page.content.decode()
    assert page.context["cases"]


@pytest.mark.parametrize("query", ["BJ12345", "bj 2611 2200 1141", "2611220011418"])
def test_a_number_mistyped_is_said_to_be_one(client: Client, query: str) -> None:
    assert "不是一个有效的编号" in client.get("/cases/", {"q": query}).content.decode()


def test_nothing_found_says_what_to_do(client: Client) -> None:
    page = client.get("/cases/", {"q": "没有的词"}).content.decode()
    assert "没有符合的案件" in page
    assert "看全部" in page


def test_queries_do_not_grow(client: Client) -> None:
    released("幼儿园门口的垃圾没人收")
    few = queries_of(client, "/cases/?q=垃圾")
    for _ in range(4):
        released("幼儿园门口的垃圾没人收")
    assert queries_of(client, "/cases/?q=垃圾") == few < 15


def test_a_matter_is_found_by_its_names_without_a_released_word(client: Client) -> None:
    report = make_report()  # 暴露垃圾
    for query in ("垃圾", "暴露垃圾", "06010", "060"):
        assert found(client, q=query) == [report.number], query
    assert found(client, q="井盖") == []


def test_a_place_is_found_by_its_name(client: Client) -> None:
    here, there = make_report(), make_report(lon=ELSEWHERE[0], lat=ELSEWHERE[1])
    assert found(client, q="朝阳") == [here.number]
    assert found(client, q=there.case.street) == [there.number]
    assert found(client, q=f"{there.case.street[:2]} 垃圾") == [there.number]
    assert found(client, q="朝阳 海淀") == []
    assert found(client, q="垃圾 朝阳", district=there.case.district.code) == []


def test_names_and_released_words_are_found_together(client: Client) -> None:
    named = make_report(lon=ELSEWHERE[0], lat=ELSEWHERE[1])
    told = released("楼下的KTV旁边有个井盖，在朝阳")
    assert found(client, q="井盖") == [told.number]
    assert found(client, q="ktv") == [told.number]
    assert found(client, q="朝阳 Ktv") == [told.number]
    assert found(client, q="海淀 垃圾") == [named.number]
    assert found(client, q="垃圾") == [told.number, named.number]
    assert found(client, q="海淀 井盖") == []


def test_what_is_withheld_is_not_found_by_its_matter(client: Client) -> None:
    make_report()
    Case.objects.update(withheld=True)
    assert found(client, q="垃圾") == found(client, q="朝阳") == []


def test_very_many_are_met_newest_first(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found too often to be sorted is walked through; the order and the conditions stay."""
    monkeypatch.setattr("civic.cases.public.searching.COUNTED", 1)
    numbers = [make_report().number for _ in range(3)]
    make_report(lon=ELSEWHERE[0], lat=ELSEWHERE[1])
    assert found(client, q="垃圾 朝阳") == numbers[:0:-1]


@pytest.mark.parametrize("query", ["，。！", "😀", "%", "_", "a" * 500, "' or 1=1 --"])
def test_what_cannot_be_searched_finds_nothing(client: Client, query: str) -> None:
    released("幼儿园门口的垃圾没人收")
    assert found(client, q=query) == []


@pytest.mark.usefixtures("still_clock")
def test_searching_the_list_is_limited(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("civic.cases.public.listing.RATE", "2/min")
    answers = [client.get("/cases/", {"q": "垃圾"}).status_code for _ in range(3)]
    assert answers == [200, 200, 429]
    assert client.get("/cases/").status_code == 200


def test_a_street_that_the_city_does_not_have_is_not_looked_for(client: Client) -> None:
    make_report()
    with CaptureQueriesContext(connection) as asked:
        assert found(client, street="没有这条街") == []
    assert not [query for query in asked if "street" in query["sql"] and "cases_case" in query["sql"]]
    assert found(client, street="%") == []
