"""Staff see what failed for good, and the worker's own command."""

import io

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from civic.core import outbox
from civic.core.management.commands.worker import beat, drain_queue
from civic.core.models import OutboxEvent, WorkerBeat
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
State = OutboxEvent.State


def dead_letter() -> OutboxEvent:
    with transaction.atomic():
        outbox.publish(topic="test.nobody", payload={})
    OutboxEvent.objects.update(state=State.DEAD, attempts=8, error="ValueError")
    return OutboxEvent.objects.get()


def test_an_administrator_sees_and_revives_them(client: Client) -> None:
    event = dead_letter()
    client.force_login(UserFactory(is_superuser=True))
    page = client.get("/admin/dead-letters/").content.decode()
    assert "test.nobody" in page
    assert "ValueError" in page
    response = client.post("/admin/dead-letters/", {"event": event.pk})
    assert response.status_code == 302
    event.refresh_from_db()
    assert (event.state, event.attempts) == (State.PENDING, 0)


@pytest.mark.parametrize("number", ["", "abc", "0", "9" * 30, "²"])
def test_an_odd_number_is_not_found(client: Client, number: str) -> None:
    client.force_login(UserFactory(is_superuser=True))
    assert client.post("/admin/dead-letters/", {"event": number}).status_code == 404


def test_a_clerk_may_not_see_them(client: Client) -> None:
    dead_letter()
    client.force_login(UserFactory(roles=["case_clerk"]))
    assert client.get("/admin/dead-letters/").status_code in {302, 403}


def test_the_worker_drains_once_on_demand() -> None:
    with transaction.atomic():
        outbox.publish(topic="test.nobody", payload={}, queue="slow")
        outbox.publish(topic="test.nobody", payload={})
    out = io.StringIO()
    call_command("worker", "--once", stdout=out)
    assert "2" in out.getvalue()
    assert set(OutboxEvent.objects.values_list("state", flat=True)) == {State.DONE}


def test_a_worker_step_tells_whether_there_was_work() -> None:
    assert drain_queue("w", "urgent") is False
    with transaction.atomic():
        outbox.publish(topic="test.nobody", payload={})
    assert drain_queue("w", "urgent") is True
    assert drain_queue("w", "urgent") is False


def test_a_beat_is_one_row_per_worker() -> None:
    beat("w")
    beat("w")
    beat("v")
    assert WorkerBeat.objects.count() == 2
