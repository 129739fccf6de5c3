"""`submit_report`: what is accepted is stored whole, what is refused leaves nothing behind."""

import math
import unicodedata
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from civic.cases.models import (
    PointSource,
    Report,
    Step,
)
from civic.cases.services import Contact
from civic.core.errors import InvalidInput
from civic.core.models import OutboxEvent
from civic.places.polygons import OutsideCity
from tests.factories import OUTSIDE, WASTE, UserFactory
from tests.site.cases.submitting import LAT, LON, SENTENCE, refusal, submit

pytestmark = pytest.mark.django_db
# --- what is stored ---------------------------------------------------------------------------


def test_a_report_is_stored_with_case_event_outbox_row_and_analysis() -> None:
    user = UserFactory()
    report = submit(reporter=user, contact=Contact("张三", "13800138000", "a@b.cn"), address=" 双井 街道 ")
    report.refresh_from_db()
    case = report.case
    assert report.number.startswith("BJ")
    assert (report.text, report.lon, report.lat, report.channel) == (SENTENCE, LON, LAT, "web")
    assert (report.reporter, report.address, report.contact_phone) == (user, "双井 街道", "13800138000")
    assert (case.step, case.outcome, case.closed_at) == (Step.INTAKE, "", None)
    assert (case.matter_code, case.code_source, case.request_type) == (WASTE, "nlp", "complaint")
    assert case.district is not None
    assert case.district.name == "朝阳区"
    assert case.street
    assert (case.lon, case.lat, case.point_source) == (LON, LAT, PointSource.PIN)
    received, analysed = case.events.all()
    assert (received.kind, received.actor, received.to_step) == ("received", user, "intake")
    assert (analysed.kind, analysed.data["code"]) == ("analysed", WASTE)
    event = OutboxEvent.objects.get(topic="cases.report_submitted")
    assert event.payload == {"report": report.pk}
    assert SENTENCE not in str(event.payload)
    assert report.analysis.matter_code == WASTE


def test_without_a_place_it_is_stored_unplaced() -> None:
    case = submit(lon=None, lat=None).case
    assert (case.lon, case.public_cell, case.district, case.point_source) == (None, None, None, "none")


def test_an_address_places_it() -> None:
    case = submit(lon=None, lat=None, address="昌平区天通苑北街道").case
    assert case.district is not None
    assert case.district.name == "昌平区"
    assert case.point_source == PointSource.ADDRESS
    assert case.public_cell is not None


@pytest.mark.usefixtures("real_nlp")
def test_a_place_in_the_words_places_it() -> None:
    case = submit("天通苑北街道路口的井盖翘起来了", lon=None, lat=None).case
    case.refresh_from_db()
    assert case.district is not None
    assert case.district.name == "昌平区"
    assert case.point_source == PointSource.TEXT


def test_a_district_alone_gives_no_point() -> None:
    case = submit(lon=None, lat=None, address="海淀区").case
    assert case.district is not None
    assert case.district.name == "海淀区"
    assert case.lon is None


def test_the_pin_wins_over_what_the_address_says() -> None:
    case = submit(address="昌平区天通苑北街道").case
    assert case.district is not None
    assert case.district.name == "朝阳区"


def test_a_code_the_citizen_chose_stays_beside_nlps() -> None:
    report = submit(citizen_code="06011")
    report.refresh_from_db()
    assert (report.case.matter_code, report.case.code_source) == ("06011", "citizen")
    assert report.analysis.matter_code == WASTE


@pytest.mark.parametrize("code", ["", "00000", " 00000 "])
def test_no_code_lets_the_platform_decide(code: str) -> None:
    report = submit(citizen_code=code)
    report.refresh_from_db()
    assert (report.citizen_code, report.case.code_source) == ("", "nlp")


def test_numbers_differ() -> None:
    numbers = {submit(f"第 {n} 件").number for n in range(30)}
    assert len(numbers) == 30


def test_a_number_that_is_taken_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from civic.cases.services import intake

    taken = submit().number
    draws = iter([taken, taken, "BJ2601010000004"])
    monkeypatch.setattr(intake, "new_number", lambda moment: next(draws))
    assert submit("另一件").number == "BJ2601010000004"


