"""The queue's points: the same filter and rights as its list, the true places, a bounded number."""

from typing import Any

import pytest
from django.test import Client

from civic.accounts.roles import Role
from civic.cases.desk import map as desk_map
from civic.cases.models import Case
from tests.factories import ELSEWHERE, INSIDE, DepartmentFactory, UserFactory, make_report, queries_of

pytestmark = pytest.mark.django_db
POINTS = "/admin/cases/points/"


def shown(client: Client, **query: Any) -> list[int]:
    body = client.get(POINTS, query).json()
    return [feature["properties"]["case"] for feature in body["features"]]


def test_it_shows_what_the_list_shows_where_it_is(client: Client) -> None:
    here = make_report("垃圾没人收", lon=INSIDE[0], lat=INSIDE[1])
    there = make_report("井盖坏了", lon=ELSEWHERE[0], lat=ELSEWHERE[1])
    make_report("没有位置的一件", lon=None, lat=None)
    client.force_login(UserFactory(roles=[Role.CASE_CLERK]))
    body = client.get(POINTS).json()
    points = {row["properties"]["case"]: row["geometry"]["coordinates"] for row in body["features"]}
    assert points == {here.case_id: list(INSIDE), there.case_id: list(ELSEWHERE)}
    assert shown(client, q="井盖") == [there.case_id]
    Case.objects.filter(pk=there.case_id).update(urgent=True)
    assert shown(client) == [there.case_id, here.case_id]
    assert body["truncated"] is False


def test_only_those_of_the_desk(client: Client) -> None:
    report = make_report("垃圾没人收", lon=INSIDE[0], lat=INSIDE[1])
    client.force_login(
        UserFactory(roles=[Role.DEPARTMENT_HANDLER], department=DepartmentFactory(code="other"))
    )
    assert shown(client) == []
    district = report.case.district
    assert district is not None
    client.force_login(UserFactory(roles=[Role.DISTRICT_OFFICER], district=district.name))
    assert shown(client) == [report.case_id]
    client.force_login(UserFactory(roles=[Role.CITIZEN]))
    assert client.get(POINTS).status_code in {302, 403}


def test_it_says_when_there_are_more(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_map, "POINTS", 2)
    for n in range(3):
        make_report(f"第 {n} 件", lon=INSIDE[0], lat=INSIDE[1])
    client.force_login(UserFactory(roles=[Role.CASE_CLERK]))
    body = client.get(POINTS).json()
    assert (len(body["features"]), body["truncated"]) == (2, True)


def test_it_takes_the_same_queries_for_one_and_for_ten(client: Client) -> None:
    client.force_login(UserFactory(roles=[Role.CASE_CLERK]))
    make_report("一件", lon=INSIDE[0], lat=INSIDE[1])
    one = queries_of(client, POINTS)
    for n in range(9):
        make_report(f"第 {n} 件", lon=INSIDE[0], lat=INSIDE[1])
    assert queries_of(client, POINTS) == one <= 8


def test_the_empty_map_comes_by_itself(client: Client) -> None:
    assert client.get("/admin/cases/map/").status_code in {302, 403}
    client.force_login(UserFactory(roles=[Role.CASE_CLERK]))
    assert "data-basemap-bbox" in client.get("/admin/cases/map/").content.decode()
