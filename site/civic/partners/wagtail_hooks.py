"""Puts the desk of partners into Wagtail's admin."""

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, include, path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from civic.partners import desk
from civic.partners.policies import can_manage


@hooks.register("register_admin_urls")
def register_admin_urls() -> list[URLPattern | URLResolver]:
    """Mount the desk."""
    return [path("partners/", include(desk))]


class PartnersMenuItem(MenuItem):
    """Shown to those who manage partners."""

    def is_shown(self, request: HttpRequest) -> bool:
        return can_manage(request.user)


@hooks.register("register_settings_menu_item")
def register_menu() -> Any:
    """Add the desk to the settings menu."""
    return PartnersMenuItem(
        "合作方接口", reverse("partners_desk:index"), name="partners", icon_name="link", order=890
    )


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    """Let an administrator give the right to manage partners to groups."""
    return Permission.objects.filter(content_type__app_label="partners", codename="manage_partner")
