"""One event, many people: support instead of another report, and merging of cases that can be taken apart again."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from civic.accounts.models import User
from civic.cases import deadlines, policies
from civic.cases.models import Case, CaseEvent, Merge, Report, ReportAnalysis, Step, Support
from civic.cases.services.placing import set_public_point
from civic.cases.services.steps import lock_on_desk, tell_of_change
from civic.core.errors import Conflict, InvalidInput, NotAllowed, NotFound

# What a merge takes from the source and an unmerge gives back.
_PLAIN = ("step", "outcome", "left_seconds", "escalation")
_TIMES = ("step_at", "due_at", "paused_at", "warned_at", "closed_at")


@dataclass(frozen=True)
class Person:
    """Somebody who supports a case: an account, a conversation partner (digest) or a browser with its token.

    `numbers` are the reports that this browser is known to have made.
    """

    user: User | None = None
    sender: str = ""
    token: str = ""
    numbers: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The keyed digest under which support counts once; a copy of the database names nobody."""
        if self.user is not None:
            who = f"account:{self.user.pk}"
        elif self.sender:
            who = f"sender:{self.sender}"
        elif self.token:
            who = f"browser:{self.token}"
        else:
            raise InvalidInput("没有收到浏览器标记，请允许 Cookie 后再试。", code="no_person")
        return hmac.new(settings.SECRET_KEY.encode(), f"support:{who}".encode(), hashlib.sha256).hexdigest()

    def reported(self, case: Case) -> bool:
        """Whether one of the case's reports is this person's own."""
        reports = case.reports.all()
        return (
            (self.user is not None and reports.filter(reporter=self.user).exists())
            or (bool(self.sender) and reports.filter(sender=self.sender).exists())
            or (bool(self.numbers) and reports.filter(number__in=self.numbers).exists())
        )


@dataclass(frozen=True)
class Supported:
    """The case after somebody supported it; `repeated` when that person had done so before."""

    case: Case
    repeated: bool = False


def supports(case: Case, person: Person) -> bool:
    """Whether this person already supports the case."""
    return Support.objects.filter(case=case, person=person.key).exists()


@transaction.atomic
def support_case(*, report: Report, person: Person, at: datetime | None = None) -> Supported:
    """Count one more person who met the same problem; once each, a repeat changes nothing.

    Raises NotAllowed (withheld, an accusation, or the person's own report) and Conflict (closed).
    """
    key = person.key
    case = Case.objects.select_for_update().get(
        pk=Report.objects.values_list("case", flat=True).get(pk=report.pk)
    )
    if not policies.may_be_supported(case):
        raise NotAllowed("这一件不能表示“我也遇到”。")
    if Support.objects.filter(case=case, person=key).exists():
        return Supported(case, repeated=True)
    if case.step == Step.CLOSED:
        raise Conflict("这一件已经结案。问题还在的话，请重新反映。", code="closed")
    if person.reported(case):
        raise NotAllowed("这是您自己反映的，已经算上您了。", code="own_report")
    at = at or timezone.now()
    Support.objects.create(case=case, person=key, created_at=at)
    _recount(case)
    case.updated_at = at
    case.save()
    CaseEvent.objects.create(
        case=case, kind=CaseEvent.Kind.SUPPORTED, data={"supports": case.supports}, created_at=at
    )
    tell_of_change(case)
    return Supported(case)


