"""`POST /api/v1/public/reports/` and the public progress: the receipt, its repeats and its refusals."""

import json
import threading
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client

from civic.cases.models import Case, Report
from civic.core import outbox
from tests.factories import INSIDE, OUTSIDE, WASTE, UserFactory, make_analysis, make_photo, make_report
from tests.site.cases.submitting import SENTENCE

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/public/reports/"
RECEIPT = {
    "number", "matter", "matter_confidence", "request_type", "analysis", "step", "district", "street",
    "status_url", "secret", "received_at", "place_question",
}  # fmt: skip


def body(**changes: Any) -> dict[str, Any]:
    return {"text": SENTENCE, "lon": INSIDE[0], "lat": INSIDE[1], **changes}


def send(client: Client, data: Any = None, key: str = "", **headers: str) -> Any:
    if key:
        headers["Idempotency-Key"] = key
    return client.post(
        ADDRESS, body() if data is None else data, content_type="application/json", headers=headers
    )


def error_of(response: Any) -> dict[str, Any]:
    error = response.json()["error"]
    assert error.keys() == {"code", "message", "fields"}
    assert any("\u4e00" <= char <= "\u9fff" for char in error["message"])
    return error


def test_the_receipt_says_what_was_understood(client: Client) -> None:
    response = send(client)
    assert response.status_code == 201
    receipt = response.json()
    assert receipt.keys() == RECEIPT
    report = Report.objects.get()
    assert receipt["number"] == report.number
    assert receipt["matter"] == {
        "code": WASTE,
        "name": "暴露垃圾",
        "certain": True,
        "confirmed": False,
        "note": "",
    }
    assert (receipt["analysis"], receipt["request_type"], receipt["step"]) == ("done", "complaint", "intake")
    assert receipt["district"] == "朝阳区"
    assert receipt["secret"] == report.secret
    assert receipt["status_url"].endswith(f"/cases/{report.number}/")
    assert response["Location"] == receipt["status_url"]
    assert report.channel == "api"


def test_a_form_with_photos_is_taken_too(client: Client) -> None:
    response = client.post(ADDRESS, {**body(), "photos": [make_photo(), make_photo("PNG")]})
    assert response.status_code == 201
    assert Report.objects.get().photos.count() == 2


def test_a_signed_in_person_is_the_reporter(client: Client) -> None:
    user = UserFactory()
    client.force_login(user)
    assert send(client).status_code == 201
    assert Report.objects.get().reporter == user


