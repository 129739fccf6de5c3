"""Puts the case desk into Wagtail's admin."""

from typing import Any, ClassVar

from django import forms
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from civic.cases.code_search import template_choices
from civic.cases.desk import urls as desk_urls
from civic.cases.desk.rules import DispatchRuleViewSet
from civic.cases.models import AnswerTemplate
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


class AnswerTemplateViewSet(SnippetViewSet):
    """Desk of the texts that answers start from."""

    model = AnswerTemplate
    icon = "doc-full"
    menu_label = "答复模板"
    menu_order = 210
    add_to_admin_menu = True
    list_display: ClassVar[list[str]] = ["title", "matter_code", "department"]
    list_filter: ClassVar[list[str]] = ["department"]
    search_fields: ClassVar[list[str]] = ["title", "text"]
    panels: ClassVar[list[FieldPanel]] = [
        FieldPanel("title"),
        FieldPanel("text"),
        FieldPanel("matter_code", widget=forms.Select(choices=list(template_choices()))),
        FieldPanel("department"),
    ]


register_snippet(AnswerTemplateViewSet)
register_snippet(DispatchRuleViewSet)


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    """Let an administrator give the desk's rights to groups."""
    return Permission.objects.filter(content_type__app_label="cases", content_type__model="case")
