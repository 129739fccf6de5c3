"""Pages of one event, many people: the "me too" button, and what may be the same near a new report."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from civic.cases import policies
from civic.cases.api_v1.sharing import keep_token, person_of, person_with_token, similar_data
from civic.cases.models import Report, Step
from civic.cases.numbers import parse_number
from civic.cases.services.following import follow_on_site
from civic.cases.services.likely import Likely, known_code, likely_for_public
from civic.cases.services.sharing import support_case, supports
from civic.core.errors import DomainError, TooMany
from civic.core.throttling import check_rate


@require_POST
def support(request: HttpRequest, number: str) -> HttpResponse:
    """Count one more person, then show the progress that this person may follow from now on."""
    canonical = parse_number(number)
    found = Report.objects.traceable().filter(number=canonical).first() if canonical else None
    if found is None:
        raise Http404
    person = person_with_token(request)
    try:
        if not request.user.is_authenticated:
            check_rate(request, scope="intake", rate=settings.INTAKE_RATE_ANONYMOUS)
        done = support_case(report=found, person=person)
        if person.user is not None:
            follow_on_site(report=found, user=person.user)
    except TooMany as error:
        return render(request, "429.html", {"message": error.message}, status=429)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(
            request,
            "您已经表示过了，不用重复。"
            if done.repeated
            else "已经算上您，不用再反映一次。用这个编号看进展。",
        )
    response = HttpResponseRedirect(reverse("cases:detail", args=[found.number]))
    keep_token(response, person)
    return response


def sharing_context(request: HttpRequest, found: Report, *, mine: bool) -> dict[str, Any]:
    """Return what a progress page says of the others whom the same thing concerns."""
    case, person = found.case, person_of(request)
    open_to_support = not mine and case.step != Step.CLOSED and policies.may_be_supported(case)
    known = bool(person.user or person.token)
    supported = open_to_support and known and supports(case, person)
    others = _near_a_new(found) if mine and case.step == Step.INTAKE else []
    return {
        "supports": case.supports,
        "reports_together": case.reports.count(),
        "can_support": open_to_support and not supported,
        "supported": supported,
        "others": [similar_data(one) for one in others],
    }


def _near_a_new(found: Report) -> list[Likely]:
    case = found.case
    if case.public_lon is None or case.public_lat is None:
        return []
    return likely_for_public(
        text=found.text, lon=case.public_lon, lat=case.public_lat, code=known_code(case),
        at=case.received_at, without=case.pk,
    )  # fmt: skip
