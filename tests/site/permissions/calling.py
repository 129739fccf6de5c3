"""Calling an address as somebody, looking at what it did to the database, and undoing it."""

import hashlib
from collections.abc import Callable
from enum import StrEnum
from http.cookies import SimpleCookie
from typing import Any, NamedTuple

from django.apps import apps
from django.contrib.messages import WARNING, get_messages
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")
SIGN_IN = ("/accounts/login/", "/admin/login/", "/_util/login/")


class Answer(StrEnum):
    """What came of a call."""

    OK = "ok"
    IDLE = "idle"  # a method that writes was answered well, and nothing was stored
    REFUSED = "refused"
    LOGIN = "login"
    MISSING = "missing"


class Called(NamedTuple):
    """The kind of answer, its status, and whether anything in the database was different afterwards."""

    answer: Answer
    status: int
    changed: bool


def state_of_database() -> dict[str, str]:
    """Return a digest of each table; sessions and when a key was last used are no change."""
    digests = {}
    for model in apps.get_models(include_auto_created=True):
        name = model._meta.label
        if name != "sessions.Session" and model._meta.managed and not model._meta.proxy:
            columns = [field.attname for field in model._meta.concrete_fields if field.attname != "used_at"]
            rows = sorted(map(repr, model._base_manager.order_by().values_list(*columns)))
            digests[name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return digests


def _kind(response: Any) -> Answer:
    if response.status_code == 404:
        return Answer.MISSING
    if response.status_code >= 400:
        return Answer.REFUSED
    if response.status_code in {301, 302, 303}:
        if response["Location"].startswith(SIGN_IN):
            return Answer.LOGIN
        # The desk says no in a message above the page that it goes back to.
        if any(message.level >= WARNING for message in get_messages(response.wsgi_request)):
            return Answer.REFUSED
    return Answer.OK


def call(client: Client, method: str, path: str, *, before: dict[str, str], **body: Any) -> Called:
    """Call an address and undo what it did; `before` is the state of the database until then."""
    cache.clear()
    cookies = SimpleCookie(client.cookies.output(header="", sep=";"))
    wrote = False

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal wrote
        wrote = wrote or (sql.startswith(WRITES) and '"django_session"' not in sql.split("(")[0])
        return execute(sql, params, many, context)

    with transaction.atomic():
        with connection.execute_wrapper(watch):
            response = getattr(client, method.lower())(path, **body)
            if response.streaming:
                b"".join(response)
        kind = _kind(response)
        # Comparing everything takes long: after a yes to a writing method the statements say enough.
        expected = kind == Answer.OK and method != "GET"
        changed = wrote and (expected or state_of_database() != before)
        transaction.set_rollback(True)
    client.cookies = cookies
    if expected and not changed:
        kind = Answer.IDLE
    return Called(kind, response.status_code, changed)
