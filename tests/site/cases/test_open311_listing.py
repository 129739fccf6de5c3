"""The public list of requests and one request of it, as GeoReport v2 has them."""

from datetime import timedelta
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from civic.cases.models import Case, Report, Step
from tests.factories import (
    UserFactory,
    bring_to,
    make_analysis,
    make_photo,
    make_report,
    queries_of,
)
from tests.site.cases.open311_partner import BASE, FIELDS, FORMATS, read, refused
from tests.site.cases.submitting import SENTENCE

pytestmark = pytest.mark.django_db
TEXT = st.text(max_size=30)


def numbers(client: Client, fmt: str = "json", **query: Any) -> list[str]:
    response = client.get(f"{BASE}/requests.{fmt}", query)
    assert response.status_code == 200, response.content.decode()
    return [row["service_request_id"] for row in read(response, fmt)]


def aged(days: float, text: str = SENTENCE, **kwargs: Any) -> Report:
    report = make_report(text, **kwargs)
    moment = timezone.now() - timedelta(days=days)
    Report.objects.filter(pk=report.pk).update(received_at=moment)
    Case.objects.filter(pk=report.case_id).update(received_at=moment)
    return report


@pytest.mark.parametrize("fmt", FORMATS)
def test_one_request(client: Client, fmt: str) -> None:
    report = make_report()
    (row,) = read(client.get(f"{BASE}/requests/{report.number}.{fmt}"), fmt)
    assert set(row) - {"extended_attributes"} == FIELDS
    assert (row["status"], row["status_notes"]) == ("open", "受理")
    assert (row["service_code"], row["service_name"]) == ("06010", "暴露垃圾")
    moment = parse_datetime(row["requested_datetime"])
    assert moment is not None
    assert moment.utcoffset() == timedelta(hours=8)
    assert abs(moment - report.received_at) < timedelta(seconds=1)
    assert float(row["long"]) == report.case.public_lon
    assert row["address"].startswith("朝阳区")
    if fmt == "json":
        assert row["extended_attributes"] == {
            "step": "intake",
            "step_label": "受理",
            "service_certain": True,
            "service_confirmed": False,
        }
    else:
        root = fromstring(client.get(f"{BASE}/requests/{report.number}.xml").content)
        assert root.findtext("./request/extended_attributes/step") == "intake"


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("number", ["BJ2611220000000", "x", "编号", "%00"])
def test_an_unknown_request_is_a_404(client: Client, fmt: str, number: str) -> None:
    refused(client.get(f"{BASE}/requests/{number}.{fmt}"), fmt, 404)


def test_a_closed_request_says_how_it_ended(client: Client) -> None:
    report = make_report()
    bring_to(report, Step.CLOSED)
    (row,) = client.get(f"{BASE}/requests/{report.number}.json").json()
    assert (row["status"], row["status_notes"]) == ("closed", "已解决")


