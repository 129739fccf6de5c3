"""Who is told by e-mail: the duty officer of danger at once, those who must act of a deadline; nobody's words in it."""

import logging
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from civic.accounts.models import User
from civic.accounts.roles import Role
from civic.cases.models import Case, CaseEvent, Step
from civic.cases.presentation import matter_words
from civic.core import outbox

logger = logging.getLogger("civic.cases")
DEADLINE_SUBJECTS = ("【临期】", "【超期】", "【严重超期】")  # by level


def page_urgent(report_pks: Sequence[int]) -> int:
    """Page for those of the reports' cases that are urgent, open and not paged yet; return how many."""
    urgent = Case.objects.open().filter(reports__in=report_pks, urgent=True).distinct()
    unpaged = urgent.exclude(events__kind=CaseEvent.Kind.PAGED)
    return sum(_page(pk) for pk in list(unpaged.values_list("pk", flat=True)))


@transaction.atomic
def _page(case_pk: int) -> bool:
    case = Case.objects.select_for_update().get(pk=case_pk)
    if case.events.filter(kind=CaseEvent.Kind.PAGED).exists():
        return False
    CaseEvent.objects.create(case=case, kind=CaseEvent.Kind.PAGED, created_at=timezone.now())
    outbox.publish(topic="cases.urgent", payload={"case": case.pk}, key=f"urgent:{case.pk}")
    return True


def send_page(payload: dict[str, Any]) -> None:
    """Write to the duty officers that have an address; a raise is a retry of the outbox."""
    case = Case.objects.select_related("district").get(pk=payload["case"])
    _write("【紧急】", case, User.objects.filter(groups__name=Role.DUTY_OFFICER))


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
    if payload["level"]:
        told |= Q(groups__name=Role.SUPERVISOR)
        told |= Q(groups__name=Role.DISTRICT_OFFICER, memberships__district=case.district)
    _write(DEADLINE_SUBJECTS[payload["level"]], case, User.objects.filter(told))


def _write(subject: str, case: Case, people: QuerySet[User]) -> None:
    """Send what staff may read in a mail about a case: number, matter, place, step, link; nobody's words."""
    active = people.filter(is_active=True).exclude(email="")
    addresses = sorted(set(active.values_list("email", flat=True)))
    if not addresses:
        logger.warning("nobody to tell", extra={"case_id": case.pk})
        return
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
