"""The outbox keeps every promise it makes: once stored, worked until done or put before a person."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import close_old_connections, connection, connections, transaction
from django.utils import timezone

from civic.core import outbox
from civic.core.models import OutboxEvent

HERE = "tests.site.core.outbox_handlers"
State = OutboxEvent.State


@pytest.fixture(autouse=True)
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """A topic of the test's own, and the record of what its handlers were told."""
    from tests.site.core import outbox_handlers

    monkeypatch.setattr(outbox, "_subscribers", {})
    outbox.subscribe("test.topic", f"{HERE}.first")
    outbox_handlers.reset()
    yield outbox_handlers.calls
    outbox_handlers.reset()


def publish(**kwargs: Any) -> None:
    with transaction.atomic():
        outbox.publish(**{"topic": "test.topic", "payload": {"n": 1}, **kwargs})


@pytest.mark.django_db(transaction=True)
def test_publish_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="inside the transaction"):
        outbox.publish(topic="test.topic", payload={})
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db
def test_a_key_is_published_once() -> None:
    publish(key="a", payload={"n": 1})
    publish(key="a", payload={"n": 2})
    publish(key="b", payload={"n": 3})
    publish(key=None)
    publish(key=None)
    assert sorted(OutboxEvent.objects.values_list("payload__n", flat=True)) == [1, 1, 1, 3]


@pytest.mark.django_db
def test_a_key_stays_used_after_the_work_is_done(calls: list) -> None:
    publish(key="a")
    assert outbox.drain() == 1
    publish(key="a")
    assert outbox.drain() == 0
    assert len(calls) == 1


@pytest.mark.django_db
def test_a_cause_that_is_rolled_back_leaves_no_work() -> None:
    @transaction.atomic
    def fail_after_publishing() -> None:
        outbox.publish(topic="test.topic", payload={})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_publishing()
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db
def test_drain_runs_both_queues_and_tells_the_handler_the_payload(calls: list) -> None:
    publish(payload={"n": 1}, queue="urgent")
    publish(payload={"n": 2}, queue="slow")
    assert outbox.drain() == 2
    assert sorted(payload["n"] for _, payload in calls) == [1, 2]
    assert set(OutboxEvent.objects.values_list("state", flat=True)) == {State.DONE}


@pytest.mark.django_db
def test_queues_do_not_share_rows() -> None:
    publish(queue="slow")
    assert outbox.claim(worker="w", queue="urgent") == []
    assert len(outbox.claim(worker="w", queue="slow")) == 1


@pytest.mark.django_db
def test_an_event_that_nobody_subscribes_to_is_done() -> None:
    publish(topic="test.nobody")
    assert outbox.drain() == 1


@pytest.mark.django_db
def test_retries_wait_longer_each_time_and_end_as_a_dead_letter(settings: Any, calls: list) -> None:
    from tests.site.core import outbox_handlers

    settings.OUTBOX_MAX_ATTEMPTS = 4
    outbox_handlers.failing.add("first")
    publish()
    waits = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for attempt in range(1, 5):
            assert outbox.drain() == 0
            event = OutboxEvent.objects.get()
            assert event.attempts == attempt
            if event.state == State.DEAD:
                break
            waits.append((event.next_at - timezone.now()).total_seconds())
            assert outbox.drain() == 0  # not before its time
            assert OutboxEvent.objects.get().attempts == attempt
            clock.move_to(event.next_at + timedelta(seconds=1))
    assert waits == [2, 4, 8]
    assert event.state == State.DEAD
    assert event.error == "ValueError"
    assert len(calls) == 4
    assert outbox.drain() == 0


@pytest.mark.django_db
def test_the_wait_is_bounded() -> None:
    assert outbox.backoff(1) == timedelta(seconds=2)
    assert outbox.backoff(500) == timedelta(hours=1)


@pytest.mark.django_db
def test_a_revived_dead_letter_gets_fresh_attempts(settings: Any) -> None:
    from tests.site.core import outbox_handlers

    settings.OUTBOX_MAX_ATTEMPTS = 1
    outbox_handlers.failing.add("first")
    publish()
    outbox.drain()
    event = OutboxEvent.objects.get()
    assert event.state == State.DEAD
    outbox_handlers.failing.clear()
    outbox.revive(event)
    assert outbox.drain() == 1
    assert OutboxEvent.objects.get().state == State.DONE


@pytest.mark.django_db
def test_reviving_what_is_not_dead_changes_nothing() -> None:
    publish()
    outbox.drain()
    event = OutboxEvent.objects.get()
    outbox.revive(event)
    assert OutboxEvent.objects.get().state == State.DONE


