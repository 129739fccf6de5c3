"""The public pages: drafts, a document by clauses, one clause, suggesting, versions."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from wiki import presentation
from wiki.cleaning import CLAUSE_LIMIT, REASON_LIMIT, tidy
from wiki.errors import StaleBase, WikiError
from wiki.forms import SuggestionForm
from wiki.kinds import ROWS, Kind
from wiki.merge import merge
from wiki.models import Clause, ClauseVersion, Decision, Document, DocumentVersion, Suggestion
from wiki.outline import arrange, name_of
from wiki.services import submit_suggestion
from wiki.services.suggestions import closed_sentence
from wiki.workflow import Status

PER_PAGE = 20
DRAFT_KEY = "wiki_draft"


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Show the documents, those that take suggestions first, soonest to close first."""
    now = timezone.now()
    documents = list(Document.objects.visible_to(request.user).with_counts().order_by("-created_at"))
    shown = [
        {"document": document, "countdown": presentation.countdown(document, now)}
        for document in sorted(
            documents,
            key=lambda document: (
                not presentation.is_open(document, now),
                document.closes_at.timestamp()
                if document.closes_at and document.closes_at > now
                else float("inf"),
            ),
        )
    ]
    return render(
        request,
        "wiki/index.html",
        {
            "open_documents": [item for item in shown if item["countdown"].open],
            "other_documents": [item for item in shown if not item["countdown"].open],
        },
    )


