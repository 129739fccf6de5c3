"""GeoReport v2: what is asked beside words and place, and the rest of what a partner may send with a request."""

from typing import Any
from urllib.parse import urlencode

import pytest
import yaml
from defusedxml.ElementTree import fromstring
from django.conf import settings as django_settings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from civic.accounts.roles import Role
from civic.cases.attributes import attributes_of, check_attributes, read, spoken
from civic.cases.models import Report
from civic.core.errors import InvalidInput
from tests.factories import INSIDE, UserFactory
from tests.site.cases.open311_partner import BASE, FORM, FORMATS, create, fields, refused

NOISE = "08001"


def post(client: Client, pairs: list[tuple[str, str]], **changes: Any) -> Any:
    body = urlencode([*fields(service_code=NOISE, **changes).items(), *pairs])
    return client.post(f"{BASE}/requests.json", body, content_type=FORM)


def test_the_shipped_questions_can_be_read() -> None:
    path = django_settings.CONTENT_DIR / "open311" / "attributes.yaml"
    assert read(yaml.safe_load(path.read_text("utf-8")))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"1": []}, "1:"),
        ({1: []}, "1:"),
        ({"99999": []}, "no such code"),
        ({"01": [{"code": "a", "datatype": "money", "description": "x"}]}, "datatype"),
        ({"01": [{"code": "a", "datatype": "string", "description": "x", "values": {"k": "v"}}]}, "values"),
        ({"01": [{"code": "a", "datatype": "singlevaluelist", "description": "x"}]}, "values"),
        ({"01": [{"code": "a", "datatype": "string", "description": "x"}] * 2}, "twice"),
    ],
)
def test_a_wrong_content_file_names_what_is_wrong(data: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read(data)


@pytest.mark.django_db
@pytest.mark.parametrize("fmt", FORMATS)
def test_services_say_which_of_them_have_a_definition(client: Client, fmt: str) -> None:
    response = client.get(f"{BASE}/services.{fmt}")
    if fmt == "json":
        flags = {row["service_code"]: row["metadata"] for row in response.json()}
    else:
        flags = {
            row.findtext("service_code"): row.findtext("metadata") for row in fromstring(response.content)
        }
    assert flags[NOISE] == "true"
    assert flags["00000"] == "false"
    for code in (NOISE, "01037", "06010"):
        assert (client.get(f"{BASE}/services/{code}.{fmt}").status_code == 200) == (flags[code] == "true")


@pytest.mark.django_db
def test_a_definition_in_json_and_xml(client: Client) -> None:
    body = client.get(f"{BASE}/services/{NOISE}.json").json()
    assert body["service_code"] == NOISE
    hours = body["attributes"][0]
    assert set(hours) == {
        "variable", "code", "datatype", "required", "datatype_description", "order", "description", "values",
    }  # fmt: skip
    assert hours["datatype"] == "multivaluelist"
    assert {"key": "night", "name": "夜里（22 点以后）"} in hours["values"]
    root = fromstring(client.get(f"{BASE}/services/{NOISE}.xml").content)
    assert root.tag == "service_definition"
    assert root.findtext("service_code") == NOISE
    first = root.find("attributes/attribute")
    assert first is not None
    assert first.findtext("code") == "hours"
    assert [one.findtext("key") for one in first.findall("values/value")] == [
        one["key"] for one in hours["values"]
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("code", ["00000", "99999", "06010", "OUT"])
def test_no_definition_is_404(client: Client, fmt: str, code: str) -> None:
    refused(client.get(f"{BASE}/services/{code}.{fmt}"), fmt, 404)


@pytest.mark.django_db
def test_answers_are_stored_with_the_report_and_shown_to_nobody_outside(client: Client) -> None:
    response = post(
        client,
        [
            ("attribute[hours][]", "night"),
            ("attribute[hours][]", "evening"),
            ("attribute[since]", "2026-01-01T00:00:00+08:00"),
            ("media_url", "https://photos.example/1.jpg"),
            ("address_id", "A-17"),
            ("source_ref", "12345-001"),
        ],
    )
    assert response.status_code == 201, response.content.decode()
    report = Report.objects.get()
    assert report.attributes == {
        "hours": ["night", "evening"],
        "since": "2026-01-01T00:00:00+08:00",
        "media_url": "https://photos.example/1.jpg",
        "address_id": "A-17",
    }
    assert report.source_ref == "12345-001"
    assert spoken(NOISE, report.attributes)[0] == ("什么时候吵", "夜里（22 点以后）、傍晚")
    client.force_login(UserFactory(roles=[Role.CASE_CLERK]))
    desk = client.get(f"/admin/cases/{report.case_id}/").content.decode()
    assert "夜里（22 点以后）、傍晚" in desk
    assert 'href="https://photos.example/1.jpg"' in desk
    client.logout()
    listed = client.get(f"{BASE}/requests/{report.number}.json").content.decode()
    assert "photos.example" not in listed
    assert "12345-001" not in listed


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("attribute[hours]", "whenever"),
        ("attribute[since]", "yesterday"),
        ("attribute[unknown]", "1"),
        ("attribute[]", "1"),
        ("attribute(hours)", "night"),
        ("media_url", "javascript:alert(1)"),
        ("media_url", "ftp://photos.example/1.jpg"),
        ("source_ref", "x" * 81),
    ],
)
def test_a_wrong_answer_is_named_and_nothing_stored(client: Client, name: str, answer: str) -> None:
    (said,) = refused(post(client, [(name, answer)]), "json", 400)
    assert "：" in said
    assert not Report.objects.exists()


@pytest.mark.django_db
def test_a_number_of_the_partners_own_is_one_report(client: Client) -> None:
    first = create(client, source_ref="T-1").json()[0]["service_request_id"]
    again = create(client, source_ref="T-1")
    assert (again.status_code, again.json()[0]["service_request_id"]) == (200, first)
    refused(create(client, source_ref="T-1", description="另一件事：路灯不亮"), "json", 400)
    other = create(client, source_ref="T-1", api_key="other-key").json()[0]["service_request_id"]
    assert other != first
    assert Report.objects.count() == 2


@given(
    answer=st.one_of(
        st.text(), st.floats(), st.integers(), st.booleans(), st.none(), st.lists(st.text(), max_size=4),
        st.dictionaries(st.text(), st.text(), max_size=2),
    ),
    code=st.sampled_from(["hours", "since", "stalls", "media_url", "nothing"]),
)  # fmt: skip
def test_any_answer_is_kept_as_asked_or_refused(answer: Any, code: str) -> None:
    for matter in ("09001", NOISE):
        try:
            kept = check_attributes(matter, {code: answer})
        except InvalidInput:
            continue
        assert set(kept) <= {code}
        if kept and code == "hours":
            allowed = next(one for one in attributes_of(matter) if one.code == "hours").values
            assert set(kept["hours"]) <= set(allowed)
        if kept and code == "stalls":
            assert isinstance(kept["stalls"], int | float)


@pytest.mark.django_db
def test_the_native_api_takes_the_same_answers(client: Client) -> None:
    given = {"text": "工地夜里施工太吵", "matter": NOISE, "lon": INSIDE[0], "lat": INSIDE[1]}
    address, json = "/api/v1/public/reports/", "application/json"
    wrong = client.post(address, {**given, "attributes": {"hours": "never"}}, content_type=json)
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "bad_attribute")
    assert (
        client.post(address, {**given, "attributes": {"hours": ["night"]}}, content_type=json).status_code
        == 201
    )
    assert Report.objects.get().attributes == {"hours": ["night"]}