@pytest.mark.django_db
def test_a_retry_repeats_only_the_handlers_that_have_not_finished(calls: list) -> None:
    from tests.site.core import outbox_handlers

    outbox.subscribe("test.topic", f"{HERE}.second")
    outbox.subscribe("test.topic", f"{HERE}.third")
    outbox_handlers.failing.add("second")
    publish()
    assert outbox.drain() == 0
    assert [name for name, _ in calls] == ["first", "second", "third"]
    assert OutboxEvent.objects.get().handled == [f"{HERE}.first", f"{HERE}.third"]
    outbox_handlers.failing.clear()
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        assert outbox.drain() == 1
    assert [name for name, _ in calls] == ["first", "second", "third", "second"]


@pytest.mark.django_db
def test_subscribing_twice_runs_once(calls: list) -> None:
    outbox.subscribe("test.topic", f"{HERE}.first")
    publish()
    outbox.drain()
    assert len(calls) == 1


@pytest.mark.django_db
def test_a_handler_that_cannot_be_imported_is_a_failure_not_a_crash() -> None:
    outbox.subscribe("test.topic", f"{HERE}.gone")
    publish()
    assert outbox.drain() == 0
    event = OutboxEvent.objects.get()
    assert event.state == State.PENDING
    assert event.error == "ImportError"


@pytest.mark.django_db
def test_the_row_of_a_dead_worker_is_swept_and_runs_again(calls: list, settings: Any) -> None:
    publish()
    assert len(outbox.claim(worker="dies", queue="urgent")) == 1
    assert outbox.drain() == 0  # leased: nobody else's
    assert outbox.sweep() == 0
    with time_machine.travel(timezone.now() + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS + 1)):
        assert outbox.sweep() == 1
        assert outbox.drain(worker="lives") == 1
    assert len(calls) == 1


@pytest.mark.django_db
def test_a_worker_killed_between_effect_and_mark_runs_the_handler_again(calls: list, settings: Any) -> None:
    from tests.site.core import outbox_handlers

    outbox_handlers.killing.add("first")
    publish()
    with pytest.raises(KeyboardInterrupt):  # as hard an end as Python knows; the mark is never written
        outbox.drain(worker="dies")
    outbox_handlers.killing.clear()
    assert OutboxEvent.objects.get().state == State.LEASED
    with time_machine.travel(timezone.now() + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS + 1)):
        outbox.sweep()
        assert outbox.drain(worker="lives") == 1
    assert [name for name, _ in calls] == ["first", "first"]
    assert OutboxEvent.objects.get().attempts == 2


@pytest.mark.django_db
def test_a_row_that_kills_every_worker_ends_as_a_dead_letter(settings: Any) -> None:
    from tests.site.core import outbox_handlers

    settings.OUTBOX_MAX_ATTEMPTS = 3
    outbox_handlers.killing.add("first")
    publish()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(3):
            with pytest.raises(KeyboardInterrupt):
                outbox.drain()
            clock.shift(settings.OUTBOX_LEASE_SECONDS + 1)
            assert outbox.sweep() == 1
    event = OutboxEvent.objects.get()
    assert (event.state, event.attempts, event.error) == (State.DEAD, 3, "WorkerLost")


@pytest.mark.django_db
def test_rows_that_wait_behind_a_killer_keep_their_attempts(settings: Any) -> None:
    from tests.site.core import outbox_handlers

    outbox_handlers.killing.add("first")
    publish()
    publish(topic="test.innocent")
    with pytest.raises(KeyboardInterrupt):
        outbox.drain()
    with time_machine.travel(timezone.now() + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS + 1)):
        assert outbox.sweep() == 2
    assert OutboxEvent.objects.get(topic="test.innocent").attempts == 0


@pytest.mark.django_db
def test_a_lost_lease_is_noticed_before_the_work_starts(calls: list, settings: Any) -> None:
    publish()
    (mine,) = outbox.claim(worker="same-name", queue="urgent")
    with time_machine.travel(timezone.now() + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS + 1)):
        outbox.sweep()
        (theirs,) = outbox.claim(worker="same-name", queue="urgent")
        assert outbox.run(mine) is False
        assert calls == []
        assert outbox.run(theirs) is True
    assert len(calls) == 1


