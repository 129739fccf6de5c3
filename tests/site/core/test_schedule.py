"""Periodic work fires once a period, whoever asks."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connections
from django.utils import timezone

from civic.core import schedule
from civic.core.models import PeriodicRun

fired: list[str] = []


def job() -> None:
    """What the tests schedule."""
    fired.append("job")


def broken_job() -> None:
    """A job that never works."""
    raise ValueError


@pytest.fixture(autouse=True)
def _one_job(monkeypatch: pytest.MonkeyPatch) -> None:
    fired.clear()
    monkeypatch.setattr(schedule, "_jobs", {})
    schedule.every(timedelta(hours=1), "test.job", f"{__name__}.job")


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        schedule, "import_string", {f"{__name__}.job": job, f"{__name__}.broken_job": broken_job}.get
    )


@pytest.mark.django_db
def test_a_job_fires_once_in_its_period() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert schedule.run_due() == ["test.job"]
        assert schedule.run_due() == []
        clock.shift(timedelta(minutes=59))
        assert schedule.run_due() == []
        clock.shift(timedelta(minutes=1))
        assert schedule.run_due() == ["test.job"]
    assert fired == ["job", "job"]


@pytest.mark.django_db
def test_after_a_long_silence_a_job_fires_once_not_once_for_each_period_missed() -> None:
    schedule.run_due()
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        assert schedule.run_due() == ["test.job"]
        assert schedule.run_due() == []


@pytest.mark.django_db
def test_a_job_that_fails_does_not_keep_the_others_from_running() -> None:
    schedule._jobs.clear()
    schedule.every(timedelta(hours=1), "test.broken", f"{__name__}.broken_job")
    schedule.every(timedelta(hours=1), "test.job", f"{__name__}.job")
    with pytest.raises(ValueError):
        schedule.run_due()
    assert schedule.run_due() == ["test.job"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first_time", [True, False])
def test_many_schedulers_fire_a_job_once(first_time: bool) -> None:
    if not first_time:
        PeriodicRun.objects.create(name="test.job", last_at=timezone.now() - timedelta(hours=2))
    barrier = threading.Barrier(4)

    def ask() -> None:
        try:
            barrier.wait(timeout=10)
            schedule.run_due()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert fired == ["job"]


def test_the_product_forgets_what_is_done() -> None:
    from django.apps import apps
    from django.utils.module_loading import import_string

    schedule._jobs.clear()
    for label in ("core", "cases"):
        apps.get_app_config(label).ready()
    assert {"core.forget_done", "cases.forget_keys"} <= set(schedule._jobs)
    for _, path in schedule._jobs.values():
        assert callable(import_string(path))
