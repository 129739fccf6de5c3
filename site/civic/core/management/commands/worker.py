"""The task worker: drains the outbox (each queue apart), sweeps, fires the schedule, runs Django's tasks."""

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections
from django.db.utils import OperationalError
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from civic.core import outbox, schedule
from civic.core.models import OutboxEvent, WorkerBeat

logger = logging.getLogger("civic.worker")
SWEEP_SECONDS = 5.0
BEAT_SECONDS = 3.0


class Command(BaseCommand):
    help = "处理待办：语言分析、索引、通知、周期任务"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="处理完现有待办即退出")

    def handle(self, *args, **options) -> None:
        name = f"{socket.gethostname()}-{os.getpid()}"[:64]
        if options["once"]:
            self.stdout.write(f"完成 {outbox.drain(worker=name)} 件待办")
            return
        stop = threading.Event()
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, lambda *_: stop.set())

        loops: dict[str, tuple[Callable[[], object], float]] = {
            "urgent": (lambda: drain_queue(name, OutboxEvent.Queue.URGENT), settings.OUTBOX_POLL_SECONDS),
            "slow": (lambda: drain_queue(name, OutboxEvent.Queue.SLOW), settings.OUTBOX_POLL_SECONDS * 2),
            "outbound": (
                lambda: drain_queue(name, OutboxEvent.Queue.OUTBOUND),
                settings.OUTBOX_POLL_SECONDS * 2,
            ),
            "schedule": (lambda: (outbox.sweep(), schedule.run_due()), SWEEP_SECONDS),
            "tasks": (run_django_tasks(name), 1.0),
            "beat": (lambda: beat(name), BEAT_SECONDS),
        }
        threads = [
            threading.Thread(target=loop, args=(stop, title, step, pause), name=title)
            for title, (step, pause) in loops.items()
        ]
        for thread in threads:
            thread.start()
        logger.info("worker started", extra={"worker": name})
        stop.wait()
        for thread in threads:
            thread.join(timeout=settings.OUTBOX_LEASE_SECONDS)
        WorkerBeat.objects.filter(pk=name).delete()


def loop(stop: threading.Event, title: str, step: Callable[[], object], pause: float) -> None:
    """Repeat `step` until told to stop; a database that is away for a moment must not end the worker."""
    while not stop.is_set():
        busy: object = None
        try:
            busy = step()
        except OperationalError as error:
            logger.warning("database away", extra={"queue": title, "error_type": type(error).__name__})
        except Exception as error:  # the loop outlives any job; the job's row holds the failure
            logger.error("worker step failed", extra={"queue": title}, exc_info=error)
        if busy is not True:
            close_old_connections()
            stop.wait(pause)


def drain_queue(name: str, queue: str) -> bool:
    """Run one batch of a queue; return whether there was any, so that a full queue is not slept over."""
    events = outbox.claim(worker=name, queue=queue)
    outbox.run_all(events)
    return bool(events)


def run_django_tasks(name: str) -> Callable[[], None]:
    """Return a step that runs what Wagtail queued (search index, reference index)."""

    def step() -> None:
        if not DBTaskResult.objects.ready().exists():
            return
        Worker(
            queue_names=["default"],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=name,
            excluded_queue_names=[],
        ).run()

    return step


def beat(name: str) -> None:
    """Leave a sign of life and forget workers that have been silent for a day."""
    now = timezone.now()
    WorkerBeat.objects.update_or_create(worker=name, defaults={"beaten_at": now})
    WorkerBeat.objects.filter(beaten_at__lt=now - timedelta(days=1)).delete()
