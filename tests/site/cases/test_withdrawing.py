"""What was let out to the public is taken back: words, photos and results, from every public door, and better words later."""

import json
from html import unescape
from typing import Any

import pytest
from django.test import Client

from civic.accounts.models import User
from civic.accounts.roles import Role
from civic.cases.models import Case, CaseEvent, Photo, Report, ReportRelease
from civic.cases.services import release_report
from civic.cases.services.results import release_results
from civic.cases.services.withdrawing import withdraw_release, withdraw_results
from civic.core import outbox
from civic.core.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotFound
from civic.core.models import OutboxEvent
from civic.opinion.backends.base import Filters
from civic.opinion.models import Document
from civic.opinion.searching import search
from civic.partners.services.webhooks import add_webhook
from tests.factories import UserFactory, make_photo, make_report
from tests.site.cases.closing import ANSWER, Office
from tests.site.cases.partners import caller
from tests.site.cases.submitting import private_files

pytestmark = pytest.mark.django_db
MISSED = "阿尔萨兰家"  # a name that no masking knows
WORDS = f"{MISSED}门口的垃圾没人收"
REASON = "漏掉了一个姓名"


@pytest.fixture
def clerk() -> User:
    return UserFactory(roles=[Role.CASE_CLERK])


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def released(clerk: User, **kwargs: Any) -> Report:
    report = make_report(WORDS, photos=[make_photo()])
    release_report(report_pk=report.pk, actor=clerk, **kwargs)
    outbox.drain()
    return report


def doors(report: Report) -> dict[str, str]:
    """Return what a visitor reads at each public address that shows released words."""
    addresses = (
        f"/cases/{report.number}/",
        "/cases/?q=垃圾",
        "/cases/feed/",
        f"/api/v1/public/cases/{report.number}/",
        "/api/v1/public/search/?q=垃圾",
        "/search/?q=垃圾",
        "/open311/v2/requests.json",
        f"/open311/v2/requests/{report.number}.json",
        f"/open311/v2/requests/{report.number}.xml",
    )
    bodies = {}
    for address in addresses:
        response = Client().get(address)
        assert response.status_code == 200, address
        text = response.content.decode()
        bodies[address] = json.dumps(json.loads(text), ensure_ascii=False) if text[0] in "[{" else text
    return bodies


def status_of(photo: Photo) -> int:
    response = Client().get(f"/cases/photos/{photo.pk}/")
    if response.streaming:
        b"".join(response)
    return response.status_code


def test_the_words_are_gone_from_every_public_door(clerk: User) -> None:
    report = released(clerk)
    assert {door for door, text in doors(report).items() if MISSED not in text} == set()
    assert search("阿尔萨兰", Filters(public=True)).total == 1
    withdraw_release(report_pk=report.pk, actor=clerk, reason=REASON)
    at_once = {door for door, text in doors(report).items() if MISSED in text}
    assert at_once <= {"/search/?q=垃圾", "/api/v1/public/search/?q=垃圾"}  # whose index follows
    assert OutboxEvent.objects.filter(
        topic="cases.report_changed", state=OutboxEvent.State.PENDING, payload={"report": report.pk}
    ).exists()
    outbox.drain()
    assert {door for door, text in doors(report).items() if MISSED in text or REASON in text} == set()
    assert search("阿尔萨兰", Filters(public=True)).total == 0
    assert MISSED not in Document.objects.get().public_text
    assert Client().get(f"/api/v1/public/cases/{report.number}/").json()["text"] is None


def test_it_is_on_the_record_with_its_reason_for_staff_only(clerk: User) -> None:
    report = released(clerk, with_photos=True)
    event = withdraw_release(report_pk=report.pk, actor=clerk, reason=f"  {REASON}\x00 ")
    outbox.drain()
    event.refresh_from_db()
    assert (event.kind, event.report, event.actor, event.reason) == ("withdrawn", report, clerk, REASON)
    assert MISSED not in str(event.data)
    page = client_of(clerk).get(f"/admin/cases/{report.case_id}/").content.decode()
    assert REASON in page
    owner = Client()
    owner.post(f"/cases/{report.number}/claim/", {"secret": report.secret})
    assert REASON not in owner.get(f"/cases/{report.number}/").content.decode()


def test_the_photos_are_withheld_at_once_and_their_copies_deleted(clerk: User) -> None:
    report = released(clerk, with_photos=True)
    photo = report.photos.get()
    assert (status_of(photo), bool(photo.public_copy)) == (200, True)
    files = private_files()
    withdraw_release(report_pk=report.pk, actor=clerk, reason=REASON)
    assert status_of(photo) == 404
    outbox.drain()
    photo.refresh_from_db()
    assert not photo.public_copy
    assert len(private_files()) == len(files) - 1
    assert photo.original.storage.exists(photo.original.name)


