"""The quality of triage in the desk: how often people agree with nlp, and the cases behind each number."""

from datetime import timedelta

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from civic.cases.desk.access import require_desk
from civic.cases.matters import matter_name
from civic.cases.models import Case
from civic.cases.triage_quality import WEEKS, among, decisions, first_week, summary

ROWS = 30
KEYS = ("guessed", "decided", "week", "tenth", "result")


@require_safe
def quality(request: HttpRequest) -> HttpResponse:
    """Show the last weeks' accuracy per code, what is confused, and whether confidences hold."""
    user, since = require_desk(request), first_week(timezone.now())
    monday = since.date()
    weeks = [monday + timedelta(weeks=number) for number in range(WEEKS)]
    tables = summary(decisions(user, since=since), weeks)
    return render(request, "cases/desk/quality.html", {"since": since, "weeks_count": WEEKS, **tables})


@require_safe
def quality_cases(request: HttpRequest) -> HttpResponse:
    """Show the cases that one number counts."""
    user, since = require_desk(request), first_week(timezone.now())
    asked = {key: request.GET.get(key, "")[:12] for key in KEYS}
    page = Paginator(among(decisions(user, since=since), **asked), ROWS).get_page(request.GET.get("page"))
    cases = Case.objects.on_desk_of(user).with_first_report().in_bulk([one.case_pk for one in page])
    rows = [
        {
            "decision": one,
            "case": cases[one.case_pk],
            "report": next(iter(cases[one.case_pk].reports.all()), None),
            "guessed": matter_name(one.guessed),
            "decided": matter_name(one.decided),
            "percent": round(100 * one.confidence),
        }
        for one in page
        if one.case_pk in cases
    ]
    return render(request, "cases/desk/quality_cases.html", {"page": page, "rows": rows})
