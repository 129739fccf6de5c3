"""Reviewing: the queue by clause, comparing a suggestion with the text, deciding on it alone or with its group."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods

from wiki.desk.forms import GroupForm, ReviewForm
from wiki.desk.frame import desk_page, require
from wiki.desk.items import item_of
from wiki.desk.queue import MEMBERS_SHOWN, Filters, chips, groups_of, page_number, rows, sorts
from wiki.errors import InvalidText, WikiError
from wiki.models import AnswerTemplate, ClauseVersion, Decision, Suggestion
from wiki.policies import can_manage, can_moderate
from wiki.presenters import parts
from wiki.presenters.suggested import place_names
from wiki.selectors.heirs import standing_heirs
from wiki.selectors.naming import full_name
from wiki.selectors.nearby import saying_the_same
from wiki.services import accept_suggestion, reject_suggestion
from wiki.services.batches import decide_group
from wiki.text.hunks import take
from wiki.workflow import Status

RECENT = 10


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List the clauses that wait for a decision, the longest waiting first; who only writes goes to the documents."""
    if not can_moderate(request.user) and can_manage(request.user):
        return redirect("wiki_desk:documents")
    require(can_moderate(request.user))
    filters, now = Filters.read(request.GET), timezone.now()
    found, more = rows(filters, request.user, now)
    recent = (
        Decision.objects.filter(opinion__suggestion__isnull=False)
        .select_related("opinion__document", "moderator")
        .order_by("-made_at")[:RECENT]
    )
    context = {
        "rows": found,
        "filters": filters,
        "chips": chips(filters),
        "sorts": sorts(filters),
        "previous": filters.query(page=filters.page - 1) if filters.page > 1 else "",
        "next": filters.query(page=filters.page + 1) if more else "",
        "list_query": filters.query(),
        "recent": recent,
        "tab": "queue",
    }
    return desk_page(request, "wiki/desk/index.html", "政策修改审核", [], context)


@require_GET
def clause(request: HttpRequest, clause_id: int) -> HttpResponse:
    """Show one clause's waiting suggestions by group, each compared with the text that is valid now."""
    require(can_moderate(request.user))
    current, now = latest_wording(clause_id), timezone.now()
    number = page_number(request.GET.get("page", ""))
    groups, count, group_count, more = groups_of(clause_id, number)
    names = place_names([group[0] for group, _ in groups], {clause_id: current})
    templates = list(AnswerTemplate.objects.all())
    twins = saying_the_same(group[0] for group, _ in groups)
    stuck = any(group[0].status == Status.CONFLICT for group, _ in groups)
    heirs = standing_heirs(current.document_id, clause_id) if stuck else []
    context = {
        "current": current,
        "html": parts.marked(current.text),
        "count": count,
        "group_count": group_count,
        "page": number,
        "previous": number - 1 if number > 1 else None,
        "next": number + 1 if more else None,
        "items": [
            item_of(
                group[0],
                current,
                names=names,
                now=now,
                templates=templates,
                others=group[1:],
                size=size,
                heirs=heirs,
                twin=twins.get(group[0].pk),
            )
            for group, size in groups
        ],
    }
    title = full_name(current)
    return desk_page(request, "wiki/desk/clause.html", title, [], context)


