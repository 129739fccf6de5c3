"""A photo's position: the place of a report that has no other, a question where it is far from the pin, never public."""

import os
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from civic.accounts.roles import Role
from civic.cases.models import Case, CaseEvent, Photo, Report, private_storage
from civic.cases.public import held_photos
from civic.cases.services import take_action
from civic.cases.services.photos import check_photos, sweep_orphans
from civic.cases.services.relocation import correct_place
from civic.places.coordinates import gcj02_from_wgs84
from tests.factories import ELSEWHERE, INSIDE, OUTSIDE, UserFactory, make_photo
from tests.site.cases.photographed import photo_at
from tests.site.cases.submitting import private_files, refusal, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("still_clock")]
API = "/api/v1/public/reports/"
TEXT = "小区门口的垃圾三天没人收"
NEAR = (INSIDE[0] + 0.002, INSIDE[1])  # 170 m
FAR = (INSIDE[0] + 0.012, INSIDE[1])  # 1.0 km
PIN = {"lon": INSIDE[0], "lat": INSIDE[1]}
LONG_OLD = timedelta(hours=1, seconds=1)


def web(client: Client, *photos: SimpleUploadedFile, **data: Any) -> Any:
    return client.post("/report/", {"text": TEXT, "token": "t" * 32, **PIN, "photos": list(photos), **data})


def asked(response: Any) -> str:
    """Return the token of the photos that wait, of a page that asks."""
    assert response.status_code == 422
    page = response.content.decode()
    assert "问题在哪里？" in page
    assert TEXT in page
    assert not Report.objects.exists()
    held = response.context["question"].held
    assert f'name="held" value="{held}"' in page
    return held


def api(client: Client, *photos: SimpleUploadedFile, **data: Any) -> Any:
    return client.post(API, {"text": TEXT, **PIN, "photos": list(photos), **data})


# ---- kept, private


def test_the_position_is_kept_with_the_photo_and_shown_to_nobody_else() -> None:
    response = api(Client(), photo_at(NEAR))
    photo = Photo.objects.get()
    assert (photo.taken_lon, photo.taken_lat) == pytest.approx(NEAR, abs=1e-6)
    assert response.json()["place_question"] is None
    number = response.json()["number"]
    for address in (
        f"/api/v1/public/cases/{number}/",
        f"/cases/{number}/",
        f"/open311/v2/requests/{number}.json",
    ):
        assert str(NEAR[0])[:9] not in Client().get(address).content.decode()


def test_a_photo_alone_gives_the_place_of_a_report_without_pin_and_address() -> None:
    case = submit(lon=None, lat=None, photos=[make_photo(), photo_at(OUTSIDE), photo_at(ELSEWHERE)]).case
    assert (case.lon, case.lat) == pytest.approx(ELSEWHERE, abs=1e-6)
    assert (case.district.name, case.point_source) == ("海淀区", "gps")
    assert submit(lon=None, lat=None, photos=[photo_at(OUTSIDE)]).case.lon is None
    assert (
        submit(lon=None, lat=None, address="双井街道", photos=[photo_at(ELSEWHERE)]).case.street == "双井街道"
    )
    # What a person points at comes before what the camera wrote.
    assert submit(photos=[photo_at(ELSEWHERE)]).case.district.name == "朝阳区"


# ---- when it is asked


@pytest.mark.parametrize(
    ("photos", "question"),
    [
        ([FAR], True), ([NEAR], False), ([None], False), ([], False), ([OUTSIDE], False),
        # One photo near the pin speaks for it; a close-up taken elsewhere does not matter.
        ([FAR, NEAR], False), ([FAR, None, OUTSIDE], True),
        # A telephone that wrote GCJ-02: half a kilometre off, and no difference.
        ([gcj02_from_wgs84(*INSIDE)], False),
    ],
)  # fmt: skip
def test_the_citizen_is_asked_when_no_photo_was_taken_near_the_pin(photos: list[Any], question: bool) -> None:
    files = [photo_at(point) if point else make_photo() for point in photos]
    body = api(Client(), *files).json()
    assert (body["place_question"] is not None) is question
    if question:
        assert body["place_question"]["distance_m"] == pytest.approx(1024, abs=5)
        assert body["place_question"]["photo_lon"] == pytest.approx(FAR[0], abs=1e-6)
    files = [photo_at(point) if point else make_photo() for point in photos]
    assert web(Client(), *files).status_code == (422 if question else 302)


