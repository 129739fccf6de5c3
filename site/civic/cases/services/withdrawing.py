"""Taking back what was let out to the public: a name that masking missed, a face in a photo of a result.

The words, and the address of every photo, are closed with the transaction; the index and the copies in private storage
follow through the outbox. What browsers, readers of feeds and other systems have fetched by then cannot be fetched back.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from civic.accounts.models import User
from civic.cases import policies
from civic.cases.models import Case, CaseEvent, Report, ReportRelease
from civic.cases.results import released_answers
from civic.cases.services.checking import check_reason
from civic.cases.services.photos import WITHDRAW_RESULTS
from civic.cases.services.steps import lock_on_desk, tell_of_change, tell_of_entry
from civic.core import outbox
from civic.core.errors import Conflict, NotAllowed, NotFound

INSTANT = timedelta(microseconds=1)


@transaction.atomic
def withdraw_release(*, report_pk: int, actor: User, reason: str, at: datetime | None = None) -> CaseEvent:
    """Take a report's words and photos back from the public; return the entry that records it, its reason for staff.

    They may be released again, in better words. Raises NotFound (no such report on this desk), NotAllowed (not a
    clerk), Conflict (nothing of it is public) and InvalidInput (no reason).
    """
    report = Report.objects.filter(pk=report_pk).first()
    if report is None:
        raise NotFound("没有这条诉求。")
    case = _lock(report.case_id, actor)
    release = ReportRelease.objects.filter(report=report).first()
    if release is None:
        raise Conflict("这条诉求的原文没有公开。", code="not_released")
    reason = check_reason(reason, what="撤回公开")
    release.delete()
    # The index keeps the newer of two states: this one must be newer than the one that showed the words.
    _touch(case, max(at or timezone.now(), release.released_at + INSTANT))
    event = CaseEvent.objects.create(
        case=case, report=report, kind=CaseEvent.Kind.WITHDRAWN, actor=actor, reason=reason,
        data={"photos": release.with_photos}, created_at=case.updated_at,
    )  # fmt: skip
    outbox.publish(
        topic="cases.report_withdrawn",
        payload={"report": report.pk},
        key=f"withdrawn:{event.pk}",
        queue="slow",
    )
    tell_of_change(case)
    return event


@transaction.atomic
def withdraw_results(
    *, case_pk: int, actor: User, reason: str, at: datetime | None = None
) -> list[CaseEvent]:
    """Take back the released result photos of all of a case's answers; return the entry of each.

    Raises NotFound, NotAllowed, Conflict and InvalidInput as `withdraw_release` does.
    """
    case = _lock(case_pk, actor)
    answers = released_answers(case)
    if not answers:
        raise Conflict("处理结果照片没有公开。", code="not_released")
    reason = check_reason(reason, what="撤回公开")
    _touch(case, at or timezone.now())
    events = []
    for answer, photos in answers.items():
        event = CaseEvent.objects.create(
            case=case, kind=CaseEvent.Kind.WITHDRAWN, action=WITHDRAW_RESULTS, actor=actor, reason=reason,
            data={"answer": answer, "photos": photos}, created_at=case.updated_at,
        )  # fmt: skip
        outbox.publish(
            topic="cases.results_withdrawn",
            payload={"answer": answer},
            key=f"withdrawn:{event.pk}",
            queue="slow",
        )
        tell_of_entry(event)
        events.append(event)
    tell_of_change(case)
    return events


def _lock(case_pk: int, actor: User) -> Case:
    case = lock_on_desk(case_pk, actor)
    if not policies.can_withdraw(actor):
        raise NotAllowed("您的角色不能撤回公开。")
    return case


def _touch(case: Case, at: datetime) -> None:
    case.updated_at = max(at, case.updated_at + INSTANT)
    case.save(update_fields=["updated_at"])