def test_what_is_not_the_citys_matter_is_unsorted(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.analyze", lambda text: make_analysis(text, code="OUT"))
    report = make_report()
    (row,) = client.get(f"{BASE}/requests/{report.number}.json").json()
    assert row["service_code"] == "00000"
    assert numbers(client, service_code="00000") == [report.number]


@pytest.mark.parametrize("fmt", FORMATS)
def test_the_list_is_newest_first_and_goes_ninety_days_back(client: Client, fmt: str) -> None:
    aged(91)
    old, new = aged(89), aged(1)
    assert numbers(client, fmt) == [new.number, old.number]


def test_the_list_is_filtered(client: Client) -> None:
    first, second = aged(10), aged(5, citizen_code="06011")
    bring_to(first, Step.CLOSED)

    def moment(days: int) -> str:
        return (timezone.now() - timedelta(days=days)).isoformat()

    assert numbers(client, status="closed") == [first.number]
    assert numbers(client, status="open") == [second.number]
    assert numbers(client, status="open,closed") == [second.number, first.number]
    assert numbers(client, service_code="06011") == [second.number]
    assert numbers(client, service_code="06011,06010") == [second.number, first.number]
    assert numbers(client, service_code="nonsense\x00") == []
    assert numbers(client, start_date=moment(7)) == [second.number]
    assert numbers(client, end_date=moment(7)) == [first.number]
    assert numbers(client, start_date=moment(3), end_date=moment(4)) == []
    assert numbers(client, start_date=moment(400), end_date=moment(300)) == []
    # An identifier overrides the rest, whatever its spelling.
    both = f"{first.number.lower()}, {second.number[2:]},nonsense"
    assert numbers(client, service_request_id=both, status="open") == [second.number, first.number]
    assert numbers(client, service_request_id="nonsense") == []


def test_a_start_without_an_end_is_ninety_days_from_there(client: Client) -> None:
    wanted = aged(150)
    aged(30)
    start = (timezone.now() - timedelta(days=160)).isoformat()
    assert numbers(client, start_date=start) == [wanted.number]


def test_the_list_has_pages(client: Client) -> None:
    reports = [aged(n) for n in range(1, 6)]
    ordered = [report.number for report in reports]
    assert numbers(client, page_size=2) == ordered[:2]
    assert numbers(client, page_size=2, page=3) == ordered[4:]
    assert numbers(client, page_size=2, page=4) == []
    assert numbers(client, page_size=200, page=1000) == []


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize(
    "query",
    [
        {"status": "half"},
        {"status": "open,"},
        {"start_date": "yesterday"},
        {"start_date": "0001-01-01T00:00:00Z"},
        {"end_date": "9999-12-31T23:59:59+00:00"},
        {"end_date": "2026-13-01T00:00:00Z"},
        {"page": "0"},
        {"page": "-1"},
        {"page": "0" * 5000 + "1"},
        {"page_size": "201"},
        {"page_size": "x"},
        {"page_size": "²"},
    ],
)
def test_a_wrong_filter_is_a_400(client: Client, fmt: str, query: dict[str, str]) -> None:
    refused(client.get(f"{BASE}/requests.{fmt}", query), fmt, 400)


def test_the_list_takes_the_same_queries_for_one_and_for_twenty(client: Client) -> None:
    make_report()
    one = queries_of(client, f"{BASE}/requests.json")
    for n in range(19):
        make_report(f"第 {n} 件", photos=[make_photo()])
    assert queries_of(client, f"{BASE}/requests.json") == one <= 3


def test_released_words_that_xml_cannot_write_do_not_break_it(client: Client) -> None:
    from civic.cases.services import release_report

    report = make_report("垃圾\ufffe没人收 <&> \U0001f5d1")
    release_report(report_pk=report.pk, actor=UserFactory(roles=["case_clerk"]))
    (row,) = read(client.get(f"{BASE}/requests/{report.number}.xml"), "xml")
    assert row["description"] == "垃圾没人收 <&> \U0001f5d1"


@examples(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fmt=st.sampled_from(FORMATS),
    query=st.dictionaries(
        st.sampled_from(
            ["service_request_id", "service_code", "start_date", "end_date", "status", "page", "page_size"]
        ),
        TEXT
        | st.integers().map(str)
        | st.datetimes().map(str)
        | st.datetimes().map(lambda moment: moment.isoformat()),
    ),
)
def test_any_list_is_answered(fmt: str, query: dict[str, str]) -> None:
    response = Client().get(f"{BASE}/requests.{fmt}", query)
    assert response.status_code in {200, 400}
    read(response, fmt)


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.usefixtures("still_clock")
def test_what_walks_the_reports_is_asked_at_a_rate(
    client: Client, monkeypatch: pytest.MonkeyPatch, fmt: str
) -> None:
    monkeypatch.setattr("civic.cases.open311.requests.RATE", "2/min")
    walked = {"updated_after": "2026-02-01T00:00:00+08:00"}
    answers = [client.get(f"{BASE}/requests.{fmt}", walked) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2]["Retry-After"]) <= 60
    assert client.get(f"{BASE}/requests.{fmt}").status_code == 200  # the newest are always there
