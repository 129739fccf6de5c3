"""What the person who reported does on the progress page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from civic.cases.for_reporter import own_view
from civic.cases.models import Report
from civic.cases.numbers import parse_number
from civic.cases.public.views import AT_TOP, is_mine, show_case
from civic.cases.services.closure import rate, reopen, reporter_action
from civic.core.errors import DomainError

DONE = {
    "urge": "已经催办，承办人看得到。",
    "add": "已经补充，承办人看得到。",
    "rate": "谢谢，您的评价已经记录。",
    "reopen": "已经重开，承办部门会再看一次。",
}


@require_POST
def act(request: HttpRequest, number: str) -> HttpResponse:
    """Do one thing as the person who reported; a refusal shows the page again with what was typed."""
    canonical = parse_number(number)
    found = Report.objects.with_public_parts().filter(number=canonical).first() if canonical else None
    if found is None or not is_mine(request, found):
        return render(request, "cases/unknown.html", {"number": number[:30]}, status=404)
    action = request.POST.get("action", "")
    words = request.POST.get("words", "")
    try:
        _do(found, action, words, request)
    except DomainError as error:
        fresh = Report.objects.with_public_parts().get(pk=found.pk)
        typed = {"action": action, "words": words, "stars": request.POST.get("stars", "")}
        if _has_form(fresh, action):
            typed["error"] = error.message  # beside the form, to which the browser comes back
        else:
            messages.error(request, error.message)
        return show_case(request, fresh, mine=True, status=error.status, typed=typed)
    messages.success(request, DONE[action])
    return HttpResponseRedirect(reverse("cases:detail", args=[found.number]) + AT_TOP)


def _has_form(report: Report, action: str) -> bool:
    """Whether the page still shows the form of an action."""
    view = own_view(report)
    shown = {
        "rate": view["may_rate"],
        "reopen": view["may_reopen"] or view["may_appeal"],
        "add": view["may_add"],
    }
    return bool(shown.get(action))


def _do(report: Report, action: str, words: str, request: HttpRequest) -> None:
    if action == "rate":
        stars = request.POST.get("stars", "")
        rate(
            report=report,
            solved=request.POST.get("solved") == "yes",
            stars=int(stars) if stars in {"1", "2", "3", "4", "5"} else 0,
            comment=words,
        )
    elif action == "reopen":
        reopen(report=report, reason=words)
    else:
        reporter_action(
            report=report,
            action=action if action in DONE else "",
            reason=words,
            photos=[file for file in request.FILES.getlist("photos") if file.name],
        )
