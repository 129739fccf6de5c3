"""Several suggestions at once: the flat list to select from, the result of each, and moving between groups."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from wiki.desk.forms import BatchForm, GroupForm
from wiki.desk.frame import desk_page, require
from wiki.desk.items import difference, proposed_text
from wiki.desk.queue import OVERDUE, Filters, chips, latest_wordings
from wiki.desk.review import load, suggestion_page
from wiki.errors import WikiError
from wiki.models import AnswerTemplate, Suggestion
from wiki.policies import can_moderate
from wiki.presenters.suggested import place_names, place_sentence
from wiki.selectors.naming import full_names
from wiki.selectors.nearby import saying_the_same
from wiki.services.batches import decide_each
from wiki.services.grouping import put_in_group, take_out_of_group

PER_PAGE = 50


@require_http_methods(["GET", "POST"])
def suggestions(request: HttpRequest) -> HttpResponse:
    """List the waiting suggestions of all clauses to select from, and decide on each of a selection in turn."""
    require(can_moderate(request.user))
    templates = list(AnswerTemplate.objects.all())
    form, refusal, status = BatchForm(templates=templates), "", 200
    if request.method == "POST":
        form = BatchForm(request.POST, templates=templates)
        refusal, status = "请选择逐条采纳或逐条不采纳。", 400
        if form.is_valid():
            given = form.cleaned_data
            chosen = list(Suggestion.objects.filter(pk__in=given["pk"][:500]).order_by("submitted_at", "pk"))
            try:
                results = decide_each(
                    moderator=request.user,
                    suggestions=chosen,
                    accept=given["decision"] == "accept",
                    reason=given["reason"],
                )
            except WikiError as error:
                refusal, status = error.message, error.status
                form.add_refusal(error)
            else:
                context: dict[str, Any] = {
                    "results": results,
                    "done": sum(result.decision is not None for result in results),
                    "failed": [result for result in results if result.decision is None],
                    "tab": "list",
                }
                return desk_page(request, "wiki/desk/batch_result.html", "批量处理的结果", [], context)
    return _list(request, form, refusal, status)


def _list(request: HttpRequest, form: BatchForm, refusal: str, status: int) -> HttpResponse:
    filters, now = Filters.read(request.GET), timezone.now()
    start = (filters.page - 1) * PER_PAGE
    order = ("-submitted_at", "-pk") if filters.sort == "newest" else ("submitted_at", "pk")
    found = list(
        filters.apply(request.user, now)
        .select_related("author", "document", "opinion__decision")
        .with_base_text()
        .with_carried_base()
        .order_by(*order)[start : start + PER_PAGE + 1]
    )
    more, found = len(found) > PER_PAGE, found[:PER_PAGE]
    wordings = latest_wordings([one.clause_id for one in found])
    names, called = place_names(found, wordings), full_names(wordings.values())
    twins = saying_the_same(found)
    chosen = set(request.POST.getlist("pk"))
    context = {
        "items": [
            {
                "suggestion": one,
                "name": called[one.clause_id],
                "diff": difference(
                    one, wordings[one.clause_id], None, proposed_text(one, wordings[one.clause_id])
                ),
                "where": place_sentence(one, names),
                "twin": twins.get(one.pk),
                "overdue": now - one.submitted_at > OVERDUE,
                "chosen": str(one.pk) in chosen,
            }
            for one in found
        ],
        "filters": filters,
        "chips": chips(filters),
        "previous": filters.query(page=filters.page - 1) if filters.page > 1 else "",
        "next": filters.query(page=filters.page + 1) if more else "",
        "form": form,
        "refusal": refusal,
        "tab": "list",
    }
    return desk_page(request, "wiki/desk/batch.html", "逐条列表", [], context, status)


@require_POST
def group(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a suggestion into another's group, or out of its own."""
    require(can_moderate(request.user))
    found, form = load(pk), GroupForm(request.POST)
    head = form.cleaned_data["head"] if form.is_valid() else None
    try:
        if request.POST.get("action") == "out":
            take_out_of_group(moderator=request.user, suggestion=found)
            messages.success(request, f"第 {pk} 号建议已单独列出，不会再自动归组。")
        else:
            if head is None:
                return suggestion_page(request, found, refusal="请写出要归到第几号建议的组。", status=400)
            put_in_group(
                moderator=request.user, suggestion=found, head=get_object_or_404(Suggestion, pk=head)
            )
            messages.success(request, f"第 {pk} 号建议已归到第 {head} 号那一组。")
    except WikiError as error:
        return suggestion_page(request, load(pk), refusal=error.message, status=error.status)
    return redirect("wiki_desk:suggestion", pk)