@pytest.mark.django_db
def test_a_lease_lost_between_two_handlers_stops_the_old_holder(calls: list, settings: Any) -> None:
    from tests.site.core import outbox_handlers

    outbox.subscribe("test.topic", f"{HERE}.second")
    publish()
    (mine,) = outbox.claim(worker="slow", queue="urgent")

    def lose() -> None:
        OutboxEvent.objects.update(leased_by="another")

    outbox_handlers.meanwhile["first"] = lose
    assert outbox.run(mine) is False
    assert [name for name, _ in calls] == ["first"]


@pytest.mark.django_db
def test_old_finished_rows_are_forgotten_dead_letters_never() -> None:
    old = timezone.now() - timedelta(days=8)
    publish()
    publish(topic="test.other")
    OutboxEvent.objects.filter(topic="test.topic").update(state=State.DONE, finished_at=old)
    OutboxEvent.objects.filter(topic="test.other").update(state=State.DEAD, created_at=old)
    publish(topic="test.fresh")
    assert outbox.forget_done() == 1
    assert set(OutboxEvent.objects.values_list("topic", flat=True)) == {"test.other", "test.fresh"}


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_run_one_row_at_once() -> None:
    from tests.site.core import outbox_handlers

    for number in range(40):
        publish(payload={"n": number})
    barrier = threading.Barrier(4)
    failures: list[BaseException] = []

    def work(name: str) -> None:
        try:
            barrier.wait(timeout=10)
            while events := outbox.claim(worker=name, queue="urgent", limit=3):
                for event in events:
                    outbox.run(event)
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(f"worker-{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    close_old_connections()
    assert failures == []
    assert sorted(payload["n"] for _, payload in outbox_handlers.calls) == list(range(40))
    assert set(OutboxEvent.objects.values_list("state", flat=True)) == {State.DONE}
    assert connection.is_usable()


# --- several rows at once ---------------------------------------------------------------------


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch, calls: list) -> list:
    monkeypatch.setattr(outbox, "_subscribers", {})
    outbox.subscribe("test.topic", f"{HERE}.many", many=True)
    return calls


def sizes(calls: list) -> list[int]:
    return [payload["size"] for name, payload in calls if name == "batch"]


@pytest.mark.django_db
def test_fresh_rows_are_handled_together(batches: list) -> None:
    for n in range(5):
        publish(payload={"n": n})
    assert outbox.drain() == 5
    assert sizes(batches) == [5]
    assert set(OutboxEvent.objects.values_list("state", "attempts")) == {(State.DONE, 1)}
    assert outbox.drain() == 0


@pytest.mark.django_db
def test_a_handler_that_takes_one_is_told_one_by_one(batches: list) -> None:
    outbox.subscribe("test.topic", f"{HERE}.first")
    publish(payload={"n": 1})
    publish(payload={"n": 2})
    assert outbox.drain() == 2
    assert sizes(batches) == [1, 1]
    assert [payload for name, payload in batches if name == "first"] == [{"n": 1}, {"n": 2}]


@pytest.mark.django_db
def test_one_bad_row_holds_up_no_other(batches: list) -> None:
    from tests.site.core import outbox_handlers

    outbox_handlers.poison.append({"n": 1})
    for n in range(3):
        publish(payload={"n": n})
    assert outbox.drain() == 2
    assert sizes(batches) == [3, 1, 1, 1]
    bad = OutboxEvent.objects.exclude(state=State.DONE).get()
    assert (bad.payload, bad.state, bad.attempts, bad.error) == ({"n": 1}, State.PENDING, 1, "ValueError")


@pytest.mark.django_db
def test_rows_whose_worker_died_run_alone_afterwards(batches: list, settings: Any) -> None:
    from tests.site.core import outbox_handlers

    outbox_handlers.killing.add("many")
    publish(payload={"n": 1})
    publish(payload={"n": 2})
    with pytest.raises(KeyboardInterrupt):
        outbox.drain(worker="dies")
    outbox_handlers.reset()
    with time_machine.travel(timezone.now() + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS + 1)):
        assert outbox.sweep() == 2
        assert outbox.drain(worker="lives") == 2
    assert sizes(batches) == [1, 1]
    assert set(OutboxEvent.objects.values_list("state", "attempts")) == {(State.DONE, 2)}


@pytest.mark.django_db
def test_a_batch_whose_leases_were_swept_leaves_the_rows_to_their_new_holder(
    batches: list, settings: Any
) -> None:
    publish(payload={"n": 1})
    publish(payload={"n": 2})
    mine = outbox.claim(worker="slow", queue="urgent")
    OutboxEvent.objects.filter(pk=mine[0].pk).update(leased_by="other")
    assert outbox.run_all(mine) == 1
    assert OutboxEvent.objects.get(pk=mine[0].pk).state == State.LEASED
