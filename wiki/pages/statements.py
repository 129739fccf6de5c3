"""Statements on a phone: one card at a time, agree, disagree or neither; and the picture all answers make together."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from nlp import redact
from wiki.errors import WikiError
from wiki.models import Document, Landscape, Statement, StatementVote
from wiki.policies import can_manage, can_moderate
from wiki.presenters import parts
from wiki.presenters.landscape import picture
from wiki.selectors.statements import next_for, own
from wiki.services.statements import TEXT_LIMIT, add_statement, answer_statement
from wiki.services.suggestions import closed_sentence

ANSWERS = {"agree": (1, "同意"), "disagree": (-1, "不同意"), "pass": (0, "不好说")}
KEPT = "wiki_statement"
OWN_SHOWN = 20


@require_http_methods(["GET", "POST"])
def statements(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask the next statement, and take the answer to one."""
    document = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
    here = reverse("wiki:statements", args=[slug])
    refused, status = "", 200
    first = _number(request.GET.get("statement", ""))
    if request.method == "POST":
        asked = _number(request.POST.get("statement", ""))
        statement = get_object_or_404(Statement.objects.shown(), document=document, pk=asked)
        answer = request.POST.get("answer", "")
        if not request.user.is_authenticated:
            request.session[KEPT] = {
                "document": document.pk,
                "statement": asked,
                "answer": answer if answer in ANSWERS else "",
            }
            return redirect_to_login(f"{here}?statement={asked}")
        try:
            answer_statement(voter=request.user, statement=statement, value=ANSWERS.get(answer, (9, ""))[0])
        except WikiError as error:
            refused, status, first = error.message, error.status, asked
        else:
            return redirect(here)
    kept = _kept(request, document)
    if request.user.is_authenticated and kept.get("text"):
        return redirect("wiki:statement_new", slug)
    shown = Statement.objects.filter(document=document).shown()
    is_open = parts.is_open(document, timezone.now())
    asked_now = next_for(shown, request.user, first=first) if is_open else None
    total = shown.count()
    done = (
        StatementVote.objects.filter(statement__in=shown, voter_id=request.user.pk).count()
        if request.user.is_authenticated
        else 0
    )
    chosen = ""
    if asked_now is not None and kept.get("statement") == asked_now.pk and request.user.is_authenticated:
        chosen = ANSWERS.get(kept.get("answer", ""), (0, ""))[1]
        request.session.pop(KEPT)
    mine: list[Statement] = []
    if request.user.is_authenticated:
        written = Statement.objects.filter(own(request.user), document=document, shown=False)
        mine = list(written.order_by("-pk")[:OWN_SHOWN])
    context = {
        "document": document,
        "statement": asked_now,
        "text": redact(asked_now.text) if asked_now is not None else "",
        "answers": [(key, label) for key, (_, label) in ANSWERS.items()],
        "total": total,
        "done": done,
        "left": total - done,
        "percent": round(100 * done / total) if total else 0,
        "chosen": chosen,
        "refused": refused,
        "is_open": is_open,
        "closed_sentence": "" if is_open else closed_sentence(document),
        "mine": mine,
        "has_picture": Landscape.objects.filter(document=document).exists(),
    }
    return render(request, "wiki/statements.html", context, status=status)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a statement that a person writes for others to answer; it is shown when a moderator has read it."""
    document = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
    kept = _kept(request, document)
    typed, refused, status = "", "", 200
    if request.method == "POST":
        typed = request.POST.get("text", "")
        if not request.user.is_authenticated:
            request.session[KEPT] = {"document": document.pk, "text": typed[: 2 * TEXT_LIMIT]}
            return redirect_to_login(reverse("wiki:statement_new", args=[slug]))
        try:
            statement = add_statement(author=request.user, document=document, text=typed)
        except WikiError as error:
            refused, status = error.message, error.status
        else:
            text = (
                "这句话已经公开，别人可以回答了。"
                if statement.shown
                else "收到了，审核后公开，别人就可以回答。"
            )
            messages.success(request, text)
            return redirect("wiki:statements", slug)
    elif request.user.is_authenticated:
        typed = kept.get("text", "")
        if typed:
            request.session.pop(KEPT)
    is_open = parts.is_open(document, timezone.now())
    staff = can_manage(request.user) or can_moderate(request.user)
    context = {
        "document": document,
        "typed": typed,
        "refused": refused,
        "limit": TEXT_LIMIT,
        "is_open": is_open or staff,
        "closed_sentence": "" if is_open or staff else closed_sentence(document),
    }
    return render(request, "wiki/statement_new.html", context, status=status)


@require_GET
def landscape(request: HttpRequest, slug: str) -> HttpResponse:
    """Show who agrees with whom: groups, what unites and what divides, with the counts behind it."""
    document = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
    found = Landscape.objects.filter(document=document).first()
    texts = {
        pk: redact(text)
        for pk, text in Statement.objects.filter(document=document).shown().values_list("pk", "text")
    }
    context: dict[str, Any] = {
        "document": document,
        "made_at": found.made_at if found is not None else None,
        "picture": picture(found.data, texts) if found is not None else None,
        "is_open": parts.is_open(document, timezone.now()),
        "statement_count": len(texts),
    }
    return render(request, "wiki/landscape.html", context)


def _kept(request: HttpRequest, document: Document) -> dict[str, Any]:
    """Return what was typed here before signing in; what was typed at another document waits there."""
    kept = request.session.get(KEPT) or {}
    return kept if kept.get("document") == document.pk else {}


def _number(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else 0
