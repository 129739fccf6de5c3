"""Every operation of the native API, asked what its document allows and what it does not: never a 500.

A few examples each time; TEST_DEPTH=long (the long stage of ./test --all) asks hundreds.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from civic.accounts.roles import Role
from civic.partners.services import partner_of_key
from civic.wsgi import application
from tests.factories import UserFactory, make_report

DOCUMENT = schemathesis.openapi.from_path(Path(__file__).with_name("openapi.yaml"))
DOCUMENT.app = application
OPERATIONS = {result.ok().label: result.ok() for result in DOCUMENT.get_all_operations()}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = {GenerationMode.POSITIVE: 6, GenerationMode.NEGATIVE: 6}


@pytest.fixture
def token(db: None) -> str:
    """A token of someone with every role, and a case to work on."""
    from rest_framework.authtoken.models import Token

    make_report()
    make_report(partner=partner_of_key("demo-key", scope="report"), source_ref="0")
    return Token.objects.create(user=UserFactory(roles=list(Role.values))).key


@pytest.fixture(autouse=True)
def _one_connection(settings: Any) -> Iterator[None]:
    """A request through WSGI ends by closing the database; here that would end the test's transaction.

    The assistant's turns stay in the test's thread for the same reason.
    """
    settings.BOT_TURN_WORKERS = 0
    settings.PARTNER_QUOTA_MINUTE = 0
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def ask(label: str, token: str, mode: GenerationMode, count: int) -> None:
    @examples(max_examples=count, suppress_health_check=list(HealthCheck), deadline=None)
    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode))
    def check(case: schemathesis.Case) -> None:
        headers = {"Authorization": f"Token {token}"} if "/staff/" in label else {}
        if "/partner/" in label:
            headers = {"Authorization": "Api-Key demo-key"}
        case.call_and_validate(checks=CHECKS, headers=headers)

    try:
        check()
    except Unsatisfiable:
        pytest.skip("its document forbids nothing")


@pytest.mark.parametrize("mode", list(EXAMPLES), ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", OPERATIONS)
def test_a_few_of_each(label: str, mode: GenerationMode, token: str) -> None:
    ask(label, token, mode, EXAMPLES[mode])


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(EXAMPLES), ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", OPERATIONS)
def test_many_of_each(label: str, mode: GenerationMode, token: str) -> None:
    ask(label, token, mode, 300 if os.environ.get("TEST_DEPTH") == "long" else 50)
