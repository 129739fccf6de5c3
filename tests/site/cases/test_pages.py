"""The web form, the list and the progress page."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from civic.cases.models import Case, Report, Step
from tests.factories import (
    ELSEWHERE,
    INSIDE,
    OUTSIDE,
    UserFactory,
    bring_to,
    make_photo,
    make_report,
    queries_of,
)
from tests.site.cases.submitting import SENTENCE

pytestmark = pytest.mark.django_db


def token_of(page: str) -> str:
    found = re.search(r'name="token" value="([0-9a-f]{32})"', page)
    assert found
    return found[1]


def send(client: Client, **changes: Any) -> Any:
    return client.post("/report/", {"text": SENTENCE, "lon": INSIDE[0], "lat": INSIDE[1], **changes})


def test_the_form_is_there_with_a_fresh_token_and_what_a_link_brought(client: Client) -> None:
    page = client.get("/report/", {"text": "<b>路灯</b>不亮"}).content.decode()
    assert "&lt;b&gt;路灯&lt;/b&gt;不亮" in page
    assert token_of(page) != token_of(client.get("/report/").content.decode())


def test_a_report_leads_to_its_own_page_with_number_and_secret(client: Client) -> None:
    response = send(client, photos=[make_photo()], contact_phone="13800138000")
    report = Report.objects.get()
    assert response.status_code == 302
    assert response["Location"] == f"/cases/{report.number}/"
    page = client.get(response["Location"]).content.decode()
    for shown in (report.number, report.secret, SENTENCE, "暴露垃圾", "朝阳区"):
        assert shown in page
    assert "13800138000" not in page
    assert (report.channel, report.photos.count()) == ("web", 1)
    other = Client().get(response["Location"]).content.decode()
    assert report.number in other
    assert report.secret not in other
    assert SENTENCE not in other


def test_a_double_tap_is_one_report(client: Client) -> None:
    token = token_of(client.get("/report/").content.decode())
    first, second = send(client, token=token), send(client, token=token)
    assert first["Location"] == second["Location"]
    assert Report.objects.count() == 1


def test_going_back_and_writing_something_else_is_another_report(client: Client) -> None:
    token = token_of(client.get("/report/").content.decode())
    first, second = send(client, token=token), send(client, token=token, text="另外，路灯也不亮")
    assert first["Location"] != second["Location"]
    assert set(Report.objects.values_list("text", flat=True)) == {SENTENCE, "另外，路灯也不亮"}


def test_the_honeypot_looks_like_success_and_stores_nothing(client: Client) -> None:
    response = send(client, website="https://spam.example")
    assert response.status_code == 302
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"text": ""}, 400, "请写一句话"),
        ({"text": "   "}, 400, "请写一句话"),
        ({"text": "长" * 20_000}, 400, "最多 4000 字"),
        ({"lon": OUTSIDE[0], "lat": OUTSIDE[1]}, 400, "不在北京市范围内。请在地图上重新选点。"),
        ({"lat": ""}, 400, "位置不完整"),
        ({"lon": "abc"}, 400, "请在地图上重新选点"),
        ({"lon": "nan", "lat": "nan"}, 400, ""),
        ({"contact_phone": "1" * 31}, 400, "太长"),
        ({"photos": SimpleUploadedFile("a.jpg", b"not a photo")}, 400, "不是能识别的照片"),
        ({"photos": SimpleUploadedFile("a.jpg", b"x" * (11 * 1024 * 1024))}, 413, "超过 10 MB"),
        ({"photos": SimpleUploadedFile("a.jpg", b"")}, 400, ""),
    ],
)
def test_a_refusal_says_why_in_chinese_and_keeps_what_was_typed(
    client: Client, changes: dict[str, Any], status: int, words: str
) -> None:
    response = send(client, **{"address": "双井桥东北角", **changes})
    page = response.content.decode()
    assert response.status_code == status
    assert words in page
    assert "notice-error" in page
    assert "双井桥东北角" in page
    if "text" not in changes:
        assert SENTENCE in page
    assert not Report.objects.exists()
    assert not Case.objects.exists()


def test_html_in_the_words_is_text_on_every_page(client: Client) -> None:
    attack = "<script>alert('垃圾')</script><img src=x onerror=alert(1)>"
    number = send(client, text=attack)["Location"].split("/")[2]
    clerk = Client()
    clerk.force_login(UserFactory(roles=["case_clerk"]))
    report = Report.objects.get()
    from civic.cases.services import release_report

    release_report(report_pk=report.pk, actor=UserFactory(roles=["case_clerk"]))
    pages = [
        client.get(f"/cases/{number}/"),
        Client().get(f"/cases/{number}/"),
        client.get("/cases/"),
        client.get("/map/"),
        client.get("/report/", {"text": attack}),
        client.get("/cases/", {"q": attack}),
        client.get(f"/cases/{attack}/"),
        clerk.get("/admin/cases/"),
        clerk.get(f"/admin/cases/{report.case_id}/"),
        send(client, text=attack + "长" * 4000),
    ]
    for response in pages:
        page = response.content.decode()
        assert "<script>alert(" not in page
        assert "<img src=x" not in page
    assert "&lt;script&gt;" in pages[1].content.decode()


@pytest.mark.usefixtures("still_clock")
def test_throttled_people_keep_their_words(client: Client, settings: Any) -> None:
    settings.INTAKE_RATE_ANONYMOUS = "1/hour"
    send(client)
    response = send(client, text="路灯不亮了")
    assert response.status_code == 429
    page = response.content.decode()
    assert "提交得太频繁了" in page
    assert "路灯不亮了" in page
    assert Report.objects.count() == 1


@examples(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=60),
    lon=st.text(max_size=10),
    lat=st.floats().map(str),
    address=st.text(max_size=30),
    token=st.text(max_size=40),
)
def test_any_form_is_answered(text: str, lon: str, lat: str, address: str, token: str) -> None:
    response = Client().post(
        "/report/", {"text": text, "lon": lon, "lat": lat, "address": address, "token": token}
    )
    assert response.status_code in {302, 400}


# --- the list ---------------------------------------------------------------------------------


def numbers_on(client: Client, **query: str) -> list[str]:
    response = client.get("/cases/", query)
    assert response.status_code == 200
    return re.findall(r'class="card-link" href="/cases/(BJ\d{13})/"', response.content.decode())


def test_the_list_is_newest_first_and_filtered(client: Client) -> None:
    first, second = make_report("第一件"), make_report("第二件", lon=ELSEWHERE[0], lat=ELSEWHERE[1])
    bring_to(first, Step.HANDLING)
    assert numbers_on(client) == [second.number, first.number]
    assert numbers_on(client, district="110108") == [second.number]
    assert numbers_on(client, step="handling") == [first.number]
    assert numbers_on(client, matter="06010") == [second.number, first.number]
    assert numbers_on(client, matter="06011") == []


@pytest.mark.parametrize(
    "query",
    [
        {"district": "x"},
        {"district": "\x00"},
        {"step": "nowhere"},
        {"matter": "\x00"},
        {"page": "abc"},
        {"page": "999"},
        {"q": "\x00"},
    ],
)
def test_odd_filters_show_everything(client: Client, query: dict[str, str]) -> None:
    report = make_report()
    assert numbers_on(client, **query) == [report.number]


def test_a_number_in_the_search_field_leads_to_its_page(client: Client) -> None:
    report = make_report()
    response = client.get("/cases/", {"q": f" {report.number[2:].lower()} "})
    assert response["Location"] == f"/cases/{report.number}/"
    page = client.get("/cases/", {"q": "BJ2611220000000"}).content.decode()
    assert "不是一个有效的编号" in page


def test_the_list_has_pages(client: Client) -> None:
    for n in range(21):
        make_report(f"第 {n} 件")
    assert len(numbers_on(client)) == 20
    assert len(numbers_on(client, page="2")) == 1


def test_an_empty_list_says_what_to_do_next(client: Client) -> None:
    page = client.get("/cases/").content.decode()
    assert "这里还没有案件" in page
    assert 'href="/report/"' in page


@pytest.mark.parametrize("address", ["/cases/", "/map/"])
def test_pages_take_the_same_queries_for_one_and_for_twenty(client: Client, address: str) -> None:
    make_report()
    one = queries_of(client, address)
    for n in range(19):
        make_report(f"第 {n} 件", photos=[make_photo()])
    assert queries_of(client, address) == one


# --- one case ---------------------------------------------------------------------------------


def test_a_number_in_another_spelling_is_led_to_its_page(client: Client) -> None:
    report = make_report()
    for spelling in (report.number.lower(), report.number[2:], f"{report.number[:8]}-{report.number[8:]}"):
        response = client.get(f"/cases/{spelling}/")
        assert (response.status_code, response["Location"]) == (302, f"/cases/{report.number}/")


@pytest.mark.parametrize("number", ["BJ2611220000000", "x", "编号", "%00", "BJ" * 200])
def test_an_unknown_number_is_a_404_that_helps(client: Client, number: str) -> None:
    response = client.get(f"/cases/{number}/")
    assert response.status_code == 404
    assert "没有这个编号" in response.content.decode()


def test_a_person_sees_their_own_words_wherever_they_sign_in() -> None:
    user = UserFactory()
    client = Client()
    client.force_login(user)
    address = send(client)["Location"]
    elsewhere = Client()
    elsewhere.force_login(user)
    assert SENTENCE in elsewhere.get(address).content.decode()
    stranger = Client()
    stranger.force_login(UserFactory())
    assert SENTENCE not in stranger.get(address).content.decode()


@pytest.mark.parametrize("step", Step.values)
def test_the_page_shows_every_step(client: Client, step: str) -> None:
    report = make_report()
    bring_to(report, step)
    page = client.get(f"/cases/{report.number}/").content.decode()
    for label in Step.labels:
        assert str(label) in page
    assert ('aria-current="step"' in page) == (step != Step.CLOSED)


def test_a_number_that_is_not_known_leads_on(client: Client) -> None:
    response = client.get("/cases/xyz/")
    page = response.content.decode()
    assert response.status_code == 404
    assert "没有这个编号" in page
    assert 'name="q" type="search" value="xyz"' in page
    assert 'href="/cases/"' in page
