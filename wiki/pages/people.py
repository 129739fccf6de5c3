"""What a person has contributed, gathered under the name they chose: for themselves, and for all if they say so.

Held back, withdrawn and not yet public suggestions are on nobody else's page. Without the person's word the page is
missing for others, as if there were nobody: whether somebody takes part at all is theirs to tell.
"""

from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from wiki import ports
from wiki.models import Comment, Contributor, Suggestion
from wiki.presenters import parts
from wiki.querysets import SuggestionQuerySet
from wiki.services.people import show_contributions

PER_PAGE = 20
COMMENTS = 10


@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a person's suggestions with their answers, the newest comments, and the figures."""
    someone = get_object_or_404(get_user_model()._default_manager.filter(is_active=True), pk=pk)
    mine = request.user.is_authenticated and request.user.pk == someone.pk
    shown = Contributor.objects.filter(user=someone, shown=True).exists()
    if not shown and not mine:
        raise Http404
    suggestions = _public(Suggestion.objects.filter(author=someone))
    page = Paginator(
        suggestions.select_related("document", "opinion__decision").order_by("-submitted_at", "-id"), PER_PAGE
    ).get_page(request.GET.get("page"))
    comments = (
        Comment.objects.filter(author=someone)
        .visible_to(AnonymousUser())
        .said()
        .select_related("document")
        .order_by("-id")
    )
    response = render(
        request,
        "wiki/person.html",
        {
            "someone": someone,
            "name": parts.public_name(someone),
            "mine": mine,
            "shown": shown,
            "page": page,
            "items": [_line(one) for one in page],
            "suggestion_count": page.paginator.count,
            "accepted_count": suggestions.standing().count(),
            "comment_count": comments.count(),
            "comments": [
                {"comment": one, "text": parts.public_text(one.text)} for one in comments[:COMMENTS]
            ],
            "standing": ports.standing(someone) if mine else None,
        },
    )
    if mine:
        response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def shown(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch one's own page on or off for others."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if request.user.pk != pk:
        raise Http404
    on = request.POST.get("shown") == "1"
    show_contributions(person=request.user, on=on)
    messages.success(request, "别人现在可以看到这一页。" if on else "这一页现在只有您自己能看到。")
    return redirect("wiki:person", pk)


def _public(suggestions: SuggestionQuerySet) -> SuggestionQuerySet:
    """Keep what everybody may read: on the person's own page too, so that they see what others see."""
    return suggestions.visible_to(AnonymousUser()).shown_to(AnonymousUser())


def _line(suggestion: Suggestion) -> dict[str, Any]:
    return {
        "suggestion": suggestion,
        "decision": suggestion.decision,
        "reason": parts.public_text(suggestion.reason),
    }
