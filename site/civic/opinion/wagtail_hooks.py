"""Puts opinion search into Wagtail's admin."""

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, include, path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from civic.opinion import desk_urls
from civic.opinion.policies import can_search


@hooks.register("register_admin_urls")
def register_admin_urls() -> list[URLPattern | URLResolver]:
    """Mount the desk."""
    return [path("opinion/", include(desk_urls))]


class OpinionMenuItem(MenuItem):
    """Shown to those who may search."""

    def is_shown(self, request: HttpRequest) -> bool:
        return can_search(request.user)


@hooks.register("register_admin_menu_item")
def register_menu() -> Any:
    """Add the desk to the menu."""
    return OpinionMenuItem(
        "舆情检索", reverse("opinion_desk:search"), name="opinion", icon_name="search", order=210
    )


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    """Let an administrator give the right to search to groups."""
    return Permission.objects.filter(content_type__app_label="opinion", codename="view_document")
