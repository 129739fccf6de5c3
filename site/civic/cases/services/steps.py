"""Moving a case along the seven steps, correcting its code, releasing words: lock, policy, table, change, record."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

import nlp
from civic.accounts.models import Department, User
from civic.cases import deadlines, policies, workflow
from civic.cases.matters import OUT, is_matter
from civic.cases.models import Case, CaseEvent, Report, ReportRelease, Step
from civic.cases.services.checking import check_line, check_reason, check_text, says_something
from civic.cases.services.dispatch_rules import NO_RULE, deviation, suggest
from civic.cases.services.lateness import note_if_late
from civic.cases.services.photos import attach, keeping
from civic.cases.services.placing import set_public_point
from civic.cases.workflow import Transition
from civic.core import outbox
from civic.core.errors import Conflict, InvalidInput, NotAllowed, NotFound

OFFICE_LIMIT = 60


def lock_on_desk(case_pk: int, actor: User) -> Case:
    """Return the case, locked; raise NotFound when it is not on the actor's desk."""
    if not Case.objects.on_desk_of(actor).filter(pk=case_pk).exists():
        raise NotFound("没有这个案件，或者它不在您的办理范围内。")
    return Case.objects.select_for_update().get(pk=case_pk)


def require_row(case: Case, action: str) -> Transition:
    """Return the table's row for an action on a case as it is; Conflict names the step where there is none."""
    row = workflow.find(workflow.state_of(case), action)
    if row is None:
        if not workflow.exists(action):
            raise InvalidInput(f"没有这个动作：{action[:20]}", fields={"action": "没有这个动作。"})
        raise Conflict(
            f"案件现在处于“{Step(case.step).label}”，不能做这一步，请刷新后再看。", code="wrong_step"
        )
    return row


def move(
    case: Case, row: Transition, *, at: datetime, actor: User | None = None, reason: str = "",
    report: Report | None = None, data: dict | None = None,
) -> CaseEvent:  # fmt: skip
    """Do to a locked case what a row says, with its clock and its entry in the record, and save it.

    The caller has seen to it that the row fits and that whoever acts may.
    """
    source = case.step
    case.updated_at = at
    if row.target != source:
        note_if_late(case, at)  # names the department that had the case, so before it is cleared
        if row.action in workflow.SEND_BACK:
            case.department = None
        case.step, case.outcome = row.target, row.outcome
        case.closed_at = at if row.target == Step.CLOSED else None
        if source == Step.CLOSED:
            case.reopened += 1
            case.referred_to = ""
        deadlines.enter_step(case, at)
    elif row.action == "ask":
        deadlines.pause(case, at)
    elif row.action in {"resume", "overdue_resume", "add"}:
        deadlines.resume(case, at)
    elif row.action == "urge":
        case.urged += 1
    elif row.action == "supervise":
        case.supervised_at = at
    case.save()
    moved = row.target != source
    event = CaseEvent.objects.create(
        case=case, report=report, kind=row.kind, action=row.action, from_step=source if moved else "",
        to_step=row.target if moved else "", actor=actor, reason=reason, data=data or {}, created_at=at,
    )  # fmt: skip
    tell_of_change(case)
    return event


def take_action(
    *, case_pk: int, action: str, actor: User, reason: str = "", department: Department | None = None,
    referred_to: str = "", expected_step: str = "", photos: Sequence[UploadedFile] = (),
    at: datetime | None = None,
) -> Case:  # fmt: skip
    """Take an action of the workflow table as staff and return the case; a dispatch without a department goes by rule.

    Raises NotFound, NotAllowed, Conflict (the case is at another step; its present step is in the message) and
    InvalidInput (no such action; a reason, a department or an office is missing; photos with anything but an
    answer). `expected_step` refuses a page that has grown stale, `at` is for imports of what was done earlier.
    """
    if photos and action != "answer":
        message = "只有反馈结果时可以附照片。"
        raise InvalidInput(message, fields={"photos": message})
    with keeping(photos) as stored, transaction.atomic():
        case, event = _take(case_pk, action, actor, reason, department, referred_to, expected_step, at)
        if stored:
            # The case's first report carries them; who sees them is decided by the entry.
            first = case.reports.order_by("received_at", "pk")[0]
            attach(stored, report=first, event=event)
    return case


