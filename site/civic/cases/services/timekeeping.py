"""What time does to cases: warnings before a deadline, escalation after it, questions and verifications unanswered.

Each job works in batches of one transaction each, chooses only what is still to do and looks again under the lock:
it may die anywhere, and two may run at once.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from civic.cases import deadlines, workflow
from civic.cases.models import Case, CaseEvent, Rating, Step
from civic.cases.services.lateness import FIRST, entry_of
from civic.cases.services.steps import move
from civic.cases.workflow import PLATFORM
from civic.core import outbox

BATCH = 100
WARNED = 0  # the level of a warning
BY_PLATFORM = {"by": PLATFORM}


def watch_deadlines(at: datetime | None = None) -> int:
    """Warn of deadlines that are near and escalate those that have passed; return how many steps were noted."""
    at = at or timezone.now()
    started = Case.objects.open().filter(due_at__isnull=False)
    overdue = started.filter(due_at__lte=at)
    done = _in_batches(
        started.filter(deadlines.near(at), due_at__gt=at, warned_at__isnull=True, escalation=0), WARNED, at
    )
    done += _in_batches(overdue.filter(escalation=0), FIRST, at)
    return done + _in_batches(overdue.filter(deadlines.long_overdue(at), escalation=1), 2, at)


def _in_batches(wanted: models.QuerySet, level: int, at: datetime) -> int:
    done = 0
    while cases := _note(wanted, level, at):
        done += cases
    return done


@transaction.atomic
def _note(wanted: models.QuerySet, level: int, at: datetime) -> int:
    """Note a batch of cases at a level, once each; return how many."""
    cases = list(wanted.select_for_update().order_by("due_at", "pk")[:BATCH])
    chosen = Case.objects.filter(pk__in=[case.pk for case in cases])
    if level == WARNED:
        chosen.update(warned_at=at)
    else:
        chosen.update(escalation=level)
    CaseEvent.objects.bulk_create(entry_of(case, level=level, at=at) for case in cases)
    for case in cases:
        # A step may be entered again, after a return or a reopening: its deadline is another one then.
        outbox.publish(
            topic="cases.deadline",
            payload={"case": case.pk, "step": case.step, "level": level},
            key=f"deadline:{case.pk}:{case.step}:{int(case.step_at.timestamp())}:{level}",
        )
    return len(cases)


def lapse_verifications(at: datetime | None = None) -> int:
    """Close what has been before its reporters for CASE_RATING_DAYS without an answer; return how many."""
    at = at or timezone.now()
    waiting = Case.objects.filter(
        step=Step.VERIFICATION, step_at__lte=at - timedelta(days=settings.CASE_RATING_DAYS)
    )
    done = 0
    for pk in list(waiting.order_by("step_at", "pk").values_list("pk", flat=True)):
        done += _once(waiting.filter(pk=pk), lambda case: _lapse(case, at))
    return done


@transaction.atomic
def _once(wanted: models.QuerySet, work: Callable[[Case], None]) -> int:
    case = wanted.select_for_update().first()
    if case is None:
        return 0
    work(case)
    return 1


def end_pauses(at: datetime | None = None) -> int:
    """Let the clock run again where the reporter was asked CASE_PAUSE_DAYS working days ago; return how many."""
    at = at or timezone.now()
    asked_by = deadlines.working_days_before(at, settings.CASE_PAUSE_DAYS)
    waiting = Case.objects.open().filter(paused_at__lte=asked_by)
    done = 0
    for pk in list(waiting.order_by("paused_at", "pk").values_list("pk", flat=True)):
        done += _once(waiting.filter(pk=pk), lambda case: _end_pause(case, at))
    return done


def _end_pause(case: Case, at: datetime) -> None:
    row = workflow.find(workflow.state_of(case), "overdue_resume")
    assert row is not None  # only a row that the table has could stop the clock
    reason = f"反映人 {settings.CASE_PAUSE_DAYS} 个工作日内没有补充，恢复计时，按现有情况办理。"
    move(case, row, at=at, reason=reason, data=dict(BY_PLATFORM))


def _lapse(case: Case, at: datetime) -> None:
    row = workflow.find(workflow.state_of(case), "lapse")
    assert row is not None  # the table has it for every case in verification
    solved = Rating.objects.filter(
        report__case=case, round=case.reopened, created_at__gte=case.step_at, solved=True
    ).count()
    days = settings.CASE_RATING_DAYS
    silence = f"其余反映人 {days} 天内没有评价" if solved else f"反映人 {days} 天内没有评价"
    reason = f"{solved} 位反映人评价已解决，{silence}，自动结案。" if solved else f"{silence}，自动结案。"
    move(case, row, at=at, reason=reason, data={**BY_PLATFORM, "solved": solved})
