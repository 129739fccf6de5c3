"""Discussions: what people say of a clause, of a whole document, in one thread; saying something oneself."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Page, Paginator
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from wiki.errors import WikiError
from wiki.forms import CommentForm
from wiki.models import Clause, ClauseVersion, Comment, Document
from wiki.pages.clause_frame import clause_frame
from wiki.pages.clauses import clause_or_404
from wiki.presenters import parts
from wiki.presenters.discussions import SORTS, name_clauses, shown, with_replies
from wiki.querysets import CommentQuerySet
from wiki.selectors.naming import full_name
from wiki.services.comments import submit_comment
from wiki.services.suggestions import closed_sentence
from wiki.text.anchors import Range, without_marks

PER_PAGE = 20
REPLIES_PER_PAGE = 50
DRAFT_KEY = "wiki_comment"
Anchor = Comment.Anchor
_ON = re.compile(r"([0-9]{1,5})-([0-9]{1,5})")


@require_http_methods(["GET", "POST"])
def clause_comments(request: HttpRequest, slug: str, clause_id: int) -> HttpResponse:
    """Show what people say of a clause, its quotations marked in its words; take what one more person says."""
    found, current = clause_or_404(request, slug, clause_id)
    form, status = CommentForm(initial={"base_version": found.version}), 200
    if request.method == "POST":
        form = CommentForm(request.POST)
        answer = _take(request, form, found, Clause(pk=clause_id, document_id=found.pk))
        if isinstance(answer, HttpResponse):
            return answer
        status = answer
    elif typed := _typed(request, clause_id, None):
        form = CommentForm(initial=typed)
    elif quote := request.GET.get("quote", "")[:2000]:
        form = CommentForm(initial={"base_version": found.version, "quote": quote} | _place(request))
    return render(
        request, "wiki/clause_comments.html", _clause_context(request, found, current, form), status=status
    )


@require_GET
def comments(request: HttpRequest, slug: str) -> HttpResponse:
    """List all that is said of a document, clause by clause named."""
    found = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
    chosen, filters = _chosen(request, found.comments.all())
    page = Paginator(chosen, PER_PAGE).get_page(request.GET.get("page"))
    items = with_replies(list(page), request.user, timezone.now())
    name_clauses(items)
    context = {
        "document": found,
        "items": items,
        "page": page,
        "is_open": parts.is_open(found, timezone.now()),
        "named": True,
        **filters,
    }
    return render(request, "wiki/comments.html", context)


@require_http_methods(["GET", "POST"])
def comment(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show one comment with all answers to it, and take one; an answer's own address leads to its place there."""
    found, one = comment_or_404(request, slug, pk)
    if one.thread_id is not None:
        return redirect(reply_url(found, one))
    current = _latest(one.clause_id)
    form, status = CommentForm(initial={"base_version": found.version}), 200
    if request.method == "POST":
        form = CommentForm(request.POST)
        answer = _take(request, form, found, one.clause, thread=one)
        if isinstance(answer, HttpResponse):
            return answer
        status = answer
    elif typed := _typed(request, one.clause_id, one.pk):
        form = CommentForm(initial=typed)
    answers = one.replies.shown_to(request.user).select_related("author", "opinion__decision").order_by("id")
    page = Paginator(answers, REPLIES_PER_PAGE).get_page(request.GET.get("page"))
    items = shown([one, *page], request.user, timezone.now())
    items[0].clause, items[0].reply_count = full_name(current), page.paginator.count
    context = {
        "document": found,
        "item": items[0],
        "replies": items[1:],
        "page": page,
        "current": current,
        "name": items[0].clause,
        "form": form,
        "kept": bool(form.initial.get("text")),
        "url": reverse("wiki:clause_comments", args=[found.slug, one.clause_id]),
        "gone": current.until is not None,
        "named": True,
        "whole": True,
        "is_open": parts.is_open(found, timezone.now()),
        "closed_sentence": _closed(found),
    }
    return render(request, "wiki/comment.html", context, status=status)


def comment_or_404(request: HttpRequest, slug: str, pk: int) -> tuple[Document, Comment]:
    """Return a comment that has a place on this person's page, with its document."""
    found = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
    rows = Comment.objects.filter(document=found).shown_to(request.user)
    one = get_object_or_404(rows.select_related("author", "clause", "opinion__decision"), pk=pk)
    return found, one


def reply_url(document: Document, reply: Comment) -> str:
    """Return where an answer stands in its thread's pages."""
    before = Comment.objects.filter(thread_id=reply.thread_id, id__lt=reply.pk).count()
    url = reverse("wiki:comment", args=[document.slug, reply.thread_id])
    page = before // REPLIES_PER_PAGE + 1
    return f"{url}{f'?page={page}' if page > 1 else ''}#k{reply.pk}"


