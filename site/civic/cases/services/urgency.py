"""Staff correct whether a case is urgent: its clock, the record and the duty officer follow; analysis does not undo it."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from civic.accounts.models import User
from civic.cases import deadlines, policies
from civic.cases.models import Case, CaseEvent, Step
from civic.cases.services.checking import check_reason
from civic.cases.services.paging import page_urgent
from civic.cases.services.steps import lock_on_desk, tell_of_change
from civic.core.errors import Conflict, NotAllowed

ACTION = "urgency"


@transaction.atomic
def correct_urgency(
    *, case_pk: int, urgent: bool, actor: User, reason: str, at: datetime | None = None
) -> Case:
    """Make an open case urgent or take that back; whoever is on duty is paged for a case that becomes urgent.

    Raises NotFound, NotAllowed, InvalidInput (no reason, or one too long) and Conflict (the case is closed, or it is
    so already). `at` is for imports of what was decided earlier.
    """
    case = lock_on_desk(case_pk, actor)
    if not policies.can_correct_urgency(actor):
        raise NotAllowed("您的角色不能更正紧急程度。")
    if case.step == Step.CLOSED:
        raise Conflict("这个案件已经结案，不能更正紧急程度。", code="wrong_step")
    if case.urgent == urgent:
        words = "已经是紧急案件了" if urgent else "已经不是紧急案件了"
        raise Conflict(f"这个案件{words}，请刷新后再看。", code="same_urgency")
    reason = check_reason(reason, what="更正紧急程度")
    at = at or timezone.now()
    case.urgent, case.updated_at = urgent, at
    deadlines.set_due(case)
    case.save()
    event = CaseEvent.objects.create(
        case=case, kind=CaseEvent.Kind.URGENCY, action=ACTION, actor=actor, reason=reason,
        data={"urgent": urgent}, created_at=at,
    )  # fmt: skip
    tell_of_change(case)
    if urgent:
        page_urgent(list(case.reports.values_list("pk", flat=True)), cause=str(event.pk))
    return case
