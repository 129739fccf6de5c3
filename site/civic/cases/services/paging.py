"""Who is told by e-mail: the duty officer of danger at once, those who must act of a deadline; nobody's words in it."""

import logging
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from civic.accounts.models import Membership, User
from civic.accounts.roles import Role
from civic.cases.models import Case, CaseEvent, Step
from civic.cases.presentation import matter_words
from civic.cases.workflow import PLATFORM
from civic.core import outbox
from civic.core.models import OutboxEvent

logger = logging.getLogger("civic.cases")
TOPIC = "cases.urgent"
LOOKED_AT = 200  # failed pages that are counted
REMEMBERED = 30  # seconds: the queue is looked at all the time
DEADLINE_SUBJECTS = ("【临期】", "【超期】", "【严重超期】")  # by level


class NobodyToTell(Exception):
    """No member of staff who must be told has an address; the outbox comes again and ends in a dead letter."""


def page_urgent(report_pks: Sequence[int], *, cause: str = "") -> int:
    """Have those of the reports' cases paged for that are urgent, open and not paged yet; return how many.

    `cause` names what made a case urgent once more: an earlier page that reached nobody does not stand for it.
    """
    urgent = Case.objects.open().filter(reports__in=report_pks, urgent=True).distinct()
    unpaged = list(urgent.exclude(_sent()).values_list("pk", flat=True))
    with transaction.atomic():
        for pk in unpaged:
            outbox.publish(
                topic=TOPIC, payload={"case": pk}, key=f"urgent:{pk}:{cause}" if cause else f"urgent:{pk}"
            )
    return len(unpaged)


def _sent() -> Exists:
    """Return the condition that somebody was told of a case; entries without a count are of a time without failures."""
    paged = CaseEvent.objects.filter(case=OuterRef("pk"), kind=CaseEvent.Kind.PAGED)
    return Exists(paged.filter(Q(data__to__isnull=True) | Q(data__to__gt=0)))


def send_page(payload: dict[str, Any]) -> None:
    """Write to the duty officers that have an address, and then put down who was told; a raise is a retry.

    Where none has one the supervisors are told, else the addresses of DUTY_EMAILS. The record says so as well when
    there is nobody, or no mail server: the latter no retry can change.
    """
    waiting = Case.objects.open().filter(pk=payload["case"], urgent=True).exclude(_sent())
    case = waiting.select_related("district").first()
    if case is None:  # told already, or no longer anybody's danger
        return
    if not sends_mail():
        _record(case, to=0, whom="no_mail_server")
        return
    whom, addresses = recipients()
    if not addresses:
        _record(case, to=0, whom="nobody")
        raise NobodyToTell
    _write("【紧急】", case, addresses)
    _record(case, to=len(addresses), whom=whom)


@transaction.atomic
def _record(case: Case, *, to: int, whom: str) -> None:
    """Put down to how many a page went out; that it went to nobody is put down once."""
    Case.objects.select_for_update().get(pk=case.pk)
    paged = CaseEvent.objects.filter(case=case, kind=CaseEvent.Kind.PAGED)
    if to or not paged.exists():
        data = {"by": PLATFORM, "to": to, "whom": whom}
        CaseEvent.objects.create(case=case, kind=CaseEvent.Kind.PAGED, data=data, created_at=timezone.now())


def recipients() -> tuple[str, list[str]]:
    """Return who is told of danger now, in a word, and the addresses; none when nobody has one."""
    for role in (Role.DUTY_OFFICER, Role.SUPERVISOR):
        if addresses := _addresses(User.objects.filter(groups__name=role)):
            return role, addresses
    return "setting", sorted(set(settings.DUTY_EMAILS))


def sends_mail() -> bool:
    """Whether this installation sends mail at all."""
    return not settings.EMAIL_BACKEND.endswith("dummy.EmailBackend")


