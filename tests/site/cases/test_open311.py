"""GeoReport v2 as partners use it: both formats, every refusal in the format that was asked for."""

import json
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.dateparse import parse_datetime
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from civic.accounts.models import User
from civic.cases.matters import matters
from civic.cases.models import Report
from tests.factories import (
    INSIDE,
    OUTSIDE,
    make_photo,
)
from tests.site.cases.open311_partner import BASE, FORM, FORMATS, create, fields, read, refused
from tests.site.cases.submitting import SENTENCE

pytestmark = pytest.mark.django_db
# --- discovery and services ---------------------------------------------------------------------


def test_discovery_in_json(client: Client, settings: Any) -> None:
    settings.PUBLIC_BASE_URL = "https://bj.example/"
    body = client.get(f"{BASE}/discovery.json").json()
    assert set(body) == {"changeset", "contact", "key_service", "endpoints"}
    (endpoint,) = body["endpoints"]
    assert endpoint["url"] == "https://bj.example/open311/v2"
    assert endpoint["formats"] == ["text/xml", "application/json"]
    assert parse_datetime(body["changeset"])


def test_discovery_in_xml(client: Client) -> None:
    root = fromstring(client.get(f"{BASE}/discovery.xml").content)
    assert root.tag == "discovery"
    assert [item.text for item in root.findall("./endpoints/endpoint/formats/format")] == [
        "text/xml",
        "application/json",
    ]


@pytest.mark.parametrize("fmt", FORMATS)
def test_services_are_the_matters_after_the_code_that_lets_the_platform_decide(
    client: Client, fmt: str
) -> None:
    rows = read(client.get(f"{BASE}/services.{fmt}"), fmt)
    assert rows[0]["service_code"] == "00000"
    assert [row["service_code"] for row in rows[1:]] == list(matters())
    for row in rows:
        assert {
            "service_code",
            "service_name",
            "description",
            "metadata",
            "type",
            "keywords",
            "group",
        } == set(row)
        assert row["type"] == "realtime"
        assert row["service_name"]


def test_the_xml_of_services_has_the_standards_elements(client: Client) -> None:
    root = fromstring(client.get(f"{BASE}/services.xml").content)
    assert root.tag == "services"
    assert {child.tag for child in root} == {"service"}


# --- create -----------------------------------------------------------------------------------


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_request_is_created_and_answered_with_its_number(client: Client, fmt: str) -> None:
    response = create(client, fmt, first_name="三", last_name="张", phone="13800138000", email="a@b.cn")
    assert response.status_code == 201
    (row,) = read(response, fmt)
    report = Report.objects.get()
    assert row["service_request_id"] == report.number
    assert "token" not in row
    assert (report.channel, report.text) == ("open311", SENTENCE)
    assert (report.lon, report.lat) == INSIDE
    assert report.partner is not None
    assert (report.partner.kind, report.partner.display_name) == (User.Kind.PARTNER, "partner-demo")
    assert report.reporter is None
    assert (report.contact_name, report.contact_phone, report.contact_email) == (
        "张三",
        "13800138000",
        "a@b.cn",
    )
    assert report.case.point_source == "partner"


def test_the_xml_of_a_creation_has_the_standards_elements(client: Client) -> None:
    root = fromstring(create(client, "xml").content)
    assert root.tag == "service_requests"
    assert root.find("./request/service_request_id") is not None


def test_a_code_is_stored_as_the_citizens_beside_nlps(client: Client) -> None:
    assert create(client, service_code="06011").status_code == 201
    report = Report.objects.get()
    assert (report.citizen_code, report.case.matter_code, report.analysis.matter_code) == (
        "06011",
        "06011",
        "06010",
    )


def test_an_address_is_enough(client: Client) -> None:
    response = create(client, lat=None, long=None, address_string="昌平区天通苑北街道")
    assert response.status_code == 201
    district = Report.objects.get().case.district
    assert district is not None
    assert district.name == "昌平区"


def test_photos_come_as_media(client: Client) -> None:
    response = client.post(f"{BASE}/requests.json", {**fields(), "media": [make_photo(), make_photo("PNG")]})
    assert response.status_code == 201
    assert Report.objects.get().photos.count() == 2


