"""One's own comment: putting it right soon after sending it, taking it back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from wiki.errors import WikiError
from wiki.forms import CommentEditForm
from wiki.models import Comment, Document
from wiki.pages.comments import comment_or_404
from wiki.presenters.discussions import shown
from wiki.services.comments import edit_comment, withdraw_comment


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change the words or the stance of one's own comment."""
    found, one = _own_or_404(request, slug, pk)
    form, status = CommentEditForm(initial={"text": one.text, "stance": one.stance}), 200
    if request.method == "POST":
        form = CommentEditForm(request.POST)
        form.is_valid()  # the service judges the words
        try:
            edit_comment(
                author=request.user,
                comment=one,
                text=form.cleaned_data.get("text", ""),
                stance=form.cleaned_data.get("stance") or one.stance,
            )
        except WikiError as error:
            form.add_refusal(error)
            status = error.status
        else:
            messages.success(request, "评论已修改。")
            return redirect("wiki:comment", slug, pk)
    return _page(request, "wiki/comment_edit.html", found, one, status, form=form)


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Ask once more, then take one's own comment back."""
    found, one = _own_or_404(request, slug, pk)
    status, refusal = 200, ""
    if request.method == "POST":
        try:
            withdraw_comment(author=request.user, comment=one)
        except WikiError as error:
            status, refusal = error.status, error.message
        else:
            messages.success(request, "评论已撤回，文字不再公开。")
            if one.thread_id is not None:
                return redirect("wiki:comment", slug, one.thread_id)
            return redirect("wiki:clause_comments", slug, one.clause_id)
    return _page(request, "wiki/comment_withdraw.html", found, one, status, refusal=refusal)


def _own_or_404(request: HttpRequest, slug: str, pk: int) -> tuple[Document, Comment]:
    found, one = comment_or_404(request, slug, pk)
    if one.author_id != request.user.pk:
        raise Http404
    return found, one


def _page(
    request: HttpRequest, template: str, document: Document, one: Comment, status: int, **more: object
) -> HttpResponse:
    item = shown([one], request.user, timezone.now())[0]
    return render(request, template, {"document": document, "item": item, **more}, status=status)
