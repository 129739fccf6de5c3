"""The suggestion form and the moderator's decision: parsing only, the rules are the services'."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wiki.cleaning import CLAUSE_LIMIT, REASON_LIMIT
from wiki.errors import WikiError


class _ServiceForm(forms.Form):
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


class _RawCharField(forms.CharField):
    """Characters as they were sent: the services clean and judge them, so pages and API refuse alike."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, required=False, **kwargs)
        self.validators = []


class SuggestionForm(_ServiceForm):
    text = _RawCharField(
        label=_("修改后的文字"),
        help_text=_("直接在原文上改，序号不用写。"),
        widget=forms.Textarea(attrs={"rows": 8, "data-limit": CLAUSE_LIMIT, "autocomplete": "off"}),
    )
    reason = _RawCharField(
        label=_("理由"),
        help_text=_("为什么这样改？理由会和建议一起公开，请不要写姓名、电话和住址。"),
        widget=forms.Textarea(attrs={"rows": 3, "data-limit": REASON_LIMIT, "autocomplete": "off"}),
    )
    base_version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)


class DecisionForm(_ServiceForm):
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
    reason = _RawCharField(
        label=_("答复的理由"),
        help_text=_("不采纳必须写理由；理由会公开。"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    wording = _RawCharField(
        label=_("采用的文字"),
        help_text=_("只在“按下面的文字采纳”时使用。"),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)


class StageForm(_ServiceForm):
    action = forms.CharField()
    closes_at = forms.DateField(
        label=_("截止日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
