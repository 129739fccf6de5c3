"""The queue of the desk: what it is narrowed by, its order, its rows, kept filters, and steps for several cases."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from civic.accounts.models import Department
from civic.accounts.roles import is_city_wide
from civic.cases import policies
from civic.cases.code_search import grouped_codes
from civic.cases.desk.access import require_desk
from civic.cases.desk.chips import chips
from civic.cases.desk.dispatch import department_of
from civic.cases.desk.narrowing import NEAR, clean_query, narrow, narrowed_queue, options_of
from civic.cases.desk.refusals import UNPROCESSABLE
from civic.cases.matters import matter_name
from civic.cases.models import Case, SavedFilter
from civic.cases.services.bulk import BULK_ACTIONS, BULK_LIMIT, Done, take_together
from civic.cases.services.filters import forget_filter, keep_filter
from civic.cases.services.paging import trouble
from civic.core.errors import Conflict, DomainError, InvalidInput
from civic.core.pagination import BoundedPaginator

ROWS = 30


def queue_rows(cases: list[Case], now: datetime) -> list[dict[str, Any]]:
    """Return what the table shows of cases loaded with their first report."""
    rows = []
    for case in cases:
        reports = list(case.reports.all())
        report = reports[0] if reports else None
        analysis = getattr(report, "analysis", None) if report else None
        due = case.due_at
        rows.append(
            {
                "case": case,
                "report": report,
                "more": len(reports) - 1,
                "matter": matter_name(case.matter_code),
                "confidence": analysis.confidence if analysis and case.code_source == "nlp" else None,
                "unconfirmed": case.code_source == "nlp" and not case.code_certain and case.closed_at is None,
                "overdue": due is not None and due < now,
                "near": due is not None and now <= due <= now + NEAR,
            }
        )
    return rows


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Show the cases on this person's desk: urgent first, then by deadline, then by age."""
    return _page(request, request.GET)


def _page(
    request: HttpRequest, raw: QueryDict, refused: QueryDict | None = None, status: int = 200
) -> HttpResponse:
    """Answer with the queue under a filter; after a refusal with what was marked and typed for the marked cases."""
    user, now = require_desk(request), timezone.now()
    form, cases = narrowed_queue(user, raw, now)
    page = BoundedPaginator(cases.with_words(), ROWS).get_page(raw.get("page"))
    bulk_actions = [item for item in BULK_ACTIONS if policies.role_names(user) & item.roles]
    context = {
        "form": form,
        "page": page,
        "rows": queue_rows(list(page), now),
        "groups": grouped_codes(),
        "narrowed": any(form.cleaned_data.values()),
        "chips": chips(form),
        "query": clean_query(raw.urlencode()),
        "saved": SavedFilter.objects.filter(owner=user),
        "bulk_actions": bulk_actions,
        "bulk_refers": any(item.needs_reason for item in bulk_actions),
        "can_triage": policies.can_correct_code(user),
        "can_view_contact": policies.can_view_contact(user),
        "trouble": trouble() if is_city_wide(user) else "",
        "can_import": policies.can_import(user),
        "typed": refused or {},
        "marked": _marked(refused) if refused is not None else [],
    }
    context["departments"] = (
        options_of(Department) if any(item.needs_department for item in bulk_actions) else []
    )
    return render(request, "cases/desk/queue.html", context, status=status)


def _marked(data: QueryDict) -> list[int]:
    """Return the cases that were marked."""
    return [int(one) for one in data.getlist("case") if one.isascii() and one.isdigit() and len(one) < 18]


def _again(request: HttpRequest, status: int) -> HttpResponse:
    """Show the queue again after nothing could be done, with what was marked and typed."""
    query = clean_query(request.POST.get("query", ""))
    raw = QueryDict(query, mutable=True)
    raw["page"] = request.POST.get("page", "")
    return _page(request, raw, request.POST, status)


def _back(request: HttpRequest) -> HttpResponseRedirect:
    query = clean_query(request.POST.get("query", ""))
    return HttpResponseRedirect(reverse("cases_desk:queue") + (f"?{query}" if query else ""))


@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Take one step for all marked cases; what happened to each is shown, and what was typed if none was done."""
    user = require_desk(request)
    try:
        results = take_together(
            case_pks=_marked(request.POST),
            action=request.POST.get("action", ""),
            actor=user,
            department=department_of(request.POST.get("department", "")),
            reason=request.POST.get("reason", ""),
            referred_to=request.POST.get("referred_to", ""),
        )
    except DomainError as error:
        messages.error(request, error.message)
        return _again(request, error.status if error.status != InvalidInput.status else UNPROCESSABLE)
    _tell(request, results)
    if all(result.refusal for result in results):
        return _again(request, Conflict.status)
    return _back(request)


def _tell(request: HttpRequest, results: list[Done]) -> None:
    done = [result for result in results if not result.refusal]
    refused = [result for result in results if result.refusal]
    if done:
        messages.success(request, f"已办 {len(done)} 件：{'、'.join(one.number for one in done)}")
    for result in refused[:10]:
        messages.warning(request, f"{result.number} 没有办：{result.refusal}")
    if len(refused) > 10:
        messages.warning(request, f"另有 {len(refused) - 10} 件也没有办，它们还在列表里。")


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the present filter under a name, or forget one."""
    user = require_desk(request)
    forget = request.POST.get("forget", "")
    try:
        if forget:
            forget_filter(owner=user, pk=int(forget) if forget.isascii() and forget.isdigit() else 0)
            messages.success(request, "已删除。")
        else:
            keep_filter(
                owner=user,
                name=request.POST.get("name", ""),
                query=clean_query(request.POST.get("query", "")),
            )
            messages.success(request, "已保存。")
    except DomainError as error:
        messages.error(request, error.message)
    return _back(request)


__all__ = ["BULK_LIMIT", "bulk", "keep", "narrow", "queue"]
