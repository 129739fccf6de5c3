"""Discussions for moderators: all comments newest first, what is out of sight, hiding and releasing one."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from wiki.desk.document_links import crumbs_of
from wiki.desk.frame import desk_page, require
from wiki.desk.queue import latest_wordings, number_in
from wiki.errors import WikiError
from wiki.models import Comment, Document, Event
from wiki.models.holding import rule_label
from wiki.policies import can_moderate
from wiki.selectors.naming import full_names
from wiki.services.discussion import hide_comment, release_comment

PER_PAGE = 30
SHOWN = {"": "全部", "held": "没有公开的", "said": "公开的"}


@require_GET
def comments(request: HttpRequest) -> HttpResponse:
    """List comments, newest first, of all documents or of `document`; those out of sight with the rule."""
    require(can_moderate(request.user))
    shown = request.GET.get("shown", "")
    rows = Comment.objects.filter(withdrawn_at=None).select_related("author", "document").order_by("-id")
    if shown == "held":
        rows = rows.exclude(held_by="")
    elif shown == "said":
        rows = rows.filter(held_by="")
    document = None
    if number := number_in(request.GET.get("document", "")):
        document = get_object_or_404(Document.objects.visible_to(request.user), pk=number)
        rows = rows.filter(document=document)
    query = request.GET.get("q", "").replace("\0", "").strip()[:60]
    if query:
        rows = rows.filter(text__contains=query)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    names = full_names(latest_wordings([comment.clause_id for comment in page]).values())
    items = [
        {"comment": comment, "rule": rule_of(comment), "clause": names[comment.clause_id]} for comment in page
    ]
    context = {
        "page": page,
        "items": items,
        "shown": shown,
        "choices": SHOWN,
        "query": query,
        "document": document,
        **({"part": "comments"} if document is not None else {"tab": "comments"}),
    }
    crumbs = crumbs_of(document) if document is not None else []
    return desk_page(request, "wiki/desk/comments.html", "评论管理", crumbs, context)


@require_http_methods(["GET", "POST"])
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one comment with its thread and what moderators did with it; hide or release it."""
    require(can_moderate(request.user))
    found = get_object_or_404(Comment.objects.select_related("author", "document", "thread"), pk=pk)
    status, refusal, typed = 200, "", {"rule": "", "reason": ""}
    if request.method == "POST":
        typed = {name: request.POST.get(name, "") for name in typed}
        try:
            if request.POST.get("action") == "release":
                release_comment(moderator=request.user, comment=found)
                messages.success(request, f"第 {pk} 号评论已公开。")
            else:
                hide_comment(moderator=request.user, comment=found, **typed)
                messages.success(request, f"第 {pk} 号评论已隐藏，评论人会看到规则和理由。")
            return redirect("wiki_desk:comment", pk)
        except WikiError as error:
            status, refusal = error.status, error.message
    context = {
        "comment": found,
        "rule": rule_of(found),
        "rules": Comment.HiddenFor.choices,
        "typed": typed,
        "refusal": refusal,
        "log": Event.objects.filter(
            document=found.document_id, action__in=["comment.hidden", "comment.released"], data__comment=pk
        )
        .select_related("actor")
        .order_by("-id")[:10],
    }
    crumbs = [(reverse("wiki_desk:comments"), "评论管理")]
    return desk_page(request, "wiki/desk/comment.html", f"第 {pk} 号评论", crumbs, context, status)


def rule_of(comment: Comment) -> str:
    """Return the name of the rule that keeps a comment out of sight, or ""."""
    return rule_label(comment.held_by) if comment.held_by else ""
