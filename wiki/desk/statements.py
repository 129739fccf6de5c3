"""Statements on the desk: seeding them, letting citizens' through, and how they are answered."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from nlp import redact
from wiki.desk.document_links import crumbs_of
from wiki.desk.frame import desk_page, require
from wiki.errors import WikiError
from wiki.models import Document, Statement
from wiki.services.opinion_groups import may_arrange
from wiki.services.statements import TEXT_LIMIT, add_statement, judge_statement
from wiki.text.screening import rule_name, screen

PER_PAGE = 50


@require_http_methods(["GET", "POST"])
def statements(request: HttpRequest, pk: int) -> HttpResponse:
    """List a document's statements, those that wait first, and take a new one."""
    require(may_arrange(request.user))
    document = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    typed, error, status = "", "", 200
    if request.method == "POST":
        typed = request.POST.get("text", "")
        try:
            add_statement(author=request.user, document=document, text=typed)
        except WikiError as refused:
            error, status = refused.message, refused.status
        else:
            messages.success(request, "陈述已公开，读者可以回答了。")
            return redirect("wiki_desk:statements", pk)
    rows = document.statements.select_related("author").order_by("shown", "refusal", "-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "document": document,
        "page": page,
        "items": [{"statement": row, "text": redact(row.text), "rule": _rule(row)} for row in page],
        "typed": typed,
        "error": error,
        "limit": TEXT_LIMIT,
        "waiting": document.statements.waiting().count(),
        "query": "",
        "part": "statements",
    }
    return desk_page(request, "wiki/desk/statements.html", "陈述", crumbs_of(document), context, status)


@require_POST
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a statement to everybody, or not."""
    require(may_arrange(request.user))
    statement = get_object_or_404(Statement, pk=pk)
    show = request.POST.get("decision") == "show"
    try:
        judge_statement(
            moderator=request.user, statement=statement, show=show, reason=request.POST.get("reason", "")
        )
    except WikiError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "陈述已公开。" if show else "陈述不公开，理由已记下。")
    return redirect("wiki_desk:statements", statement.document_id)


def _rule(statement: Statement) -> str:
    """Return the name of the rule that words which still wait would be held back by: nobody reads them unreviewed."""
    waits = not statement.shown and not statement.refusal
    return rule_name(screen(statement.text)) if waits else ""
