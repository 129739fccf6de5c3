"""The desk's box "may be the same event": likely duplicates, merging either way, and taking a merge apart."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from civic.accounts.models import User
from civic.cases import policies
from civic.cases.matters import matter_name
from civic.cases.models import Case, Merge, Report, Step
from civic.cases.numbers import parse_number
from civic.cases.services.likely import likely_for_case
from civic.cases.services.sharing import merge_cases, unmerge
from civic.core.errors import DomainError, InvalidInput


def same_event(user: Any, case: Case) -> dict[str, Any]:
    """Return what the box shows of a case, in a constant number of queries."""
    is_open = case.step != Step.CLOSED
    merges = list(
        Merge.objects.filter(target=case, undone_at=None).select_related("merged_by").order_by("pk")
    )
    out = Merge.objects.filter(source=case, undone_at=None).select_related("target").first()
    moved = [pk for merge in merges for pk in merge.reports]
    numbers = dict(Report.objects.filter(pk__in=moved).values_list("pk", "number")) if moved else {}
    can_merge = policies.can_merge(user)
    return {
        "can_merge": can_merge,
        "may_merge": can_merge and is_open,
        "out": out,
        "merges": [
            {"merge": one, "numbers": [numbers[pk] for pk in one.reports if pk in numbers]} for one in merges
        ],
        "likely": [
            {"found": one, "percent": round(one.score * 100), "matter": matter_name(one.case.matter_code)}
            for one in (likely_for_case(case=case, user=user) if is_open else [])
        ],
    }


def _case_of(number: str) -> int:
    canonical = parse_number(number)
    pk = Report.objects.filter(number=canonical).values_list("case", flat=True).first() if canonical else None
    if pk is None:
        raise InvalidInput("没有这个编号，请核对后再填。", fields={"number": "没有这个编号。"})
    return pk


@require_POST
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Merge this case with that of a number, into it or the other way; a refusal says why."""
    if not isinstance(request.user, User) or not policies.can_use_desk(request.user):
        raise PermissionDenied
    there = pk
    try:
        other = _case_of(request.POST.get("number", ""))
        inward = request.POST.get("direction") == "in"
        source, target = (other, pk) if inward else (pk, other)
        merge_cases(source_pk=source, target_pk=target, actor=request.user)
        there = target
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "已合并：各件编号不变，之后的进展和答复告诉每一位反映人。")
    return HttpResponseRedirect(reverse("cases_desk:detail", args=[there]))


@require_POST
def take_apart(request: HttpRequest, pk: int, merge_pk: int) -> HttpResponse:
    """Take a merge of this case apart."""
    if not isinstance(request.user, User) or not policies.can_use_desk(request.user):
        raise PermissionDenied
    try:
        unmerge(merge_pk=merge_pk, actor=request.user)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "已拆分，原案件恢复到合并前的步骤。")
    return HttpResponseRedirect(reverse("cases_desk:detail", args=[pk]))