def test_the_distance_is_a_setting(settings: Any) -> None:
    settings.CASE_PHOTO_DISTANCE_M = 2000
    assert api(Client(), photo_at(FAR)).json()["place_question"] is None
    settings.CASE_PHOTO_DISTANCE_M = 100
    assert api(Client(), photo_at(NEAR)).json()["place_question"] is not None


# ---- the page


@pytest.mark.parametrize(("choice", "point"), [("pin", INSIDE), ("photo", FAR)])
def test_the_page_keeps_words_and_photos_until_the_answer(choice: str, point: tuple[float, float]) -> None:
    client = Client()
    held = asked(web(client, photo_at(FAR), make_photo("PNG"), contact_phone="13800001111"))
    response = web(client, held=held, place_choice=choice, contact_phone="13800001111")
    assert response.status_code == 302
    report = Report.objects.get()
    assert (report.case.lon, report.case.lat) == pytest.approx(point, abs=1e-6)
    assert report.case.point_source == ("pin" if choice == "pin" else "gps")
    assert report.contact_phone == "13800001111"
    assert report.photos.count() == 2
    for photo in report.photos.all():
        with photo.original.open("rb") as file:
            assert file.read()
    assert CaseEvent.objects.get(kind="received").data["choice"] == choice


def test_the_page_says_how_far_and_where_and_that_the_photos_are_there() -> None:
    page = web(Client(), photo_at(FAR)).content.decode()
    assert "照片是在离图钉约 1.0 公里的地方拍的，问题在哪里？" in page
    assert "在照片拍摄处（朝阳区" in page
    assert "已经收到 1 张照片" in page


def test_an_answer_is_asked_for_until_it_comes_or_the_pin_is_moved() -> None:
    client = Client()
    held = asked(web(client, photo_at(FAR)))
    again = asked(web(client, held=held, place_choice="maybe"))
    moved = web(client, held=again, lon=FAR[0], lat=FAR[1])
    assert moved.status_code == 302
    assert Report.objects.get().lon == FAR[0]


def test_a_page_that_sends_the_photos_again_and_a_double_tap_give_one_report_with_each_photo_once() -> None:
    client = Client()
    held = asked(web(client, photo_at(FAR)))
    for _ in range(2):
        assert web(client, photo_at(FAR), held=held, place_choice="pin").status_code == 302
    assert Report.objects.get().photos.count() == 1


def test_a_token_that_is_too_old_asks_for_the_photos_again(still_clock: Any) -> None:
    client = Client()
    held = asked(web(client, photo_at(FAR)))
    still_clock.shift(LONG_OLD)
    response = web(client, held=held, place_choice="pin")
    assert response.status_code == 400
    page = response.content.decode()
    assert "请重新选一次" in page
    assert held not in page  # or the next answer would fail as this one did
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    "token",
    ["x", "\x00", "a:b:c", signing.dumps(["photos/secret.jpg"], salt="else"), "长" * 5000],
    ids=["letter", "nul", "parts", "signed for something else", "long"],  # a signature holds the time
)
def test_a_forged_token_brings_nobodys_photos(token: str) -> None:
    response = web(Client(), held=token)
    assert response.status_code in {302, 400}
    assert not Photo.objects.exists()


def test_what_is_never_fetched_is_swept_away_after_a_day(still_clock: Any) -> None:
    before = private_files()
    asked(web(Client(), photo_at(FAR)))
    (left,) = private_files() - before
    assert left.startswith("held/")
    assert sweep_orphans() == 0
    old = timezone.now() - timedelta(days=2)
    storage = private_storage()
    os.utime(storage.path(left), (old.timestamp(), old.timestamp()))
    assert sweep_orphans() == 1
    assert private_files() == before


def test_wrong_photos_are_refused_before_anything_is_kept() -> None:
    before = private_files()
    broken = SimpleUploadedFile("x.jpg", b"not a photo")
    assert web(Client(), photo_at(FAR), broken).status_code == 400
    assert private_files() == before
    assert held_photos.hold([]) == ""


# ---- the API