def test_late_analysis_is_said_and_comes_later(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.ANALYSIS_BUDGET_SECONDS = 0.01
    finish = threading.Event()

    def slow(text: str) -> Any:
        finish.wait(timeout=30)
        return make_analysis(text)

    monkeypatch.setattr("nlp.analyze", slow)
    receipt = send(client, body(matter="06011")).json()
    assert (receipt["analysis"], receipt["matter"], receipt["matter_confidence"]) == ("pending", None, None)
    assert receipt["number"]
    assert receipt["district"] == "朝阳区"
    progress = client.get(f"/api/v1/public/cases/{receipt['number']}/").json()
    assert progress["analysis"] == "pending"
    finish.set()
    outbox.drain()
    progress = client.get(f"/api/v1/public/cases/{receipt['number']}/").json()
    assert (progress["analysis"], progress["matter"]["code"]) == ("done", "06011")


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize(
    ("data", "status", "field"),
    [
        ({}, 400, "text"),
        (body(text=""), 400, "text"),
        (body(text="  \n"), 400, "text"),
        (body(text="长" * 4001), 400, "text"),
        (body(text="长" * 20_000), 400, "text"),
        (body(text="\ud800"), 400, "text"),
        (body(text="\x00"), 400, "text"),
        (body(text=None), 400, "text"),
        (body(text=["a"]), 400, "text"),
        (body(lon=None), 400, "lon"),
        (body(lat="north"), 400, "lat"),
        (body(lon="nan"), 400, "lon"),
        (body(lon=1e400), 400, "lon"),
        (body(lon=OUTSIDE[0], lat=OUTSIDE[1]), 400, "lon"),
        (body(matter="99999"), 400, "matter"),
        (body(contact_phone="1" * 31), 400, "contact_phone"),
        (body(address="长" * 201), 400, "address"),
        (body(website="https://spam.example"), 400, None),
        ([], 400, None),
        ("text", 400, None),
    ],
)
def test_what_cannot_be_taken_is_refused_by_field(
    client: Client, data: Any, status: int, field: str | None
) -> None:
    raw = json.dumps(data).replace("Infinity", "1e400")
    response = client.post(ADDRESS, raw, content_type="application/json")
    assert response.status_code == status
    error = error_of(response)
    if field:
        assert field in error["fields"], error


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize(
    ("content_type", "raw", "status"),
    [
        ("application/json", "{'text': 1", 400),
        ("application/json", "", 400),
        ("application/json", "[" * 50_000, 400),
        ("application/xml", "<text>a</text>", 415),
        ("multipart/form-data", "x", 400),
        ("multipart/form-data; boundary=b", "--b\r\ngarbage", 400),
        ("text/plain", "井盖坏了", 415),
    ],
)
def test_a_broken_body_is_refused(client: Client, content_type: str, raw: str, status: int) -> None:
    response = client.post(ADDRESS, raw, content_type=content_type)
    assert response.status_code == status
    error_of(response)


@pytest.mark.usefixtures("nothing_left")
def test_a_fake_photo_refuses_the_whole(client: Client) -> None:
    response = client.post(ADDRESS, {**body(), "photos": [make_photo(), SimpleUploadedFile("a.jpg", b"no")]})
    assert response.status_code == 400
    assert error_of(response)["code"] == "not_a_photo"


@pytest.mark.usefixtures("nothing_left")
def test_thirty_megabytes_are_refused_before_they_are_read(client: Client) -> None:
    response = client.post(ADDRESS, b"x" * (30 * 1024 * 1024), content_type="multipart/form-data; boundary=b")
    assert response.status_code == 413
    assert error_of(response)["code"] == "too_large"


# --- idempotency ------------------------------------------------------------------------------


def test_the_same_key_and_body_give_the_same_receipt(client: Client) -> None:
    first, again = send(client, key="k-1"), send(client, key="k-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert Report.objects.count() == 1


def test_the_same_key_with_another_body_is_a_422(client: Client) -> None:
    send(client, key="k-1")
    for other in (body(text="另一件"), body(lon=116.41), body(contact_phone="13800138000")):
        response = send(client, other, key="k-1")
        assert response.status_code == 422
        assert error_of(response)["code"] == "idempotency_key_reused"
    assert Report.objects.count() == 1


def test_another_photo_is_another_body(client: Client) -> None:
    headers = {"Idempotency-Key": "k-1"}
    assert client.post(ADDRESS, {**body(), "photos": make_photo()}, headers=headers).status_code == 201
    assert client.post(ADDRESS, {**body(), "photos": make_photo()}, headers=headers).status_code == 200
    other = make_photo(size=(50, 50))
    assert client.post(ADDRESS, {**body(), "photos": other}, headers=headers).status_code == 422


def test_a_key_belongs_to_who_sent_it(client: Client) -> None:
    send(client, key="k-1")
    person = Client()
    person.force_login(UserFactory())
    assert send(person, body(text="另一件"), key="k-1").status_code == 201
    assert Report.objects.count() == 2


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("key", ["k" * 201, "a\tb", "a\x85b"])
def test_a_key_that_cannot_be_compared_is_refused(client: Client, key: str) -> None:
    response = send(client, key=key)
    assert response.status_code == 400
    assert error_of(response)["code"] == "bad_idempotency_key"


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_the_same_moment_is_answered_with_one_number() -> None:
    barrier, answers = threading.Barrier(3), []

    def call() -> None:
        try:
            barrier.wait(timeout=10)
            response = send(Client(), key="k-1")
            answers.append((response.status_code, response.json().get("number")))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=call) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(status for status, _ in answers) == [200, 200, 201]
    assert len({number for _, number in answers}) == 1
    assert Report.objects.count() == Case.objects.count() == 1


# --- throttle ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("still_clock")
def test_anonymous_callers_are_throttled_by_address_and_told_so(client: Client, settings: Any) -> None:
    settings.INTAKE_RATE_ANONYMOUS = "2/hour"
    assert [send(client).status_code for _ in range(3)] == [201, 201, 429]
    response = send(client)
    assert error_of(response)["code"] == "rate_limited"
    assert int(response["Retry-After"]) > 0
    assert (
        client.post(ADDRESS, body(), content_type="application/json", REMOTE_ADDR="203.0.113.5").status_code
        == 201
    )
    forged = client.post(
        ADDRESS, body(), content_type="application/json", headers={"X-Forwarded-For": "198.51.100.77"}
    )
    assert forged.status_code == 429
    person = Client()
    person.force_login(UserFactory())
    assert send(person).status_code == 201
    settings.INTAKE_RATE_EXEMPT = ["127.0.0.1"]
    assert send(client).status_code == 201


# --- progress ---------------------------------------------------------------------------------


def test_progress_by_number_in_any_spelling(client: Client) -> None:
    report = make_report()
    for spelling in (report.number, report.number.lower(), report.number[2:]):
        response = client.get(f"/api/v1/public/cases/{spelling}/")
        assert response.status_code == 200
        progress = response.json()
        assert progress["number"] == report.number
        assert [step["state"] for step in progress["steps"]] == ["current"] + ["waiting"] * 6
        assert progress["text"] is None
        assert progress["photos"] == []


def test_the_steps_say_when_each_was_reached(client: Client) -> None:
    from civic.cases.services import take_action

    report, clerk = make_report(), UserFactory(roles=["case_clerk"])
    take_action(case_pk=report.case_id, action="file", actor=clerk)
    steps = client.get(f"/api/v1/public/cases/{report.number}/").json()["steps"]
    assert [step["state"] for step in steps] == ["done", "current"] + ["waiting"] * 5
    assert all(step["at"] for step in steps[:2])
    assert not any(step["at"] for step in steps[2:])


def test_a_declined_case_goes_straight_to_its_end(client: Client) -> None:
    from civic.cases.services import take_action

    report, clerk = make_report(), UserFactory(roles=["case_clerk"])
    take_action(case_pk=report.case_id, action="decline", actor=clerk, reason="内部理由不公开")
    response = client.get(f"/api/v1/public/cases/{report.number}/")
    progress = response.json()
    assert [step["step"] for step in progress["steps"]] == ["intake", "closed"]
    assert (progress["outcome"], progress["outcome_label"]) == ("declined", "不予立案")
    assert "内部理由" not in response.content.decode()


@pytest.mark.parametrize("number", ["BJ2611220000000", "BJ", "1", "x" * 500, "%00", "..%2f..", "编号"])
def test_a_number_that_is_none_is_not_found(client: Client, number: str) -> None:
    response = client.get(f"/api/v1/public/cases/{number}/")
    assert response.status_code == 404
    error_of(response)
