"""Every address of the site and every caller: who is let in, who is not, and that a refusal leaves nothing behind."""

from operator import attrgetter
from typing import Any

import pytest
from django.test import Client

from civic.accounts.roles import Role
from tests.factories import make_analysis, make_photo
from tests.site.permissions.addresses import every_address, fill_in
from tests.site.permissions.callers import (
    ADMIN,
    ANYONE,
    DEVICE,
    EVERYONE,
    FAR_CLERK,
    FAR_HANDLER,
    FAR_OFFICER,
    KEYS,
    OTHER_PARTNER,
    make_cast,
)
from tests.site.permissions.calling import Answer, call, state_of_database
from tests.site.permissions.scene import Scene, make_scene
from tests.site.permissions.table import PHOTO, ROWS, Row
from tests.site.permissions.wagtail_table import OURS, is_wagtail

NEVER = ("PUT", "PATCH", "DELETE")  # no address of ours takes them
# Elsewhere these are answered as the partner or the near member of staff is.
STAFF_SIDE, PROGRAMS = ("admin/", "api/v1/staff/"), ("api/", "open311/")
ALIKE = {
    FAR_CLERK: STAFF_SIDE, FAR_HANDLER: STAFF_SIDE, FAR_OFFICER: STAFF_SIDE, OTHER_PARTNER: PROGRAMS, DEVICE: PROGRAMS,
}  # fmt: skip

# What anyone may look at is looked at by these.
SOME = frozenset({ANYONE, Role.CITIZEN, Role.CASE_CLERK, ADMIN})


class Unhurried:
    """A conversation that answers at once: its thread would wait for the transaction that a test is."""

    failed = True
    replies = None


@pytest.fixture
def scene(db: None, still_clock: Any, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """What there is to call, understood without the model."""
    monkeypatch.setattr("nlp.analyze", lambda text="", **_: make_analysis(text))
    monkeypatch.setattr("bot.turns.answer_within", lambda **_: Unhurried())
    return make_scene(make_cast())


def valued(scene: Scene, given: Any) -> Any:
    """Return what a value of the table stands for."""
    if given is PHOTO:
        return make_photo()
    if isinstance(given, list):
        return [valued(scene, one) for one in given]
    if not (isinstance(given, str) and given.startswith("@")):
        return given
    name, _, attribute = given[1:].partition(".")
    return attrgetter(attribute)(scene.at[name]) if attribute else scene.at[name]


def body_of(scene: Scene, row: Row, name: str) -> dict[str, Any]:
    """Return the arguments of the test client for a row's call by somebody."""
    data = {key: valued(scene, given) for key, given in row.send.items()}
    if row.pattern.startswith("open311/") and name in KEYS:
        data["api_key"] = scene.cast.keys[name]
    plain = row.form or not row.pattern.startswith("api/") or row.method == "GET"
    return {"data": data} if plain else {"data": data, "content_type": "application/json"}


def _goes_without(row: Row, name: str) -> bool:
    """Whether a call would show nothing that another caller's does not."""
    if row.method == "GET" and not row.who.named and name not in SOME:
        return True
    return name in ALIKE and not row.pattern.startswith(ALIKE[name])


def path_of(scene: Scene, row: Row) -> str:
    return fill_in(row.pattern, {key: valued(scene, given) for key, given in row.at.items()})


def test_the_table_names_every_address() -> None:
    there, named = set(every_address()), {row.pattern for row in ROWS}
    ours = {address.pattern for address in there if not is_wagtail(address)}
    assert ours - named == set(), "add a row to tests/site/permissions/table.py"
    assert named - {address.pattern for address in there} == set(), "these addresses are gone"


@pytest.mark.parametrize("name", EVERYONE)
def test_everybody_is_answered_as_the_table_says(scene: Scene, name: str) -> None:
    client = scene.cast.client(name)
    Client().get("/cases/")  # Wagtail stores the settings of the page's foot when they are first asked for
    before, wrong = state_of_database(), []
    for row in ROWS:
        if _goes_without(row, name):
            continue
        called = call(client, row.method, path_of(scene, row), before=before, **body_of(scene, row, name))
        expected = row.who.of(name)
        if called.answer != expected:
            wrong.append(
                f"{row.method} {row.pattern} {row.send}: {called.answer} ({called.status}), not {expected}"
            )
        if called.changed and (row.method == "GET" or called.answer != Answer.OK):
            wrong.append(
                f"{row.method} {row.pattern} {row.send}: {called.answer}, and yet something was stored"
            )
    assert not wrong, "\n".join(wrong)


def test_no_address_takes_a_method_that_it_does_not_name(scene: Scene) -> None:
    client = scene.cast.client("superuser")
    Client().get("/cases/")
    before, wrong = state_of_database(), []
    named = {(row.method, row.pattern) for row in ROWS}
    # Wagtail's own forms take DELETE for POST.
    first = {row.pattern: row for row in reversed(ROWS) if not row.pattern.startswith(OURS)}
    for pattern, row in first.items():
        for method in ("POST", *NEVER):
            if (method, pattern) in named:
                continue
            called = call(client, method, path_of(scene, row), before=before)
            if called.changed:
                wrong.append(f"{method} {pattern}: stored something ({called.status})")
    assert not wrong, "\n".join(wrong)
