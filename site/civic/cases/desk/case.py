"""The case desk inside Wagtail's admin: one case and its actions."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from civic.accounts.models import User
from civic.cases import workflow
from civic.cases.desk.access import require_desk
from civic.cases.desk.case_page import case_on_desk, case_page
from civic.cases.desk.dispatch import department_of
from civic.cases.desk.refusals import refuse
from civic.cases.models import Case, Report
from civic.cases.numbers import parse_number
from civic.cases.services import correct_code, release_report, take_action
from civic.cases.services.photos import RELEASE_RESULTS, WITHDRAW_RESULTS
from civic.cases.services.results import release_results
from civic.cases.services.withdrawing import withdraw_release, withdraw_results
from civic.core.errors import DomainError

LABELS = {
    "recode": "更正事项代码",
    "release": "放行公开",
    "withdraw": "撤回公开",
    RELEASE_RESULTS: "放行结果照片",
    WITHDRAW_RESULTS: "撤回结果照片",
}


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one case."""
    return case_page(request, pk)


@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one action, correct the code or release words; a refusal shows the page again with what was typed."""
    actor, case = require_desk(request), case_on_desk(request, pk)
    action = request.POST.get("action", "")
    form = action
    try:
        if action == "release":
            report = _report_of(request, case)
            form = f"release-{report.number}"
            release_report(
                report_pk=report.pk,
                actor=actor,
                text=request.POST.get("text", ""),
                with_photos=bool(request.POST.get("with_photos")),
            )
        elif action == "withdraw":
            report = _report_of(request, case)
            form = f"withdraw-{report.number}"
            withdraw_release(report_pk=report.pk, actor=actor, reason=request.POST.get("reason", ""))
        else:
            _act(request, actor, case, action)
    except DomainError as error:
        label = LABELS.get(action) or next((row.label for row in workflow.TABLE if row.action == action), "")
        lost = bool(request.FILES.getlist("photos"))
        return case_page(request, pk, refuse(form, label, error, request.POST, lost_files=lost))
    messages.success(request, "已记录。")
    return HttpResponseRedirect(reverse("cases_desk:detail", args=[case.pk]))


def _report_of(request: HttpRequest, case: Case) -> Report:
    number = parse_number(request.POST.get("number", ""))
    report = Report.objects.filter(case=case, number=number).first() if number else None
    if report is None:
        raise Http404
    return report


def _act(request: HttpRequest, actor: User, case: Case, action: str) -> None:
    if action == "recode":
        correct_code(case_pk=case.pk, code=request.POST.get("code", ""), actor=actor)
    elif action == RELEASE_RESULTS:
        release_results(case_pk=case.pk, actor=actor)
    elif action == WITHDRAW_RESULTS:
        withdraw_results(case_pk=case.pk, actor=actor, reason=request.POST.get("reason", ""))
    else:
        take_action(
            case_pk=case.pk,
            action=action,
            actor=actor,
            reason=request.POST.get("reason", ""),
            department=department_of(request.POST.get("department", "")),
            referred_to=request.POST.get("referred_to", ""),
            expected_step=request.POST.get("expected_step", ""),
            photos=request.FILES.getlist("photos"),
        )