def test_the_receipts_secret_follows_from_the_number_and_the_key(settings: Any) -> None:
    one, other = submit(), submit("另一件")
    assert len(one.secret) == 10
    assert one.secret == Report.objects.get(pk=one.pk).secret != other.secret
    before = one.secret
    settings.SECRET_KEY = "another"
    assert one.secret != before


# --- text -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize(
    "text", ["", "   ", "\n\t　", "\x00\x01", "\ud800", "\u2028", " \n\u200b ", "\u200d\ufeff"]
)
def test_nothing_said_is_refused(text: str) -> None:
    error = refusal(text=text)
    assert (error.status, error.code) == (400, "empty_text")
    assert "text" in error.fields


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("length", [4001, 20_000])
def test_too_much_is_refused_and_says_how_much_it_is(length: int) -> None:
    error = refusal(text="长" * length)
    assert (error.status, error.code) == (400, "text_too_long")
    assert "4000" in error.message
    assert str(length) in error.message


def test_the_limit_itself_is_taken() -> None:
    assert len(submit("长" * 4000).text) == 4000


def test_html_is_kept_as_text() -> None:
    text = "<script>alert('x')</script><b>垃圾</b> & \"引号\""
    assert submit(text).text == text


def test_control_characters_and_lone_surrogates_go_the_rest_stays() -> None:
    report = submit("垃圾\x00没\x07人\ud800收\r\n第二行\t缩进\x7f")
    report.refresh_from_db()
    assert report.text == "垃圾没人收\n第二行\t缩进"


def test_text_is_stored_in_one_form() -> None:
    assert submit("cafe\u0301 门口").text == "caf\u00e9 门口"


@examples(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(codec=None), max_size=80), address=st.text(max_size=40))
def test_any_text_is_stored_clean_or_refused(text: str, address: str) -> None:
    try:
        report = submit(text, address=address)
    except InvalidInput:
        return
    report.refresh_from_db()
    assert report.text.encode()
    assert report.text == unicodedata.normalize("NFC", report.text)
    assert not {unicodedata.category(char) for char in report.text if char not in "\n\t"} & {"Cc", "Cs"}


NO_ADDRESSES = (
    "13800138000",
    "a@",
    "@b.cn",
    "a@b",
    "a@b..cn",
    "a@b@c.cn",
    "a b@c.cn",
    "张三@例子.中国",
    "a@b.cn, c@d.cn",
    "a＠b.cn",
)


@pytest.mark.parametrize(
    "email", ["a@b.cn", " a+b@b.com.cn ", "zhang@例子.中国", '"a.b"@c.cn', "root@localhost", ""]
)
def test_addresses_in_any_script_are_taken(email: str) -> None:
    assert submit(contact=Contact(email=email)).contact_email == email.strip()


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"address": "长" * 201}, "address"),
        ({"contact": Contact(name="长" * 41)}, "contact_name"),
        ({"contact": Contact(phone="1" * 31)}, "contact_phone"),
        ({"contact": Contact(email="a" * 121)}, "contact_email"),
        *(({"contact": Contact(email=one)}, "contact_email") for one in NO_ADDRESSES),
        ({"citizen_code": "99999"}, "matter"),
        ({"citizen_code": "OUT"}, "matter"),
        ({"citizen_code": "x" * 5000}, "matter"),
    ],
)
def test_other_fields_are_bounded_and_named(given: dict[str, Any], field: str) -> None:
    error = refusal(**given)
    assert error.status == 400
    assert field in error.fields
    assert len(error.message) < 100


# --- place ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize(
    ("lon", "lat"),
    [(LON, None), (None, LAT), (math.nan, LAT), (LON, math.inf), (-math.inf, math.nan)],
)
def test_half_a_point_is_refused(lon: float | None, lat: float | None) -> None:
    error = refusal(lon=lon, lat=lat)
    assert (error.status, error.code) == (400, "bad_point")


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("point", [OUTSIDE, (0.0, 0.0), (LAT, LON), (1e300, -1e300)])
def test_a_point_outside_is_refused(point: tuple[float, float]) -> None:
    with pytest.raises(OutsideCity, match="不在北京市范围内"):
        submit(lon=point[0], lat=point[1])
