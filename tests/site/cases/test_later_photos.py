"""Photos that come after the report: what the person adds, what the handler shows as done, and who sees which when."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from civic.accounts.roles import Role
from civic.cases.models import Case, CaseEvent, Photo, Report
from civic.cases.services import make_public_copies, release_report
from civic.cases.services.closure import reporter_action
from civic.cases.services.results import release_results
from civic.cases.services.sharing import merge_cases
from civic.core import outbox
from civic.core.errors import Conflict, DomainError, InvalidInput, NotAllowed
from tests.factories import INSIDE, UserFactory, make_analysis, make_photo, make_report
from tests.site.cases.closing import ANSWER, Office
from tests.site.cases.photographed import photo_at
from tests.site.cases.submitting import private_files

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


def owner_of(report: Report) -> Client:
    client = Client()
    client.post(f"/cases/{report.number}/claim/", {"secret": report.secret})
    return client


def desk_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def status_of(client: Client, photo: Photo) -> int:
    response = client.get(f"/cases/photos/{photo.pk}/")
    if response.streaming:
        b"".join(response)
    return response.status_code


def attach(report: Report, *photos: Any, client: Client | None = None, **fields: str) -> Any:
    fields.setdefault("secret", report.secret)
    return (client or Client()).post(
        f"/api/v1/public/cases/{report.number}/attachments/", {"photos": list(photos), **fields}
    )


def answered(office: Office, report: Report, *photos: Any) -> list[Photo]:
    """Have the handler answer with photos and return them."""
    office.accept(report)
    office.take(report, "answer", reason=ANSWER, photos=list(photos) or [make_photo()])
    office.take(report, "verify")
    return list(Photo.objects.filter(event__action="answer"))


def test_a_photo_added_through_the_api_is_for_the_desk_and_its_owner() -> None:
    report = make_report(photos=[make_photo()])
    response = attach(report, make_photo("PNG"), make_photo(), reason="桶又满了")
    assert response.status_code == 201, response.content
    assert response.json()["photos"] == []
    event = CaseEvent.objects.get(kind="added")
    assert (event.report, event.reason, event.photos.count()) == (report, "桶又满了", 2)
    clerk, stranger = desk_of(UserFactory(roles=[Role.CASE_CLERK])), Client()
    for photo in event.photos.all():
        assert [status_of(client, photo) for client in (owner_of(report), clerk, stranger)] == [200, 200, 404]
    page = clerk.get(f"/admin/cases/{report.case_id}/").content.decode()
    assert all(str(photo.pk) in page for photo in Photo.objects.all())


def test_on_the_page_a_photo_needs_no_words_and_a_refusal_keeps_them() -> None:
    report = make_report()
    owner = owner_of(report)
    act = f"/cases/{report.number}/act/"
    page = owner.get(f"/cases/{report.number}/").content.decode()
    assert 'enctype="multipart/form-data"' in page
    owner.post(act, {"action": "add", "words": "", "photos": [make_photo(), make_photo()]})
    assert CaseEvent.objects.get(kind="added").reason == "补充了 2 张照片。"
    bad = SimpleUploadedFile("a.jpg", b"<svg onload=alert(1)>", content_type="image/jpeg")
    refused = owner.post(act, {"action": "add", "words": "我写了一大段", "photos": bad})
    assert refused.status_code == 400
    assert "我写了一大段" in refused.content.decode()
    assert "不是能识别的照片" in refused.content.decode()
    shown = owner.get(f"/cases/{report.number}/").content.decode()
    assert all(str(photo.pk) in shown for photo in Photo.objects.all())


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"secret": "WRONG"}, 404), ({"secret": ""}, 404), ({"reason": "长" * 2001}, 400)],
)
def test_a_refused_attachment_leaves_neither_row_nor_file(fields: dict[str, str], status: int) -> None:
    report = make_report()
    before = private_files()
    assert attach(report, make_photo(), **fields).status_code == status
    assert not Photo.objects.exists()
    assert private_files() == before


def test_attachments_want_photos_and_end_somewhere() -> None:
    report = make_report(photos=[make_photo() for _ in range(6)])
    assert attach(report).status_code == 400
    assert attach(report, *(make_photo() for _ in range(7))).status_code == 400
    for words in ("第一次", "第二次"):
        assert attach(report, *(make_photo() for _ in range(6)), reason=words).status_code == 201
    before = private_files()
    refused = attach(report, make_photo())
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "too_many_photos")
    assert Photo.objects.count() == 18
    assert CaseEvent.objects.filter(kind="added").count() == 2
    assert private_files() == before
    assert (
        Client()
        .post(f"/api/v1/public/cases/{report.number}/attachments/", {}, "application/json")
        .status_code
        == 415
    )


def test_what_a_telephone_sends_again_is_added_once() -> None:
    report = make_report()
    before = private_files()
    for _ in range(2):
        assert attach(report, make_photo(), make_photo("PNG"), reason="桶又满了").status_code == 201
    assert CaseEvent.objects.filter(kind="added").count() == 1
    assert len(private_files() - before) == Photo.objects.count() == 2
    attach(report, make_photo(), reason="桶又满了")
    attach(report, make_photo(), make_photo("PNG"), reason="还是满的")
    assert CaseEvent.objects.filter(kind="added").count() == 3


def test_nothing_is_added_after_the_case_is_closed(office: Office) -> None:
    report = make_report()
    office.take(report, "decline", reason="不属于城市管理")
    before = private_files()
    assert attach(report, make_photo()).status_code == 409
    assert private_files() == before


def test_only_an_addition_and_only_an_answer_carry_photos(office: Office) -> None:
    report = make_report()
    before = private_files()
    with pytest.raises(InvalidInput):
        reporter_action(report=report, action="urge", photos=[make_photo()])
    with pytest.raises(InvalidInput):
        office.take(report, "file", photos=[make_photo()])
    office.accept(report)
    with pytest.raises(InvalidInput):
        office.take(report, "answer", reason=" ", photos=[make_photo()])
    assert private_files() == before
    assert Case.objects.get().step == "handling"


def test_a_result_goes_to_everyone_who_reported_and_to_nobody_else(office: Office) -> None:
    one, two, apart = make_report(), make_report("这里的垃圾没人管"), make_report("另一处的垃圾")
    merge_cases(target_pk=one.case_id, source_pk=two.case_id, actor=office.clerk)
    office.accept(one)
    desk = desk_of(office.handler)
    response = desk.post(
        f"/admin/cases/{one.case_id}/act/",
        {"action": "answer", "reason": ANSWER, "expected_step": "handling", "photos": make_photo()},
    )
    assert response.status_code == 302
    photo = Photo.objects.get()
    assert (photo.event.action, photo.report) == ("answer", one)
    for report in (one, two):
        page = owner_of(report).get(f"/cases/{report.number}/").content.decode()
        assert "处理结果照片" in page
        assert str(photo.pk) in page
        assert page.index("部门的答复") < page.index(str(photo.pk)) < page.index("您的原话")
        assert status_of(owner_of(report), photo) == 200
    elsewhere = UserFactory(roles=[Role.DISTRICT_OFFICER], district="海淀区")
    other_office = Office().handler
    for client in (Client(), owner_of(apart), desk_of(elsewhere), desk_of(other_office)):
        assert status_of(client, photo) == 404
    assert status_of(desk, photo) == 200
    assert str(photo.pk) in desk.get(f"/admin/cases/{one.case_id}/").content.decode()


def test_the_result_comes_with_the_staff_api(office: Office) -> None:
    report = make_report()
    office.accept(report)
    address = f"/api/v1/staff/cases/{report.number}/actions/"
    response = desk_of(office.handler).post(
        address, {"action": "answer", "reason": ANSWER, "photos": [make_photo(), make_photo()]}
    )
    assert response.status_code == 200, response.content
    assert Photo.objects.filter(event__action="answer").count() == 2
    assert desk_of(office.clerk).post(address, {"action": "release_results"}).status_code == 200
    assert CaseEvent.objects.get(action="release_results").data["photos"] == 2
    again = desk_of(office.clerk).post(address, {"action": "release_results"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "already_released")


def test_the_release_of_words_and_photos_never_reaches_later_ones(office: Office) -> None:
    """The attack: photos are added before and after the release, and every copy is asked for by its address."""
    report = make_report(photos=[make_photo()])
    attach(report, make_photo())
    results = answered(office, report)
    release_report(report_pk=report.pk, actor=office.clerk, with_photos=True)
    outbox.drain()
    make_public_copies(report_pk=report.pk)
    first = Photo.objects.get(event=None)
    later = list(Photo.objects.exclude(event=None))
    assert len(later) == 1 + len(results)
    # As if a copy had been made by mistake: the view still decides.
    for photo in later:
        Photo.objects.filter(pk=photo.pk).update(public_copy=Photo.objects.get(pk=first.pk).public_copy.name)
    visitor = Client()
    assert status_of(visitor, first) == 200
    assert [status_of(visitor, photo) for photo in later] == [404, 404]
    face = visitor.get(f"/api/v1/public/cases/{report.number}/").json()
    assert face["photos"] == [f"/cases/photos/{first.pk}/"]
    assert face["result_photos"] == []
    texts = [
        visitor.get(address).content.decode()
        for address in (
            f"/cases/{report.number}/",
            "/cases/",
            f"/open311/v2/requests/{report.number}.json",
            "/open311/v2/requests.json",
            f"/api/v1/public/cases/{report.number}/",
        )
    ]
    assert not any(str(photo.pk) in text for photo in later for text in texts)


def test_released_results_are_public_without_metadata_and_only_they(office: Office) -> None:
    report = make_report(photos=[make_photo()])
    attach(report, make_photo())
    photo = answered(office, report, make_photo(comment=b"taken by SecretHandler"))[0]
    release_results(case_pk=report.case_id, actor=office.clerk)
    outbox.drain()
    photo.refresh_from_db()
    response = Client().get(f"/cases/photos/{photo.pk}/")
    content = b"".join(response)
    assert response.status_code == 200
    assert b"SecretHandler" not in content
    others = Photo.objects.exclude(pk=photo.pk)
    assert [status_of(Client(), other) for other in others] == [404, 404]
    assert not others.exclude(public_copy="").exists()
    page = Client().get(f"/cases/{report.number}/").content.decode()
    assert f"/cases/photos/{photo.pk}/" in page
    event = CaseEvent.objects.get(action="release_results")
    assert (event.kind, event.actor, event.data["answer"]) == ("released", office.clerk, photo.event_id)
    with pytest.raises(Conflict):
        release_results(case_pk=report.case_id, actor=office.clerk)


def test_a_new_answer_is_not_released_by_the_old_release(office: Office) -> None:
    report = make_report()
    old = answered(office, report)[0]
    release_results(case_pk=report.case_id, actor=office.clerk)
    office.take(report, "redo", reason="还有味道")
    office.take(report, "answer", reason="又清洗了一遍", photos=[make_photo()])
    outbox.drain()
    new = Photo.objects.exclude(pk=old.pk).get()
    assert status_of(Client(), new) == 404
    assert Client().get(f"/api/v1/public/cases/{report.number}/").json()["result_photos"] == []
    release_results(case_pk=report.case_id, actor=office.clerk)
    outbox.drain()
    assert status_of(Client(), new) == 200


def test_who_may_release_a_result(office: Office) -> None:
    report = make_report()
    with pytest.raises(Conflict):
        release_results(case_pk=report.case_id, actor=office.clerk)
    answered(office, report)
    others = [office.handler, UserFactory(roles=[Role.SUPERVISOR]), UserFactory(roles=[Role.DUTY_OFFICER])]
    for actor in others:
        with pytest.raises(NotAllowed):
            release_results(case_pk=report.case_id, actor=actor)
    with pytest.raises(DomainError):
        release_results(case_pk=report.case_id, actor=UserFactory(roles=["citizen"]))


@pytest.mark.parametrize("quiet", [{"request": "举报"}, {"self_harm": True}, {"code": "OUT"}])
def test_what_must_stay_quiet_stays_so_with_its_result(
    office: Office, monkeypatch: pytest.MonkeyPatch, quiet: dict[str, Any]
) -> None:
    plain = make_report("这里的垃圾没人管")
    monkeypatch.setattr("nlp.analyze", lambda text: make_analysis(text, **quiet))
    report = make_report()
    photo = answered(office, report)[0]
    with pytest.raises(NotAllowed):
        release_results(case_pk=report.case_id, actor=office.clerk)
    assert status_of(Client(), photo) == 404
    if quiet.get("code"):  # what is out of scope is a matter of the case, not of the report
        return
    # Nor when such a report joins a case whose result is public already.
    shown = answered(office, plain)[-1]
    release_results(case_pk=plain.case_id, actor=office.clerk)
    outbox.drain()
    assert status_of(Client(), shown) == 200
    Report.objects.filter(pk=report.pk).update(case=plain.case)
    assert status_of(Client(), shown) == 404


def test_reporters_get_a_result_without_where_it_was_taken(office: Office) -> None:
    report = make_report()
    (photo,) = answered(office, report, photo_at(INSIDE))
    sent = b"".join(owner_of(report).get(f"/cases/photos/{photo.pk}/"))
    with Image.open(io.BytesIO(sent)) as image:
        assert not image.getexif()
    kept = b"".join(desk_of(office.clerk).get(f"/cases/photos/{photo.pk}/"))
    with Image.open(io.BytesIO(kept)) as image:
        assert image.getexif()