def _clause_context(
    request: HttpRequest, document: Document, current: ClauseVersion, form: CommentForm
) -> dict[str, Any]:
    rows = Comment.objects.filter(clause_id=current.clause_id)
    chosen, filters = _chosen(request, rows)
    earlier, on = "earlier" in request.GET, _on(request)
    chosen = chosen.filter(anchor=Anchor.EARLIER) if earlier else chosen.exclude(anchor=Anchor.EARLIER)
    if on:
        chosen = chosen.filter(anchor=Anchor.QUOTE, at__lt=on.end).annotate(end=F("at") + F("length"))
        chosen = chosen.filter(end__gt=on.start)
    page: Page[Comment] = Paginator(chosen, PER_PAGE).get_page(request.GET.get("page"))
    return {
        **clause_frame(request, document, current, "comments"),
        **filters,
        "on": request.GET["on"] if on else "",
        "on_words": without_marks(on.of(current.text))[0] if on else "",
        "earlier": earlier,
        "earlier_count": rows.threads().shown_to(request.user).filter(anchor=Anchor.EARLIER).count(),
        "items": with_replies(list(page), request.user, timezone.now()),
        "page": page,
        "form": form,
        "kept": bool(form.initial.get("text")),
        "closed_sentence": _closed(document),
    }


def _chosen(request: HttpRequest, rows: CommentQuerySet) -> tuple[CommentQuerySet, dict[str, Any]]:
    """Return the threads that the address asks for, and what it asks for."""
    sort = request.GET.get("sort", "new")
    sort = sort if sort in SORTS else "new"
    stance = request.GET.get("stance", "")
    stance = stance if stance in Comment.Stance.values else ""
    threads = rows.threads().shown_to(request.user).select_related("author", "opinion__decision")
    if stance:
        threads = threads.filter(stance=stance)
    return threads.sorted_by(sort), {
        "sort": sort,
        "sorts": SORTS,
        "stance": stance,
        "stances": Comment.Stance.choices,
    }


def _on(request: HttpRequest) -> Range | None:
    found = _ON.fullmatch(request.GET.get("on", ""))
    return Range(int(found[1]), int(found[2])) if found and int(found[1]) < int(found[2]) else None


def _place(request: HttpRequest) -> dict[str, Any]:
    """Return what the browser says of where a selection stands; anything odd is left out."""
    start = request.GET.get("start", "")
    return {
        "start": int(start) if start.isascii() and start.isdigit() and len(start) < 7 else 0,
        "prefix": request.GET.get("prefix", "")[:64],
        "suffix": request.GET.get("suffix", "")[:64],
    }


def _take(
    request: HttpRequest, form: CommentForm, document: Document, clause: Clause, thread: Comment | None = None
) -> HttpResponse | int:
    """Store what was sent and return where to go, or the refusal's status with the form showing why."""
    if not request.user.is_authenticated:
        thread_id = thread.pk if thread else None
        request.session[DRAFT_KEY] = {"clause": clause.pk, "thread": thread_id, **form.typed()}
        return redirect_to_login(f"{request.path}#say")
    if not form.is_valid():
        form.add_error(None, "页面缺少版本号，请刷新后再试。")
        return 400
    try:
        made = submit_comment(author=request.user, clause=clause, thread=thread, **form.cleaned_data)
    except WikiError as error:
        form.add_refusal(error)
        return error.status
    request.session.pop(DRAFT_KEY, None)
    if made.held_by:
        messages.warning(request, "您的评论已收到，有人看过后再公开。")
    else:
        messages.success(request, "回复已发表。" if thread else "评论已发表，会和其他意见一起得到答复。")
    return redirect(reply_url(document, made) if thread else f"{request.path}#k{made.pk}")


def _typed(request: HttpRequest, clause_id: int, thread_id: int | None) -> dict[str, Any]:
    """Return what somebody had typed whose sign-in had run out."""
    kept = request.session.get(DRAFT_KEY) or {}
    mine = kept.get("clause") == clause_id and kept.get("thread") == thread_id
    return dict(kept) if mine and request.user.is_authenticated else {}


def _latest(clause_id: int) -> ClauseVersion:
    row = ClauseVersion.objects.filter(clause_id=clause_id).order_by("-since").first()
    if row is None:
        raise Http404
    return row


def _closed(document: Document) -> str:
    """Return why nobody can comment now; nothing where people can."""
    open_now = parts.is_open(document, timezone.now())
    return "" if open_now else closed_sentence(document, "不能再评论")
