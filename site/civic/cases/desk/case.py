"""The case desk inside Wagtail's admin: one case with its timeline and actions."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from civic.accounts.models import Department
from civic.accounts.roles import role_names
from civic.cases import policies, workflow
from civic.cases.attributes import spoken
from civic.cases.desk.access import require_desk
from civic.cases.desk.case_parts import case_parts
from civic.cases.desk.dispatch import department_of
from civic.cases.desk.results import results_parts
from civic.cases.desk.sharing import same_event
from civic.cases.matters import matter_name
from civic.cases.models import Case, Report, Step
from civic.cases.numbers import parse_number
from civic.cases.presentation import steps_of, steps_reached
from civic.cases.services import correct_code, release_report, take_action
from civic.cases.services.photos import RELEASE_RESULTS
from civic.cases.services.results import release_results
from civic.core.errors import DomainError

TOLD = 0.005  # of confidence: below it a candidate shows as 0.00 and tells nothing


def _case(request: HttpRequest, pk: int) -> Case:
    require_desk(request)
    case = Case.objects.on_desk_of(request.user).with_first_report().filter(pk=pk).first()
    if case is None:
        raise Http404
    return case


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one case: what was said, what nlp made of it and why, the record, and what may be done now."""
    case = _case(request, pk)
    reports = []
    for report in case.reports.all():
        report.case = case
        analysis = getattr(report, "analysis", None)
        reports.append(
            {
                "report": report,
                "analysis": analysis,
                "candidates": [
                    {"name": matter_name(item["code"]), **item}
                    for item in (analysis.candidates if analysis else [])
                    if item["confidence"] >= TOLD
                ],
                "release": getattr(report, "release", None),
                "contact": " ".join(
                    part for part in (report.contact_name, report.contact_phone, report.contact_email) if part
                ),
                "attributes": spoken(report.citizen_code, report.attributes),
                "can_release": policies.can_release(request.user, report),
            }
        )
    context = {
        "case": case,
        "same_event": same_event(request.user, case),
        "matter": matter_name(case.matter_code),
        "reports": reports,
        "steps": steps_of(case, steps_reached(case)),
        "actions": workflow.available(workflow.state_of(case), role_names(request.user)),
        "overdue": case.due_at is not None and case.due_at < timezone.now(),
        "departments": Department.objects.all() if case.step == Step.FILING else [],
        "can_correct": policies.can_correct_code(request.user),
        "can_view_contact": policies.can_view_contact(request.user),
        **case_parts(request, case),
        **results_parts(request, case),
    }
    return render(request, "cases/desk/detail.html", context)


@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one action, correct the code or release words; a refusal says why and leaves the case as it is."""
    actor, case = require_desk(request), _case(request, pk)
    action = request.POST.get("action", "")
    try:
        if action == "recode":
            correct_code(case_pk=case.pk, code=request.POST.get("code", ""), actor=actor)
        elif action == "release":
            report = Report.objects.filter(
                case=case, number=parse_number(request.POST.get("number", ""))
            ).first()
            if report is None:
                raise Http404
            release_report(
                report_pk=report.pk,
                actor=actor,
                text=request.POST.get("text", ""),
                with_photos=bool(request.POST.get("with_photos")),
            )
        elif action == RELEASE_RESULTS:
            release_results(case_pk=case.pk, actor=actor)
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
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "已记录。")
    return HttpResponseRedirect(reverse("cases_desk:detail", args=[case.pk]))
