"""A code that nlp only guessed is shown as a guess everywhere, until a person confirms it."""

from typing import Any

import pytest
from django.test import Client

from civic.accounts.roles import Role
from civic.cases.models import Report
from civic.cases.ports import case_progress, submit_report
from civic.cases.presentation import UNCONFIRMED
from civic.cases.services import correct_code
from tests.factories import INSIDE, WASTE, UserFactory, make_analysis, make_report

pytestmark = pytest.mark.django_db
BOX = "116.4,39.85,116.5,39.95"


@pytest.fixture
def unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.analyze", lambda text: make_analysis(text, certain=False))


def faces(client: Client, report: Report) -> dict[str, Any]:
    """What the outside sees of a report's matter, by door."""
    page = client.get(f"/cases/{report.number}/").content.decode()
    matter = client.get(f"/api/v1/public/cases/{report.number}/").json()["matter"]
    features = client.get("/api/v1/public/map/cases", {"bbox": BOX, "zoom": 18}).json()["features"]
    (row,) = client.get(f"/open311/v2/requests/{report.number}.json").json()
    progress = case_progress(number=report.number, sender="")
    assert progress is not None
    return {
        "page": UNCONFIRMED in page,
        "list": UNCONFIRMED in client.get("/cases/").content.decode(),
        "api": not matter["certain"],
        "api note": matter["note"] == UNCONFIRMED,
        "map": not features[0]["properties"]["matter_certain"],
        "map popup": features[0]["properties"]["matter_note"] == UNCONFIRMED,
        "open311": not row["extended_attributes"]["service_certain"],
        "chat": UNCONFIRMED in progress.matter,
    }


@pytest.mark.usefixtures("unsure")
def test_a_guess_is_marked_as_one_at_every_door(client: Client) -> None:
    shown = faces(client, make_report())
    assert all(shown.values()), shown


@pytest.mark.usefixtures("unsure")
def test_the_receipt_of_a_conversation_says_so_too() -> None:
    receipt = submit_report(
        text="垃圾没人收", channel="wechat", sender="s", lon=INSIDE[0], lat=INSIDE[1], dedupe_key="k"
    )
    assert receipt.matter == f"暴露垃圾（{UNCONFIRMED}）"


@pytest.mark.usefixtures("unsure")
def test_a_clerk_who_confirms_the_same_code_makes_it_a_fact(client: Client) -> None:
    report = make_report()
    correct_code(case_pk=report.case_id, code=WASTE, actor=UserFactory(roles=[Role.CASE_CLERK]))
    shown = faces(client, report)
    assert not any(shown.values()), shown


def test_a_certain_code_is_a_fact_from_the_start(client: Client) -> None:
    shown = faces(client, make_report())
    assert not any(shown.values()), shown


def confirmed(client: Client, report: Report) -> set[bool]:
    """What programs are told of a person's word for the code, at each door."""
    matter = client.get(f"/api/v1/public/cases/{report.number}/").json()["matter"]
    features = client.get("/api/v1/public/map/cases", {"bbox": BOX, "zoom": 18}).json()["features"]
    (row,) = client.get(f"/open311/v2/requests/{report.number}.json").json()
    point, extended = features[0]["properties"], row["extended_attributes"]
    return {matter["confirmed"], point["matter_confirmed"], extended["service_confirmed"]}


def test_only_a_person_confirms(client: Client) -> None:
    report = make_report()
    assert confirmed(client, report) == {False}
    correct_code(case_pk=report.case_id, code=WASTE, actor=UserFactory(roles=[Role.CASE_CLERK]))
    assert confirmed(client, report) == {True}


@pytest.mark.usefixtures("unsure")
def test_a_code_that_the_citizen_chose_is_no_guess(client: Client) -> None:
    shown = faces(client, make_report(citizen_code=WASTE))
    assert not any(shown.values()), shown
