"""What the tests of engagement share: someone to tell, and what lies in their box."""

from datetime import UTC, datetime

import pytest

from civic.engagement.services.subscriptions import Topic
from tests.factories import make_analysis

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)  # noon of a Monday in Beijing


@pytest.fixture(autouse=True)
def _understood(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every report is about waste: what is said of it is not what is tested here."""
    monkeypatch.setattr("nlp.analyze", make_analysis)


@pytest.fixture
def topic() -> Topic:
    return Topic("report:BJ2611220011417", "BJ2611220011417 的办理进展", "http://127.0.0.1:8000/cases/x/")
