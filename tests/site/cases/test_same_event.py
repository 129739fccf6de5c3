"""One event, many people: likely duplicates and support."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from civic.accounts.roles import Role
from civic.cases.models import Case, CaseEvent, Report, Step, Support
from civic.cases.services.likely import likely_for_case
from civic.cases.services.sharing import Person, support_case
from civic.core.errors import Conflict, InvalidInput, NotAllowed
from civic.core.models import OutboxEvent
from tests.factories import (
    ELSEWHERE,
    WASTE,
    UserFactory,
    bring_to,
    make_analysis,
    make_report,
    queries_of,
)
from tests.site.cases.same_event import LAT, LON, SIMILAR, WORDS, alike, by_browser, clerk

pytestmark = pytest.mark.django_db


# Likely duplicates


def test_the_same_words_at_the_same_place_are_likely_the_same() -> None:
    near = make_report()
    make_report("楼上半夜唱歌，吵得睡不着", lon=LON + 0.0005, lat=LAT)
    assert alike() == {near.number}
    assert alike(lon=ELSEWHERE[0], lat=ELSEWHERE[1]) == set()
    assert alike(lon=LON + 0.008) == set()  # 680 m
    assert alike(at=timezone.now() + timedelta(days=61)) == set()


@pytest.mark.parametrize(
    "change",
    [
        {"withheld": True},
        {"request_type": "accusation"},
        {"request_type": ""},
        {"matter_code": "OUT"},
        {"step": "closed", "closed_at": timezone.now(), "outcome": "resolved"},
    ],
)
def test_what_is_closed_or_quiet_is_never_offered(change: dict[str, Any]) -> None:
    report = make_report()
    Case.objects.filter(pk=report.case_id).update(**change)
    assert alike() == set()


def test_the_nearest_sixty_are_compared_in_one_query() -> None:
    first = make_report(lon=LON + 0.004, lat=LAT)
    case = Case.objects.get()
    rows = Case.objects.bulk_create(
        Case(
            matter_code=case.matter_code, request_type=case.request_type, lon=LON, lat=LAT, public_lon=LON,
            public_lat=LAT, public_cell=case.public_cell,
        )
        for _ in range(60)
    )  # fmt: skip
    Report.objects.bulk_create(
        Report(number=f"X{n}", case=row, channel="web", text="楼上半夜唱歌") for n, row in enumerate(rows)
    )
    with CaptureQueriesContext(connection) as captured:
        assert alike() == set()
    assert len(captured) == 1
    Report.objects.filter(number="X0").delete()
    Case.objects.filter(pk=rows[0].pk).delete()
    assert alike() == {first.number}


def test_staff_see_why_and_only_their_own() -> None:
    one, other = make_report(), make_report("门口垃圾没人收，味道大", lon=LON + 0.001, lat=LAT)
    (found,) = likely_for_case(case=one.case, user=clerk())
    assert (found.number, found.same_code) == (other.number, True)
    assert found.metres is not None
    assert 80 < found.metres < 90
    assert "垃圾" in "".join(found.shared)
    stranger = UserFactory(roles=[Role.DISTRICT_OFFICER], district="海淀区")
    assert likely_for_case(case=one.case, user=stranger) == []


def test_two_guesses_that_differ_say_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.analyze", lambda text: make_analysis(text, code="06011", certain=False))
    other = make_report()
    monkeypatch.setattr("nlp.analyze", lambda text: make_analysis(text, certain=False))
    (found,) = likely_for_case(case=make_report().case, user=clerk())
    assert (found.number, found.same_code) == (other.number, None)


def test_a_case_without_a_place_has_no_likely_ones() -> None:
    report = make_report(address="")
    make_report()
    assert likely_for_case(case=report.case, user=clerk()) == []


# The public API


def test_the_api_tells_what_is_public_and_no_words(client: Client) -> None:
    report = make_report()
    response = client.get(SIMILAR, {"text": WORDS, "lon": LON, "lat": LAT})
    assert response.status_code == 200
    (found,) = response.json()
    assert found["number"] == report.number
    assert found["matter"]["code"] == WASTE
    assert set(found) == {
        "number", "matter", "district", "street", "step", "step_label", "metres", "received_at", "supports",
        "status_url",
    }  # fmt: skip
    assert "三天" not in response.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"text": WORDS},
        {"text": " ", "lon": LON, "lat": LAT},
        {"text": WORDS, "lon": "nan", "lat": LAT},
        {"text": WORDS, "lon": 181, "lat": LAT},
        {"text": "字" * 4001, "lon": LON, "lat": LAT},
    ],
)
def test_a_bad_question_is_refused_with_a_sentence(client: Client, query: dict[str, Any]) -> None:
    response = client.get(SIMILAR, query)
    assert response.status_code == 400
    assert response.json()["error"]["message"]


def test_the_api_takes_the_same_queries_for_one_and_for_ten(client: Client) -> None:
    address = f"{SIMILAR}?text={WORDS}&lon={LON}&lat={LAT}"
    make_report()
    one = queries_of(client, address)
    for _ in range(9):
        make_report()
    assert queries_of(client, address) == one


def test_support_counts_once_a_browser(client: Client) -> None:
    report = make_report()
    address = f"/api/v1/public/cases/{report.number}/support/"
    first, again = client.post(address), client.post(address)
    assert (first.status_code, first.json()["supports"], first.json()["repeated"]) == (201, 1, False)
    assert (again.status_code, again.json()["supports"], again.json()["repeated"]) == (200, 1, True)
    assert Client().post(address).json()["supports"] == 2
    token = client.cookies["supporter"].value
    assert token not in json.dumps(list(Support.objects.values_list("person", flat=True)))
    assert CaseEvent.objects.filter(kind="supported").count() == 2


def test_support_counts_once_an_account_on_any_browser() -> None:
    report, user = make_report(), UserFactory()
    for _ in range(2):
        client = Client()
        client.force_login(user)
        client.post(f"/cases/{report.number}/support/")
    assert Case.objects.get().supports == 1


@pytest.mark.usefixtures("still_clock")
def test_too_much_support_from_one_address_is_slowed_down(client: Client, settings: Any) -> None:
    settings.INTAKE_RATE_ANONYMOUS = "1/min"
    report = make_report()
    address = f"/api/v1/public/cases/{report.number}/support/"
    assert client.post(address).status_code == 201
    assert client.post(address).status_code == 429
    assert client.post(f"/cases/{report.number}/support/").status_code == 429


# Support


@pytest.mark.parametrize("who", ["account", "sender", "browser"])
def test_whoever_reported_it_is_counted_already(who: str) -> None:
    user = UserFactory()
    report = make_report(reporter=user, sender="d" * 64)
    person = {
        "account": Person(user=user),
        "sender": Person(sender="d" * 64),
        "browser": by_browser(numbers=(report.number,)),
    }[who]
    with pytest.raises(NotAllowed):
        support_case(report=report, person=person)
    assert (Case.objects.get().supports, Support.objects.count()) == (0, 0)


@pytest.mark.parametrize("change", [{"withheld": True}, {"request_type": "accusation"}, {"request_type": ""}])
def test_what_is_quiet_takes_no_support(change: dict[str, Any]) -> None:
    report = make_report()
    Case.objects.filter(pk=report.case_id).update(**change)
    with pytest.raises(NotAllowed):
        support_case(report=report, person=by_browser())


def test_a_closed_case_takes_no_more_support() -> None:
    report = make_report()
    support_case(report=report, person=by_browser())
    bring_to(Report.objects.select_related("case").get(), Step.CLOSED)
    with pytest.raises(Conflict):
        support_case(report=report, person=by_browser("b" * 32))
    assert support_case(report=report, person=by_browser()).repeated


def test_nobody_in_particular_cannot_support() -> None:
    with pytest.raises(InvalidInput):
        support_case(report=make_report(), person=Person())


def test_a_support_tells_whoever_follows() -> None:
    report = make_report()
    OutboxEvent.objects.all().delete()
    support_case(report=report, person=by_browser())
    assert set(OutboxEvent.objects.values_list("topic", flat=True)) == {
        "cases.report_changed",
        "cases.case_event",
    }
