"""Answering opinions: the list of what waits, groups, one answer for many, corrections, letters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wiki.desk.answer_forms import AnswerForm, LetterForm
from wiki.desk.document_links import crumbs_of
from wiki.desk.frame import desk_page, require
from wiki.errors import InvalidText, WikiError
from wiki.models import Document, DocumentVersion, Opinion, OpinionGroup
from wiki.policies import can_answer, can_moderate
from wiki.reporting.filters import UNANSWERED, FilterForm, Filters, read_filters
from wiki.reporting.lines import lines_of, with_all
from wiki.reporting.listing import list_opinions
from wiki.services.answering import answer_opinions, correct_answer, put_together, take_apart
from wiki.services.ledger import figures
from wiki.services.letters import take_in_letters, take_in_opinion
from wiki.spreadsheets import FILE_LIMIT, read_rows

PER_PAGE = 30
SHOWN = 20
GROUPS_OFFERED = 100
VERSIONS_OFFERED = 15
REFUSED_SHOWN = 50


@require_GET
def answers(request: HttpRequest, pk: int) -> HttpResponse:
    """List a document's opinions for those who answer them; what waits, unless something else is asked for."""
    document = _document(request, pk)
    status, refused = 200, ""
    try:
        filters = read_filters(request.GET if request.GET else {"outcome": UNANSWERED})
    except InvalidText as error:
        status, refused, filters = 400, "；".join(error.fields.values()), Filters(outcome=UNANSWERED)
    listing = list_opinions(document, request.user, filters, per_page=PER_PAGE, raw=True)
    waiting = Opinion.objects.filter(document=document).unanswered()
    context = {
        "document": document,
        "figures": figures(document),
        "waiting": waiting.aggregate(
            others=Count("pk", filter=Q(suggestion=None)),
            suggestions=Count("pk", filter=Q(suggestion__isnull=False)),
        ),
        "filters": filters,
        "form": FilterForm(filters.chosen),
        "narrowed": bool(filters.chosen.keys() - {"outcome", "group", "clause"}),
        "refused": refused,
        "listing": listing,
        "older_query": filters.query(before=listing.older),
        "newer_query": filters.query(after=listing.newer),
        "group": _groups(document).filter(pk=filters.group).first() if filters.group else None,
        "groups": list(_groups(document)[:GROUPS_OFFERED]),
        "may_answer": can_answer(request.user, document),
        "query": filters.query(),
        "part": "answers",
    }
    return desk_page(request, "wiki/desk/answers.html", "答复意见", crumbs_of(document), context, status)