@transaction.atomic
def merge_cases(*, source_pk: int, target_pk: int, actor: User, at: datetime | None = None) -> Merge:
    """Put one open case into another: reports keep their numbers and follow the target from now on.

    Raises NotFound (not on the desk), NotAllowed, InvalidInput (one case) and Conflict with the reason.
    """
    if source_pk == target_pk:
        raise InvalidInput("不能把案件并入它自己。", fields={"target": "不能把案件并入它自己。"})
    locked = {pk: lock_on_desk(pk, actor) for pk in sorted((source_pk, target_pk))}
    source, target = locked[source_pk], locked[target_pk]
    if not policies.can_merge(actor):
        raise NotAllowed("您的角色不能合并案件。")
    _check_mergeable(source, target)
    at = at or timezone.now()
    reports = list(source.reports.order_by("pk").values_list("pk", flat=True))
    known = Support.objects.filter(case=target).values("person")
    moved = list(
        Support.objects.filter(case=source)
        .exclude(person__in=known)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    merge = Merge.objects.create(
        source=source, target=target, reports=reports, supports=moved, merged_by=actor, merged_at=at,
        source_state=_state(source) | _raise_urgency(source, target),
    )  # fmt: skip
    Report.objects.filter(pk__in=reports).update(case=target)
    Support.objects.filter(pk__in=moved).update(case=target)
    source.step, source.outcome, source.merged_into = Step.CLOSED, Case.Outcome.MERGED, target
    source.closed_at = at
    deadlines.enter_step(source, at)
    set_public_point(source)
    _save_both(source, target, at)
    numbers = list(Report.objects.filter(pk__in=reports).order_by("pk").values_list("number", flat=True))
    _record(source, CaseEvent.Kind.MERGED, "merge", actor, at, {"into": target.pk})
    _record(target, CaseEvent.Kind.MERGED, "merge", actor, at, {"case": source.pk, "numbers": numbers})
    tell_of_change(target)
    return merge


@transaction.atomic
def unmerge(*, merge_pk: int, actor: User, at: datetime | None = None) -> Case:
    """Take a merge apart and return the source as it was, with its reports and supports; both are recounted.

    Raises NotFound, NotAllowed and Conflict (taken apart already).
    """
    found = Merge.objects.filter(pk=merge_pk).first()
    if found is None:
        raise NotFound("没有这次合并。")
    locked = {pk: lock_on_desk(pk, actor) for pk in sorted((found.source_id, found.target_id))}
    source, target = locked[found.source_id], locked[found.target_id]
    if not policies.can_merge(actor):
        raise NotAllowed("您的角色不能拆分案件。")
    merge = Merge.objects.select_for_update().get(pk=merge_pk)
    if merge.undone_at is not None:
        raise Conflict("这次合并已经拆分过了。", code="already_unmerged")
    at = at or timezone.now()
    Report.objects.filter(pk__in=merge.reports, case=target).update(case=source)
    Support.objects.filter(pk__in=merge.supports, case=target).update(case=source)
    _restore(source, merge.source_state)
    source.merged_into = None
    set_public_point(source)
    if source.urgent:
        _give_back_urgency(target, merge.source_state)
    _save_both(source, target, at)
    merge.undone_by, merge.undone_at = actor, at
    merge.save()
    numbers = list(
        Report.objects.filter(pk__in=merge.reports).order_by("pk").values_list("number", flat=True)
    )
    kind = CaseEvent.Kind.UNMERGED
    _record(source, kind, "unmerge", actor, at, {"from": target.pk})
    _record(target, kind, "unmerge", actor, at, {"case": source.pk, "numbers": numbers})
    tell_of_change(source)
    tell_of_change(target)
    return source


def _check_mergeable(source: Case, target: Case) -> None:
    for case, name in ((source, "要并入的案件"), (target, "目标案件")):
        if case.merged_into_id is not None:
            raise Conflict(f"{name}已经并入了其他案件。", code="already_merged")
        if case.step == Step.CLOSED:
            raise Conflict(f"{name}已经结案，不能合并。", code="wrong_step")
    if source.merges_in.filter(undone_at=None).exists():
        raise Conflict("已有其他案件并入了它：请把对方并入这一件，或先拆分。", code="has_merged")
    if source.withheld != target.withheld:
        # Merged the one way, its progress would become public; the other way, the others' would disappear.
        raise Conflict("涉及个人安危、不公开的案件不能和公开的案件合并。", code="withheld_differs")
    if Report.objects.filter(case__in=[source, target], analysis=None).exists():
        raise Conflict("语言分析还没有完成，请稍后再合并。", code="not_understood")


def _state(case: Case) -> dict[str, Any]:
    return {name: getattr(case, name) for name in _PLAIN} | {
        name: _iso(getattr(case, name)) for name in _TIMES
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else parse_datetime(text)


def _restore(case: Case, state: dict[str, Any]) -> None:
    for name in _PLAIN:
        setattr(case, name, state[name])
    for name in _TIMES:
        setattr(case, name, _moment(state[name]))


def _raise_urgency(source: Case, target: Case) -> dict[str, Any]:
    """Make the target urgent when the source is: danger told of once is danger; return what that changed."""
    raised, before = source.urgent and not target.urgent, target.due_at
    if raised:
        target.urgent = True
        deadlines.set_due(target)
    return {"raised": raised, "target_due": [_iso(before), _iso(target.due_at)]}


def _give_back_urgency(target: Case, state: dict[str, Any]) -> None:
    """Take back an urgency that came by merging, unless a report that stays tells of danger itself, or a person did."""
    if not Merge.objects.filter(target=target, source_state__raised=True).exists():
        return
    said = target.events.filter(kind=CaseEvent.Kind.URGENCY).order_by("pk").last()
    if said is not None and said.data["urgent"]:
        return
    danger = Q(urgent=True) | Q(self_harm=True)
    if ReportAnalysis.objects.filter(danger, report__case=target).exists():
        return
    target.urgent = False
    before, after = state["target_due"]
    if state["raised"] and _iso(target.due_at) == after:
        target.due_at = _moment(before)
    else:  # its clock has been set since
        deadlines.set_due(target)


def _who(pk: int, reporter: int | None, channel: str, sender: str, phone: str) -> tuple[str, int | str]:
    """Return what tells whoever made a report from the others; one who gave nothing is somebody else each time."""
    if reporter is not None:
        return "account", reporter
    if sender:
        return channel, sender
    return ("phone", phone) if phone else ("report", pk)


def _recount(case: Case) -> None:
    """Count who else met the problem: who said so, and whose reports were merged into the case.

    Both press alike, and the queue's order reads this one number. Somebody who reported several times is one person.
    """
    rows = case.reports.values_list("pk", "reporter", "channel", "sender", "contact_phone")
    people = {_who(*row) for row in rows}
    case.supports = Support.objects.filter(case=case).count() + max(0, len(people) - 1)


def _save_both(source: Case, target: Case, at: datetime) -> None:
    for case in (source, target):
        _recount(case)
        case.updated_at = at
        case.save()


def _record(case: Case, kind: str, action: str, actor: User, at: datetime, data: dict[str, Any]) -> None:
    # The steps stay empty: the record of steps reached is that of the case alone.
    CaseEvent.objects.create(case=case, kind=kind, action=action, actor=actor, data=data, created_at=at)
