"""我的: one's own reports, what one follows, points and level. Nobody else sees it, and there is no ranking."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from civic.cases.models import Report
from civic.cases.presentation import public_case
from civic.cases.services.following import subject_of
from civic.engagement.levels import reason_name, standing_of, total_of
from civic.engagement.models import Channel, Notice, Point, Subscription

REPORTS, LINES, NEWS = 10, 20, 10


def number_of(subject: str) -> str:
    """Return the number of the report that a line is about, or "" for what is no report."""
    return subject.removeprefix("report:") if subject.startswith("report:") else ""


@login_required
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """Show what belongs to the signed-in person."""
    reports = (
        Report.objects.filter(reporter=request.user.pk).with_public_parts().order_by("-received_at", "-pk")
    )
    page = Paginator(reports, REPORTS).get_page(request.GET.get("page"))
    own = {subject_of(report.number) for report in page}
    lines = Point.objects.filter(user=request.user.pk).order_by("-created_at", "-id")[:LINES]
    context = {
        "page": page,
        "cases": [public_case(report) for report in page],
        "standing": standing_of(total_of(request.user.pk)),
        "ledger": [
            {"line": line, "name": reason_name(line.reason), "number": number_of(line.subject)}
            for line in lines
        ],
        "followed": Subscription.objects.filter(
            user=request.user.pk, channel=Channel.SITE, ended_at=None
        ).exclude(subject__in=own).order_by("-created_at")[:NEWS],
        "news": Notice.objects.filter(
            subscription__user=request.user.pk, subscription__channel=Channel.SITE
        ).order_by("-created_at", "-id")[:NEWS],
    }  # fmt: skip
    response = render(request, "cases/me.html", context)
    response["Cache-Control"] = "private, no-store"
    return response
