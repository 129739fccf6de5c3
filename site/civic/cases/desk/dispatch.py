"""派遣试算 in the desk: which rule would decide for a code, a place and a time, and why the others would not."""

from datetime import datetime
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from civic.accounts.models import Department, User
from civic.cases import deadlines
from civic.cases.code_search import grouped_codes
from civic.cases.desk.access import require_desk
from civic.cases.dispatching import Situation, when
from civic.cases.matters import is_matter, matter_name
from civic.cases.models import Case, CaseEvent, DispatchRule, PointSource
from civic.cases.services.checking import check_point
from civic.cases.services.dispatch_rules import RuleBook, Suggestion, rule_book
from civic.cases.services.placing import NOWHERE, Placement, place_by_point, place_by_text
from civic.core.errors import DomainError, InvalidInput

COMPARED = 1000  # of the latest dispatches
LISTED = 50
ROUTES = 20


class TrialForm(forms.Form):
    """A case that might come."""

    code = forms.CharField(label="事项代码", required=False, max_length=5)
    place = forms.CharField(label="地址或地名", required=False, max_length=200)
    lon = forms.FloatField(label="经度", required=False)
    lat = forms.FloatField(label="纬度", required=False)
    at = forms.DateTimeField(
        label="时间",
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": "时间要写成 2026-03-06 22:00 这样。"},
    )

    def clean_code(self) -> str:
        """Refuse a code that no matter has."""
        code: str = self.cleaned_data["code"].strip()
        if code and not is_matter(code):
            raise forms.ValidationError("没有这个事项代码。")
        return code

    def placement(self) -> Placement:
        """Return where the case would be; the point is asked before the words."""
        data = self.cleaned_data
        point = check_point(data.get("lon"), data.get("lat"))
        if point:
            return place_by_point(point, PointSource.PIN)
        found = place_by_text(data.get("place", ""), PointSource.ADDRESS)
        if data.get("place") and found is NOWHERE:
            self.add_error("place", "没有认出这个地方，请换一个写法，或者填经纬度。")
        return found


class Elsewhere(NamedTuple):
    """A case that the rules would have sent to another department than it went to."""

    case: Case
    number: str
    matter: str
    went: str
    rule: DispatchRule


class Comparison(NamedTuple):
    """The latest dispatches beside what the rules say of them."""

    cases: int
    without_rule: int
    elsewhere_count: int
    elsewhere: list[Elsewhere]
    routes: list[tuple[str, str, int]]


def department_of(code: str) -> Department | None:
    """Return the department that a form names, None for none; one that is not there is never replaced by a rule's."""
    found = next((department for department in Department.objects.all() if department.code == code), None)
    if code and found is None:
        raise InvalidInput("没有这个部门，请选择承办部门。", fields={"department": "没有这个部门。"})
    return found


def may_try(user: User) -> bool:
    """Whether the user may see rules and try them."""
    return user.has_perm("cases.view_dispatchrule")


@require_safe
def trial(request: HttpRequest) -> HttpResponse:
    """Show the form, and once it is filled in the rule that decides and every other with its reason."""
    user = require_desk(request)
    if not may_try(user):
        raise PermissionDenied
    asked = any(name in request.GET for name in TrialForm.base_fields)
    now = timezone.localtime().replace(second=0, microsecond=0)
    form = TrialForm(request.GET if asked else None, initial={"at": now}, label_suffix="")
    context: dict[str, Any] = {
        "form": form,
        "groups": grouped_codes(),
        "edits_rules": user.has_perm("cases.change_dispatchrule"),
        "rules": DispatchRule.objects.filter(active=True).count(),
    }
    if asked and form.is_valid():
        try:
            placement = form.placement()
        except DomainError as error:
            form.add_error("lon" if "lon" in error.fields else None, error.message)
        else:
            if form.is_valid():
                context |= _answer(form, placement, now)
    if request.GET.get("compare"):
        context["comparison"] = compare(user, rule_book())
    return render(request, "cases/desk/dispatch.html", context)


def _answer(form: TrialForm, placement: Placement, now: datetime) -> dict[str, Any]:
    data, book = form.cleaned_data, rule_book()
    at = timezone.localtime(data["at"]) if data["at"] else now
    hours = deadlines.default().hours
    suggestion = book.suggest(Situation(data["code"], placement.district, placement.street, at, hours))
    return {
        "asked": {
            "matter": matter_name(data["code"]) if data["code"] else "未判定的事项",
            "place": f"{placement.district}{placement.street}" or "位置不明",
            "at": at,
            "working": hours.is_working_day(at.date()),
        },
        "suggestion": suggestion,
        "others": others(suggestion, book),
    }


def others(suggestion: Suggestion, book: RuleBook) -> list[dict[str, Any]]:
    """Return the rules that do not decide, each with its reason; those that fit come first."""
    return [
        {"row": book.rows[judged.rule.id], "judged": judged, "when": when(judged.rule)}
        for judged in suggestion.verdict.others
    ]


def compare(user: User, book: RuleBook) -> Comparison:
    """Return how the latest dispatches of this desk compare with the rules in force; a constant number of queries."""
    mine = Case.objects.on_desk_of(user)
    events = (
        CaseEvent.objects.filter(action="dispatch", kind=CaseEvent.Kind.STEP, case__in=mine.values("pk"))
        .select_related("case__district")
        .prefetch_related("case__reports")
        .defer("reason")
        .order_by("-created_at", "-pk")[:COMPARED]
    )
    hours, names = deadlines.default().hours, dict(Department.objects.values_list("code", "name"))
    latest: dict[int, CaseEvent] = {}
    for event in events:
        latest.setdefault(event.case_id, event)
    found: list[Elsewhere] = []
    routes: dict[tuple[str, str], int] = {}
    without = 0
    for event in latest.values():
        case, went = event.case, event.data.get("department", "")
        rule = book.choose(
            Situation(
                case.matter_code,
                case.district.name if case.district else "",
                case.street,
                timezone.localtime(event.created_at),
                hours,
            )
        )
        if rule is None:
            without += 1
        elif rule.department.code != went:
            number = next((report.number for report in case.reports.all()), str(case.pk))
            office = names.get(went, went or "（已撤销的部门）")
            found.append(Elsewhere(case, number, matter_name(case.matter_code), office, rule))
            route = (found[-1].went, rule.department.name)
            routes[route] = routes.get(route, 0) + 1
    most = sorted(((*route, count) for route, count in routes.items()), key=lambda row: -row[2])[:ROUTES]
    return Comparison(len(latest), without, len(found), found[:LISTED], most)
