"""The moderation desk inside Wagtail's shell: the queue by clause, comparing and deciding, documents' stages."""

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wiki import presentation
from wiki.errors import WikiError
from wiki.forms import DecisionForm, StageForm
from wiki.merge import Conflict, Merge, merge
from wiki.models import ClauseVersion, Decision, Document, Suggestion
from wiki.outline import name_of
from wiki.policies import can_manage, can_moderate
from wiki.services import accept_suggestion, change_stage, reject_suggestion
from wiki.workflow import StageAction, Status, stage_actions

PER_PAGE = 30
OVERDUE = timedelta(hours=48)
ICON = "draft"
OPENING = frozenset({StageAction.OPEN, StageAction.REOPEN})


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List the clauses that wait for a decision, the longest waiting first."""
    _require(can_moderate(request.user))
    page = Paginator(Suggestion.objects.queue(), PER_PAGE).get_page(request.GET.get("page"))
    rows = list(page)
    current = {
        row.clause_id: row
        for row in ClauseVersion.objects.filter(clause_id__in=[row["clause_id"] for row in rows]).order_by(
            "since"
        )
    }
    now = timezone.now()
    for row in rows:
        clause = current[row["clause_id"]]
        row.update(name=name_of(clause), text=clause.text, overdue=now - row["oldest"] > OVERDUE)
    recent = (
        Decision.objects.filter(opinion__suggestion__isnull=False)
        .select_related("opinion__document", "moderator")
        .order_by("-made_at")[:10]
    )
    return _page(
        request, "wiki/desk/index.html", "政策修改审核", [], {"page": page, "rows": rows, "recent": recent}
    )


@require_GET
def clause(request: HttpRequest, clause_id: int) -> HttpResponse:
    """Show one clause's undecided suggestions, each compared with the text that is valid now."""
    _require(can_moderate(request.user))
    current = _latest(clause_id)
    suggestions = (
        Suggestion.objects.filter(clause_id=clause_id)
        .undecided()
        .select_related("author", "document", "opinion__decision")
    )
    page = Paginator(suggestions.with_base_text().oldest_first(), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "current": current,
        "html": presentation.marked(current.text),
        "page": page,
        "items": [_item(suggestion, current) for suggestion in page],
    }
    return _page(
        request, "wiki/desk/clause.html", f"{current.document.title} · {name_of(current)}", [], context
    )


@require_http_methods(["GET", "POST"])
def suggestion(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one suggestion and take the decision on it; what cannot be decided is answered with its present state."""
    _require(can_moderate(request.user))
    queryset = Suggestion.objects.select_related(
        "author", "document", "opinion__decision__moderator"
    ).with_base_text()
    found = get_object_or_404(queryset, pk=pk)
    status = 200
    form: DecisionForm | None = None
    refusal = ""
    if request.method == "POST":
        form = DecisionForm(request.POST)
        if not form.is_valid():
            status = 400
        else:
            try:
                decision = _decide(request, found, form.cleaned_data)
            except WikiError as error:
                status, refusal = error.status, error.message
                form.add_refusal(error)
                found = get_object_or_404(queryset, pk=pk)
            else:
                messages.success(request, f"第 {pk} 号建议：{decision.get_outcome_display()}。")
                if Suggestion.objects.filter(clause_id=found.clause_id).undecided().exists():
                    return redirect("wiki_desk:clause", found.clause_id)
                return redirect("wiki_desk:index")
    current = _latest(found.clause_id)
    context = {"current": current, "item": _item(found, current, form), "refusal": refusal}
    crumbs = [(reverse("wiki_desk:clause", args=[found.clause_id]), name_of(current))]
    return _page(request, "wiki/desk/suggestion.html", f"第 {pk} 号建议", crumbs, context, status)


@require_GET
def documents(request: HttpRequest) -> HttpResponse:
    """List the documents with the steps each can take."""
    _require(can_manage(request.user))
    now = timezone.now()
    rows = [
        {
            "document": document,
            "countdown": presentation.countdown(document, now),
            "actions": stage_actions(document.stage),
            "opens": any(action in OPENING for action in stage_actions(document.stage)),
        }
        for document in Document.objects.visible_to(request.user).with_counts().order_by("-created_at")
    ]
    return _page(request, "wiki/desk/documents.html", "政策文件", [], {"rows": rows})


@require_POST
def stage(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a document to its next stage."""
    _require(can_manage(request.user))
    document = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    form = StageForm(request.POST)
    if not form.is_valid() or form.cleaned_data["action"] not in StageAction.values:
        messages.error(request, "日期或步骤不对，请检查后再试。")
        return redirect("wiki_desk:documents")
    day = form.cleaned_data["closes_at"]
    closes_at = timezone.make_aware(datetime.combine(day, time(23, 59, 59))) if day else None
    try:
        document = change_stage(
            actor=request.user,
            document=document,
            action=StageAction(form.cleaned_data["action"]),
            closes_at=closes_at,
        )
    except WikiError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"《{document.title}》现在是“{document.get_stage_display()}”。")
    return redirect("wiki_desk:documents")


