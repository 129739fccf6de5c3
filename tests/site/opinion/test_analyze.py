"""POST /api/v1/staff/analyze/: who may ask, what comes back, what is refused."""

import pytest
from django.test import Client

from civic.accounts.roles import Role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/staff/analyze/"
MAY = {
    Role.CASE_CLERK,
    Role.SUPERVISOR,
    Role.DEPARTMENT_HANDLER,
    Role.DISTRICT_OFFICER,
    Role.DUTY_OFFICER,
}


def ask(client: Client, body: object) -> object:
    return client.post(URL, body, content_type="application/json")


def staff(role: str) -> Client:
    client = Client()
    client.force_login(UserFactory(roles=[role]))
    return client


@pytest.mark.parametrize("role", Role.values)
def test_staff_who_read_peoples_words_may_ask(role: str) -> None:
    answer = ask(staff(role), {"texts": ["路灯坏了"]})
    assert answer.status_code == (200 if role in MAY else 403)


def test_nobody_else() -> None:
    assert ask(Client(), {"texts": ["路灯坏了"]}).status_code in {401, 403}


def test_the_analyses_come_in_order_masked_and_nothing_is_stored() -> None:
    texts = ["望京街道楼道里一股煤气味，电话13812345678", "", "感谢环卫工人"]
    answer = ask(staff(Role.DUTY_OFFICER), {"texts": texts})
    assert answer["Cache-Control"] == "private, no-store"
    first, empty, praise = answer.json()["results"]
    assert first["urgent"]
    assert "13812345678" not in str(first)
    assert first["places"][0]["street"] == "望京街道"
    assert (empty["matter"]["code"], empty["matter"]["confidence"]) == ("OUT", 0.0)
    assert praise["request"] == "表扬"
    assert answer.json()["model_version"] == first["model_version"]


@pytest.mark.parametrize(
    "body", [{}, {"texts": []}, {"texts": "路灯"}, {"texts": ["x" * 4001]}, {"texts": ["x"] * 101}]
)
def test_what_is_no_list_of_texts_is_refused_in_chinese(body: dict) -> None:
    answer = ask(staff(Role.CASE_CLERK), body)
    assert answer.status_code == 400
    assert any(field.startswith("texts") for field in answer.json()["error"]["fields"])
