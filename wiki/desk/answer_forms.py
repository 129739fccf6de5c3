"""What those who answer opinions fill in: parsing only, the rules are the services'."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wiki.forms import RawCharField, ServiceForm
from wiki.models import AnswerTemplate, Comment, Decision, Document, Opinion
from wiki.reporting.lines import places

LETTER_CHANNELS = [(value, label) for value, label in Opinion.Channel.choices if value != Opinion.Channel.WEB]


def clause_choices(document: Document, none: str) -> list[tuple[str, str]]:
    """Return today's clauses in reading order, to choose one of."""
    standing = sorted(places(document).values(), key=lambda place: place.position)
    return [("", none), *((str(place.clause_id), place.name) for place in standing)]


class AnswerForm(ServiceForm):
    """One answer; `why` is asked for when it takes the place of another."""

    outcome = forms.ChoiceField(
        label=_("答复"), choices=Decision.Outcome.choices, widget=forms.RadioSelect, required=False
    )
    reason = RawCharField(
        label=_("理由"),
        help_text=_("会公开。写清楚采纳了什么、没有采纳什么、为什么。"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    version = forms.IntegerField(
        label=_("写进了第几版"),
        help_text=_("采纳的内容在哪一版里；还没有写进文本就不填。"),
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        widget=forms.NumberInput(attrs={"list": "versions"}),
    )
    clause = forms.TypedChoiceField(
        label=_("写进了哪一条"),
        help_text=_("不选就是意见所针对的那一条。"),
        required=False,
        coerce=int,
        empty_value=None,
    )
    why = RawCharField(
        label=_("更正的原因"),
        help_text=_("会公开。原来的答复也会留在旁边。"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    template = forms.ModelChoiceField(
        label=_("答复模板"), queryset=AnswerTemplate.objects.all(), required=False, empty_label=_("不用模板")
    )

    def __init__(self, *args: Any, document: Document, correcting: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clause: Any = self.fields["clause"]
        clause.choices = clause_choices(document, str(_("意见所针对的那一条")))
        if not correcting:
            del self.fields["why"]

    def filled(self) -> dict[str, Any]:
        """Return what was typed with the chosen template's words where the reason is written."""
        typed = {name: self.data.get(name, "") for name in self.fields}
        said = typed["template"]
        is_number = said.isascii() and said.isdigit() and len(said) < 19
        known = AnswerTemplate.objects.filter(pk=said).first() if is_number else None
        if known is not None:
            typed["reason"] = "\n".join(part for part in (typed["reason"].strip(), known.text) if part)
            typed["outcome"] = typed["outcome"] or known.outcome
        return typed

    def given(self) -> dict[str, Any]:
        """Return what the services ask for."""
        names = {"outcome", "reason", "version", "why"} & self.fields.keys()
        return {name: self.cleaned_data[name] for name in names} | {"clause_id": self.cleaned_data["clause"]}


class LetterForm(ServiceForm):
    """An opinion that came by another door than the site."""

    text = RawCharField(
        label=_("意见"),
        help_text=_("照原文登记。公开时电话、证件号和住址会自动遮住。"),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    clause = forms.TypedChoiceField(label=_("针对"), required=False, coerce=int, empty_value=None)
    channel = forms.ChoiceField(label=_("渠道"), choices=LETTER_CHANNELS, initial=Opinion.Channel.IMPORT)
    stance = forms.ChoiceField(
        label=_("立场"), required=False, choices=[("", _("没有说")), *Comment.Stance.choices]
    )
    name = RawCharField(label=_("署名"), help_text=_("只有工作人员看得到。"))
    source_ref = RawCharField(label=_("编号"), help_text=_("来信的登记号；同一个编号只登记一次。"))
    received = forms.DateTimeField(
        label=_("收到日期"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, document: Document, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clause: Any = self.fields["clause"]
        clause.choices = clause_choices(document, str(_("全文")))

    def given(self) -> dict[str, Any]:
        """Return what the service asks for."""
        given = dict(self.cleaned_data)
        given["clause_id"] = given.pop("clause")
        return given
