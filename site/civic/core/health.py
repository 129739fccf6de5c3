"""The state of each part of the running system, as /health shows it."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import import_string

Check = Callable[[], dict[str, Any]]
_checks: dict[str, str] = {}


def register(name: str, check: str) -> None:
    """Add a check by dotted path; it returns {"status": "ok" | "starting" | "degraded", ...}."""
    _checks[name] = check


def check_database() -> dict[str, Any]:
    """Ask the database for one row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return {"status": "ok", "engine": connection.vendor}


def check_tasks() -> dict[str, Any]:
    """Say whether a worker has beaten lately and how much work waits or is dead."""
    from civic.core.models import OutboxEvent, WorkerBeat

    beat = WorkerBeat.objects.order_by("-beaten_at").first()
    waiting = OutboxEvent.objects.filter(state=OutboxEvent.State.PENDING, next_at__lte=timezone.now()).count()
    dead = OutboxEvent.objects.filter(state=OutboxEvent.State.DEAD).count()
    if beat is None:
        status = "starting"
    # A killed worker shows here only after these seconds: a beat may be late behind a slow write, and what died is
    # started again within a second or two. Nothing is lost meanwhile; its rows' leases run out by themselves.
    elif (timezone.now() - beat.beaten_at).total_seconds() > max(10, settings.OUTBOX_POLL_SECONDS * 20):
        status = "degraded"
    else:
        status = "ok"
    return {"status": status, "waiting": waiting, "dead": dead}


def report() -> dict[str, Any]:
    """Run every check; one that raises is degraded and names its error's type only."""
    checks: dict[str, dict[str, Any]] = {}
    for name, check in dict[str, Check | str](
        {"database": check_database, "tasks": check_tasks, **_checks}
    ).items():
        try:
            function: Check = import_string(check) if isinstance(check, str) else check
            checks[name] = function()
        except Exception as error:  # a check must never take /health down with it
            checks[name] = {"status": "degraded", "error": type(error).__name__}
    states = {check["status"] for check in checks.values()}
    status = "degraded" if "degraded" in states else "starting" if "starting" in states else "ok"
    return {"status": status, "checks": checks}