def test_a_release_that_is_worked_on_after_its_withdrawal_makes_no_copy(clerk: User) -> None:
    report = make_report(WORDS, photos=[make_photo()])
    release_report(report_pk=report.pk, actor=clerk, with_photos=True)
    withdraw_release(report_pk=report.pk, actor=clerk, reason=REASON)
    outbox.drain()
    assert not report.photos.get().public_copy
    assert MISSED not in Document.objects.get().public_text


def test_better_words_are_released_afterwards_and_published_again(clerk: User) -> None:
    report = released(clerk, with_photos=True)
    withdraw_release(report_pk=report.pk, actor=clerk, reason=REASON)
    outbox.drain()
    release_report(report_pk=report.pk, actor=clerk, text="门口的垃圾堆着没人收", with_photos=True)
    assert OutboxEvent.objects.filter(topic="cases.report_released").count() == 2
    outbox.drain()
    assert {door for door, text in doors(report).items() if "堆着没人收" not in text} == set()
    assert {door for door, text in doors(report).items() if MISSED in text} == set()
    assert status_of(report.photos.get()) == 200
    withdraw_release(report_pk=report.pk, actor=clerk, reason=REASON)
    outbox.drain()
    assert {door for door, text in doors(report).items() if "堆着没人收" in text} == set()
    assert status_of(report.photos.get()) == 404


def test_a_withdrawal_that_is_worked_on_after_the_next_release_takes_nothing(clerk: User) -> None:
    report = released(clerk, with_photos=True)
    withdraw_release(report_pk=report.pk, actor=clerk, reason=REASON)
    release_report(report_pk=report.pk, actor=clerk, text="门口的垃圾堆着没人收", with_photos=True)
    outbox.drain()
    assert status_of(report.photos.get()) == 200


@pytest.mark.parametrize(
    ("reason", "words"), [("", "写明理由"), (" \n\x00\u200b", "写明理由"), ("长" * 2001, "最多 2000 字")]
)
def test_a_reason_is_needed(clerk: User, reason: str, words: str) -> None:
    report = released(clerk)
    with pytest.raises(InvalidInput, match=words):
        withdraw_release(report_pk=report.pk, actor=clerk, reason=reason)
    assert ReportRelease.objects.filter(report=report).exists()
    assert not CaseEvent.objects.filter(kind="withdrawn").exists()


def test_what_is_not_public_cannot_be_taken_back(clerk: User) -> None:
    report = make_report(WORDS)
    with pytest.raises(Conflict, match="这条诉求的原文没有公开"):
        withdraw_release(report_pk=report.pk, actor=clerk, reason=REASON)
    with pytest.raises(Conflict, match="没有公开"):
        withdraw_results(case_pk=report.case_id, actor=clerk, reason=REASON)
    with pytest.raises(NotFound):
        withdraw_release(report_pk=987654321, actor=clerk, reason=REASON)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.CASE_CLERK])
def test_only_a_clerk_takes_back(clerk: User, role: str) -> None:
    report = released(clerk)
    with pytest.raises(DomainError) as refused:
        withdraw_release(report_pk=report.pk, actor=UserFactory(roles=[role]), reason=REASON)
    assert isinstance(refused.value, NotAllowed | NotFound)
    assert ReportRelease.objects.filter(report=report).exists()


def test_words_of_what_turned_out_an_accusation_are_taken_back_too(clerk: User) -> None:
    report = released(clerk)
    Case.objects.filter(pk=report.case_id).update(request_type="accusation")
    withdraw_release(report_pk=report.pk, actor=clerk, reason=REASON)
    assert not ReportRelease.objects.exists()


def test_the_page_takes_back_and_offers_the_release_again(clerk: User) -> None:
    report, desk = released(clerk, text=f"{MISSED}门口，电话13800138000"), client_of(clerk)
    address = f"/admin/cases/{report.case_id}/"
    page = desk.get(address).content.decode()
    assert "撤回公开" in page
    assert f"{MISSED}门口，电话〔电话〕" in page  # as the public reads it
    assert 'value="release"' not in page
    refused = desk.post(f"{address}act/", {"action": "withdraw", "number": report.number, "reason": " "})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert f'id="withdraw-{report.number}-error">“撤回公开”需要写明理由。' in unescape(page)
    assert f'href="#form-withdraw-{report.number}"' in page
    sent = {"action": "withdraw", "number": report.number, "reason": REASON}
    assert desk.post(f"{address}act/", sent).status_code == 302
    again = desk.post(f"{address}act/", sent)
    page = again.content.decode()
    assert (again.status_code, "这条诉求的原文没有公开" in page) == (409, True)
    assert REASON in page  # what was typed is kept
    assert 'value="release"' in page
    assert desk.post(f"{address}act/", {**sent, "number": "x"}).status_code == 404


def test_before_the_release_the_page_shows_the_words_as_they_will_be_public(clerk: User) -> None:
    report = make_report("门口的垃圾没人收，电话13800138000")
    page = client_of(clerk).get(f"/admin/cases/{report.case_id}/").content.decode()
    assert "门口的垃圾没人收，电话〔电话〕</blockquote>" in page