def test_the_key_may_stand_in_the_address(client: Client) -> None:
    from urllib.parse import urlencode

    response = client.post(
        f"{BASE}/requests.json?api_key=other-key", urlencode(fields(api_key=None)), content_type=FORM
    )
    assert response.status_code == 201
    partner = Report.objects.get().partner
    assert partner is not None
    assert partner.display_name == "partner-other"


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("key", [None, "", "wrong", "demo-key ", "钥匙", "demo-keydemo-key"])
def test_a_wrong_key_is_a_403(client: Client, fmt: str, key: str | None) -> None:
    refused(create(client, fmt, api_key=key), fmt, 403)


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("fmt", FORMATS)
def test_everything_that_is_missing_is_named_at_once(client: Client, fmt: str) -> None:
    sentences = refused(create(client, fmt, service_code="", lat=None, long=None, description=" "), fmt, 400)
    assert len(sentences) == 3
    for name in ("service_code", "lat", "description"):
        assert any(sentence.startswith(f"{name}：") for sentence in sentences)


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"lat": "north"}, "lat"),
        ({"long": None}, "long"),
        ({"lat": "nan", "long": "nan"}, "long"),
        ({"lat": "1e999"}, "long"),
        ({"lat": OUTSIDE[1], "long": OUTSIDE[0]}, "long"),
        ({"service_code": "99999"}, "service_code"),
        ({"service_code": "\x01\ufffe"}, "service_code"),
        ({"description": "长" * 4001}, "description"),
        ({"description": "长" * 20_000}, "description"),
        ({"description": "\x00"}, "description"),
        ({"phone": "1" * 31}, "phone"),
        ({"email": "a" * 121}, "email"),
        ({"address_string": "长" * 201}, "address_string"),
    ],
)
def test_what_is_wrong_is_named_as_the_standard_names_it(
    client: Client, fmt: str, changes: dict[str, Any], name: str
) -> None:
    (sentence,) = refused(create(client, fmt, **changes), fmt, 400)
    assert sentence.startswith(f"{name}：")


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/xml", "<request><description>井盖</description></request>"),
        ("application/xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
        ("application/json", '{"description": "井盖"}'),
        ("", ""),
        ("multipart/form-data", "no boundary"),
        ("multipart/form-data; boundary=b", "--b\r\nbroken"),
        (f"{FORM}; charset=utf-16", "a=b"),
    ],
)
def test_a_body_that_is_no_form_is_a_400_or_has_no_key(
    client: Client, fmt: str, content_type: str, body: str
) -> None:
    response = client.generic("POST", f"{BASE}/requests.{fmt}", body, content_type=content_type)
    status = 403 if response.status_code == 403 and "multipart" in content_type else 400
    refused(response, fmt, status)


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("fmt", FORMATS)
def test_too_much_is_a_413_in_the_format_asked_for(client: Client, fmt: str, settings: Any) -> None:
    settings.BODY_LIMIT_BYTES = 1024 * 1024
    address = f"{BASE}/requests.{fmt}"
    refused(client.post(address, b"x" * (1024 * 1024 + 1), content_type=FORM), fmt, 413)
    refused(
        client.post(address, "api_key=demo-key&description=" + "x" * 600_000, content_type=FORM), fmt, 413
    )
    big = SimpleUploadedFile("a.jpg", b"x" * (11 * 1024 * 1024))
    settings.BODY_LIMIT_BYTES = 25 * 1024 * 1024
    refused(client.post(address, {**fields(), "media": big}), fmt, 413)


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("fmt", FORMATS)
def test_too_many_fields_and_files_are_a_400(client: Client, fmt: str) -> None:
    address = f"{BASE}/requests.{fmt}"
    refused(client.post(address, "&".join(f"f{n}=1" for n in range(1200)), content_type=FORM), fmt, 400)
    refused(client.post(address, {**fields(), "media": [make_photo() for _ in range(7)]}), fmt, 400)
    many = {f"f{n}": SimpleUploadedFile("a", b"x") for n in range(120)}
    refused(client.post(address, {**fields(), **many}), fmt, 400)


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("fmt", FORMATS)
def test_a_fake_photo_is_a_400(client: Client, fmt: str) -> None:
    response = client.post(
        f"{BASE}/requests.{fmt}", {**fields(), "media": SimpleUploadedFile("a.jpg", b"no")}
    )
    (sentence,) = refused(response, fmt, 400)
    assert sentence.startswith("media：")


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize(
    "address",
    ["services/06010", "tokens/a/b", "nothing", "requests/a/b", "discovery.xml/x"],
)
def test_what_is_not_there_is_a_404_in_the_format_asked_for(client: Client, fmt: str, address: str) -> None:
    refused(client.get(f"{BASE}/{address}.{fmt}"), fmt, 404)


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize(
    ("method", "address"), [("PUT", "requests"), ("DELETE", "requests"), ("POST", "services")]
)
def test_other_methods_are_a_405_that_says_which_work(
    client: Client, fmt: str, method: str, address: str
) -> None:
    response = client.generic(method, f"{BASE}/{address}.{fmt}")
    refused(response, fmt, 405)
    assert "GET" in response["Allow"]


# --- once -------------------------------------------------------------------------------------


def test_a_partners_repeat_is_the_same_request(client: Client) -> None:
    first, again = create(client, key="p-1"), create(client, key="p-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    refused(create(client, key="p-1", description="另一件"), "json", 400)
    assert create(client, key="p-1", api_key="other-key").status_code == 201
    assert Report.objects.count() == 2
    refused(create(client, key="x" * 201), "json", 400)


# --- anything ---------------------------------------------------------------------------------

TEXT = st.text(max_size=30)
NAMES = st.sampled_from(
    ["api_key", "service_code", "lat", "long", "description", "address_string", "address_id", "email", "phone",
     "first_name", "last_name", "media_url", "attribute[x]", "jurisdiction_id"]
)  # fmt: skip


@examples(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fmt=st.sampled_from(FORMATS),
    given=st.dictionaries(NAMES, TEXT | st.floats().map(str)),
    valid=st.booleans(),
)
def test_any_form_is_created_or_refused(fmt: str, given: dict[str, str], valid: bool) -> None:
    data = {**fields(), **given, "api_key": "demo-key"} if valid else given
    response = Client().post(f"{BASE}/requests.{fmt}", data)
    assert response.status_code in {201, 400, 403}
    assert read(response, fmt)


@examples(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content_type=st.sampled_from([FORM, "multipart/form-data; boundary=x", "text/xml", "a/b"]),
    body=st.binary(max_size=200),
)
def test_any_bytes_are_answered(content_type: str, body: bytes) -> None:
    response = Client().post(f"{BASE}/requests.json", body, content_type=content_type)
    assert response.status_code in {400, 403}
    assert json.loads(response.content)
