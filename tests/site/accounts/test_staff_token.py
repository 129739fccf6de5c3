"""`manage.py staff_token`: a token for staff, a sentence for everyone else."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from civic.accounts.roles import Role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def token(username: str) -> str:
    out = io.StringIO()
    call_command("staff_token", username, stdout=out)
    return out.getvalue().strip()


def test_it_prints_a_token_that_opens_the_staff_api(client: Client) -> None:
    clerk = UserFactory(roles=[Role.CASE_CLERK])
    printed = token(clerk.username)
    assert len(printed) == 40
    response = client.get("/api/v1/staff/cases/", headers={"Authorization": f"Token {printed}"})
    assert response.status_code == 200


def test_it_prints_the_same_token_again() -> None:
    clerk = UserFactory(roles=[Role.CASE_CLERK])
    assert token(clerk.username) == token(clerk.username)


def test_a_citizen_gets_none() -> None:
    citizen = UserFactory(roles=[Role.CITIZEN])
    with pytest.raises(CommandError, match="不是工作人员账号"):
        token(citizen.username)


def test_an_unknown_name_gets_none() -> None:
    with pytest.raises(CommandError, match="没有这个账号：nobody"):
        token("nobody")


def test_a_closed_account_gets_none() -> None:
    former = UserFactory(roles=[Role.CASE_CLERK], is_active=False)
    with pytest.raises(CommandError, match="没有这个账号"):
        token(former.username)


def test_a_token_dies_with_its_account(client: Client) -> None:
    clerk = UserFactory(roles=[Role.CASE_CLERK])
    printed = token(clerk.username)
    clerk.is_active = False
    clerk.save()
    response = client.get("/api/v1/staff/cases/", headers={"Authorization": f"Token {printed}"})
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "authentication_failed"
