"""What a person said stays closed until a clerk releases it, and some of it for ever; nobody learns a home."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from civic.accounts.models import User
from civic.cases.models import Case, Report, ReportRelease
from civic.cases.services import correct_code, release_report
from civic.core import outbox
from civic.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from tests.factories import INSIDE, UserFactory, make_analysis, make_photo, make_report

pytestmark = pytest.mark.django_db
MARKER = "只有我知道的暗号"
PHONE = "13800138000"
IDENTITY = "110101199003074477"
WORDS = f"{MARKER}，垃圾没人收，电话{PHONE}，身份证{IDENTITY}"


@pytest.fixture
def clerk() -> User:
    return UserFactory(roles=["case_clerk"])


def readers() -> dict[str, Client]:
    """Everyone who is not the reporter and has no desk."""
    readers = {"visitor": Client(), "citizen": Client(), "moderator": Client()}
    readers["citizen"].force_login(UserFactory(roles=["citizen"]))
    readers["moderator"].force_login(UserFactory(roles=["moderator"]))
    return readers


def public_addresses(report: Report) -> list[str]:
    box = f"{INSIDE[0] - 0.1},{INSIDE[1] - 0.1},{INSIDE[0] + 0.1},{INSIDE[1] + 0.1}"
    return [
        "/cases/",
        f"/cases/{report.number}/",
        "/map/",
        f"/api/v1/public/cases/{report.number}/",
        f"/api/v1/public/map/cases?bbox={box}&zoom=8",
        f"/api/v1/public/map/cases?bbox={box}&zoom=17",
        *(f"/open311/v2/requests.{fmt}" for fmt in ("json", "xml")),
        *(f"/open311/v2/requests/{report.number}.{fmt}" for fmt in ("json", "xml")),
        f"/open311/v2/requests.json?service_request_id={report.number}",
        "/api/v1/public/search/?q=垃圾",
        "/search/?q=垃圾",
    ]


def everything_public(report: Report, *, by: Iterable[Client] = ()) -> str:
    """Return all that can be read anywhere about a report, by a visitor or by others, in one string."""
    bodies = []
    for reader in by or [Client()]:
        for address in public_addresses(report):
            response = reader.get(address)
            assert response.status_code in {200, 404}
            text = response.content.decode()
            # JSON may escape what it says.
            bodies.append(
                text + json.dumps(json.loads(text), ensure_ascii=False) if text[:1] in "[{" else text
            )
    return "\n".join(bodies)


def shown(text: str) -> set[str]:
    return {secret for secret in (MARKER, PHONE, IDENTITY, "张三", "me@example.cn") if secret in text}


def personal_report(**kwargs: Any) -> Report:
    from civic.cases.services import Contact

    return make_report(
        WORDS, contact=Contact("张三", PHONE, "me@example.cn"), photos=[make_photo()], **kwargs
    )


def release(report: Report, clerk: User, **kwargs: Any) -> ReportRelease:
    released = release_report(report_pk=report.pk, actor=clerk, **kwargs)
    outbox.drain()
    return released


def test_before_release_nobody_reads_a_word_or_sees_a_photo() -> None:
    report = personal_report()
    text = everything_public(report, by=readers().values())
    assert report.number in text
    assert shown(text) == set()
    assert "/cases/photos/" not in text


def test_after_release_the_words_are_there_masked(clerk: User) -> None:
    report = personal_report()
    release(report, clerk)
    text = everything_public(report)
    assert shown(text) == {MARKER}
    assert "〔电话〕" in text
    assert "〔证件号〕" in text
    assert "/cases/photos/" not in text  # the words were released, the photos not


def test_what_a_clerk_writes_instead_is_masked_too(clerk: User) -> None:
    report = personal_report()
    release(report, clerk, text=f"门口垃圾没人收，联系{PHONE}")
    text = everything_public(report)
    assert "门口垃圾没人收" in text
    assert shown(text) == set()


@pytest.mark.parametrize("text", ["长" * 4001, "\x00\ud800 "])
def test_what_a_clerk_writes_is_checked_like_any_text(clerk: User, text: str) -> None:
    report = personal_report()
    with pytest.raises(InvalidInput):
        release_report(report_pk=report.pk, actor=clerk, text=text)
    assert not ReportRelease.objects.exists()


def understood_as(monkeypatch: pytest.MonkeyPatch, **parts: Any) -> None:
    monkeypatch.setattr("nlp.analyze", lambda text: make_analysis(text, **parts))


@pytest.mark.parametrize("parts", [{"request": "举报"}, {"code": "OUT"}, {"self_harm": True}])
def test_accusations_other_matters_and_self_harm_are_never_released(
    monkeypatch: pytest.MonkeyPatch, clerk: User, parts: dict[str, Any]
) -> None:
    understood_as(monkeypatch, **parts)
    report = personal_report()
    with pytest.raises(NotAllowed, match="不能公开"):
        release_report(report_pk=report.pk, actor=clerk)
    assert shown(everything_public(report)) == set()


@pytest.mark.parametrize("parts", [{"request": "举报"}, {"self_harm": True}])
def test_a_report_keeps_its_own_reasons_in_a_case_that_has_none(
    monkeypatch: pytest.MonkeyPatch, clerk: User, parts: dict[str, Any]
) -> None:
    understood_as(monkeypatch, **parts)
    report = personal_report()
    Case.objects.update(request_type="complaint", withheld=False)  # as after a merge into another case
    with pytest.raises(NotAllowed):
        release_report(report_pk=report.pk, actor=clerk)


def test_nothing_is_released_before_it_is_understood(monkeypatch: pytest.MonkeyPatch, clerk: User) -> None:
    def fail(text: str) -> None:
        raise ValueError

    monkeypatch.setattr("nlp.analyze", fail)
    report = personal_report(citizen_code="06010")
    with pytest.raises(NotAllowed):
        release_report(report_pk=report.pk, actor=clerk)


def test_a_case_that_turns_out_to_be_another_matter_closes_its_words_again(clerk: User) -> None:
    report = personal_report()
    release(report, clerk, with_photos=True)
    assert MARKER in everything_public(report)
    address = f"/cases/photos/{report.photos.get().pk}/"
    assert photo_of(Client(), address)[0] == 200
    correct_code(case_pk=report.case_id, code="OUT", actor=clerk)
    text = everything_public(report)
    assert shown(text) == set()
    assert "/cases/photos/" not in text
    assert photo_of(Client(), address)[0] == 404


def test_a_city_that_publishes_nothing_publishes_nothing(settings: Any, clerk: User) -> None:
    before, after = personal_report(), personal_report()
    release(before, clerk)
    settings.CASES_PUBLISH = "never"
    assert shown(everything_public(before)) == set()
    with pytest.raises(NotAllowed):
        release_report(report_pk=after.pk, actor=clerk)


@pytest.mark.parametrize("role", ["supervisor", "duty_officer", "district_officer", "department_handler"])
def test_only_a_clerk_releases(role: str) -> None:
    report = personal_report()
    user = UserFactory(roles=[role], district="朝阳区")
    with pytest.raises((NotAllowed, NotFound)):
        release_report(report_pk=report.pk, actor=user)


def test_a_release_is_made_once_and_recorded(clerk: User) -> None:
    report = personal_report()
    release(report, clerk)
    with pytest.raises(Conflict):
        release_report(report_pk=report.pk, actor=clerk)
    event = report.case.events.get(kind="released")
    assert (event.actor, event.report) == (clerk, report)
    assert MARKER not in str(event.data)


def test_a_release_through_the_staff_api_may_include_photos(clerk: User) -> None:
    report, client = personal_report(), Client()
    client.force_login(clerk)
    response = client.post(
        f"/api/v1/staff/cases/{report.number}/actions/",
        {"action": "release", "text": "垃圾没人收", "with_photos": True},
        content_type="application/json",
    )
    assert response.status_code == 200
    outbox.drain()
    progress = Client().get(f"/api/v1/public/cases/{report.number}/").json()
    assert progress["text"] == "垃圾没人收"
    assert len(progress["photos"]) == 1


# --- self-harm --------------------------------------------------------------------------------


def test_a_person_in_danger_is_on_no_public_list_and_urgent_on_the_desk(
    monkeypatch: pytest.MonkeyPatch, clerk: User
) -> None:
    understood_as(monkeypatch, self_harm=True)
    report = personal_report()
    assert (report.case.withheld, report.case.urgent) == (True, True)
    for reader in readers().values():
        for address in public_addresses(report):
            response = reader.get(address)
            assert report.number not in response.content.decode() or response.status_code == 404
        assert reader.get(f"/cases/{report.number}/").status_code == 404
        assert reader.get(f"/api/v1/public/cases/{report.number}/").status_code == 404
        assert reader.get(f"/open311/v2/requests/{report.number}.json").status_code == 404
    desk = Client()
    desk.force_login(clerk)
    assert report.number in desk.get("/api/v1/staff/cases/").content.decode()


def test_what_nobody_has_understood_yet_is_on_no_list_but_its_number_is_answered(
    monkeypatch: pytest.MonkeyPatch, clerk: User
) -> None:
    def fail(text: str) -> None:
        raise ValueError

    monkeypatch.setattr("nlp.analyze", fail)
    report, reader = personal_report(), Client()
    own = {address for address in public_addresses(report) if report.number in address}
    for address in set(public_addresses(report)) - own:
        body = reader.get(address).content.decode()
        assert report.number not in body
        assert '"count":1' not in body
    for address in own:
        assert reader.get(address).status_code == 200
    correct_code(case_pk=report.case_id, code="06010", actor=clerk)
    assert report.number in reader.get("/cases/").content.decode()


@pytest.mark.usefixtures("real_nlp")
def test_a_cry_for_help_is_recognised_for_real() -> None:
    report = make_report("我不想活了，今晚就从楼上跳下去")
    assert report.case.withheld


def test_the_person_themselves_still_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    understood_as(monkeypatch, self_harm=True)
    client = Client()
    response = client.post("/report/", {"text": WORDS, "lon": INSIDE[0], "lat": INSIDE[1]})
    assert MARKER in client.get(response["Location"]).content.decode()
    assert Client().get(response["Location"]).status_code == 404


# --- place ------------------------------------------------------------------------------------


def public_point(report: Report) -> tuple[float, float]:
    progress = Client().get(f"/api/v1/public/cases/{report.number}/").json()
    return progress["lon"], progress["lat"]


def test_the_public_point_is_a_block_and_the_true_one_is_nowhere() -> None:
    report = personal_report()
    lon, lat = public_point(report)
    assert (lon, lat) != INSIDE
    assert abs(lon - INSIDE[0]) < 0.001
    assert abs(lat - INSIDE[1]) < 0.001
    text = everything_public(report)
    assert str(INSIDE[0]) not in text.replace("bbox", "")
    assert str(INSIDE[1]) not in text


def test_a_street_facility_is_shown_where_it_stands(monkeypatch: pytest.MonkeyPatch, clerk: User) -> None:
    understood_as(monkeypatch, code="01037")  # 路灯
    report = make_report("路灯不亮了")
    assert public_point(report) == INSIDE
    correct_code(case_pk=report.case_id, code="06010", actor=clerk)
    assert public_point(report) != INSIDE


def test_reports_from_one_home_cannot_be_averaged() -> None:
    points = {
        public_point(make_report(f"第 {n} 次", lon=INSIDE[0] + n * 1e-7, lat=INSIDE[1])) for n in range(5)
    }
    assert len(points) == 1


def photo_of(client: Client, address: str) -> tuple[int, bytes]:
    response = client.get(address)
    return response.status_code, b"".join(response) if response.streaming else b""


def test_the_contact_is_for_clerks_only(clerk: User) -> None:
    report = personal_report()
    Case.objects.update(department=None)
    for role, sees in (("case_clerk", True), ("supervisor", False), ("duty_officer", False)):
        client = Client()
        client.force_login(UserFactory(roles=[role]))
        page = client.get(f"/admin/cases/{report.case_id}/").content.decode()
        assert MARKER in page
        assert ("me@example.cn" in page or "张三" in page) == sees
    with transaction.atomic():
        api = Client()
        api.force_login(clerk)
        assert "张三" not in api.get("/api/v1/staff/cases/").content.decode()
