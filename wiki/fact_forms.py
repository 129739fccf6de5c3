"""The forms of a document's facts: parsing only, the rules are the services'."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wiki.forms import RawCharField, ServiceForm
from wiki.models import Category, Document
from wiki.services.facts import LIMITS, DocumentFacts

MOMENT = "%Y-%m-%dT%H:%M"


def _moment(label: Any, help_text: Any = "") -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        help_text=help_text,
        required=False,
        input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        error_messages={"invalid": _("请写成日期和时间，例如 2026-03-01 08:00。")},
    )


def _text(name: str, label: Any, help_text: Any = "", rows: int = 0) -> forms.CharField:
    attrs = {"data-limit": LIMITS[name]}
    widget = forms.Textarea(attrs={**attrs, "rows": rows}) if rows else forms.TextInput(attrs=attrs)
    return RawCharField(label=label, help_text=help_text, widget=widget)


class _Facts(ServiceForm):
    title = _text("title", _("标题"))
    category = forms.ChoiceField(
        label=_("分类"), error_messages={"invalid_choice": _("没有这个分类，请从列表里选。")}
    )
    summary = _text("summary", _("说明"), _("一两句话：这份文件管什么、为什么现在征求意见。"), 3)
    issuer = _text("issuer", _("起草单位"))
    contact = _text("contact", _("联系方式"), _("对外公开：部门的电话、邮箱或地址。"))
    scope = _text("scope", _("征求意见的对象和范围"), rows=3)
    opens_at = _moment(_("开始时间"))
    closes_at = _moment(_("截止时间"), _("一般不少于三十日。"))
    short_reason = _text("short_reason", _("期限不足三十日的理由"), _("不足三十日时必须写明，会公开。"), 2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = list(Category.objects.values_list("name", flat=True))
        kept = (self.initial or {}).get("category") or (
            self.data.get("kept_category") if self.is_bound else ""
        )
        if kept and kept not in names:
            names.append(kept)
        self.fields["category"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]

    def facts(self, document: Document | None) -> DocumentFacts:
        """Return what was typed; a moment that says the same minute as the stored one stays to the second."""
        data = {name: self.cleaned_data[name] for name in DocumentFacts.__dataclass_fields__}
        for name in ("opens_at", "closes_at"):
            stored = getattr(document, name, None)
            if stored and data[name] and stored.replace(second=0, microsecond=0) == data[name]:
                data[name] = stored
        return DocumentFacts(**data)


class FactsForm(_Facts):
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = RawCharField(
        label=_("改日期的理由"),
        help_text=_("征求意见期间改截止时间时必须写明，会公开。"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class NewDocumentForm(_Facts):
    slug = forms.CharField(
        label=_("地址"),
        help_text=_("网页地址里的一段，只用小写字母、数字和短横，例如 market-2026；定了以后不再改。"),
        error_messages={"required": _("请写地址。")},
    )
    field_order = ["title", "slug"]
