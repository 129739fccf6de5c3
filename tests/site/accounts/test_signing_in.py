"""Signing up, in and out through the pages."""

from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from civic.accounts.models import User
from civic.accounts.roles import Role
from civic.accounts.services import register_citizen, system_account
from civic.core.errors import InvalidInput
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
FOREIGN = [
    "https://evil.example/",
    "//evil.example/x",
    "javascript:alert(1)",
    "https:evil.example",
    "\\\\evil.example",
]


def signed_in(client: Client) -> User | None:
    pk = client.session.get("_auth_user_id")
    return User.objects.get(pk=pk) if pk else None


def sign_up(client: Client, **data: Any) -> Any:
    return client.post("/accounts/signup/", {"username": "胡同口的老张", "password": PASSWORD, **data})


def test_signing_up_makes_a_citizen_and_signs_in(client: Client) -> None:
    response = sign_up(client, display_name="老张")
    assert response.status_code == 302
    assert response["Location"] == "/"
    user = signed_in(client)
    assert user is not None
    assert (user.username, user.display_name, user.kind) == ("胡同口的老张", "老张", User.Kind.PERSON)
    assert list(user.groups.values_list("name", flat=True)) == [Role.CITIZEN]
    assert not user.is_staff
    assert not user.has_perm("wagtailadmin.access_admin")


def test_signing_up_leads_back_to_where_the_person_was(client: Client) -> None:
    assert sign_up(client, next="/wiki/")["Location"] == "/wiki/"


@pytest.mark.parametrize("target", FOREIGN)
def test_neither_door_leads_to_another_site(client: Client, target: str) -> None:
    assert sign_up(client, next=target)["Location"] == "/"
    client.post("/accounts/logout/")
    response = client.post(
        "/accounts/login/", {"username": "胡同口的老张", "password": PASSWORD, "next": target}
    )
    assert response.status_code == 302
    assert response["Location"] == "/"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"username": ""}, "username"),
        ({"username": "有 空格"}, "用户名"),
        ({"username": "partner:demo"}, "用户名"),
        ({"username": "a" * 31}, "username"),
        ({"password": "12345678"}, "密码"),
        ({"password": "short"}, "密码"),
        ({"username": "zhangsan99", "password": "zhangsan99"}, "密码"),
    ],
)
def test_a_wrong_sign_up_says_what_is_wrong_and_stores_nothing(
    client: Client, data: dict[str, str], words: str
) -> None:
    response = sign_up(client, **data)
    assert response.status_code == 400
    assert words in response.content.decode()
    assert not User.objects.filter(kind=User.Kind.PERSON).exists()
    assert signed_in(client) is None


def test_what_was_typed_is_still_there_but_not_the_password(client: Client) -> None:
    page = sign_up(client, username="lao-zhang", password="123").content.decode()
    assert 'value="lao-zhang"' in page
    assert 'value="123"' not in page


def test_a_name_is_taken_once(client: Client) -> None:
    sign_up(client)
    response = sign_up(Client())
    assert response.status_code == 400
    assert "已经有人用了" in response.content.decode()
    assert User.objects.filter(username="胡同口的老张").count() == 1


def test_full_width_and_plain_letters_are_one_name() -> None:
    user = register_citizen(username="ｌａｏｚｈａｎｇ", password=PASSWORD)
    assert user.username == "laozhang"
    with pytest.raises(InvalidInput):
        register_citizen(username="laozhang", password=PASSWORD)
    client = Client()
    client.post("/accounts/login/", {"username": "ｌａｏｚｈａｎｇ", "password": PASSWORD})
    assert signed_in(client) == user


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(username=st.text(max_size=40), password=st.text(max_size=40), display=st.text(max_size=60))
def test_any_sign_up_is_accepted_or_refused(username: str, password: str, display: str) -> None:
    client = Client()
    response = client.post(
        "/accounts/signup/", {"username": username, "password": password, "display_name": display}
    )
    assert response.status_code in {302, 400, 429}
    assert (signed_in(client) is not None) == (response.status_code == 302)


def test_signing_in_and_out(client: Client) -> None:
    user = UserFactory()
    assert client.get("/accounts/login/").status_code == 200
    response = client.post("/accounts/login/", {"username": user.username, "password": PASSWORD})
    assert response.status_code == 302
    assert signed_in(client) == user
    assert client.get("/accounts/logout/").status_code == 405  # a link must not sign anybody out
    assert client.post("/accounts/logout/").status_code == 302
    assert signed_in(client) is None


def test_a_wrong_password_says_so_in_chinese_and_not_which_half_is_wrong(client: Client) -> None:
    user = UserFactory()
    pages = [
        client.post("/accounts/login/", {"username": name, "password": "wrong"}).content.decode()
        for name in (user.username, "nobody")
    ]
    assert all("用户名或密码不对" in page for page in pages)
    assert signed_in(client) is None


def test_a_closed_account_cannot_sign_in(client: Client) -> None:
    user = UserFactory(is_active=False)
    client.post("/accounts/login/", {"username": user.username, "password": PASSWORD})
    assert signed_in(client) is None


@pytest.mark.usefixtures("still_clock")
def test_guessing_passwords_is_slowed_down(client: Client) -> None:
    user = UserFactory()
    for _ in range(20):
        assert (
            client.post("/accounts/login/", {"username": user.username, "password": "x"}).status_code == 200
        )
    assert (
        client.post("/accounts/login/", {"username": user.username, "password": PASSWORD}).status_code == 429
    )
    assert signed_in(client) is None


@pytest.mark.usefixtures("still_clock")
def test_making_accounts_is_slowed_down() -> None:
    statuses = [sign_up(Client(), username=f"many{n}").status_code for n in range(11)]
    assert statuses == [302] * 10 + [429]


def test_a_signed_in_citizen_is_not_sent_round_in_circles_at_the_desk(client: Client) -> None:
    client.force_login(UserFactory(roles=[Role.CITIZEN]))
    response = client.get("/admin/", follow=True)
    assert response.status_code == 403
    assert "权限" in response.content.decode()
    assert len(response.redirect_chain) <= 3


def test_staff_reach_the_desk_and_visitors_the_sign_in_page(client: Client) -> None:
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/accounts/login/?next=%2Fadmin%2F")
    user = UserFactory(roles=[Role.CASE_CLERK])
    response = client.post(
        response.redirect_chain[-1][0], {"username": user.username, "password": PASSWORD, "next": "/admin/"}
    )
    assert response["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_system_account_is_made_once_and_can_never_sign_in(client: Client) -> None:
    account = system_account(name="hotline", kind=User.Kind.PARTNER)
    assert system_account(name="hotline", kind=User.Kind.PARTNER) == account
    assert (account.kind, account.display_name) == (User.Kind.PARTNER, "hotline")
    assert not account.has_usable_password()
    for password in ("", "!", account.password):
        client.post("/accounts/login/", {"username": account.username, "password": password})
    assert signed_in(client) is None


def test_signing_up_under_a_partners_name_does_not_become_the_partner() -> None:
    person = register_citizen(username="partner-demo", password=PASSWORD)
    partner = system_account(name="partner-demo", kind=User.Kind.PARTNER)
    assert partner != person
    with pytest.raises(InvalidInput):
        register_citizen(username=partner.username, password=PASSWORD)
