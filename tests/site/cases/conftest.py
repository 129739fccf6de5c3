"""What the tests of cases share: a fixed understanding, and a look at what was left behind."""

from collections.abc import Iterator
from typing import Any

import pytest

from civic.cases.models import Case, CaseEvent, IdempotencyKey, Photo, Report, ReportAnalysis
from civic.core.models import OutboxEvent
from tests.factories import make_analysis
from tests.site.cases.submitting import private_files


@pytest.fixture
def real_nlp() -> None:
    """The test wants the words understood for real."""


@pytest.fixture(autouse=True)
def _understood(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every report is about waste, unless the test wants the real understanding."""
    if "real_nlp" not in request.fixturenames:
        monkeypatch.setattr("nlp.analyze", make_analysis)


@pytest.fixture
def nothing_left(db: None) -> Iterator[None]:
    """After the test neither a row nor a file is there."""
    before = private_files()
    yield
    for model in (Report, Case, CaseEvent, Photo, IdempotencyKey, ReportAnalysis, OutboxEvent):
        assert not model._default_manager.exists(), model
    assert private_files() == before


@pytest.fixture
def mail_is_kept(settings: Any) -> None:
    """Letters go into Django's outbox, and the city takes letters at an address of its own."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "我爱北京 <noreply@city.example>"
    settings.CASE_MAIL_ADDRESS = "suqiu@city.example"