def test_nobody_else_on_the_desk_is_offered_it(clerk: User) -> None:
    report = released(clerk)
    page = client_of(UserFactory(roles=[Role.SUPERVISOR])).get(f"/admin/cases/{report.case_id}/")
    assert page.status_code == 200
    assert "撤回公开" not in page.content.decode()


def test_the_staff_api_takes_back(clerk: User) -> None:
    report, client = released(clerk), client_of(clerk)
    address = f"/api/v1/staff/cases/{report.number}/actions/"

    def send(**data: str) -> Any:
        return client.post(address, {"action": "withdraw", **data}, content_type="application/json")

    refused = send()
    assert (refused.status_code, "reason" in refused.json()["error"]["fields"]) == (400, True)
    assert send(reason=REASON).status_code == 200
    outbox.drain()
    assert Client().get(f"/api/v1/public/cases/{report.number}/").json()["text"] is None
    again = send(reason=REASON)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "not_released")


def test_other_systems_hear_of_it_without_words_and_reason(
    clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("civic.partners.sending.resolve", lambda host, port: ["93.184.216.34"])
    monkeypatch.setattr("civic.partners.services.delivering.deliver_due", lambda payload: None)
    hook = add_webhook(partner=caller("map").partner, url="https://map.example.org/hook", audience="public")
    report = released(clerk)
    assert MISSED in str(hook.deliveries.order_by("pk").last().payload)
    withdraw_release(report_pk=report.pk, actor=clerk, reason=REASON)
    outbox.drain()
    told = hook.deliveries.order_by("pk").last().payload
    assert (told["data"]["event"]["kind"], told["data"]["texts"]) == ("withdrawn", [])
    assert MISSED not in str(told)
    assert REASON not in str(told)


# --- photos of results ------------------------------------------------------------------------


def answered(office: Office, report: Report) -> Photo:
    office.accept(report)
    office.take(report, "answer", reason=ANSWER, photos=[make_photo()])
    office.take(report, "verify")
    return Photo.objects.get(event__action="answer")


def results_of(report: Report) -> list[str]:
    return Client().get(f"/api/v1/public/cases/{report.number}/").json()["result_photos"]


def test_released_results_are_taken_back_and_released_again() -> None:
    office, report = Office(), make_report()
    photo = answered(office, report)
    for _ in range(2):
        release_results(case_pk=report.case_id, actor=office.clerk)
        outbox.drain()
        assert (status_of(photo), results_of(report)) == (200, [f"/cases/photos/{photo.pk}/"])
        withdraw_results(case_pk=report.case_id, actor=office.clerk, reason=REASON)
        assert (status_of(photo), results_of(report)) == (404, [])
        outbox.drain()
        photo.refresh_from_db()
        assert not photo.public_copy
    last = CaseEvent.objects.filter(kind="withdrawn").last()
    assert last is not None
    assert (last.action, last.data) == ("withdraw_results", {"answer": photo.event_id, "photos": 1})


def test_an_earlier_answers_photos_are_taken_back_with_the_last() -> None:
    office, report = Office(), make_report()
    old = answered(office, report)
    release_results(case_pk=report.case_id, actor=office.clerk)
    office.take(report, "redo", reason="还有味道")
    office.take(report, "answer", reason="又清洗了一遍", photos=[make_photo()])
    outbox.drain()
    assert status_of(old) == 200
    withdraw_results(case_pk=report.case_id, actor=office.clerk, reason=REASON)
    assert status_of(old) == 404


def test_results_are_taken_back_from_the_page_and_the_staff_api() -> None:
    office, report = Office(), make_report()
    photo, desk = answered(office, report), client_of(office.clerk)
    address = f"/admin/cases/{report.case_id}/"
    assert "withdraw_results" not in desk.get(address).content.decode()
    release_results(case_pk=report.case_id, actor=office.clerk)
    outbox.drain()
    assert 'value="withdraw_results"' in desk.get(address).content.decode()
    refused = desk.post(f"{address}act/", {"action": "withdraw_results", "reason": ""})
    assert refused.status_code == 422
    assert 'id="withdraw-results-error"' in refused.content.decode()
    assert status_of(photo) == 200
    assert desk.post(f"{address}act/", {"action": "withdraw_results", "reason": REASON}).status_code == 302
    assert status_of(photo) == 404
    api = f"/api/v1/staff/cases/{report.number}/actions/"
    again = desk.post(api, {"action": "withdraw_results", "reason": REASON}, content_type="application/json")
    assert again.status_code == 409


def test_only_a_clerk_takes_back_results() -> None:
    office, report = Office(), make_report()
    photo = answered(office, report)
    release_results(case_pk=report.case_id, actor=office.clerk)
    outbox.drain()
    with pytest.raises(NotAllowed):
        withdraw_results(case_pk=report.case_id, actor=office.handler, reason=REASON)
    assert status_of(photo) == 200
