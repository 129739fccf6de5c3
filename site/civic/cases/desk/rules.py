"""Dispatch rules in Wagtail's admin: each rule is checked as the import checks it."""

from typing import Any, ClassVar

from django import forms
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.snippets.views.snippets import SnippetViewSet

from civic.cases.models import DispatchRule
from civic.cases.services.dispatch_rules import problems_of


class DispatchRuleForm(WagtailAdminModelForm):
    """A rule as a person writes it."""

    def clean(self) -> dict[str, Any]:
        """Refuse what could never fit a case."""
        data = super().clean() or self.cleaned_data
        district = data.get("district")
        found = problems_of(
            code_prefix=data.get("code_prefix", ""), district=district.name if district else "",
            street=data.get("street", ""), starts=data.get("starts"), ends=data.get("ends"),
        )  # fmt: skip
        for name, sentence in found.items():
            self.add_error(name, sentence)
        return data


class DispatchRuleViewSet(SnippetViewSet):
    """Desk of the rules; whoever may see them may try them on the page 派遣试算."""

    model = DispatchRule
    icon = "order"
    menu_label = "派遣规则"
    menu_order = 205
    add_to_admin_menu = True
    list_display: ClassVar[list[str | Column]] = [
        "__str__", "basis", "district", "street", "days", "starts", "ends", "department", "priority",
        BooleanColumn("active", label="启用"),
    ]  # fmt: skip
    list_filter: ClassVar[list[str]] = ["basis", "district", "department", "active"]
    search_fields: ClassVar[list[str]] = ["code_prefix", "street", "note"]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [FieldPanel("code_prefix", widget=forms.TextInput), FieldPanel("basis")], heading="什么问题"
            ),
            MultiFieldPanel(
                [FieldRowPanel([FieldPanel("district"), FieldPanel("street")])], heading="在哪里（空为全市）"
            ),
            MultiFieldPanel(
                [FieldPanel("days"), FieldRowPanel([FieldPanel("starts"), FieldPanel("ends")])],
                heading="什么时候（空为全天）",
            ),
            MultiFieldPanel(
                [FieldPanel("department"), FieldRowPanel([FieldPanel("priority"), FieldPanel("active")])],
                heading="派给谁",
            ),
            FieldPanel("note"),
        ],
        base_form_class=DispatchRuleForm,
    )
