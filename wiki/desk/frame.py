"""What every desk page needs: the frame with its trail, and the refusal of those who may not see it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from wiki.desk.document_links import links_of
from wiki.models import Holding
from wiki.policies import can_manage, can_moderate
from wiki.selectors.timing import late_count

ICON = "draft"
DOCUMENTS = "wiki_desk:documents"


def require(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied


def desk_page(
    request: HttpRequest,
    template: str,
    title: str,
    crumbs: list[tuple[str, str]],
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    """Return a page in Wagtail's frame.

    A page with a `tab` has the desk's parts above it; one with a `part` those of its `document`, see links_of().
    """
    moderates = can_moderate(request.user)
    top = (reverse("wiki_desk:index"), "政策修改审核") if moderates else (reverse(DOCUMENTS), "政策文件")
    trail = [(reverse("wagtailadmin_home"), "首页"), top, *(one for one in crumbs if one != top)]
    if title != trail[-1][1]:
        trail.append(("", title))
    items = [{"url": url, "label": label} for url, label in trail]
    frame: dict[str, Any] = {
        "breadcrumbs_items": items,
        "header_title": title,
        "header_icon": ICON,
        "may_manage": can_manage(request.user),
        "may_moderate": moderates,
    }
    if "part" in context:
        frame["document_links"] = links_of(request.user, context["document"], context["part"])
    if "tab" in context:
        now = timezone.now()
        frame["late_count"] = late_count(now)
        frame["held_count"] = Holding.objects.waiting().count()
    return render(request, template, {**frame, **context}, status=status)
