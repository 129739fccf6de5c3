"""Puts the moderation desk into Wagtail's admin: its addresses, menu items and permissions."""

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from wiki.desk import urls as desk_urls
from wiki.policies import can_manage, can_moderate


@hooks.register("register_admin_urls")
def register_admin_urls() -> list[URLPattern | URLResolver]:
    return [path("wiki/", include(desk_urls))]


class ModerationMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return can_moderate(request.user)


class DocumentsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return can_manage(request.user) or can_moderate(request.user)


@hooks.register("register_admin_menu_item")
def register_moderation() -> Any:
    return ModerationMenuItem(
        _("政策修改审核"), reverse("wiki_desk:index"), name="wiki-moderation", icon_name="draft", order=220
    )


@hooks.register("register_admin_menu_item")
def register_documents() -> Any:
    return DocumentsMenuItem(
        _("政策文件"), reverse("wiki_desk:documents"), name="wiki-documents", icon_name="doc-full", order=221
    )


@hooks.register("register_admin_menu_item")
def register_discussion() -> Any:
    return ModerationMenuItem(
        _("政策评论"), reverse("wiki_desk:comments"), name="wiki-comments", icon_name="comment", order=221
    )


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    return Permission.objects.filter(
        Q(content_type__app_label="wiki") & Q(codename__in=["moderate_suggestion", "manage_document"])
    )
