"""The adoption ledger: every opinion with its answer, its figures, and what can be taken away of them."""

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from wiki.errors import InvalidText
from wiki.models import Decision, Document, OpinionGroup
from wiki.policies import Person, can_moderate, can_see_drafts
from wiki.reporting.download import WORD, named
from wiki.reporting.filters import UNANSWERED, UNDONE, UNDONE_LABEL, FilterForm, Filters, read_filters
from wiki.reporting.lines import places
from wiki.reporting.listing import Listing, list_opinions, readable
from wiki.reporting.table import ledger_rows
from wiki.reporting.timing import median_days
from wiki.services.ledger import figures
from wiki.spreadsheets import csv_lines
from wiki.workflow import Stage

CLAUSES_OFFERED = 40


@require_GET
def ledger(request: HttpRequest, slug: str) -> HttpResponse:
    """List the document's opinions with their answers, filtered and by page."""
    document = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
    if request.GET.get("mine") and not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    refused: dict[str, str] = {}
    try:
        filters = read_filters(request.GET)
    except InvalidText as error:
        filters, refused = Filters(), error.fields
    counted = figures(document)
    shown = readable(document, request.user)
    group = (
        OpinionGroup.objects.filter(document=document, pk=filters.group).first() if filters.group else None
    )
    context: dict[str, Any] = {
        "document": document,
        "figures": counted,
        "days": median_days(document, counted),
        "hidden": counted.received - shown.due().count(),
        "filters": filters,
        "form": FilterForm(request.GET if refused else filters.chosen),
        "refused": refused,
        "listing": None if refused else list_opinions(document, request.user, filters),
        "group": group,
        "clauses": _clauses(document, request, filters),
        "chips": _chips(filters, counted.undone),
        "narrowed": set(filters.chosen) - {"outcome", "mine", "group"},
        "may_answer": can_moderate(request.user),
        "may_report": can_report(request.user, document),
    }
    listing: Listing | None = context["listing"]
    if listing is not None:
        context["older_query"] = filters.query(before=listing.older)
        context["newer_query"] = filters.query(after=listing.newer)
    return render(request, "wiki/ledger.html", context, status=400 if refused else 200)


@require_GET
def ledger_csv(request: HttpRequest, slug: str) -> HttpResponse | StreamingHttpResponse:
    """Send what is asked for as a table, all of it: to moderators with what the public does not see."""
    document = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
    try:
        filters = read_filters(request.GET)
    except InvalidText as error:
        return HttpResponse(
            "；".join(error.fields.values()), status=400, content_type="text/plain; charset=utf-8"
        )
    staff = request.GET.get("variant") == "staff" and can_moderate(request.user)
    response = StreamingHttpResponse(
        csv_lines(ledger_rows(document, request.user, filters, staff=staff)),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = named(f"{document.title}-采纳情况.csv")
    if staff:
        response["Cache-Control"] = "private, no-store"
    return response


@require_GET
def ledger_report(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the report on the consultation as a Word file: to staff once it is closed, to all once it is answered."""
    document = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
    if not can_report(request.user, document):
        raise Http404
    from wiki.reporting.docx import report  # python-docx is slow to import, and only this needs it

    response = HttpResponse(report(document), content_type=WORD)
    response["Content-Disposition"] = named(f"{document.title}-意见征集情况说明.docx")
    return response


def can_report(user: Person, document: Document) -> bool:
    """Return whether the report is there for this person: the public reads it when the answers are public."""
    if document.stage in {Stage.DRAFT, Stage.OPEN}:
        return False
    return document.stage != Stage.CLOSED or can_see_drafts(user)


def _chips(filters: Filters, undone: int) -> list[dict[str, Any]]:
    """Return the choices of an answer, what was taken out again where there is any, and one's own opinions, each with where it leads."""
    choices = [("", _("全部")), (UNANSWERED, _("尚未答复")), *Decision.Outcome.choices]
    if undone or filters.outcome == UNDONE:
        choices.append((UNDONE, UNDONE_LABEL))
    chips: list[dict[str, Any]] = [
        {
            "label": label,
            "query": filters.query(outcome=value, group=None),
            "current": filters.outcome == value,
        }
        for value, label in choices
    ]
    mine = {
        "label": _("我的意见"),
        "query": filters.query(mine=None if filters.mine else "1", group=None),
        "current": filters.mine,
    }
    return [*chips, mine]


def _clauses(document: Document, request: HttpRequest, filters: Filters) -> list[dict[str, Any]]:
    """Return the clauses with most opinions, to choose from, and the chosen one."""
    counted = (
        readable(document, request.user)
        .filter(clause__isnull=False)
        .values("clause")
        .annotate(number=Count("pk"))
        .order_by("-number", "clause")
    )
    standing = places(document)
    offered = [
        {"id": row["clause"], "name": standing[row["clause"]].name, "number": row["number"]}
        for row in counted[:CLAUSES_OFFERED]
        if row["clause"] in standing
    ]
    offered.sort(key=lambda one: standing[one["id"]].position)
    if filters.clause and all(one["id"] != filters.clause for one in offered):
        place = standing.get(filters.clause)
        offered.append(
            {"id": filters.clause, "name": place.name if place else "已删去的一条", "number": None}
        )
    return offered
