"""The outbox: work still to do, stored in the transaction that made it necessary.

`publish` writes a row; workers lease rows, run every subscribed handler, and mark them done. A handler that
raises is retried with backoff and ends in a dead letter; a worker that dies loses its lease and a sweeper
takes the row back. Handlers are idempotent: after a crash between effect and mark they run again. A row that
kills its worker each time is counted as well and ends as a dead letter too.
"""

import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from civic.core.models import OutboxEvent

logger = logging.getLogger("civic.outbox")
Handler = Callable[[dict[str, Any]], None]
State = OutboxEvent.State
_subscribers: dict[str, list[str]] = {}


def subscribe(topic: str, handler: str) -> None:
    """Let the callable at the dotted path `handler` hear of `topic`; call it from AppConfig.ready()."""
    handlers = _subscribers.setdefault(topic, [])
    if handler not in handlers:
        handlers.append(handler)


def publish(*, topic: str, payload: dict[str, Any], key: str | None = None, queue: str = "urgent") -> None:
    """Store an event in the caller's transaction.

    `key` makes it idempotent: a second event with the same key is dropped. Raises RuntimeError outside a
    transaction, because work stored apart from its cause can outlive it or be lost.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("publish() must run inside the transaction that causes the event")
    event = OutboxEvent(topic=topic, payload=payload, key=key, queue=queue)
    if key is None:
        event.save(force_insert=True)
    else:
        OutboxEvent.objects.bulk_create([event], ignore_conflicts=True)


def claim(*, worker: str, queue: str, limit: int = 20) -> list[OutboxEvent]:
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
    waiting = [path for path in _subscribers.get(event.topic, []) if path not in handled]
    for path in waiting:
        if path is not waiting[0] and not mine.update(lease_until=_lease(), handled=handled):
            return False
        try:
            handler: Handler = import_string(path)
            handler(event.payload)
        except Exception as error:  # whatever a handler raises, the row must record it and go on
            failed = error
            logger.warning(
                "handler failed",
                extra={
                    "topic": event.topic,
                    "handler": path,
                    "event_id": event.pk,
                    "error_type": type(error).__name__,
                },
                exc_info=error,
            )
        else:
            handled.append(path)
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
        done += sum(run(event) for event in events)
    return done


def forget_done(*, older_than: timedelta = timedelta(days=7)) -> int:
    """Delete finished rows past their use; dead letters stay until a person decides."""
    count, _ = OutboxEvent.objects.filter(
        state=State.DONE, finished_at__lt=timezone.now() - older_than
    ).delete()
    return count
