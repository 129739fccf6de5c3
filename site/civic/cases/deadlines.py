"""How long each step may take, and a case's own clock: started with each step, stopped while somebody is asked.

The times are data (content/deadlines/deadlines.yaml); the functions change a case that the caller saves.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

import yaml
from django.conf import settings
from django.db import models
from django.utils import timezone

from civic.cases import worktime
from civic.cases.models import Case, Step
from civic.cases.worktime import Hours

HOUR = 3600
WARN_SHARE = 0.2  # of the allowed time that is left when a warning goes out
ESCALATE_AGAIN_HOURS = 8


@dataclass(frozen=True)
class Deadlines:
    """Hours by step: for urgent cases (of the clock), in general and by matter code (of working time)."""

    hours: Hours
    urgent: dict[str, float]
    general: dict[str, float]
    matters: dict[str, dict[str, float]]

    def allowed(self, *, step: str, code: str, urgent: bool) -> tuple[float, Hours] | None:
        """Return the seconds that a step may take and which hours count; None for a step without a deadline."""
        if urgent and step in self.urgent:
            return self.urgent[step] * HOUR, Hours(always=True)
        found = self.matters.get(code, {}).get(step, self.general.get(step))
        return None if found is None else (found * HOUR, self.hours)


def read(data: dict[str, Any], own_days: Mapping[date, bool] | None = None) -> Deadlines:
    """Return the deadlines that a content file holds; raises ValueError naming what is wrong."""
    tables = {name: data.get(name, {}) for name in ("urgent", "general")}
    tables.update({f"matters {code}": table for code, table in data.get("matters", {}).items()})
    for name, table in tables.items():
        for step, hours in table.items():
            if step not in Step.values or step == Step.CLOSED:
                raise ValueError(f"{name}: no such step: {step}")
            if not isinstance(hours, int | float) or not 0 < hours <= 10_000:
                raise ValueError(f"{name}: {step}: hours must be a number from 0 to 10,000")
    spans = tuple(
        (time.fromisoformat(start), time.fromisoformat(end)) for start, end in data.get("office_hours", ())
    )
    if any(start >= end for start, end in spans) or list(spans) != sorted(spans):
        raise ValueError("office_hours: each must end after it starts, in order")
    return Deadlines(
        replace(Hours(spans) if spans else Hours(), own_days=own_days or {}),
        tables["urgent"],
        tables["general"],
        {str(code): table for code, table in data.get("matters", {}).items()},
    )


@lru_cache(maxsize=1)
def default() -> Deadlines:
    """Return the city's deadlines, read once."""
    folder = settings.CONTENT_DIR / "deadlines"
    with (folder / "days.csv").open(encoding="utf-8", newline="") as file:
        own_days = {date.fromisoformat(row["date"]): row["works"] == "1" for row in csv.DictReader(file)}
    return read(yaml.safe_load((folder / "deadlines.yaml").read_text("utf-8")), own_days)


def _allowed(case: Case) -> tuple[float, Hours] | None:
    return default().allowed(step=case.step, code=case.matter_code, urgent=case.urgent)


def enter_step(case: Case, at: datetime) -> None:
    """Start the clock of the step that a case has just reached."""
    case.step_at = at
    case.paused_at = case.left_seconds = case.warned_at = None
    case.escalation = 0
    set_due(case)


def set_due(case: Case) -> None:
    """Set the deadline from when the step was reached: at its start, and when code or urgency changed."""
    allowed = _allowed(case)
    if case.paused_at is not None:
        return
    case.due_at = None if allowed is None else _add(case.step_at, *allowed)


def pause(case: Case, at: datetime) -> None:
    """Stop the clock and keep what is left of it."""
    allowed = _allowed(case)
    if case.due_at is not None and allowed is not None:
        local = timezone.localtime
        case.left_seconds = round(worktime.between(local(at), local(case.due_at), allowed[1]))
    case.paused_at, case.due_at = at, None


def resume(case: Case, at: datetime) -> None:
    """Let the clock run on from what was left."""
    if case.paused_at is None:
        return
    allowed, left = _allowed(case), case.left_seconds
    case.paused_at = case.left_seconds = None
    if left is None:
        set_due(case)
    elif allowed is not None:
        case.due_at = _add(at, left, allowed[1])


def _add(start: datetime, seconds: float, hours: Hours) -> datetime:
    return worktime.add(timezone.localtime(start), seconds, hours)


def working_days_before(at: datetime, days: int) -> datetime:
    """Return the latest moment from which so many whole working days have passed by `at`."""
    hours = default().hours
    return worktime.subtract(timezone.localtime(at), days * hours.day_seconds, hours)


def near(at: datetime) -> models.Q:
    """Return the condition that less than a fifth of the allowed time is left before a case's deadline.

    One moment for each allowed time: whatever is due before it has less than the fifth left.
    """
    table, now = default(), timezone.localtime(at)
    condition = models.Q(pk__in=[])
    for step, hours in table.urgent.items():
        until = worktime.add(now, hours * HOUR * WARN_SHARE, Hours(always=True))
        condition |= models.Q(urgent=True, step=step, due_at__lt=until)
    own: dict[tuple[str, float], list[str]] = {}
    for code, steps in table.matters.items():
        for step, hours in steps.items():
            own.setdefault((step, hours), []).append(code)
    plain = ~models.Q(urgent=True, step__in=table.urgent)
    for (step, hours), codes in own.items():
        until = worktime.add(now, hours * HOUR * WARN_SHARE, table.hours)
        condition |= models.Q(plain, step=step, matter_code__in=codes, due_at__lt=until)
    for step, hours in table.general.items():
        until = worktime.add(now, hours * HOUR * WARN_SHARE, table.hours)
        named = [code for code, steps in table.matters.items() if step in steps]
        condition |= models.Q(plain, ~models.Q(matter_code__in=named), step=step, due_at__lt=until)
    return condition


def long_overdue(at: datetime) -> models.Q:
    """Return the condition that a deadline passed ESCALATE_AGAIN_HOURS ago, by the hours that the case's clock counts."""
    table, now = default(), timezone.localtime(at)
    by_the_clock = models.Q(urgent=True, step__in=table.urgent)
    seconds = ESCALATE_AGAIN_HOURS * HOUR
    return models.Q(by_the_clock, due_at__lte=worktime.subtract(now, seconds, Hours(always=True))) | models.Q(
        ~by_the_clock, due_at__lte=worktime.subtract(now, seconds, table.hours)
    )
