"""The desk's page of one case: what was said, what nlp made of it and why, the record, and what may be done now.

The views that change a case show the same page again when they refuse, with what was typed.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

import nlp
from civic.accounts.models import Department
from civic.accounts.roles import role_names
from civic.cases import policies, workflow
from civic.cases.attributes import spoken
from civic.cases.desk.access import require_desk
from civic.cases.desk.case_parts import case_parts
from civic.cases.desk.offers import offers
from civic.cases.desk.refusals import Refusal
from civic.cases.desk.results import results_parts
from civic.cases.desk.same_event import same_event
from civic.cases.desk.urgency_part import urgency_part
from civic.cases.matters import matter_name
from civic.cases.models import Case, Step
from civic.cases.presentation import steps_of, steps_reached

TOLD = 0.005  # of confidence: below it a candidate shows as 0.00 and tells nothing


def case_on_desk(request: HttpRequest, pk: int) -> Case:
    """Return a case of this person's desk; Http404 for any other."""
    user = require_desk(request)
    case = Case.objects.on_desk_of(user).with_first_report().filter(pk=pk).first()
    if case is None:
        raise Http404
    return case


def case_page(request: HttpRequest, pk: int, refusal: Refusal | None = None) -> HttpResponse:
    """Answer with the page of a case as it is now, and with the refusal of a form if there was one."""
    case = case_on_desk(request, pk)
    parts = case_parts(request, case)
    rows = workflow.available(workflow.state_of(case), role_names(request.user))
    offered = offers(rows, refusal, parts["answer_text"])
    context = {
        "case": case,
        "same_event": same_event(request.user, case),
        "matter": matter_name(case.matter_code),
        "reports": _reports(request, case, refusal),
        "steps": steps_of(case, steps_reached(case)),
        "main": [offer for offer in offered if offer.leads_on],
        "others": [offer for offer in offered if not offer.leads_on],
        "overdue": case.due_at is not None and case.due_at < timezone.now(),
        "departments": Department.objects.all() if case.step == Step.FILING else [],
        "can_correct": policies.can_correct_code(request.user),
        "can_view_contact": policies.can_view_contact(request.user),
        "urgency": urgency_part(request.user, case, refusal),
        "refusal": refusal,
        # Each form that is always on the page finds its own refusal under its name.
        "refused": {refusal.form: refusal} if refusal else {},
        **parts,
        **results_parts(request, case),
    }
    if refusal is not None:
        context["form_is_gone"] = not _is_on_page(refusal.form, context)
    return render(
        request, "cases/desk/detail.html", context, status=refusal.status if refusal is not None else 200
    )


def _reports(request: HttpRequest, case: Case, refusal: Refusal | None) -> list[dict[str, Any]]:
    rows = []
    for report in case.reports.all():
        report.case = case
        analysis = getattr(report, "analysis", None)
        release = getattr(report, "release", None)
        form = f"{'release' if release is None else 'withdraw'}-{report.number}"
        refused = refusal if refusal is not None and refusal.form == form else None
        can_release = release is None and policies.can_release(request.user, report)
        text = refused.typed.get("text", "") if refused else report.text
        rows.append(
            {
                "report": report,
                "analysis": analysis,
                "candidates": [
                    {"name": matter_name(item["code"]), **item}
                    for item in (analysis.candidates if analysis else [])
                    if item["confidence"] >= TOLD
                ],
                "release": release,
                "contact": " ".join(
                    part for part in (report.contact_name, report.contact_phone, report.contact_email) if part
                ),
                "attributes": spoken(report.citizen_code, report.attributes),
                "can_release": can_release,
                "can_withdraw": release is not None and policies.can_withdraw(request.user),
                "refused": refused,
                "text": text,
                "masked": nlp.redact(text or report.text) if can_release else "",
            }
        )
    return rows


def _is_on_page(form: str, context: dict[str, Any]) -> bool:
    """Whether the page still shows a form, so that what was typed is in it."""
    forms = {offer.row.action for offer in (*context["main"], *context["others"])} | {"note"}
    for item in context["reports"]:
        forms |= {
            f"{name}-{item['report'].number}" for name in ("release", "withdraw") if item[f"can_{name}"]
        }
    if context["can_withdraw_results"]:
        forms.add("withdraw_results")
    if context["can_correct"]:
        forms.add("recode")
    if context["urgency"]["may"]:
        forms.add(context["urgency"]["form"])
    if context["place"]["may_correct"]:
        forms.add("place")
    if context["same_event"]["may_merge"]:
        forms.add("merge")
    return form in forms