def test_a_caller_who_answers_with_the_report_is_not_asked() -> None:
    body = api(Client(), photo_at(FAR), place_confirmed="pin").json()
    assert body["place_question"] is None
    assert Case.objects.latest("pk").lon == INSIDE[0]
    body = api(Client(), photo_at(FAR), place_confirmed="photo").json()
    assert body["place_question"] is None
    assert Case.objects.latest("pk").lon == pytest.approx(FAR[0], abs=1e-6)
    report = Report.objects.latest("pk")
    assert report.lon == pytest.approx(FAR[0], abs=1e-6)


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"place_choice": "here"}, "bad_choice"),
        ({"place_choice": "photo"}, "no_photo_place"),
        ({"place_choice": "photo", "photos": "outside"}, "no_photo_place"),
    ],
)
def test_an_answer_that_means_no_place_is_refused(more: dict[str, Any], code: str) -> None:
    if more.get("photos"):
        more = {**more, "photos": [photo_at(OUTSIDE)]}
    assert refusal(**more).code == code


def ask(client: Client) -> dict[str, Any]:
    body = api(client, photo_at(FAR)).json()
    assert body["place_question"]
    return body


def answer(body: dict[str, Any], place: str, **more: Any) -> Any:
    return Client().post(
        f"/api/v1/public/cases/{body['number']}/place/",
        {"place": place, "secret": body["secret"], **more},
        content_type="application/json",
    )


def test_the_answer_may_come_after_the_receipt() -> None:
    body = ask(Client())
    response = answer(body, "photo")
    assert response.status_code == 200
    case = Case.objects.get()
    assert (case.lon, case.lat) == pytest.approx(FAR, abs=1e-6)
    event = CaseEvent.objects.get(kind="placed")
    assert event.data == {"source": "gps", "choice": "photo"}
    # The same again changes nothing; the other one does.
    assert answer(body, "photo").status_code == 200
    assert CaseEvent.objects.filter(kind="placed").count() == 1
    assert answer(body, "pin").status_code == 200
    assert Case.objects.get().lon == INSIDE[0]
    assert Report.objects.get().lon == INSIDE[0]


def test_a_repeated_request_asks_until_it_is_answered() -> None:
    client = Client()

    def send() -> dict[str, Any]:
        data = {"text": TEXT, **PIN, "photos": [photo_at(FAR)]}
        return client.post(API, data, headers={"Idempotency-Key": "k1"}).json()

    first, again = send(), send()
    assert first["number"] == again["number"]
    assert first["place_question"] == again["place_question"] is not None
    answer(first, "pin")
    assert send()["place_question"] is None


def test_only_the_person_who_reported_answers_and_only_in_time() -> None:
    body = ask(Client())
    assert answer({**body, "secret": "WRONG"}, "photo").status_code == 404
    assert answer({**body, "number": "BJ1"}, "photo").status_code == 404
    for wrong in ("", "there", "PHOTO"):
        assert answer(body, wrong).status_code == 400
    clerk = UserFactory(roles=[Role.CASE_CLERK])
    take_action(case_pk=Case.objects.get().pk, action="file", actor=clerk)
    late = answer(body, "photo")
    assert late.status_code == 409
    assert late.json()["error"]["message"]
    assert Case.objects.get().lon == INSIDE[0]


def test_an_answer_about_what_was_never_asked(still_clock: Any) -> None:
    plain = api(Client()).json()
    assert answer(plain, "photo").json()["error"]["code"] == "no_photo_place"
    placed = Client().post(API, {"text": TEXT, "photos": [photo_at(FAR)]}).json()
    assert answer(placed, "pin").json()["error"]["code"] == "no_pin"


def test_the_desk_sees_the_difference_and_the_answer() -> None:
    body = ask(Client())
    desk = Client()
    desk.force_login(UserFactory(roles=[Role.CASE_CLERK]))
    page = desk.get(f"/admin/cases/{Case.objects.get().pk}/").content.decode()
    assert "第 1 张照片是在离这里约 1.0 公里的地方拍的" in page
    answer(body, "photo")
    page = desk.get(f"/admin/cases/{Case.objects.get().pk}/").content.decode()
    assert "的地方拍的" not in page
    assert "反映人说问题在照片拍摄处" in page


def test_the_public_copy_and_what_is_checked_know_no_other_position() -> None:
    assert check_photos([photo_at(NEAR)])[0].taken == pytest.approx(NEAR, abs=1e-6)


def test_what_a_clerk_has_found_out_is_not_answered_away() -> None:
    body = ask(Client())
    correct_place(
        case_pk=Case.objects.get().pk, actor=UserFactory(roles=[Role.CASE_CLERK]), lon=ELSEWHERE[0], lat=ELSEWHERE[1],
        reason="电话核实",
    )  # fmt: skip
    response = answer(body, "photo")
    assert (response.status_code, response.json()["error"]["code"]) == (409, "already_placed")
    assert Case.objects.get().lon == ELSEWHERE[0]
