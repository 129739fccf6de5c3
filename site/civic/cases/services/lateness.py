"""The entry of the record that says a step has passed its deadline: written by the clock, or when the step is left first."""

from datetime import datetime

from civic.cases.models import Case, CaseEvent
from civic.cases.workflow import PLATFORM

FIRST = 1  # the level of an escalation right after the deadline


def entry_of(case: Case, *, level: int, at: datetime) -> CaseEvent:
    """Return a warning (level 0) or an escalation of the step that a case is at, not stored yet.

    It names the department that has the case then: a later one is not charged with it.
    """
    due = None if case.due_at is None else case.due_at.isoformat()
    return CaseEvent(
        case=case,
        kind=CaseEvent.Kind.ESCALATED if level else CaseEvent.Kind.WARNED,
        data={
            "by": PLATFORM, "step": case.step, "level": level, "due_at": due, "department_id": case.department_id,
        },
        created_at=at,
    )  # fmt: skip


def note_if_late(case: Case, at: datetime) -> None:
    """Record that a locked case leaves its step too late, where the clock has not come by since the deadline.

    Nobody is told: what the message would ask for is being done. A clock that was stopped after the deadline has no
    deadline any more, only nothing left.
    """
    late = case.left_seconds == 0 if case.due_at is None else case.due_at <= at
    if late and case.escalation == 0:
        entry_of(case, level=FIRST, at=at).save()