@require_http_methods(["GET", "POST"])
def suggestion(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one suggestion with its group and take the decision; what cannot be decided shows its present state."""
    require(can_moderate(request.user))
    found, status, refusal = load(pk), 200, ""
    form: ReviewForm | None = None
    if request.method == "POST":
        templates = list(AnswerTemplate.objects.all())
        form = ReviewForm(request.POST, templates=templates)
        if not form.is_valid():
            status = 400
        else:
            try:
                decisions = _decide(request, found, form.cleaned_data)
            except WikiError as error:
                status, refusal = error.status, error.message
                form.add_refusal(error)
                found = load(pk)
            else:
                told = f"第 {pk} 号建议：{decisions[0].get_outcome_display()}。"
                if len(decisions) > 1:
                    told = (
                        f"第 {pk} 号等 {len(decisions)} 条相近的建议：{decisions[0].get_outcome_display()}。"
                    )
                messages.success(request, told)
                return redirect(_onward(request, found))
    return suggestion_page(request, found, form=form, refusal=refusal, status=status)


def suggestion_page(
    request: HttpRequest,
    found: Suggestion,
    *,
    form: ReviewForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show one suggestion with its group; a refused form keeps what was typed."""
    current = latest_wording(found.clause_id)
    group = Suggestion.objects.filter(clause=found.clause_id).same_group(found).waiting()
    size = max(1, group.count()) if found.decision is None and not found.held_by else 1
    others: list[Suggestion] = []
    if size > 1:
        others = list(
            group.exclude(pk=found.pk)
            .select_related("author")
            .with_base_text()
            .with_carried_base()
            .order_by("pk")[:MEMBERS_SHOWN]
        )
    item = item_of(
        found,
        current,
        names=place_names([found], {found.clause_id: current}),
        now=timezone.now(),
        templates=list(AnswerTemplate.objects.all()),
        form=form,
        others=others,
        size=size,
        heirs=standing_heirs(found.document_id, found.clause_id) if found.status == Status.CONFLICT else [],
        twin=saying_the_same([found]).get(found.pk),
    )
    context = {"current": current, "item": item, "refusal": refusal, "group_form": GroupForm()}
    crumbs = [(reverse("wiki_desk:clause", args=[found.clause_id]), full_name(current))]
    return desk_page(request, "wiki/desk/suggestion.html", f"第 {found.pk} 号建议", crumbs, context, status)


def load(pk: int) -> Suggestion:
    """Return a suggestion with all that the desk shows of it, or raise Http404."""
    rows = Suggestion.objects.select_related("author", "document", "opinion__decision__moderator", "holding")
    return get_object_or_404(rows.with_base_text().with_carried_base(), pk=pk)


def latest_wording(clause_id: int) -> ClauseVersion:
    """Return a clause's latest wording, also of one that has been taken out, or raise Http404."""
    found = ClauseVersion.objects.filter(clause_id=clause_id).select_related("document").order_by("-since")
    return get_object_or_404(found[:1])


def _decide(request: HttpRequest, found: Suggestion, given: dict[str, Any]) -> list[Decision]:
    """Ask the service that the pressed button stands for."""
    choice, reason = given["decision"], given["reason"]
    wording: str | None = None
    if choice == ReviewForm.Choice.REWORD:
        wording = given["wording"]
    elif choice == ReviewForm.Choice.PARTIAL:
        wording = _taken(found, given["take"])
    if given["together"]:
        return decide_group(
            moderator=request.user,
            suggestion=found,
            accept=choice != ReviewForm.Choice.REJECT,
            reason=reason,
            wording=wording,
            seen_version=given["seen_version"],
            seen_members=given["seen_members"],
            on=given["on"] if wording is not None else None,
        )
    if choice == ReviewForm.Choice.REJECT:
        return [reject_suggestion(moderator=request.user, suggestion=found, reason=reason)]
    return [
        accept_suggestion(
            moderator=request.user,
            suggestion=found,
            reason=reason,
            wording=wording,
            seen_version=given["seen_version"],
            on=given["on"] if wording is not None else None,
        )
    ]


def _taken(found: Suggestion, chosen: list[int]) -> str:
    """Return today's wording with the chosen pieces of the change; a wording grown old is the service's to refuse."""
    if not chosen:
        raise InvalidText("请先勾选要采纳的改动。", fields={"take": "请至少勾选一处改动。"})
    return take(latest_wording(found.clause_id).text, found.carried_text, chosen)


def _onward(request: HttpRequest, found: Suggestion) -> str:
    """Return where a moderator goes on: the list they came from, the clause's next, the next clause, the queue."""
    back = request.POST.get("next", "")
    if back and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return back
    waiting = Suggestion.objects.waiting()
    after = waiting.filter(clause=found.clause_id, alike=None).order_by("submitted_at", "pk").first()
    if after is None:
        after = waiting.filter(document=found.document_id, alike=None).order_by("submitted_at", "pk").first()
    return reverse("wiki_desk:suggestion", args=[after.pk]) if after else reverse("wiki_desk:index")
