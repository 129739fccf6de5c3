"""What another city system may see of a case and do with it: those it sent or handles, never a person's data."""

from datetime import datetime
from typing import Any, TypedDict

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

import nlp
from civic.accounts.roles import Role
from civic.cases import workflow
from civic.cases.models import Case, CaseEvent, ExternalTicket, Report, RequestType, Step
from civic.cases.numbers import parse_number
from civic.cases.presentation import PublicMatter, public_matter, status_url
from civic.cases.services.checking import clean
from civic.partners.models import Partner

HANDLER, SENDER, PUBLIC = "handler", "sender", "public"
FEW = 5000  # reports of a partner that are sorted for a page
Kind = CaseEvent.Kind
SAID = frozenset({"ask", "answer", "decline", "refer"})  # actions whose words are meant for whoever reported
# Those that whoever handles the case works from: what the people who reported and the desk asked of it.
SAID_TO_HANDLER = SAID | {"add", "urge", "rate", "dispute", "redo", "reopen", "appeal", "supervise"}


class PartnerReport(TypedDict):
    """A report of a case, with the partner's own number for it."""

    number: str
    source_ref: str


class PartnerCase(TypedDict):
    """A case before a partner."""

    number: str
    role: str
    ticket: str
    reports: list[PartnerReport]
    step: str
    step_label: str
    outcome: str
    outcome_label: str
    matter: PublicMatter | None
    urgent: bool
    department: str
    district: str
    street: str
    lon: float | None
    lat: float | None
    received_at: datetime
    updated_at: datetime
    due_at: datetime | None
    actions: list[str]
    status_url: str


def cases_of(partner: Partner) -> QuerySet[Case]:
    """Return the cases that the partner sent or that its department handles; merged ones live on in another."""
    # Looked up case by case: a hotline has sent hundreds of thousands, of which one is asked for.
    return _own(partner, Q(Exists(_sent(partner).filter(case=OuterRef("pk")))))


def cases_listed_for(partner: Partner) -> QuerySet[Case]:
    """Return the same cases, put so that a page of them by their last change is found soon.

    Few are found from the partner's reports and then sorted; many are met soon on the way along all cases.
    """
    if _sent(partner)[: FEW + 1].count() > FEW:
        return cases_of(partner)
    return _own(partner, Q(pk__in=_sent(partner).values("case")))


def _sent(partner: Partner) -> QuerySet[Report]:
    return Report.objects.filter(partner=partner.user_id)


def _own(partner: Partner, own: Q) -> QuerySet[Case]:
    if partner.department_id is not None:
        own |= Q(department=partner.department_id)
    return Case.objects.filter(own, merged_into=None)


def with_partner_parts(cases: QuerySet[Case], partner: Partner) -> QuerySet[Case]:
    """Load what `partner_case` shows in a constant number of queries."""
    return cases.select_related("district", "department").prefetch_related(
        Prefetch("reports", Report.objects.select_related("analysis").order_by("received_at", "pk")),
        Prefetch("tickets", ExternalTicket.objects.filter(partner=partner.user_id), to_attr="own_tickets"),
    )


def find_case(partner: Partner, ref: str) -> int | None:
    """Return the case that a partner means by a report's number, its own ticket or its own report number."""
    ref = clean(ref).strip()
    candidates: list[int] = []
    if number := parse_number(ref):
        candidates += Report.objects.filter(number=number).values_list("case", flat=True)
    candidates += ExternalTicket.objects.filter(partner=partner.user_id, ref=ref).values_list(
        "case", flat=True
    )
    if ref:
        candidates += Report.objects.filter(partner=partner.user_id, source_ref=ref).values_list(
            "case", flat=True
        )
    for pk in candidates:
        if (living := _living(pk)) and cases_of(partner).filter(pk=living).exists():
            return living
    return None


def _living(pk: int) -> int | None:
    """Return the case that a case lives on in after merging."""
    for _ in range(10):
        into = Case.objects.filter(pk=pk).values_list("merged_into", flat=True).first()
        if into is None:
            return pk
        pk = into
    return None


def roles_of(partner: Partner, case: Case) -> frozenset[str]:
    """Return the roles in which a partner acts on a case: its department's handler, where that handles the case."""
    handles = partner.department_id is not None and case.department_id == partner.department_id
    return frozenset({Role.DEPARTMENT_HANDLER}) if handles else frozenset()


def heard_by(partner: Partner, case: Case) -> frozenset[str]:
    """Return the actions whose words a partner reads, of a case whose words may leave."""
    return SAID_TO_HANDLER if roles_of(partner, case) else SAID


def is_quiet(case: Case) -> bool:
    """Whether no words of a case may leave: accusations, self-harm, and what nobody has understood yet."""
    types = {report.analysis.request_type for report in case.reports.all() if hasattr(report, "analysis")}
    unread = any(not hasattr(report, "analysis") for report in case.reports.all())
    return case.withheld or RequestType.ACCUSATION in {case.request_type, *types} or unread


def partner_case(case: Case, partner: Partner, *, role: str = "") -> PartnerCase:
    """Return a case loaded with `with_partner_parts` as its partner sees it.

    Who handles it needs the exact point; everybody else has the public one, and none of a withheld case.
    """
    reports = list(case.reports.all())
    roles = roles_of(partner, case)
    sent = [report for report in reports if report.partner_id == partner.user_id]
    role = role or (HANDLER if roles else SENDER if sent else PUBLIC)
    shown = reports if role == HANDLER else sent or reports[:1]
    lon, lat = (case.lon, case.lat) if role == HANDLER else (case.public_lon, case.public_lat)
    if case.withheld and role != HANDLER:
        lon = lat = None
    ticket = next((ticket.ref for ticket in getattr(case, "own_tickets", [])), "")
    return PartnerCase(
        number=shown[0].number,
        role=role,
        ticket=ticket,
        reports=[
            PartnerReport(
                number=report.number,
                source_ref=report.source_ref if report.partner_id == partner.user_id else "",
            )
            for report in shown
        ],
        step=case.step,
        step_label=str(Step(case.step).label),
        outcome=case.outcome,
        outcome_label=str(Case.Outcome(case.outcome).label),
        matter=public_matter(case),
        urgent=case.urgent if role == HANDLER else False,
        department=case.department.name if case.department and role != PUBLIC else "",
        district=case.district.name if case.district else "",
        street=case.street,
        lon=lon,
        lat=lat,
        received_at=case.received_at,
        updated_at=case.updated_at,
        due_at=case.due_at if role == HANDLER else None,
        actions=[row.action for row in workflow.available(workflow.state_of(case), roles)],
        status_url=status_url(shown[0].number),
    )


def words_for(case: Case, partner: Partner) -> dict[str, Any]:
    """Return the words of a case for its partner, masked: what was answered; to who handles it, what was asked as well.

    None of a case whose words may not leave. Masking reads the language: not inside a transaction.
    """
    if is_quiet(case):
        return {"texts": [], "said": []}
    handles = bool(roles_of(partner, case))
    events = case.events.filter(action__in=heard_by(partner, case)).exclude(reason="")
    return {
        "texts": [nlp.redact(report.text) for report in case.reports.all()] if handles else [],
        "said": [
            {"action": event.action, "text": nlp.redact(event.reason), "at": event.created_at}
            for event in events.order_by("created_at", "id")
        ],
    }
