"""The public log of decisions, as a page and as a table to download; and an author's objection to a holding."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from wiki.errors import WikiError
from wiki.forms import ObjectionForm
from wiki.models import Document, Holding
from wiki.presenters import parts
from wiki.presenters.decision_log import NAMES, Entry, entries
from wiki.services.holding import object_to_holding
from wiki.spreadsheets import csv_lines
from wiki.workflow import DECIDING_STAGES

PER_PAGE = 50
PER_READ = 500
HEADER = ("时间", "审核", "事项", "条款", "结果", "理由", "版本", "撤下的版本")


@require_GET
def log(request: HttpRequest, slug: str) -> HttpResponse:
    """List the decisions on a document, newest first."""
    found = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
    outcome, before = _asked(request)
    shown, more = entries(found, outcome=outcome, before=before, size=PER_PAGE)
    context = {
        "document": found,
        "entries": shown,
        "outcome": outcome,
        "outcomes": [("", "全部"), *NAMES.items()],
        "older": shown[-1].pk if more else None,
        "first": before is None,
    }
    return render(request, "wiki/log.html", context)


@require_GET
def table(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """Send the whole log as CSV, read in pieces."""
    found = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
    outcome, _ = _asked(request)
    response = StreamingHttpResponse(csv_lines(_rows(found, outcome)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.slug}-log.csv"'
    return response


@require_http_methods(["GET", "POST"])
def holding(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show an author which rule holds their words back and what was decided; take their one objection."""
    found = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    rows = Holding.objects.filter(document=found).select_related("suggestion", "comment")
    held = get_object_or_404(rows, pk=pk)
    if held.said.author_id != request.user.pk:
        raise Http404
    form, status = ObjectionForm(), 200
    if request.method == "POST":
        form = ObjectionForm(request.POST)
        form.is_valid()
        try:
            object_to_holding(author=request.user, holding=held, text=form.cleaned_data["objection"])
        except WikiError as error:
            form.add_refusal(error)
            status = error.status
            held = get_object_or_404(rows, pk=pk)
        else:
            messages.success(request, "已收到您的申诉，会有人再看一遍。")
            return redirect("wiki:holding", slug, pk)
    context: dict[str, Any] = {
        "document": found,
        "holding": held,
        "rule": held.rule_label,
        "text": parts.marked(held.said.text),
        "objection": parts.public_text(held.objection),
        "form": form,
        "may_object": held.state == Holding.State.KEPT
        and held.objected_at is None
        and found.stage in DECIDING_STAGES,
    }
    return render(request, "wiki/holding.html", context, status=status)


def _asked(request: HttpRequest) -> tuple[str, int | None]:
    outcome, before = request.GET.get("outcome", ""), request.GET.get("before", "")
    known = before.isascii() and before.isdigit() and len(before) < 19
    return outcome if outcome in NAMES else "", int(before) if known else None


def _rows(document: Document, outcome: str) -> Iterator[tuple[str, ...]]:
    yield HEADER
    before: int | None = None
    more = True
    while more:
        shown, more = entries(document, outcome=outcome, before=before, size=PER_READ)
        for entry in shown:
            yield _row(entry)
            before = entry.pk


def _row(entry: Entry) -> tuple[str, ...]:
    return (
        f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M}",
        entry.role,
        entry.subject,
        entry.clause,
        entry.outcome_name,
        entry.reason_text,
        str(entry.version or ""),
        str(entry.undone_in or ""),
    )
