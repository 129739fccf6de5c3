"""Puts the case desk into Wagtail's admin."""

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from civic.cases import desk_urls
from civic.cases.policies import can_use_desk


@hooks.register("register_admin_urls")
def register_admin_urls() -> list[URLPattern | URLResolver]:
    """Mount the desk."""
    return [path("cases/", include(desk_urls))]


class CasesMenuItem(MenuItem):
    """Shown to those with a place on the desk."""

    def is_shown(self, request: HttpRequest) -> bool:
        return can_use_desk(request.user)


@hooks.register("register_admin_menu_item")
def register_menu() -> Any:
    """Add the desk to the menu."""
    return CasesMenuItem(
        "案件办理", reverse("cases_desk:queue"), name="cases", icon_name="clipboard-list", order=200
    )


@hooks.register("insert_global_admin_css")
def desk_css() -> SafeString:
    """Load the desk's own styles."""
    return format_html('<link rel="stylesheet" href="{}">', static("cases/css/desk.css"))


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    """Let an administrator give the desk's rights to groups."""
    return Permission.objects.filter(content_type__app_label="cases", content_type__model="case")
