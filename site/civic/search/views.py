"""The search page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from civic.core.errors import DomainError
from civic.core.throttling import check_rate
from civic.search.groups import parse_query, search

RATE = "120/min"
SUGGESTIONS = ("菜市场", "垃圾", "路灯", "停车", "噪音", "停水")


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Show the box, and grouped results once something was asked."""
    text = request.GET.get("q", "")
    context: dict[str, Any] = {"text": text.strip(), "suggestions": SUGGESTIONS}
    status = 200
    if text.strip():
        try:
            check_rate(request, scope="search", rate=RATE)
            groups = search(parse_query(text, request.user))
        except DomainError as error:
            context["problem"], status = error.message, error.status
        else:
            context["groups"] = [group for group in groups if group.found.hits or group.problem]
            context["total"] = sum(group.found.total for group in groups)
    return render(request, "search/search.html", context, status=status)
