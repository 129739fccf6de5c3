"""Periodic work: each job fires once per period, whichever worker asks first."""

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from civic.core.models import PeriodicRun

_jobs: dict[str, tuple[timedelta, str]] = {}


def every(period: timedelta, name: str, job: str) -> None:
    """Register the callable at the dotted path `job` to run once per period; call it from AppConfig.ready()."""
    _jobs[name] = (period, job)


def run_due() -> list[str]:
    """Run the jobs that are due and return their names; a job that another worker took is skipped."""
    fired = []
    for name, (period, path) in _jobs.items():
        if _take(name, period):
            job: Callable[[], object] = import_string(path)
            job()
            fired.append(name)
    return fired


def _take(name: str, period: timedelta) -> bool:
    now = timezone.now()
    if PeriodicRun.objects.filter(name=name, last_at__gt=now - period).exists():
        return False
    with transaction.atomic():
        row, created = PeriodicRun.objects.select_for_update().get_or_create(
            name=name, defaults={"last_at": now}
        )
        if created:
            return True
        return bool(
            PeriodicRun.objects.filter(name=name, last_at=row.last_at, last_at__lte=now - period).update(
                last_at=now
            )
        )
