"""One clause: its wording, what people say of it, what was decided and why."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from wiki.models import ClauseVersion, Document, Suggestion
from wiki.pages.clause_frame import clause_frame
from wiki.policies import can_view, first_version
from wiki.presenters.suggested import shown_suggestions
from wiki.selectors.history import wordings
from wiki.services.votes import tallies

PER_PAGE = 20


@require_GET
def clause(request: HttpRequest, slug: str, clause_id: int) -> HttpResponse:
    """Show one clause: its wording, what people suggest for it, what was decided and why."""
    found, current = clause_or_404(request, slug, clause_id)
    decided = request.GET.get("status") == "decided"
    every = Suggestion.objects.filter(clause_id=clause_id).select_related("author", "opinion__decision")
    count_waiting = every.waiting().count()
    every = every.shown_to(request.user)
    chosen = (
        every.decided().order_by("-opinion__answered_at") if decided else every.undecided().oldest_first()
    )
    page = Paginator(chosen.with_base_text().with_carried_base(), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "wiki/clause.html",
        {
            **clause_frame(request, found, current, "decided" if decided else "waiting"),
            "suggestions": _with_votes(
                shown_suggestions(page, {clause_id: current}, request.user), request.user
            ),
            "page": page,
            "decided": decided,
            "count_hidden": count_waiting - every.waiting().count(),
            "history": wordings(found, clause_id, first_version(request.user, found))[:10],
        },
    )


def clause_or_404(request: HttpRequest, slug: str, clause_id: int) -> tuple[Document, ClauseVersion]:
    """Return the document and the clause's latest wording, also of a clause that has been taken out."""
    found = get_object_or_404(Document, slug=slug)
    if not can_view(request.user, found):
        raise Http404
    rows = ClauseVersion.objects.filter(document=found, clause_id=clause_id).defer("authorship")
    current = rows.order_by("-since").first()
    # What was taken out while the document was a draft has never been there for the public.
    if current is None or (current.until is not None and current.until <= first_version(request.user, found)):
        raise Http404
    return found, current


def _with_votes(items: list[dict[str, Any]], user: Any) -> list[dict[str, Any]]:
    """Say beside every suggestion how many are for and against it."""
    votes = tallies(Suggestion, [item["suggestion"].pk for item in items], user)
    for item in items:
        item["tally"] = votes[item["suggestion"].pk]
    return items
