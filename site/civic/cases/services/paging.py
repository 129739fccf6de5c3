"""Danger reaches the duty officer at once: an entry in the record, and an e-mail without anybody's words."""

import logging
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from civic.accounts.models import User
from civic.accounts.roles import Role
from civic.cases.models import Case, CaseEvent, Step
from civic.cases.presentation import matter_words
from civic.core import outbox

logger = logging.getLogger("civic.cases")


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
    officers = User.objects.filter(is_active=True, groups__name=Role.DUTY_OFFICER).exclude(email="")
    addresses = sorted(set(officers.values_list("email", flat=True)))
    if not addresses:
        logger.warning("nobody to page", extra={"case_id": case.pk})
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
    # Blind copies: an officer's address is not the others' business.
    EmailMessage(subject=f"【紧急】{where} {matter}", body="\n".join(lines), bcc=addresses).send()
