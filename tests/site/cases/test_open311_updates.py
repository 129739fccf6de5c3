"""GeoReport v2: tokens, updates of requests, changes since a time, requests around a point, the jurisdiction."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from defusedxml.ElementTree import fromstring
from django.test import Client
from django.utils import timezone

from civic.accounts.roles import Role
from civic.cases.models import Case, CaseEvent, IdempotencyKey, Report
from civic.cases.services import take_action
from civic.cases.services.intake import forget_idempotency_keys
from civic.cases.services.sharing import merge_cases
from tests.factories import INSIDE, UserFactory, make_report
from tests.site.cases.open311_partner import BASE, FORM, FORMATS, create, read, refused

pytestmark = pytest.mark.django_db


def add(client: Client, fmt: str = "json", **given: Any) -> Any:
    body = {"api_key": "demo-key", **given}
    return client.post(f"{BASE}/servicerequestupdates.{fmt}", urlencode(body), content_type=FORM)


def file(report: Report) -> None:
    clerk = UserFactory(roles=[Role.CASE_CLERK])
    take_action(case_pk=report.case_id, action="file", actor=clerk)


# --- tokens ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_partner_finds_the_number_by_its_own_key(client: Client, fmt: str) -> None:
    number = create(client, key="k.2").json()[0]["service_request_id"]
    refused(client.get(f"{BASE}/tokens/k.2.{fmt}"), fmt, 403)
    refused(client.get(f"{BASE}/tokens/other.{fmt}?api_key=demo-key"), fmt, 404)
    refused(client.get(f"{BASE}/tokens/k.2.{fmt}?api_key=other-key"), fmt, 404)
    (row,) = read(client.get(f"{BASE}/tokens/k.2.{fmt}?api_key=demo-key"), fmt)
    assert row == {"service_request_id": number, "token": "k.2"}


# --- updates out ------------------------------------------------------------------------------------


@pytest.mark.parametrize("fmt", FORMATS)
def test_updates_tell_each_step_without_words(client: Client, fmt: str) -> None:
    report = make_report()
    file(report)
    rows = read(client.get(f"{BASE}/servicerequestupdates.{fmt}"), fmt)
    steps = list(CaseEvent.objects.filter(kind="step").order_by("pk"))
    assert steps
    assert [row["update_id"] for row in rows] == [f"{step.pk}-{report.number}" for step in steps]
    assert {row["status"] for row in rows} == {"open"}
    assert all(row["service_request_id"] == report.number for row in rows)
    assert not any(step.reason and step.reason in str(rows) for step in steps)


def test_the_xml_of_updates(client: Client) -> None:
    file(make_report())
    root = fromstring(client.get(f"{BASE}/servicerequestupdates.xml").content)
    assert root.tag == "service_request_updates"
    assert {row.tag for row in root} == {"request_update"}


def test_updates_of_withheld_and_unread_cases_are_told_to_nobody(client: Client) -> None:
    report = make_report()
    file(report)
    address = f"{BASE}/servicerequestupdates.json?service_request_id={report.number}"
    assert client.get(address).json()
    Case.objects.update(withheld=True)
    assert client.get(address).json() == []
    Case.objects.update(withheld=False, request_type="", code_source="nlp")
    assert client.get(address).json() == []


def test_updates_of_one_request_name_no_other_of_its_case(client: Client) -> None:
    first, other = make_report(), make_report()
    clerk = UserFactory(roles=[Role.CASE_CLERK])
    merge_cases(source_pk=other.case_id, target_pk=first.case_id, actor=clerk)
    file(first)

    def named(**query: str) -> set[str]:
        rows = client.get(f"{BASE}/servicerequestupdates.json", query).json()
        return {row["service_request_id"] for row in rows}

    assert named(service_request_id=first.number) == {first.number}
    assert named(service_request_id=other.number) == {other.number}
    both = {first.number, other.number}
    assert named(service_request_id=",".join(both)) == named() == both


def test_an_email_that_is_none_is_refused(client: Client) -> None:
    (said,) = refused(create(client, email="张三 13800138000"), "json", 400)
    assert said.startswith("email：")
    assert not Report.objects.exists()


def test_updates_of_a_period(client: Client) -> None:
    file(make_report())
    later = (timezone.now() + timedelta(days=1)).isoformat()
    assert client.get(f"{BASE}/servicerequestupdates.json", {"start_date": later}).json() == []
    earlier = (timezone.now() - timedelta(days=1)).isoformat()
    assert client.get(f"{BASE}/servicerequestupdates.json", {"start_date": earlier}).json()
    refused(client.get(f"{BASE}/servicerequestupdates.xml?start_date=soon"), "xml", 400)


def test_updates_cost_the_same_queries_however_many(client: Client, django_assert_num_queries: Any) -> None:
    for _ in range(2):
        file(make_report())
    with django_assert_num_queries(2):
        client.get(f"{BASE}/servicerequestupdates.json")
    for _ in range(3):
        file(make_report())
    with django_assert_num_queries(2):
        client.get(f"{BASE}/servicerequestupdates.json")


# --- updates in ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_partner_adds_to_its_own_request_once(client: Client, fmt: str) -> None:
    number = create(client).json()[0]["service_request_id"]
    given = {"service_request_id": number, "description": "今天又吵到凌晨两点", "update_id": "u-1"}
    first = add(client, fmt, **given)
    assert first.status_code == 201, first.content.decode()
    again = add(client, fmt, **given)
    assert (again.status_code, read(again, fmt)) == (200, read(first, fmt))
    event = CaseEvent.objects.get(kind="added")
    assert event.reason == "今天又吵到凌晨两点"
    refused(add(client, fmt, **{**given, "description": "另一句"}), fmt, 400)
    assert CaseEvent.objects.filter(kind="added").count() == 1


def test_a_repeat_names_its_own_update_also_after_another(client: Client) -> None:
    number = create(client).json()[0]["service_request_id"]
    first = add(client, service_request_id=number, description="第一句", update_id="1").json()
    add(client, service_request_id=number, description="第二句", update_id="2")
    assert add(client, service_request_id=number, description="第一句", update_id="1").json() == first


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"api_key": "wrong"}, 403),
        ({"api_key": "other-key"}, 404),
        ({"service_request_id": "BJ0000000000000"}, 404),
        ({"service_request_id": ""}, 404),
        ({"description": " "}, 400),
        ({"description": "长" * 5000}, 400),
    ],
)
def test_what_cannot_be_added_is_refused(client: Client, changes: dict[str, str], status: int) -> None:
    number = create(client).json()[0]["service_request_id"]
    given = {"service_request_id": number, "description": "补充一句", **changes}
    refused(add(client, "xml", **given), "xml", status)
    assert not CaseEvent.objects.filter(kind="added").exists()


def test_another_partners_request_and_none_look_the_same(client: Client) -> None:
    number = create(client).json()[0]["service_request_id"]
    given = {"api_key": "other-key", "description": "补充"}
    others = add(client, service_request_id=number, **given)
    nobodys = add(client, service_request_id="BJ2601010000001", **given)
    assert others.content == nobodys.content


# --- further filters ------------------------------------------------------------------------------------


def test_requests_that_changed_since(client: Client) -> None:
    report = make_report()
    now = timezone.now()
    Case.objects.update(updated_at=now - timedelta(hours=2))
    moment = (now - timedelta(hours=1)).isoformat()
    assert client.get(f"{BASE}/requests.json", {"updated_after": moment}).json() == []
    (row,) = client.get(f"{BASE}/requests.json", {"updated_before": moment}).json()
    assert row["service_request_id"] == report.number


def test_requests_around_a_point(client: Client) -> None:
    report = make_report()
    lon, lat = report.case.public_lon, report.case.public_lat
    assert lon is not None
    assert lat is not None
    north = lat + 0.009  # 1,000.8 m
    asked = {"long": lon, "lat": north}
    assert client.get(f"{BASE}/requests.json", {**asked, "radius": 990}).json() == []
    assert client.get(f"{BASE}/requests.json", {**asked, "radius": 1010}).json()
    refused(client.get(f"{BASE}/requests.json", {"lat": lat}), "json", 400)
    refused(client.get(f"{BASE}/requests.json", {"lat": 91, "long": lon}), "json", 400)
    refused(client.get(f"{BASE}/requests.json", {**asked, "radius": 0}), "json", 400)
    assert abs(lon - INSIDE[0]) < 0.01


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_jurisdiction_that_is_not_ours_is_404(client: Client, settings: Any, fmt: str) -> None:
    assert client.get(f"{BASE}/services.{fmt}?jurisdiction_id=other.example").status_code == 200
    settings.OPEN311_JURISDICTION = "bj.example"
    refused(client.get(f"{BASE}/services.{fmt}?jurisdiction_id=other.example"), fmt, 404)
    assert client.get(f"{BASE}/services.{fmt}?jurisdiction_id=bj.example").status_code == 200
    assert client.get(f"{BASE}/services.{fmt}").status_code == 200


# --- keys and quotas --------------------------------------------------------------------------------------


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.usefixtures("still_clock")
def test_a_partner_past_its_quota_is_told_for_how_long(client: Client, settings: Any, fmt: str) -> None:
    settings.PARTNER_QUOTA_MINUTE = 2
    assert [create(client, fmt).status_code for _ in range(2)] == [201, 201]
    response = create(client, fmt)
    refused(response, fmt, 429)
    assert response["Retry-After"] == "50"
    assert create(client, fmt, api_key="other-key").status_code == 201
    assert Report.objects.count() == 3


def test_a_repeat_after_days_is_still_the_same_update(client: Client) -> None:
    number = create(client).json()[0]["service_request_id"]
    first = add(client, service_request_id=number, description="一句", update_id="1").json()
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(days=30))
    forget_idempotency_keys()
    assert add(client, service_request_id=number, description="一句", update_id="1").json() == first
    assert CaseEvent.objects.filter(kind="added").count() == 1
