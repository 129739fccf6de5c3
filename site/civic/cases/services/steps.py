"""Moving a case along the seven steps, correcting its code, releasing words: lock, policy, table, change, record."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

import nlp
from civic.accounts.models import Department, User
from civic.cases import policies, workflow
from civic.cases.matters import OUT, is_matter
from civic.cases.models import Case, CaseEvent, Report, ReportRelease, Step
from civic.cases.services.intake import check_text
from civic.cases.services.placing import set_public_point
from civic.core import outbox
from civic.core.errors import Conflict, InvalidInput, NotAllowed, NotFound

REASON_LIMIT = 2000


def _lock(case_pk: int, actor: User) -> Case:
    case = Case.objects.on_desk_of(actor).filter(pk=case_pk).first()
    if case is None:
        raise NotFound("没有这个案件，或者它不在您的办理范围内。")
    return Case.objects.select_for_update().get(pk=case_pk)


@transaction.atomic
def take_action(
    *, case_pk: int, action: str, actor: User, reason: str = "", department: Department | None = None,
    expected_step: str = "", at: datetime | None = None,
) -> Case:  # fmt: skip
    """Take an action of the workflow table and return the case.

    Raises NotFound, NotAllowed, Conflict (the case is at another step; its present step is in the message) and
    InvalidInput (a reason or a department is missing). `expected_step` refuses a page that has grown stale,
    `at` is for imports of what was done earlier.
    """
    case = _lock(case_pk, actor)
    row = workflow.find(case.step, action)
    if row is None or (expected_step and expected_step != case.step):
        raise Conflict(
            f"案件现在处于“{Step(case.step).label}”，不能做这一步，请刷新后再看。", code="wrong_step"
        )
    if not policies.can_take(actor, case, action):
        raise NotAllowed(f"您的角色不能“{row.label}”。")
    reason = reason.strip()
    if row.needs_reason and not reason:
        raise InvalidInput(f"“{row.label}”需要写明理由。", fields={"reason": f"“{row.label}”需要写明理由。"})
    if len(reason) > REASON_LIMIT:
        raise InvalidInput(
            f"理由最多 {REASON_LIMIT} 字。", fields={"reason": f"理由最多 {REASON_LIMIT} 字。"}
        )
    if action == "dispatch":
        if department is None:
            raise InvalidInput("请选择承办部门。", fields={"department": "请选择承办部门。"})
        case.department = department
    if action == "return":
        case.department = None
    now = at or timezone.now()
    source, case.step, case.outcome, case.updated_at = case.step, row.target, row.outcome, now
    case.closed_at = now if row.target == Step.CLOSED else None
    case.save()
    CaseEvent.objects.create(
        case=case, kind=CaseEvent.Kind.STEP, action=action, from_step=source, to_step=row.target,
        actor=actor, reason=reason, created_at=now,
    )  # fmt: skip
    _tell_of_change(case)
    return case


@transaction.atomic
def correct_code(*, case_pk: int, code: str, actor: User) -> Case:
    """Set a case's matter code by a person's decision; the correction is recorded beside nlp's answer."""
    case = _lock(case_pk, actor)
    if not policies.can_correct_code(actor):
        raise NotAllowed("您的角色不能更正事项代码。")
    code = code.strip()
    if code != OUT and not is_matter(code):
        raise InvalidInput(f"没有这个事项代码：{code[:20]}", fields={"code": "请从列表里选择事项代码。"})
    before, case.matter_code, case.code_source = case.matter_code, code, Case.CodeSource.CLERK
    case.updated_at = timezone.now()
    set_public_point(case)
    case.save()
    CaseEvent.objects.create(
        case=case,
        kind=CaseEvent.Kind.RECODED,
        actor=actor,
        data={"from": before, "to": code},
        created_at=case.updated_at,
    )
    _tell_of_change(case)
    return case


@transaction.atomic
def release_report(
    *, report_pk: int, actor: User, text: str = "", with_photos: bool = False
) -> ReportRelease:
    """Let the public read a report's words, masked; the clerk may shorten them. Once per report."""
    report = Report.objects.select_related("case", "analysis").filter(pk=report_pk).first()
    if report is None:
        raise NotFound("没有这条诉求。")
    report.case = _lock(report.case_id, actor)
    if not policies.can_release(actor, report):
        raise NotAllowed("这条诉求的原文不能公开：举报、非城市管理事项和涉及个人安危的内容一律不公开。")
    if ReportRelease.objects.filter(report=report).exists():
        raise Conflict("这条诉求已经放行过了。", code="already_released")
    now = timezone.now()
    words = check_text(text) if text.strip() else report.text
    release = ReportRelease.objects.create(
        report=report, text=nlp.redact(words), with_photos=with_photos,
        released_by=actor, released_at=now,
    )  # fmt: skip
    CaseEvent.objects.create(
        case=report.case, report=report, kind=CaseEvent.Kind.RELEASED, actor=actor, created_at=now
    )
    outbox.publish(
        topic="cases.report_released",
        payload={"report": report.pk},
        key=f"released:{report.pk}",
        queue="slow",
    )
    _tell_of_change(report.case)
    return release


def _tell_of_change(case: Case) -> None:
    for pk in case.reports.values_list("pk", flat=True):
        outbox.publish(topic="cases.report_changed", payload={"report": pk})
