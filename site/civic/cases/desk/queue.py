"""The queue of the desk: what it is narrowed by, its order, its rows, kept filters, and steps for several cases."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from civic.accounts.models import Department, District, User
from civic.cases import policies
from civic.cases.code_search import code_choices, grouped_codes
from civic.cases.desk.access import require_desk
from civic.cases.matters import matter_name
from civic.cases.models import Case, Channel, Report, SavedFilter, Step
from civic.cases.numbers import parse_number
from civic.cases.querysets import CaseQuerySet
from civic.cases.services.bulk import BULK_ACTIONS, BULK_LIMIT, Done, take_together
from civic.cases.services.filters import forget_filter, keep_filter
from civic.core.errors import DomainError

ROWS = 30
NEAR = timedelta(hours=4)
ALL = "all"
OPTIONS_SECONDS = 60


class Option(NamedTuple):
    """A district or a department as the filter offers it."""

    pk: int
    code: str
    name: str


def _options(model: type[District] | type[Department]) -> list[Option]:
    """Return all districts or departments; read at most once a minute, since they seldom change."""

    def read() -> list[Option]:
        return [Option(*row) for row in model.objects.values_list("pk", "code", "name")]

    return cache.get_or_set(f"cases.options.{model.__name__}", read, OPTIONS_SECONDS) or []


def _choices(model: type[District] | type[Department]) -> list[tuple[str, str]]:
    return [("", "全部"), *((option.code, option.name) for option in _options(model))]


class QueueFilter(forms.Form):
    """What a clerk narrows the queue by; without a step it holds what is not closed."""

    q = forms.CharField(label="编号或原文", required=False, max_length=40)
    step = forms.ChoiceField(
        label="步骤", required=False, choices=[("", "未结案"), *Step.choices, (ALL, "全部（含已结案）")]
    )
    district = forms.ChoiceField(label="区", required=False, choices=lambda: _choices(District))
    street = forms.CharField(label="街道", required=False, max_length=40)
    department = forms.ChoiceField(label="承办部门", required=False, choices=lambda: _choices(Department))
    code = forms.ChoiceField(label="事项", required=False, choices=code_choices)
    channel = forms.ChoiceField(label="渠道", required=False, choices=[("", "全部"), *Channel.choices])
    urgent = forms.BooleanField(label="紧急", required=False)
    unconfirmed = forms.BooleanField(label="待人工确认", required=False)
    overdue = forms.BooleanField(label="已超期", required=False)
    near = forms.BooleanField(label="临期", required=False)
    supervised = forms.BooleanField(label="督办", required=False)
    urged = forms.BooleanField(label="有催办", required=False)
    mine = forms.BooleanField(label="我经手的", required=False)

    def marks(self) -> list[forms.BoundField]:
        """Return the check boxes."""
        return [field for field in self if isinstance(field.field, forms.BooleanField)]

    def fields_but_marks(self) -> list[forms.BoundField]:
        """Return the other fields."""
        return [field for field in self if not isinstance(field.field, forms.BooleanField)]


def narrow(cases: CaseQuerySet, data: Mapping[str, Any], user: User, now: datetime) -> CaseQuerySet:
    """Return the cases that fit a valid filter, in the order in which they should be worked on."""
    if number := parse_number(data["q"]):
        cases = cases.filter(pk__in=Report.objects.filter(number=number).values("case"))
    elif data["q"]:
        cases = cases.filter(pk__in=Report.objects.filter(text__contains=data["q"]).values("case"))
    elif not data["step"]:
        cases = cases.filter(closed_at__isnull=True)
    if data["step"] and data["step"] != ALL:
        cases = cases.filter(step=data["step"])
    for name, model in (("district", District), ("department", Department)):
        if data[name]:
            cases = cases.filter(
                **{name: next((option.pk for option in _options(model) if option.code == data[name]), 0)}
            )
    if data["code"]:
        cases = cases.filter(matter_code=data["code"])
    if data["street"]:
        cases = cases.filter(street__startswith=data["street"].removesuffix("街道"))
    if data["channel"]:
        cases = cases.filter(pk__in=Report.objects.filter(channel=data["channel"]).values("case"))
    marks = {
        "urgent": Q(urgent=True),
        "unconfirmed": Q(code_source=Case.CodeSource.NLP, code_certain=False, closed_at__isnull=True),
        "overdue": Q(due_at__lt=now),
        "near": Q(due_at__gte=now, due_at__lte=now + NEAR),
        "supervised": Q(supervised_at__isnull=False),
        "urged": Q(urged__gt=0),
        "mine": Q(events__actor=user),
    }
    for name, condition in marks.items():
        if data[name]:
            cases = cases.filter(condition)
    if data["mine"]:
        cases = cases.distinct()
    if data["step"] in {ALL, Step.CLOSED}:
        return cases.order_by("-received_at", "-pk")
    return cases.most_pressing_first()


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


def clean_query(raw: str) -> str:
    """Return what of a query string the filter understands, in the form's order."""
    form = QueueFilter(QueryDict(raw))
    kept = {name: value for name in form.fields if (value := form.data.get(name, "").strip())}
    form.is_valid()
    return urlencode({name: value for name, value in kept.items() if name not in form.errors})


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Show the cases on this person's desk: urgent first, then by deadline, then by age."""
    user, now = require_desk(request), timezone.now()
    form = QueueFilter(request.GET)
    form.is_valid()
    data = {name: form.cleaned_data.get(name) or "" for name in form.fields}
    cases = narrow(Case.objects.on_desk_of(user), data, user, now)
    page = Paginator(cases.with_words(), ROWS).get_page(request.GET.get("page"))
    bulk_actions = [item for item in BULK_ACTIONS if policies.role_names(user) & item.roles]
    context = {
        "form": form,
        "page": page,
        "rows": queue_rows(list(page), now),
        "groups": grouped_codes(),
        "narrowed": any(data.values()),
        "query": clean_query(request.GET.urlencode()),
        "saved": SavedFilter.objects.filter(owner=user),
        "bulk_actions": bulk_actions,
        "can_triage": policies.can_correct_code(user),
    }
    context["departments"] = (
        _options(Department) if any(item.needs_department for item in bulk_actions) else []
    )
    return render(request, "cases/desk/queue.html", context)


def _back(request: HttpRequest) -> HttpResponseRedirect:
    query = clean_query(request.POST.get("query", ""))
    return HttpResponseRedirect(reverse("cases_desk:queue") + (f"?{query}" if query else ""))


@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Take one step for all marked cases; what happened to each is shown."""
    user = require_desk(request)
    marked = [int(value) for value in request.POST.getlist("case") if value.isascii() and value.isdigit()]
    code = request.POST.get("department", "")
    try:
        results = take_together(
            case_pks=marked,
            action=request.POST.get("action", ""),
            actor=user,
            department=next((one for one in Department.objects.all() if one.code == code), None),
            reason=request.POST.get("reason", ""),
            referred_to=request.POST.get("referred_to", ""),
        )
    except DomainError as error:
        messages.error(request, error.message)
        return _back(request)
    _tell(request, results)
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
