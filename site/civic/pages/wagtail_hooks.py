"""Questions in the staff's menu, what waits on their home page, and the site's colours in Wagtail's shell."""

from typing import Any, ClassVar

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.telepath import register as register_adapter
from wagtail.admin.ui.sidebar import BaseSidebarAdapter, MainMenuModule
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from civic.pages.dashboard import TasksPanel
from civic.pages.models import FaqCategory, FaqEntry


class FaqEntryViewSet(SnippetViewSet):
    """Desk of the questions."""

    model = FaqEntry
    icon = "help"
    menu_label = _("问答")
    list_display: ClassVar[list[str]] = ["question", "category", "live", "updated_at"]
    list_filter: ClassVar[list[str]] = ["category", "live"]
    search_fields: ClassVar[list[str]] = ["question", "variants", "answer"]
    list_per_page = 50


class FaqCategoryViewSet(SnippetViewSet):
    """Desk of their headings."""

    model = FaqCategory
    icon = "list-ul"
    menu_label = _("问答分类")
    list_display: ClassVar[list[str]] = ["name", "key", "order"]


class FaqGroup(SnippetViewSetGroup):
    """Both in one menu entry."""

    items = (FaqEntryViewSet, FaqCategoryViewSet)
    menu_label = _("常见问答")
    menu_icon = "help"
    menu_order = 250


register_snippet(FaqGroup)


class NamedMainMenuAdapter(BaseSidebarAdapter):
    """Wagtail's main menu with the person's display name; its own shows first name or account name."""

    js_constructor = "wagtail.sidebar.MainMenuModule"

    def js_args(self, menu: MainMenuModule) -> list[Any]:
        """Return Wagtail's arguments, the person's name replaced."""
        items, account_items, person = menu.js_args()
        return [items, account_items, {**person, "name": str(menu.user)}]


register_adapter(NamedMainMenuAdapter(), MainMenuModule)


@hooks.register("insert_global_admin_css")
def admin_colours() -> SafeString:
    """Bring the site's colours into the staff's pages."""
    return format_html('<link rel="stylesheet" href="{}">', static("civic/css/admin.css"))


@hooks.register("construct_homepage_panels")
def waiting_tasks(request: HttpRequest, panels: list[Any]) -> None:
    """Show first what waits for this person."""
    panels.append(TasksPanel())
