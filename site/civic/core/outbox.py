"""The outbox: work still to do, stored in the transaction that made it necessary.

`publish` writes a row; workers lease rows, run every subscribed handler, and mark them done. A handler that
raises is retried with backoff and ends in a dead letter; a worker that dies loses its lease and a sweeper
takes the row back. Handlers are idempotent: after a crash between effect and mark they run again. A row that
kills its worker each time is counted as well and ends as a dead letter too.

Under load the marks cost more than the work, so fresh rows of a topic whose handlers all take many payloads run
together; a row that failed or was swept once always runs alone, where it can harm no other.
"""

import logging
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from civic.core.models import OutboxEvent

logger = logging.getLogger("civic.outbox")
Payload = dict[str, Any]
State = OutboxEvent.State


class Subscriber(NamedTuple):
    """A handler's dotted path; with `many` it takes a list of payloads, else one."""

    path: str
    many: bool

    def call(self, payloads: list[Payload]) -> None:
        """Run the handler on the payloads; whatever it raises is the caller's."""
        handler: Callable[[Any], None] = import_string(self.path)
        if self.many:
            handler(payloads)
        else:
            for payload in payloads:
                handler(payload)


_subscribers: dict[str, list[Subscriber]] = {}


def subscribe(topic: str, handler: str, *, many: bool = False) -> None:
    """Let the callable at the dotted path `handler` hear of `topic`; call it from AppConfig.ready()."""
    subscribers = _subscribers.setdefault(topic, [])
    if Subscriber(handler, many) not in subscribers:
        subscribers.append(Subscriber(handler, many))


