"""Updates of requests: what became of them in a period, and a partner's further words about its own."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from civic.cases import workflow
from civic.cases.api_v1.public import idempotency_key
from civic.cases.models import CaseEvent, Report, Step
from civic.cases.numbers import parse_number
from civic.cases.open311.formats import answer, endpoint
from civic.cases.open311.parameters import MAX_ROWS, page_of, period
from civic.cases.open311.requests import partner_of
from civic.cases.querysets import understood
from civic.cases.services.closure import add_from_partner
from civic.core.errors import InvalidInput, NotFound

LABELS = {row.action: str(row.label) for row in workflow.TABLE}


@endpoint("GET", "HEAD", "POST")
def updates(request: HttpRequest, fmt: str) -> HttpResponse:
    """List updates, or take one."""
    return add(request, fmt) if request.method == "POST" else listing(request, fmt)


def listing(request: HttpRequest, fmt: str) -> HttpResponse:
    """List the steps that public cases took, oldest first: at most 90 days and 1,000 rows; words stay inside."""
    events = CaseEvent.objects.filter(
        understood("case__"), kind=CaseEvent.Kind.STEP, case__withheld=False
    ).select_related("case")
    reports = Report.objects.all()
    if given := request.GET.get("service_request_id"):
        numbers = [number for part in given.split(",")[:MAX_ROWS] if (number := parse_number(part))]
        # Other reports of the same case have not been asked for: their numbers stay inside.
        reports = reports.filter(number__in=numbers)
        events = events.filter(case__reports__number__in=numbers).distinct()
    else:
        start, end = period(request)
        events = events.filter(created_at__gte=start, created_at__lte=end)
    shown = list(events.order_by("created_at", "pk")[page_of(request)])
    numbers_of: dict[int, list[str]] = {}
    for case_pk, number in (
        reports.filter(case__in={event.case_id for event in shown})
        .order_by("received_at", "pk")
        .values_list("case_id", "number")
    ):
        numbers_of.setdefault(case_pk, []).append(number)
    rows = [row_of(event, number) for event in shown for number in numbers_of.get(event.case_id, [])]
    return answer(rows, fmt, root="service_request_updates", item="request_update")


def row_of(event: CaseEvent, number: str) -> dict[str, Any]:
    """Return one step of a case as an update of one of its requests."""
    closed = event.to_step == Step.CLOSED
    zone = timezone.get_default_timezone()
    return {
        "update_id": f"{event.pk}-{number}",
        "service_request_id": number,
        "status": "closed" if closed else "open",
        "updated_datetime": event.created_at.astimezone(zone).isoformat(timespec="seconds"),
        "description": LABELS.get(event.action) or str(Step(event.to_step or event.case.step).label),
        "media_url": None,
        "extended_attributes": {"step": event.to_step or Step(event.case.step).value},
    }


def add(request: HttpRequest, fmt: str) -> HttpResponse:
    """Take a partner's further words about a request that it sent; `update_id` makes a repeat the same update."""
    partner = partner_of(request)
    number = parse_number(request.POST.get("service_request_id", ""))
    report = Report.objects.filter(number=number, partner=partner).first() if number else None
    if report is None:
        # A partner learns nothing of another's requests, not even that they exist.
        raise NotFound("您没有提交过这个编号的诉求。")
    words = request.POST.get("description", "")
    if not words.strip():
        raise InvalidInput("必填：请写一句话。", fields={"description": "必填：请写一句话。"})
    event, repeated = add_from_partner(
        report=report,
        partner=partner,
        text=words,
        key=request.POST.get("update_id", "").strip()[:200] or idempotency_key(request),
    )
    rows = [{"update_id": f"{event}-{report.number}"}]
    return answer(
        rows, fmt, root="service_request_updates", item="request_update", status=200 if repeated else 201
    )
