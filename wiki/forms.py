"""The suggestion form and the moderator's decision: parsing only, the rules are the services'."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from wiki.errors import WikiError
from wiki.models import Comment, Suggestion
from wiki.text.cleaning import CLAUSE_LIMIT, REASON_LIMIT
from wiki.text.tables import join_cells


class ServiceForm(forms.Form):
    """A form that takes a service's refusals back as its own errors."""

    def add_refusal(self, error: WikiError) -> None:
        """Show a domain error: at its fields where it names some, else above the form."""
        placed = False
        for name, message in error.fields.items():
            if name in self.fields and not self.fields[name].widget.is_hidden:
                self.add_error(name, message)
                placed = True
        if not placed:
            self.add_error(None, error.message)


class RawCharField(forms.CharField):
    """Characters as they were sent: the services clean and judge them, so pages and API refuse alike."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, required=False, **kwargs)
        self.validators = []


class SuggestionForm(ServiceForm):
    """All kinds of suggestion; the page shows the fields that a kind needs. A table's row comes cell by cell."""

    kind = forms.ChoiceField(choices=Suggestion.Kind.choices, required=False, widget=forms.HiddenInput)
    text = RawCharField(
        label=_("修改后的文字"),
        widget=forms.Textarea(attrs={"rows": 8, "data-limit": CLAUSE_LIMIT, "autocomplete": "off"}),
    )
    to = forms.IntegerField(
        label=_("移到哪里"), required=False, min_value=1, max_value=2**63 - 1, widget=forms.Select
    )
    inside = forms.ChoiceField(
        label=_("放在它的"),
        choices=[("", _("后面，和它并列")), ("1", _("下面，作为第一项"))],
        required=False,
        widget=forms.RadioSelect,
    )
    reason = RawCharField(
        label=_("理由"),
        help_text=_("理由会和建议一起公开，请不要写姓名、电话和住址。"),
        widget=forms.Textarea(attrs={"rows": 3, "data-limit": REASON_LIMIT, "autocomplete": "off"}),
    )
    base_version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    replaces = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)

    @staticmethod
    def given(data: QueryDict) -> QueryDict:
        """Return what was sent with a row's cells joined to its text, as the clause keeps it."""
        if "cell" not in data:
            return data
        joined = data.copy()
        cells = data.getlist("cell")
        joined["text"] = join_cells(cells) if any(cell.strip() for cell in cells) else ""
        return joined


class RebaseForm(ServiceForm):
    """One's own suggestion in new words, on the text that it collided with."""

    text = RawCharField(
        label=_("转到新文字以后"),
        widget=forms.Textarea(attrs={"rows": 8, "data-limit": CLAUSE_LIMIT, "autocomplete": "off"}),
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)


class CommentForm(ServiceForm):
    """What somebody says of a clause, or of words of it; a reply sends no quotation."""

    quote = RawCharField(
        label=_("针对哪几个字（可不填）"),
        help_text=_("在上面的条文里选中文字，或照原文抄写；不填就是针对整条。"),
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )
    stance = forms.ChoiceField(
        label=_("您的态度"),
        required=False,
        initial=Comment.Stance.NEUTRAL,
        choices=Comment.Stance.choices,
        widget=forms.RadioSelect,
    )
    text = RawCharField(
        label=_("评论"),
        help_text=_("评论会公开，请不要写姓名、电话和住址。"),
        widget=forms.Textarea(attrs={"rows": 4, "data-limit": REASON_LIMIT, "autocomplete": "off"}),
    )
    base_version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    start = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=10**6)
    prefix = RawCharField(widget=forms.HiddenInput)  # type: ignore[assignment]
    suffix = RawCharField(widget=forms.HiddenInput)

    def clean_stance(self) -> str:
        return self.cleaned_data["stance"] or Comment.Stance.NEUTRAL

    def clean_start(self) -> int:
        return self.cleaned_data["start"] or 0

    def typed(self) -> dict[str, str]:
        """Return what was sent, as it was, for putting it back into a form later."""
        limits = {"text": REASON_LIMIT * 2, "quote": 2000}
        return {name: str(self.data.get(name, ""))[: limits.get(name, 64)] for name in self.fields}


class CommentEditForm(ServiceForm):
    stance = forms.ChoiceField(
        label=_("您的态度"), required=False, choices=Comment.Stance.choices, widget=forms.RadioSelect
    )
    text = RawCharField(label=_("评论"), widget=forms.Textarea(attrs={"rows": 5, "data-limit": REASON_LIMIT}))


class DecisionForm(ServiceForm):
    class Choice:
        ACCEPT = "accept"
        REWORD = "reword"
        REJECT = "reject"

    decision = forms.ChoiceField(
        choices=[
            (Choice.ACCEPT, _("采纳")),
            (Choice.REWORD, _("按下面的文字采纳")),
            (Choice.REJECT, _("不采纳")),
        ]
    )
    reason = RawCharField(
        label=_("答复的理由"),
        help_text=_("不采纳必须写理由；理由会公开。"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    wording = RawCharField(
        label=_("采用的文字"),
        help_text=_("只在“按下面的文字采纳”时使用。"),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)


class StageForm(ServiceForm):
    action = forms.CharField()
    closes_at = forms.DateField(
        label=_("截止日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    short_reason = RawCharField(label=_("期限不足三十日的理由"))
    reason = RawCharField(label=_("理由"))


class ObjectionForm(ServiceForm):
    """Why one's own words should be seen."""

    objection = RawCharField(
        label=_("为什么应当放行"), help_text=_("只能申诉一次。"), widget=forms.Textarea(attrs={"rows": 4})
    )
