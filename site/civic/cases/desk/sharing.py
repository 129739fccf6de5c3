"""The desk merges cases, either way, and takes merges apart."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from civic.cases.desk.access import require_desk
from civic.cases.desk.case_page import case_on_desk, case_page
from civic.cases.desk.refusals import refuse
from civic.cases.models import Merge, Report
from civic.cases.numbers import parse_number
from civic.cases.services.sharing import merge_cases, unmerge
from civic.core.errors import DomainError, InvalidInput


def _case_of(number: str) -> int:
    canonical = parse_number(number)
    pk = Report.objects.filter(number=canonical).values_list("case", flat=True).first() if canonical else None
    if pk is None:
        raise InvalidInput("没有这个编号，请核对后再填。", fields={"number": "没有这个编号，请核对后再填。"})
    return pk


@require_POST
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Merge this case with that of a number, into it or the other way; a refusal says why."""
    actor, case = require_desk(request), case_on_desk(request, pk)
    try:
        other = _case_of(request.POST.get("number", ""))
        inward = request.POST.get("direction") == "in"
        source, target = (other, case.pk) if inward else (case.pk, other)
        merge_cases(source_pk=source, target_pk=target, actor=actor)
    except DomainError as error:
        return case_page(request, pk, refuse("merge", "合并", error, request.POST))
    messages.success(request, "已合并：各件编号不变，之后的进展和答复告诉每一位反映人。")
    return HttpResponseRedirect(reverse("cases_desk:detail", args=[target]))


@require_POST
def take_apart(request: HttpRequest, pk: int, merge_pk: int) -> HttpResponse:
    """Take a merge of this case apart."""
    actor, case = require_desk(request), case_on_desk(request, pk)
    if not Merge.objects.filter(pk=merge_pk).exists():
        raise Http404
    try:
        unmerge(merge_pk=merge_pk, actor=actor)
    except DomainError as error:
        return case_page(request, pk, refuse("unmerge", "拆分", error, request.POST))
    messages.success(request, "已拆分，原案件恢复到合并前的步骤。")
    return HttpResponseRedirect(reverse("cases_desk:detail", args=[case.pk]))
