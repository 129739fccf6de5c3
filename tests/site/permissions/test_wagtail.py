"""Wagtail's own addresses: strangers sign in first, and our staff's roles open nothing but what is named."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from civic.accounts.roles import Role
from tests.factories import UserFactory
from tests.site.permissions.addresses import every_address, fill_in
from tests.site.permissions.calling import Answer, Called, call, state_of_database
from tests.site.permissions.wagtail_table import (
    ANY_PATH,
    FOR_ANYONE,
    FRAME,
    OURS,
    VALUES,
    WRITES,
    among,
    is_wagtail,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Client:
    """A person with all roles at once stands for each: what is refused to all together is refused to each."""
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory(roles=Role.values))
    return client


def called(client: Client) -> Iterator[tuple[str, str, Called]]:
    """Call every address of Wagtail's by both of its methods."""
    Client().get("/cases/")
    before = state_of_database()
    for pattern in sorted({address.pattern for address in every_address() if is_wagtail(address)}):
        if pattern not in ANY_PATH:
            for method in ("GET", "POST"):
                yield pattern, method, call(client, method, fill_in(pattern, VALUES), before=before)


def test_roles_open_only_what_is_named(staff: Client) -> None:
    wrong, opened = [], set()
    for pattern, method, found in called(staff):
        if found.answer in {Answer.OK, Answer.IDLE}:
            opened.add(pattern)
            if not among(pattern, FOR_ANYONE + FRAME + OURS):
                wrong.append(f"{method} {pattern}: {found.answer} ({found.status})")
        if found.changed and not among(pattern, WRITES):
            wrong.append(f"{method} {pattern}: stored something ({found.status})")
    assert not wrong, "\n".join(wrong)
    assert opened  # or nothing was tried


@pytest.mark.parametrize("citizen", [False, True])
def test_without_a_role_only_signing_in_is_open(citizen: bool) -> None:
    client: Any = Client(raise_request_exception=False)
    if citizen:
        client.force_login(UserFactory(roles=[Role.CITIZEN]))
    wrong = [
        f"{method} {pattern}: {found.answer} ({found.status})"
        for pattern, method, found in called(client)
        if found.changed
        or (found.answer not in {Answer.LOGIN, Answer.MISSING} and not among(pattern, FOR_ANYONE))
    ]
    assert not wrong, "\n".join(wrong)