@require_POST
def sort(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the chosen opinions together, let them stand alone, or go and answer them."""
    document = _document(request, pk)
    chosen = _chosen(document, request.POST.getlist("opinion"))
    back = f"{reverse('wiki_desk:answers', args=[pk])}?{request.POST.get('back', '')}"
    if not chosen:
        messages.error(request, "请先勾选意见。")
        return redirect(back)
    if request.POST.get("action") == "answer":
        query = "&".join(f"o={one.pk}" for one in chosen)
        return redirect(f"{reverse('wiki_desk:answer', args=[pk])}?{query}")
    try:
        if request.POST.get("action") == "ungroup":
            number = take_apart(moderator=request.user, opinions=chosen)
            messages.success(request, f"{number} 条意见已从分组里取出。")
        else:
            kept = request.POST.get("group", "")
            group = _groups(document).filter(pk=int(kept)).first() if _is_number(kept) else None
            group = put_together(
                moderator=request.user, opinions=chosen, name=request.POST.get("name", ""), group=group
            )
            messages.success(request, f"{len(chosen)} 条意见已放进“{group.name}”。")
    except WikiError as error:
        messages.error(request, error.message)
    return redirect(back)


@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Give one answer to the opinions that the address names (`o`), or to a group's that wait (`group`)."""
    document = _document(request, pk)
    group = None
    if _is_number(request.GET.get("group", "")):
        group = get_object_or_404(OpinionGroup, document=document, pk=request.GET["group"])
        chosen = list(group.opinions.unanswered().order_by("pk"))
    else:
        chosen = _chosen(document, request.GET.getlist("o") or request.POST.getlist("o"))
    answerable = [one for one in chosen if one.suggestion_id is None and one.answered_at is None]
    form = AnswerForm(request.POST or None, document=document)
    if request.method == "POST" and request.POST.get("action") == "fill":
        form = AnswerForm(document=document, initial=form.filled())
    elif request.method == "POST":
        if form.is_valid():
            try:
                decisions = answer_opinions(moderator=request.user, opinions=answerable, **form.given())
            except WikiError as error:
                form.add_refusal(error)
                return _answer_page(request, document, form, chosen, answerable, group, error.status)
            messages.success(request, f"已答复 {len(decisions)} 条意见。")
            return redirect("wiki_desk:answers", pk)
        return _answer_page(request, document, form, chosen, answerable, group, 400)
    return _answer_page(request, document, form, chosen, answerable, group)


@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct the answer to one opinion; what it said before stays public beside it."""
    require(can_moderate(request.user))
    opinion = get_object_or_404(
        Opinion.objects.select_related("document", "decision").filter(decision__isnull=False), pk=pk
    )
    document = opinion.document
    decision = opinion.decision
    initial = {
        "outcome": decision.outcome,
        "reason": decision.reason,
        "version": decision.version,
        "clause": decision.clause_id,
    }
    form = AnswerForm(request.POST or None, document=document, correcting=True, initial=initial)
    status = 200
    if request.method == "POST" and request.POST.get("action") == "fill":
        form = AnswerForm(document=document, correcting=True, initial=form.filled())
    elif request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                correct_answer(moderator=request.user, opinion=opinion, **form.given())
            except WikiError as error:
                form.add_refusal(error)
                status = error.status
            else:
                messages.success(request, f"第 {opinion.pk} 号意见的答复已更正。")
                return redirect(
                    f"{reverse('wiki_desk:answers', args=[document.pk])}?outcome={form.given()['outcome']}"
                )
    return _answer_page(request, document, form, [opinion], [opinion], None, status, correcting=True)


@require_http_methods(["GET", "POST"])
def letters(request: HttpRequest, pk: int) -> HttpResponse:
    """Take in one opinion that came by letter, or a file of them."""
    document = _document(request, pk)
    form = LetterForm(document=document)
    context: dict[str, Any] = {
        "intake": None,
        "file_error": "",
        "may_answer": can_answer(request.user, document),
    }
    status = 200
    if request.method == "POST" and request.POST.get("action") == "file":
        status = _take_file(request, document, context)
    elif request.method == "POST":
        form = LetterForm(request.POST, document=document)
        status = 400
        if form.is_valid():
            try:
                opinion = take_in_opinion(actor=request.user, document_id=document.pk, **form.given())
            except WikiError as error:
                form.add_refusal(error)
                status = error.status
            else:
                messages.success(request, f"已登记，是第 {opinion.pk} 号意见。")
                return redirect("wiki_desk:letters", pk)
    context |= {"document": document, "form": form, "refused_shown": REFUSED_SHOWN, "part": "letters"}
    return desk_page(
        request, "wiki/desk/answer_letters.html", "登记来信", crumbs_of(document), context, status
    )


def _take_file(request: HttpRequest, document: Document, context: dict[str, Any]) -> int:
    """Read the file that was sent; put what came of it into the page's context and return the page's status."""
    file = request.FILES.get("file")
    try:
        if file is None:
            raise InvalidText("请选择文件。")
        if file.size is not None and file.size > FILE_LIMIT:
            raise InvalidText(f"文件超过 {FILE_LIMIT // 1024 // 1024} MB，请分成几个文件。")
        rows = read_rows(file.name or "", file.read())
        context["intake"] = take_in_letters(actor=request.user, document=document, rows=rows)
    except WikiError as error:
        context["file_error"] = error.message
        return error.status
    return 200


def _answer_page(
    request: HttpRequest,
    document: Document,
    form: AnswerForm,
    chosen: Sequence[Opinion],
    answerable: Sequence[Opinion],
    group: OpinionGroup | None,
    status: int = 200,
    *,
    correcting: bool = False,
) -> HttpResponse:
    first = with_all(Opinion.objects.filter(pk__in=[one.pk for one in chosen[:SHOWN]]).order_by("pk"))
    context = {
        "document": document,
        "form": form,
        "lines": lines_of(document, first, request.user, raw=True),
        "more": max(0, len(chosen) - SHOWN),
        "number": len(answerable),
        "left_out": len(chosen) - len(answerable),
        "group": group,
        "correcting": correcting,
        "versions": DocumentVersion.objects.filter(document=document).order_by("-number")[:VERSIONS_OFFERED],
        "may_answer": can_answer(request.user, document),
    }
    title = "更正答复" if correcting else f"答复 {len(answerable)} 条意见"
    crumbs = [*crumbs_of(document), (reverse("wiki_desk:answers", args=[document.pk]), "答复意见")]
    return desk_page(request, "wiki/desk/answer.html", title, crumbs, context, status)


def _document(request: HttpRequest, pk: int) -> Document:
    require(can_moderate(request.user))
    return get_object_or_404(Document.objects.visible_to(request.user), pk=pk)


def _chosen(document: Document, given: Sequence[str]) -> list[Opinion]:
    """Return the opinions that were ticked, of this document alone."""
    ids = [int(one) for one in given if _is_number(one)]
    return list(Opinion.objects.filter(document=document, pk__in=ids[:500]).order_by("pk"))


def _groups(document: Document) -> Any:
    return OpinionGroup.objects.filter(document=document).order_by("-pk")


def _is_number(said: str) -> bool:
    return said.isascii() and said.isdigit() and len(said) < 10