def _decide(request: HttpRequest, found: Suggestion, given: dict[str, Any]) -> Decision:
    if given["decision"] == DecisionForm.Choice.REJECT:
        return reject_suggestion(moderator=request.user, suggestion=found, reason=given["reason"])
    wording = given["wording"] if given["decision"] == DecisionForm.Choice.REWORD else None
    return accept_suggestion(
        moderator=request.user,
        suggestion=found,
        reason=given["reason"],
        wording=wording,
        seen_version=given["seen_version"],
    )


def _item(found: Suggestion, current: ClauseVersion, form: DecisionForm | None = None) -> dict[str, Any]:
    """Return what the desk shows of a suggestion: its change against today's text, a collision piece by piece."""
    decision: Decision | None = found.decision
    collision: list[dict[str, Any]] = []
    proposed = found.carried_text
    if found.status == Status.CONFLICT:
        base = ClauseVersion.objects.filter(clause_id=found.clause_id).at(found.carried_version).first()
        merged = merge(base.text if base else "", found.carried_text, current.text)
        collision = _collision(merged)
        proposed = merged.preferring_ours()
    if form is None:
        form = DecisionForm(
            initial={"wording": proposed, "seen_version": current.document.version},
            prefix=None,
            auto_id=f"s{found.pk}_%s",
        )
    else:
        # After a refusal the comparison on this page is the fresh one; the next try is made against it.
        typed = {name: form.data.get(name, "") for name in form.fields}
        form.data = typed | {"seen_version": current.document.version}
    if decision is not None and decision.outcome != Decision.Outcome.REJECTED:
        diff = presentation.diff_html(decision.replaced, decision.wording)
    else:
        diff = presentation.diff_html(current.text, proposed)
    return {
        "suggestion": found,
        "decision": decision,
        "diff": diff,
        "original": presentation.diff_html(found.base_text or "", found.text),
        "was_carried": found.carried_text != found.text,
        "contained": decision is None and proposed == current.text,
        "collision": collision,
        "form": form,
        "gone": current.until is not None,
        "overdue": decision is None and timezone.now() - found.submitted_at > OVERDUE,
    }


def _collision(merged: Merge) -> list[dict[str, Any]]:
    return [
        {"base": piece.base, "ours": piece.ours, "theirs": piece.theirs}
        if isinstance(piece, Conflict)
        else {"text": piece}
        for piece in merged.pieces
    ]


def _latest(clause_id: int) -> ClauseVersion:
    rows = ClauseVersion.objects.filter(clause_id=clause_id).select_related("document").order_by("-since")
    return get_object_or_404(rows[:1])


def _require(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied


def _page(
    request: HttpRequest,
    template: str,
    title: str,
    crumbs: list[tuple[str, str]],
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    trail = [(reverse("wagtailadmin_home"), "首页"), (reverse("wiki_desk:index"), "政策修改审核"), *crumbs]
    if title != trail[-1][1]:
        trail.append(("", title))
    items = [{"url": url, "label": label} for url, label in trail]
    frame = {
        "breadcrumbs_items": items,
        "header_title": title,
        "header_icon": ICON,
        "may_manage": can_manage(request.user),
    }
    return render(request, template, {**frame, **context}, status=status)