def publish(*, topic: str, payload: Payload, key: str | None = None, queue: str = "urgent") -> None:
    """Store an event in the caller's transaction.

    `key` makes it idempotent: a second event with the same key is dropped. Queues do not wait for each other:
    "outbound" is for what waits for other systems. Raises RuntimeError outside a transaction, because work
    stored apart from its cause can outlive it or be lost.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("publish() must run inside the transaction that causes the event")
    event = OutboxEvent(topic=topic, payload=payload, key=key, queue=queue)
    if key is None:
        event.save(force_insert=True)
    else:
        OutboxEvent.objects.bulk_create([event], ignore_conflicts=True)


def claim(*, worker: str, queue: str, limit: int = 50) -> list[OutboxEvent]:
    """Lease up to `limit` ready rows of a queue to this worker, oldest first.

    Each claim has a holder's name of its own: a thread whose lease was swept and given out again, even to the
    same worker, no longer owns the row.
    """
    now = timezone.now()
    ready = OutboxEvent.objects.filter(state=State.PENDING, queue=queue, next_at__lte=now).order_by(
        "next_at", "id"
    )
    if not ready.exists():  # a read takes no write lock: an idle worker must not disturb writers
        return []
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            ready = ready.select_for_update(skip_locked=True)
        events = list(ready[:limit])
        holder = f"{worker[:55]}#{uuid.uuid4().hex[:8]}"
        lease = _lease()
        OutboxEvent.objects.filter(pk__in=[event.pk for event in events]).update(
            state=State.LEASED, leased_by=holder, lease_until=lease
        )
        for event in events:
            event.state, event.leased_by, event.lease_until = State.LEASED, holder, lease
    return events


def _lease() -> datetime:
    return timezone.now() + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)


def run_all(events: Sequence[OutboxEvent]) -> int:
    """Run claimed rows, together where their topic allows it; return how many finished."""
    done = 0
    for _, group in groupby(events, key=lambda event: (event.topic, event.leased_by, _runs_together(event))):
        rows = list(group)
        if len(rows) > 1 and _runs_together(rows[0]) and _run_together(rows):
            done += len(rows)
        else:
            done += sum(run(row) for row in rows)
    return done


def _runs_together(event: OutboxEvent) -> bool:
    fresh = not event.attempts and not event.handled
    return fresh and all(subscriber.many for subscriber in _subscribers.get(event.topic, []))


def _run_together(events: Sequence[OutboxEvent]) -> bool:
    """Run fresh rows of one topic and holder as one; return whether all finished, else run each alone."""
    mine = OutboxEvent.objects.filter(
        pk__in=[event.pk for event in events], state=State.LEASED, leased_by=events[0].leased_by
    )
    with transaction.atomic():
        if mine.update(lease_until=_lease(), attempts=1) != len(events):
            return False
    subscribers = _subscribers.get(events[0].topic, [])
    try:
        for subscriber in subscribers:
            subscriber.call([event.payload for event in events])
    except Exception as error:  # whose fault it is shows when each runs alone
        logger.info("batch failed", extra={"topic": events[0].topic, "error_type": type(error).__name__})
        return False
    with transaction.atomic():
        mine.update(
            state=State.DONE,
            handled=[subscriber.path for subscriber in subscribers],
            finished_at=timezone.now(),
            lease_until=None,
        )
    return True


def run(event: OutboxEvent) -> bool:
    """Run the handlers that have not finished yet and store the outcome; return whether all did."""
    mine = OutboxEvent.objects.filter(pk=event.pk, state=State.LEASED, leased_by=event.leased_by)
    # The lease starts when the work does: a row at the end of a claimed batch may have waited. The attempt is
    # counted before it is made, so that a row which takes its worker down with it is not tried for ever.
    attempts = event.attempts + 1
    if not mine.update(lease_until=_lease(), attempts=attempts):
        return False
    handled = list(event.handled)
    failed: Exception | None = None
    waiting = [sub for sub in _subscribers.get(event.topic, []) if sub.path not in handled]
    for subscriber in waiting:
        if subscriber is not waiting[0] and not mine.update(lease_until=_lease(), handled=handled):
            return False
        try:
            subscriber.call([event.payload])
        except Exception as error:  # whatever a handler raises, the row must record it and go on
            failed = error
            logger.warning(
                "handler failed",
                extra={
                    "topic": event.topic,
                    "handler": subscriber.path,
                    "event_id": event.pk,
                    "error_type": type(error).__name__,
                },
                exc_info=error,
            )
        else:
            handled.append(subscriber.path)
    if failed is None:
        return bool(
            mine.update(
                state=State.DONE, handled=handled, finished_at=timezone.now(), error="", lease_until=None
            )
        )
    dead = attempts >= settings.OUTBOX_MAX_ATTEMPTS
    mine.update(
        state=State.DEAD if dead else State.PENDING,
        handled=handled,
        next_at=timezone.now() + backoff(attempts),
        lease_until=None,
        leased_by="",
        error=type(failed).__name__,
    )
    return False


def backoff(attempts: int) -> timedelta:
    """Return the wait before the next try: 2, 4, 8 … seconds, at most an hour."""
    return timedelta(seconds=min(2**attempts, 3600))


def sweep() -> int:
    """Take back rows whose lease has run out (their worker died); return how many.

    A row that has used up its attempts this way becomes a dead letter.
    """
    now = timezone.now()
    expired = OutboxEvent.objects.filter(state=State.LEASED, lease_until__lt=now)
    if not expired.exists():
        return 0
    count = expired.filter(attempts__gte=settings.OUTBOX_MAX_ATTEMPTS).update(
        state=State.DEAD, leased_by="", lease_until=None, error="WorkerLost"
    )
    count += expired.update(state=State.PENDING, leased_by="", lease_until=None, next_at=now)
    logger.warning("leases swept", extra={"count": count})
    return count


def revive(event: OutboxEvent) -> None:
    """Give a dead letter a fresh set of attempts."""
    OutboxEvent.objects.filter(pk=event.pk, state=State.DEAD).update(
        state=State.PENDING, attempts=0, next_at=timezone.now(), error=""
    )


def drain(*, worker: str = "inline", queue: str | None = None) -> int:
    """Run everything that is ready now, in this thread; return how many rows finished. For tests and commands."""
    done = 0
    queues = [queue] if queue else [choice.value for choice in OutboxEvent.Queue]
    while events := [event for name in queues for event in claim(worker=worker, queue=name)]:
        done += run_all(events)
    return done


def forget_done(*, older_than: timedelta = timedelta(days=7)) -> int:
    """Delete finished rows past their use; dead letters stay until a person decides."""
    count, _ = OutboxEvent.objects.filter(
        state=State.DONE, finished_at__lt=timezone.now() - older_than
    ).delete()
    return count
