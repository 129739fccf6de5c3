"""Shows the outbox's dead letters in Wagtail's admin, where a person decides whether they are tried again."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from civic.core import outbox
from civic.core.models import OutboxEvent


def _require(request: HttpRequest) -> None:
    if not request.user.has_perm("core.change_outboxevent"):
        raise PermissionDenied


def dead_letters(request: HttpRequest) -> HttpResponse:
    """List what failed for good; a POST gives one of them a fresh set of attempts."""
    _require(request)
    if request.method == "POST":
        given = request.POST.get("event", "")
        known = int(given) if given.isdecimal() and len(given) < 19 else 0
        event = get_object_or_404(OutboxEvent, pk=known, state=OutboxEvent.State.DEAD)
        outbox.revive(event)
        messages.success(request, "已放回待办，将重新处理。")
        return HttpResponseRedirect(reverse("core_dead_letters"))
    rows = OutboxEvent.objects.filter(state=OutboxEvent.State.DEAD).order_by("-created_at")[:100]
    return render(request, "core/desk/dead_letters.html", {"rows": rows})


@hooks.register("register_admin_urls")
def register_admin_urls() -> list[URLPattern]:
    """Mount the list."""
    return [path("dead-letters/", dead_letters, name="core_dead_letters")]


class DeadLettersMenuItem(MenuItem):
    """Shown to those who keep the system running."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm("core.change_outboxevent")


@hooks.register("register_settings_menu_item")
def register_menu() -> Any:
    """Add the list to the settings menu."""
    return DeadLettersMenuItem(
        "失败待办", reverse("core_dead_letters"), name="dead-letters", icon_name="warning", order=900
    )
