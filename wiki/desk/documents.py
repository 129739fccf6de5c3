"""Looking after documents: the list of them, their facts, and their way through the stages."""

from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wiki.consultation import is_short
from wiki.desk.document_links import crumbs_of, links
from wiki.desk.frame import desk_page, require
from wiki.errors import StageBlocked, StaleFacts, WikiError
from wiki.fact_forms import FactsForm, NewDocumentForm
from wiki.forms import StageForm
from wiki.models import Document
from wiki.policies import can_change_stage, can_edit_facts, can_manage, can_moderate
from wiki.presenters import parts
from wiki.presenters.course import steps_of
from wiki.reporting.filters import UNDONE
from wiki.selectors.waiting import waiting_of
from wiki.services import change_stage
from wiki.services.facts import change_facts, facts_now, stamp_of, start_document
from wiki.services.opinion_groups import may_arrange
from wiki.services.stages import schedule_opening
from wiki.workflow import Stage, StageAction, stage_actions

OPENING = frozenset({StageAction.OPEN, StageAction.REOPEN})
PER_PAGE = 30


@require_GET
def documents(request: HttpRequest) -> HttpResponse:
    """List the documents, newest first, with where each stands and what waits in it, linked by right."""
    require(may_arrange(request.user))
    now = timezone.now()
    every = Document.objects.visible_to(request.user).with_counts().order_by("-created_at", "-id")
    page = Paginator(every, PER_PAGE).get_page(request.GET.get("page"))
    waiting = waiting_of([one.pk for one in page])
    rows = [
        {
            "document": one,
            "countdown": parts.countdown(one, now),
            "links": [link for link in links(request.user, one, waiting[one.pk]) if link.name != "document"],
        }
        for one in page
    ]
    context = {"rows": rows, "page": page, "tab": "documents"}
    return desk_page(request, "wiki/desk/documents.html", "政策文件", [], context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make an empty draft with its facts."""
    require(can_manage(request.user))
    form = NewDocumentForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                made = start_document(
                    actor=request.user, slug=form.cleaned_data["slug"], facts=form.facts(None)
                )
            except WikiError as error:
                form.add_refusal(error)
                status = error.status
            else:
                messages.success(request, f"已建立《{made.title}》的草稿。接下来导入文字。")
                return redirect("wiki_desk:document", made.pk)
        else:
            status = 400
    crumbs = [(reverse("wiki_desk:documents"), "政策文件")]
    return desk_page(request, "wiki/desk/document_new.html", "新建文件", crumbs, {"form": form}, status)


@require_http_methods(["GET", "POST"])
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one document's facts, stage and course; a POST changes the facts, which is for those who manage it."""
    require(can_manage(request.user) or (request.method == "GET" and can_moderate(request.user)))
    found = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    stale: list[dict[str, Any]] = []
    status = 200
    if request.method == "POST":
        form = FactsForm(request.POST)
        if form.is_valid():
            try:
                change_facts(
                    actor=request.user,
                    document=found,
                    seen=form.cleaned_data["seen"],
                    facts=form.facts(found),
                    reason=form.cleaned_data["reason"],
                )
            except StaleFacts as error:
                status = error.status
                found.refresh_from_db()
                stale = [
                    {"label": FactsForm.base_fields[name].label, "now": _shown(getattr(found, name))}
                    for name in error.differing
                ]
                typed = request.POST.copy()
                typed["seen"] = stamp_of(found)
                form = FactsForm(typed)
                form.add_refusal(error)
            except WikiError as error:
                status = error.status
                form.add_refusal(error)
            else:
                messages.success(request, f"《{found.title}》的信息已保存。")
                return redirect("wiki_desk:document", pk)
        else:
            status = 400
    else:
        form = FactsForm(initial={**facts_now(found).__dict__, "seen": stamp_of(found)})
    return _page(request, found, form, status, stale=stale)


@require_POST
def stage(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a document to its next stage, or put its opening on the schedule; what is missing is said and linked."""
    require(can_manage(request.user))
    found = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    form = StageForm(request.POST)
    action = request.POST.get("action", "")
    if not form.is_valid() or action not in (*StageAction.values, "schedule", "unschedule"):
        messages.error(request, "日期或步骤不对，请检查后再试。")
        return redirect("wiki_desk:document", pk)
    day = form.cleaned_data["closes_at"]
    try:
        if action in ("schedule", "unschedule"):
            schedule_opening(actor=request.user, document=found, on=action == "schedule")
            said = "到时间会自动开始征求意见。" if action == "schedule" else "不再自动开始。"
        else:
            found = change_stage(
                actor=request.user,
                document=found,
                action=StageAction(action),
                closes_at=timezone.make_aware(datetime.combine(day, time(23, 59, 59))) if day else None,
                short_reason=form.cleaned_data["short_reason"] or None,
                reason=form.cleaned_data["reason"],
            )
            said = f"《{found.title}》现在是“{found.get_stage_display()}”。"
    except StageBlocked as error:
        messages.error(request, error.message)
        if any(one.code == "unanswered" for one in error.obstacles):
            return redirect("wiki_desk:answers", pk)
        if any(one.code == "undone" for one in error.obstacles):
            return redirect(reverse("wiki_desk:answers", args=[pk]) + f"?outcome={UNDONE}")
    except WikiError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, said)
    return redirect("wiki_desk:document", pk)


def _page(
    request: HttpRequest, found: Document, form: FactsForm, status: int, *, stale: list[dict[str, Any]]
) -> HttpResponse:
    counted = Document.objects.with_counts().with_results().get(pk=found.pk)
    actions = stage_actions(found.stage) if can_change_stage(request.user, found) else []
    context = {
        "document": counted,
        "form": form,
        "stale": stale,
        "may_edit": can_edit_facts(request.user, found),
        "countdown": parts.countdown(found, timezone.now()),
        "actions": actions,
        "opens": any(action in OPENING for action in actions),
        "reasoned": found.stage in (Stage.OPEN, Stage.CLOSED),
        "short": is_short(found.opens_at or timezone.now(), found.closes_at),
        "steps": steps_of(found),
        "unanswered": counted.opinion_count - counted.answered_count,
        "part": "document",
    }
    return desk_page(request, "wiki/desk/document.html", "概况", crumbs_of(found), context, status)


def _shown(value: Any) -> str:
    return (
        f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
        if isinstance(value, datetime)
        else str(value or "（空）")
    )
