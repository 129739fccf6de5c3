"""What editors and readers ask the server in between: who is changing a clause, new wordings, drafts. JSON."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.crypto import get_random_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from wiki import ports
from wiki.errors import WikiError
from wiki.forms import SuggestionForm
from wiki.models import Clause, ClauseVersion, Document, Draft, Presence
from wiki.outline import name_of
from wiki.pages.clauses import clause_or_404
from wiki.policies import takes_unsigned
from wiki.services.drafts import drop_draft, save_draft, token_of
from wiki.services.presence import editor_key, leave, stay

EDITOR_KEY = "wiki_editor"
PER_PAGE = 20


@never_cache
@require_GET
def document_presence(request: HttpRequest, slug: str) -> JsonResponse:
    """Return how many people are changing which clause of a document now: {"clauses": {id: number}}."""
    found = get_object_or_404(Document.objects.visible_to(request.user).only("pk", "stage"), slug=slug)
    return JsonResponse({"clauses": Presence.objects.now().filter(document=found).by_clause()})


@require_POST
def presence(request: HttpRequest, slug: str, clause_id: int) -> JsonResponse:
    """Take an editor's heartbeat, or their leaving; answer how many are here and the wording that is valid now."""
    found, current = clause_or_404(request, slug, clause_id)
    person = _person(request)
    if person is None:
        return JsonResponse({"error": {"code": "not_allowed", "message": "登录后才能修改。"}}, status=403)
    clause = Clause(pk=clause_id, document_id=found.pk)
    editor = editor_key(clause_id=clause_id, person=person)
    if request.POST.get("leave"):
        leave(clause=clause, editor=editor)
        return JsonResponse({"editors": Presence.objects.now().filter(clause=clause).count()})
    if not request.user.is_authenticated:
        try:
            ports.limit(request, scope="presence")
        except WikiError as error:
            return _refusal(error)
    body: dict[str, Any] = {"editors": stay(clause=clause, editor=editor), "since": current.since}
    body["gone"] = current.until is not None
    if request.POST.get("since") != str(current.since):
        body["text"] = current.text
    return JsonResponse(body)


def _person(request: HttpRequest) -> str | None:
    """Return a key for who is writing: the account, or the browser's session where unsigned suggestions are taken."""
    if request.user.is_authenticated:
        return f"user:{request.user.pk}"
    if not takes_unsigned():
        return None
    if EDITOR_KEY not in request.session:
        request.session[EDITOR_KEY] = get_random_string(22)
    return f"session:{request.session[EDITOR_KEY]}"


@require_POST
def draft(request: HttpRequest, slug: str, clause_id: int) -> HttpResponse:
    """Keep or, with `drop`, forget a draft; answer its token and what another device wrote."""
    found, _ = clause_or_404(request, slug, clause_id)
    if not request.user.is_authenticated:
        return JsonResponse({"error": {"code": "not_allowed", "message": "登录后才能保存草稿。"}}, status=403)
    clause = Clause(pk=clause_id, document_id=found.pk)
    clause.document = found
    sent = SuggestionForm.given(request.POST)
    if sent.get("drop"):
        drop_draft(author=request.user, clause=clause, kind=sent.get("kind", ""))
        return redirect("wiki:drafts") if sent.get("page") else JsonResponse({"token": ""})
    form = SuggestionForm(sent)
    if not form.is_valid():
        message = "草稿没有保存：版本号或选项不对。"
        return JsonResponse({"error": {"code": "invalid", "message": message}}, status=400)
    given = form.cleaned_data
    to = Clause.objects.filter(document=found, pk=given["to"]).first() if given["to"] else None
    try:
        kept = save_draft(
            author=request.user,
            clause=clause,
            kind=given["kind"] or "change",
            base_version=given["base_version"],
            text=given["text"],
            reason=given["reason"],
            to=to,
            inside=bool(given["inside"]),
            seen=sent.get("draft_seen", ""),
        )
    except WikiError as error:
        return _refusal(error)
    return JsonResponse({"token": token_of(kept), "other": kept.other})


@login_required
@require_GET
def drafts(request: HttpRequest) -> HttpResponse:
    """List what one is still writing, the newest first."""
    mine = Draft.objects.filter(
        author=request.user.pk, clause__document__in=Document.objects.visible_to(request.user)
    )
    page = Paginator(mine.select_related("clause__document").order_by("-saved_at", "-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    rows = ClauseVersion.objects.filter(clause_id__in=[one.clause_id for one in page]).order_by("since")
    latest = {row.clause_id: row for row in rows.defer("authorship")}
    items = [
        {
            "draft": one,
            "document": one.clause.document,
            "name": name_of(latest[one.clause_id]),
            "gone": latest[one.clause_id].until is not None,
            "stale": latest[one.clause_id].since > one.base_version,
        }
        for one in page
    ]
    return render(request, "wiki/drafts.html", {"page": page, "items": items})


def _refusal(error: WikiError) -> JsonResponse:
    body = {"code": error.code, "message": error.message, "fields": error.fields}
    return JsonResponse({"error": body}, status=error.status)
