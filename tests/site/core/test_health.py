"""/health says of each part how it is, and never falls over itself."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from civic.core import health, outbox
from civic.core.models import OutboxEvent, WorkerBeat

pytestmark = pytest.mark.django_db


def broken() -> dict[str, Any]:
    raise ConnectionError("password=hunter2")


@pytest.fixture(autouse=True)
def _core_checks_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_checks", {})


def ask(client: Client) -> tuple[int, dict[str, Any]]:
    response = client.get("/health")
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "no-store"
    return response.status_code, response.json()


def beat(age: timedelta = timedelta(0)) -> None:
    WorkerBeat.objects.create(worker="w", beaten_at=timezone.now() - age)


def test_without_a_worker_yet_it_is_starting(client: Client) -> None:
    status, body = ask(client)
    assert status == 200
    assert body["status"] == "starting"
    assert body["checks"]["database"]["status"] == "ok"
    assert body["checks"]["tasks"]["status"] == "starting"


def test_with_a_worker_that_beats_it_is_ok(client: Client) -> None:
    beat()
    status, body = ask(client)
    assert (status, body["status"]) == (200, "ok")


def test_a_worker_that_fell_silent_degrades_it(client: Client) -> None:
    beat(timedelta(minutes=2))
    assert ask(client)[1]["checks"]["tasks"]["status"] == "degraded"


def test_waiting_and_dead_work_is_counted(client: Client) -> None:
    beat()
    with transaction.atomic():
        outbox.publish(topic="a", payload={})
        outbox.publish(topic="b", payload={})
    OutboxEvent.objects.filter(topic="b").update(state=OutboxEvent.State.DEAD)
    tasks = ask(client)[1]["checks"]["tasks"]
    assert (tasks["waiting"], tasks["dead"]) == (1, 1)


@pytest.mark.parametrize(
    ("states", "expected"),
    [(["ok"], "ok"), (["ok", "starting"], "starting"), (["starting", "degraded"], "degraded")],
)
def test_the_worst_part_decides(
    client: Client, monkeypatch: pytest.MonkeyPatch, states: list[str], expected: str
) -> None:
    beat()
    checks: dict[str, Callable[[], dict[str, Any]]] = {
        f"part{n}": lambda state=state: {"status": state} for n, state in enumerate(states)
    }
    monkeypatch.setattr(health, "_checks", checks)
    assert ask(client)[1]["status"] == expected


def test_a_check_that_raises_is_degraded_and_keeps_its_secrets(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_checks", {"search": broken, "gone": "civic.core.health.nothing_here"})
    response = client.get("/health")
    checks = response.json()["checks"]
    assert checks["search"] == {"status": "degraded", "error": "ConnectionError"}
    assert checks["gone"] == {"status": "degraded", "error": "ImportError"}
    assert "hunter2" not in response.content.decode()
    assert response.status_code == 200


def test_only_a_silent_database_is_a_503(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "check_database", broken)
    status, body = ask(client)
    assert status == 503
    assert body["status"] == "degraded"
