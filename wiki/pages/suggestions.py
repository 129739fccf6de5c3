"""One suggestion at its own address, one's own suggestions, taking one back, wording one anew."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wiki.errors import StaleBase, WikiError
from wiki.forms import RebaseForm, SuggestionForm
from wiki.kinds import ROWS
from wiki.models import ClauseVersion, Document, Draft, Suggestion
from wiki.presenters import parts
from wiki.presenters.suggested import shown_suggestions
from wiki.selectors.naming import full_name, full_names
from wiki.selectors.nearby import nearest_standing
from wiki.services import rebase_suggestion, withdraw_suggestion
from wiki.text.merge import Conflict, merge
from wiki.workflow import Status

PER_PAGE = 20


@require_GET
def suggestion(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show one suggestion with its answer: the address to cite it by."""
    found = _one(request, slug, pk)
    current = latest([found.clause_id])
    context = {
        "document": found.document,
        "current": current[found.clause_id],
        "name": full_name(current[found.clause_id]),
        "item": shown_suggestions([found], current, request.user)[0],
        "is_open": parts.is_open(found.document, timezone.now()),
        "elsewhere": _elsewhere(found, current[found.clause_id], request),
        "replaced_by": found.replaced_by.shown_to(request.user).order_by("-pk").first(),
    }
    return render(request, "wiki/suggestion.html", context)


@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """List one's own suggestions, what waits for oneself first."""
    own = Suggestion.objects.filter(
        author=request.user.pk, document__in=Document.objects.visible_to(request.user)
    ).select_related("document", "author", "opinion__decision")
    colliding = own.filter(status=Status.CONFLICT).count()
    page = Paginator(
        own.with_base_text().with_carried_base().order_by("-submitted_at", "-pk"), PER_PAGE
    ).get_page(request.GET.get("page"))
    current = latest([one.clause_id for one in page])
    items, names = shown_suggestions(page, current, request.user), full_names(current.values())
    for item in items:
        item.update(document=item["suggestion"].document, name=names[item["suggestion"].clause_id])
    context = {
        "page": page,
        "items": items,
        "colliding": colliding,
        "drafts": Draft.objects.filter(author=request.user.pk).count(),
    }
    return render(request, "wiki/my_suggestions.html", context)


@require_POST
def withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take one's own suggestion back."""
    found = _one(request, slug, pk)
    if not request.user.is_authenticated:
        return redirect_to_login(f"{found.document.get_absolute_url()}suggestions/{pk}/")
    try:
        withdraw_suggestion(author=request.user, suggestion=found)
    except WikiError as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, f"第 {pk} 号建议已经撤回，不再公开，也不再需要答复。")
    return redirect("wiki:suggestion", slug, pk)


@require_http_methods(["GET", "POST"])
def rebase(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show an author both texts that collide, and take the wording that brings theirs onto the new one."""
    found = _one(request, slug, pk)
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    if found.author_id != request.user.pk:
        raise Http404
    current = latest([found.clause_id])[found.clause_id]
    base = found.carried_base or ""
    merged = merge(base, found.carried_text, current.text)
    status, refusal = 200, ""
    words = merged.preferring_ours()
    form = RebaseForm(initial={"text": words, "seen_version": found.document.version})
    if request.method == "POST":
        form = RebaseForm(SuggestionForm.given(request.POST))
        try:
            if not form.is_valid():
                raise WikiError("页面缺少版本号，请刷新后再试。")
            rebase_suggestion(author=request.user, suggestion=found, **form.cleaned_data)
        except WikiError as error:
            status, refusal = error.status, error.message
            form.add_refusal(error)
            if isinstance(error, StaleBase):
                # The comparison on this page is with the newest text; the next try is made against it.
                typed = {name: form.data.get(name, "") for name in form.fields}
                form.data = typed | {"seen_version": error.current_version}
        else:
            messages.success(request, f"第 {pk} 号建议已经转到新文字上，继续等待审核。")
            return redirect("wiki:suggestion", slug, pk)
    context: dict[str, Any] = {
        "document": found.document,
        "suggestion": found,
        "current": current,
        "name": full_name(current),
        "is_delete": found.kind == Suggestion.Kind.DELETE,
        "is_row": current.kind in ROWS,
        "may": found.status == Status.CONFLICT and current.until is None,
        "gone": current.until is not None,
        "theirs": parts.diff_html(base, current.text),
        "ours": parts.diff_html(base, found.carried_text),
        "pieces": [
            {"base": piece.base, "ours": piece.ours, "theirs": piece.theirs}
            if isinstance(piece, Conflict)
            else {"text": piece}
            for piece in merged.pieces
        ],
        "form": form,
        "refusal": refusal,
    }
    return render(request, "wiki/rebase.html", context, status=status)


def _elsewhere(found: Suggestion, current: ClauseVersion, request: HttpRequest) -> ClauseVersion | None:
    """Return the clause beside which an author can say again what was said of one that has been taken out."""
    mine = request.user.is_authenticated and found.author_id == request.user.pk
    if not mine or current.until is None or found.status != Status.CONFLICT:
        return None
    if found.kind not in {Suggestion.Kind.CHANGE, Suggestion.Kind.ADD}:
        return None
    return nearest_standing(current)


def latest(clause_ids: list[int]) -> dict[int, ClauseVersion]:
    """Return clause id → its latest wording, also of clauses that have been taken out."""
    rows = ClauseVersion.objects.filter(clause_id__in=clause_ids).order_by("since").defer("authorship")
    return {row.clause_id: row for row in rows}


def _one(request: HttpRequest, slug: str, pk: int) -> Suggestion:
    shown = Suggestion.objects.visible_to(request.user).shown_to(request.user)
    rows = (
        shown.select_related("document", "author", "opinion__decision").with_base_text().with_carried_base()
    )
    return get_object_or_404(rows, document__slug=slug, pk=pk)