def unsent() -> int:
    """Return how many urgent open cases nobody has been told of, because it failed."""
    failed = OutboxEvent.objects.filter(
        Q(state=OutboxEvent.State.DEAD) | Q(state=OutboxEvent.State.PENDING, attempts__gt=0), topic=TOPIC
    )
    cases = [payload["case"] for payload in failed.values_list("payload", flat=True)[:LOOKED_AT]]
    return Case.objects.open().filter(pk__in=cases, urgent=True).count() if cases else 0


def trouble() -> str:
    """Return what keeps danger from being told, as a sentence for the desk; "" for nothing. Known for half a minute."""
    return cache.get_or_set("cases.paging_trouble", _trouble, REMEMBERED) or ""


def _trouble() -> str:
    if not sends_mail():
        # A demonstration sends nothing by intent.
        return "" if settings.DEMO else "没有配置发邮件的服务器（EMAIL_HOST），紧急案件和期限的通知发不出去。"
    if not recipients()[1]:
        return "没有一位值班员或主管登记了邮箱，紧急案件通知不到人。请管理员在用户设置里登记，或设置 DUTY_EMAILS。"
    if failed := unsent():
        return f"有 {failed} 件紧急案件的通知没有发出去，请先电话联系；原因见“失败待办”。"
    return ""


def check() -> dict[str, Any]:
    """Say for /health whether danger reaches somebody; without a mail server nothing is promised."""
    if not sends_mail():
        return {"status": "ok", "mail": False}
    waiting, told = unsent(), len(recipients()[1])
    return {
        "status": "ok" if told and not waiting else "degraded",
        "mail": True,
        "to": told,
        "unsent": waiting,
    }


def send_deadline(payload: dict[str, Any]) -> None:
    """Tell those who must act that a deadline nears; when it has passed, those above them too.

    Does nothing for a case that has left the step meanwhile. A raise is a retry of the outbox.
    """
    case = Case.objects.select_related("district").get(pk=payload["case"])
    if case.step != payload["step"] or case.due_at is None:
        return
    with_department = case.step in {Step.DISPATCH, Step.HANDLING}
    role = Role.DEPARTMENT_HANDLER if with_department else Role.CASE_CLERK
    told = Q(groups__name=role)
    if with_department:
        told &= Q(memberships__department=case.department)
    else:  # a district's clerk is told of the district's cases
        named = Membership.objects.filter(user=OuterRef("pk"), district__isnull=False)
        told &= ~Exists(named) | Exists(named.filter(district=case.district_id))
    if payload["level"]:
        told |= Q(groups__name=Role.SUPERVISOR)
        told |= Q(groups__name=Role.DISTRICT_OFFICER, memberships__district=case.district)
    addresses = _addresses(User.objects.filter(told))
    if addresses:
        _write(DEADLINE_SUBJECTS[payload["level"]], case, addresses)
    else:
        logger.warning("nobody to tell", extra={"case_id": case.pk})


def _addresses(people: QuerySet[User]) -> list[str]:
    return sorted(set(people.filter(is_active=True).exclude(email="").values_list("email", flat=True)))


def _write(subject: str, case: Case, addresses: list[str]) -> None:
    """Send what staff may read in a mail about a case: number, matter, place, step, link; nobody's words."""
    number = case.reports.order_by("received_at", "pk").values_list("number", flat=True).first()
    where = f"{case.district.name if case.district else ''}{case.street}" or "位置待核实"
    link = settings.PUBLIC_BASE_URL.rstrip("/") + reverse("cases_desk:detail", args=[case.pk])
    matter = matter_words(case) or "事项待判断"
    lines = [
        f"编号：{number}",
        f"事项：{matter}",
        f"位置：{where}",
        f"步骤：{Step(case.step).label}",
        f"办理：{link}",
    ]
    if case.due_at is not None:
        lines.insert(-1, f"期限：{timezone.localtime(case.due_at):%Y-%m-%d %H:%M}")
    # Blind copies: an officer's address is not the others' business.
    EmailMessage(subject=f"{subject}{where} {matter}", body="\n".join(lines), bcc=addresses).send()
