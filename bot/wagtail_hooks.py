"""Puts the conversation desk into Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from . import desk
from .policies import can_view_transcripts


@hooks.register("register_admin_urls")
def register_admin_urls() -> list[URLPattern | URLResolver]:
    return [path("conversations/", include(desk.urls))]


class ConversationsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return can_view_transcripts(request.user)


@hooks.register("register_admin_menu_item")
def register_menu() -> Any:
    return ConversationsMenuItem(
        _("市民对话"), reverse("bot_desk:index"), name="conversations", icon_name="comment", order=210
    )


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    return Permission.objects.filter(
        content_type__app_label="bot", codename__in=["view_conversation", "take_over_conversation"]
    )