@require_GET
def document(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the text that is valid now, clause by clause."""
    found = get_object_or_404(Document.objects.visible_to(request.user).with_counts(), slug=slug)
    now = timezone.now()
    lines = arrange(ClauseVersion.objects.filter(document=found).current())
    is_open = presentation.is_open(found, now)
    # While people write, what waits beside a clause matters; afterwards, everything that was said.
    counted = found.suggestions.undecided() if is_open else found.suggestions.all()
    shown = presentation.blocks(found, lines, counts=counted.counts_by_clause())
    return render(
        request,
        "wiki/document.html",
        {
            "document": found,
            "blocks": shown,
            "contents": presentation.contents(shown),
            "countdown": presentation.countdown(found, now),
            "is_open": is_open,
        },
    )


@require_GET
def clause(request: HttpRequest, slug: str, clause_id: int) -> HttpResponse:
    """Show one clause: its wording, what people suggest for it, what was decided and why."""
    found, current = _clause(request, slug, clause_id)
    decided = request.GET.get("status") == "decided"
    every = Suggestion.objects.filter(clause_id=clause_id).select_related("author", "opinion__decision")
    count_waiting, count_decided = every.undecided().count(), every.decided().count()
    every = every.shown_to(request.user)
    count_undecided = every.undecided().count()
    chosen = (
        every.decided().order_by("-opinion__answered_at") if decided else every.undecided().oldest_first()
    )
    page = Paginator(chosen.with_base_text(), PER_PAGE).get_page(request.GET.get("page"))
    history = ClauseVersion.objects.filter(clause_id=clause_id).order_by("-since")
    return render(
        request,
        "wiki/clause.html",
        {
            "document": found,
            "current": current,
            "name": name_of(current),
            "html": presentation.marked(current.text),
            "is_open": presentation.is_open(found, timezone.now()),
            "suggestions": [_shown(suggestion, current) for suggestion in page],
            "page": page,
            "decided": decided,
            "count_undecided": count_undecided,
            "count_hidden": count_waiting - count_undecided,
            "count_decided": count_decided,
            "history": history[:10],
        },
    )


@require_http_methods(["GET", "POST"])
def suggest(request: HttpRequest, slug: str, clause_id: int) -> HttpResponse:
    """Take a person's wording for a clause; nothing typed is ever lost on the way."""
    found, current = _clause(request, slug, clause_id)
    if not request.user.is_authenticated:
        if request.method == "POST":
            _keep_draft(request, clause_id)
        return redirect_to_login(request.get_full_path())
    context: dict[str, Any] = {"document": found, "current": current, "name": name_of(current), "status": 200}
    if request.method == "GET":
        draft = request.session.get(DRAFT_KEY) or {}
        kept = draft if draft.get("clause") == clause_id else None
        initial = {"text": current.text, "base_version": found.version}
        context["kept"] = kept is not None
        form = SuggestionForm(initial=initial | (kept or {}))
        if kept and current.since > kept["base_version"]:
            form = _bring_up_to_date(context, found, current, kept)
        return _suggest_page(request, context, form)
    form = SuggestionForm(request.POST)
    if not form.is_valid():
        form.add_error(None, "页面缺少版本号，请刷新后再试。")
        context["status"] = 400
    elif request.POST.get("action") == "preview":
        context["preview"] = presentation.diff_html(
            current.text, tidy(form.cleaned_data["text"])[:CLAUSE_LIMIT]
        )
    else:
        try:
            suggestion = submit_suggestion(
                author=request.user, clause=Clause(pk=clause_id, document_id=found.pk), **form.cleaned_data
            )
        except StaleBase as error:
            context["status"] = error.status
            form = _bring_up_to_date(context, found, current, form.cleaned_data)
        except WikiError as error:
            context["status"] = error.status
            form.add_refusal(error)
        else:
            request.session.pop(DRAFT_KEY, None)
            messages.success(request, f"已收到您的建议（第 {suggestion.pk} 号），审核结果会在这里公开。")
            return redirect("wiki:clause", slug, clause_id)
    return _suggest_page(request, context, form)


@require_GET
def versions(request: HttpRequest, slug: str) -> HttpResponse:
    """List the document's versions, newest first."""
    found = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
    page = Paginator(DocumentVersion.objects.filter(document=found).newest_first(), PER_PAGE).get_page(
        request.GET.get("page")
    )
    return render(request, "wiki/versions.html", {"document": found, "page": page})


@require_GET
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show one version and what it changed; `?full=1` shows the whole text with the changes in place."""
    found = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
    made = get_object_or_404(DocumentVersion.objects.newest_first().filter(document=found), number=number)
    rows = list(ClauseVersion.objects.filter(document=found).at(number))
    closed = {row.clause_id: row for row in ClauseVersion.objects.filter(document=found, until=number)}
    removed = [row for row in closed.values() if row.clause_id not in {row.clause_id for row in rows}]
    before = {
        row.clause_id: closed.get(row.clause_id, row)
        for row in rows
        if row.since < number or row.clause_id in closed
    }
    lines = arrange([*rows, *removed])
    first = number == 1
    shown = presentation.blocks(
        found,
        lines,
        before=None if first else before,
        removed=frozenset(row.clause_id for row in removed),
    )
    paths = {line.row.clause_id: " › ".join(line.path) for line in lines}
    changes = [
        {"block": block, "path": paths[block.row.clause_id]}
        for outer in shown
        for block in (outer, *outer.rows)
        if block.change and block.row.kind != Kind.TABLE
    ]
    return render(
        request,
        "wiki/version.html",
        {
            "document": found,
            "version": made,
            "blocks": shown,
            "changes": changes,
            "full": first or "full" in request.GET,
            "first": first,
            "previous": number - 1 if number > 1 else None,
            "next": number + 1 if number < found.version else None,
        },
    )


def _clause(request: HttpRequest, slug: str, clause_id: int) -> tuple[Document, ClauseVersion]:
    """Return the document and the clause's latest wording, also of a clause that has been taken out."""
    found = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
    current = ClauseVersion.objects.filter(document=found, clause_id=clause_id).order_by("-since").first()
    if current is None:
        raise Http404
    return found, current


def _shown(suggestion: Suggestion, current: ClauseVersion) -> dict[str, Any]:
    """Return a suggestion as the public sees it: the change it stands for now, or stood for when decided."""
    decision: Decision | None = suggestion.decision
    if decision is not None and decision.outcome != Decision.Outcome.REJECTED:
        diff = presentation.diff_html(decision.replaced, decision.wording)
    elif suggestion.status == Status.PENDING:
        diff = presentation.public_diff_html(current.text, suggestion.carried_text)
    else:
        diff = presentation.public_diff_html(suggestion.base_text or "", suggestion.text)
    return {
        "suggestion": suggestion,
        "decision": decision,
        "diff": diff,
        "reason": presentation.public_text(suggestion.reason),
        "author": presentation.public_name(suggestion.author),
        "contained": suggestion.status == Status.PENDING and suggestion.carried_text == current.text,
    }


def _keep_draft(request: HttpRequest, clause_id: int) -> None:
    """Keep what someone typed whose sign-in has run out: the session survives the login."""
    base = request.POST.get("base_version", "")
    request.session[DRAFT_KEY] = {
        "clause": clause_id,
        "text": request.POST.get("text", "")[:CLAUSE_LIMIT],
        "reason": request.POST.get("reason", "")[:REASON_LIMIT],
        "base_version": int(base) if base.isascii() and base.isdigit() and len(base) < 10 else 1,
    }


def _bring_up_to_date(
    context: dict[str, Any], document: Document, current: ClauseVersion, typed: dict[str, Any]
) -> SuggestionForm:
    """Return the form against the clause's new wording: the typed change carried over where that is possible."""
    base = ClauseVersion.objects.filter(clause_id=current.clause_id).at(typed["base_version"]).first()
    base_text = base.text if base is not None else ""
    text = tidy(typed["text"])
    result = merge(base_text, text, current.text)
    context["stale"] = {
        "change": presentation.diff_html(base_text, current.text),
        "carried": result.clean,
        "text": current.text,
    }
    return SuggestionForm(
        initial={
            "text": result.text if result.clean else typed["text"],
            "reason": typed.get("reason", ""),
            "base_version": document.version,
        }
    )


def _suggest_page(request: HttpRequest, context: dict[str, Any], form: SuggestionForm) -> HttpResponse:
    document, current = context["document"], context["current"]
    now = timezone.now()
    context["form"] = form
    context["is_open"] = presentation.is_open(document, now)
    context["closed_sentence"] = "" if context["is_open"] else closed_sentence(document)
    context["gone"] = current.until is not None
    context["is_row"] = current.kind in ROWS
    context["is_table"] = current.kind == Kind.TABLE
    return render(request, "wiki/suggest.html", context, status=context.pop("status"))