def _take(
    case_pk: int, action: str, actor: User, reason: str, department: Department | None, referred_to: str,
    expected_step: str, at: datetime | None,
) -> tuple[Case, CaseEvent]:  # fmt: skip
    case = lock_on_desk(case_pk, actor)
    row = require_row(case, action)
    if expected_step and expected_step != case.step:
        raise Conflict(
            f"案件现在处于“{Step(case.step).label}”，不能做这一步，请刷新后再看。", code="wrong_step"
        )
    if not policies.can_take(actor, case, action):
        raise NotAllowed(f"您的角色不能“{row.label}”。")
    reason = check_reason(reason, what=row.label, needed=row.needs_reason)
    data: dict[str, Any] = {}
    if action == "dispatch":
        suggestion = suggest(case, at)
        chosen = department or suggestion.department
        if chosen is None:
            raise InvalidInput(NO_RULE, fields={"department": NO_RULE})
        case.department = chosen
        data = {"department": chosen.code, **deviation(suggestion, chosen)}
    if action == "recall" and case.department is not None:
        data["department"] = case.department.code
    if action == "refer":
        case.referred_to = check_line(referred_to, name="referred_to", limit=OFFICE_LIMIT)
        if not says_something(case.referred_to):
            raise InvalidInput("请写明转往哪个部门。", fields={"referred_to": "请写明转往哪个部门。"})
        data["referred_to"] = case.referred_to
    return case, move(case, row, at=at or timezone.now(), actor=actor, reason=reason, data=data)


@transaction.atomic
def correct_code(*, case_pk: int, code: str, actor: User, at: datetime | None = None) -> Case:
    """Set a case's matter code by a person's decision, or confirm it; it is recorded beside nlp's answer.

    `at` is for imports of what was decided earlier.
    """
    case = lock_on_desk(case_pk, actor)
    if not policies.can_correct_code(actor):
        raise NotAllowed("您的角色不能更正事项代码。")
    code = code.strip()
    if code != OUT and not is_matter(code):
        raise InvalidInput(f"没有这个事项代码：{code[:20]}", fields={"code": "请从列表里选择事项代码。"})
    before, case.matter_code, case.code_source = case.matter_code, code, Case.CodeSource.CLERK
    case.updated_at = at or timezone.now()
    set_public_point(case)
    deadlines.set_due(case)
    case.save()
    CaseEvent.objects.create(
        case=case,
        kind=CaseEvent.Kind.RECODED,
        actor=actor,
        data={"from": before, "to": code},
        created_at=case.updated_at,
    )
    tell_of_change(case)
    return case


@transaction.atomic
def release_report(
    *, report_pk: int, actor: User, text: str = "", with_photos: bool = False, at: datetime | None = None
) -> ReportRelease:
    """Let the public read a report's words, masked; the clerk may shorten them. Again only after a withdrawal."""
    report = Report.objects.select_related("case", "analysis").filter(pk=report_pk).first()
    if report is None:
        raise NotFound("没有这条诉求。")
    report.case = lock_on_desk(report.case_id, actor)
    if not policies.can_release(actor, report):
        raise NotAllowed("这条诉求的原文不能公开：举报、非城市管理事项和涉及个人安危的内容一律不公开。")
    if ReportRelease.objects.filter(report=report).exists():
        raise Conflict("这条诉求已经放行过了。", code="already_released")
    now = at or timezone.now()
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
        key=f"release:{release.pk}",
        queue="slow",
    )
    tell_of_change(report.case)
    return release


def tell_of_change(case: Case) -> None:
    """Tell whoever follows the case, in the caller's transaction; merged reports follow the case they are in.

    Of the entries of the record the newest is told; a change that makes several tells the earlier ones itself.
    """
    for pk in case.reports.values_list("pk", flat=True):
        outbox.publish(topic="cases.report_changed", payload={"report": pk})
    newest = case.events.order_by("-pk").first()
    if newest is not None:
        tell_of_entry(newest)


def tell_of_entry(event: CaseEvent) -> None:
    """Tell other systems of an entry of the record, in the caller's transaction; once, however often it is asked."""
    outbox.publish(topic="cases.case_event", payload={"event": event.pk}, key=f"event:{event.pk}")
