"""The desk's forms: parsing only, the rules are the services'."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from wiki.forms import RawCharField, ServiceForm
from wiki.models import AnswerTemplate, Decision

BIG = 2**63 - 1


class TemplateSelect(forms.Select):
    """Templates to choose from; each option carries its words for the script that puts them in the reason."""

    words: dict[str, str] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if words := self.words.get(str(value)):
            option["attrs"]["data-words"] = words
        return option


class _WithTemplate(ServiceForm):
    """A reason that may start from a template; one that is chosen with an empty reason is the reason."""

    template = forms.CharField(label=_("答复模板"), required=False, widget=TemplateSelect)
    reason = RawCharField(
        label=_("答复的理由"),
        help_text=_("部分采纳和不采纳必须写理由；采纳不写理由的，写“已按建议修改”。理由会公开。"),
        widget=forms.Textarea(attrs={"rows": 3, "data-reason": ""}),
    )

    def __init__(self, *args: Any, templates: Sequence[AnswerTemplate] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._words = {str(one.pk): one.text for one in templates}
        widget = self.fields["template"].widget
        widget.words = self._words
        names = {"": "通用"} | dict(Decision.Outcome.choices)
        by_outcome: dict[str, list[tuple[str, str]]] = {}
        for one in templates:
            by_outcome.setdefault(str(names[one.outcome]), []).append((str(one.pk), one.name))
        widget.choices = [("", "不用模板"), *by_outcome.items()]
        self.has_templates = bool(templates)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not given.get("reason", "").strip():
            given["reason"] = self._words.get(given.get("template", ""), "")
        return given


class _Numbers(forms.Field):
    """Boxes that were ticked, as numbers; a clause page has thirty forms, too many to hold a list of choices each."""

    widget = forms.SelectMultiple

    def __init__(self) -> None:
        super().__init__(required=False)

    def clean(self, value: Any) -> list[int]:
        sent = [str(one) for one in value or []]
        return [int(one) for one in sent if one.isascii() and one.isdigit() and len(one) < 6]


class ReviewForm(_WithTemplate):
    """The decision on one suggestion, on its whole group, or on some of its pieces."""

    class Choice:
        ACCEPT = "accept"
        REWORD = "reword"
        PARTIAL = "partial"
        REJECT = "reject"

    decision = forms.ChoiceField(
        choices=[
            (Choice.ACCEPT, _("采纳")),
            (Choice.REWORD, _("按下面的文字采纳")),
            (Choice.PARTIAL, _("只采纳勾选的改动")),
            (Choice.REJECT, _("不采纳")),
        ]
    )
    wording = RawCharField(
        label=_("采用的文字"),
        help_text=_("只在“按上面的文字采纳”时使用。"),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    # Which clause the wording is for, where the words of the suggestion's own have passed to others.
    on = forms.IntegerField(label=_("写进哪一条"), required=False, min_value=1, max_value=BIG)
    take = _Numbers()
    together = forms.BooleanField(required=False)
    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    seen_members = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1, required=False
    )

    def see(self, **seen: int) -> None:
        """After a refusal the comparison on the page is the fresh one: the next try is made against it."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        for name, value in seen.items():
            data[name] = str(value)
        self.data = data

    @property
    def taken(self) -> set[str]:
        """The numbers of the pieces that were chosen, as they were sent."""
        return set(self.data.getlist("take")) if isinstance(self.data, QueryDict) else set()


class BatchForm(_WithTemplate):
    """One decision on a selection."""

    decision = forms.ChoiceField(choices=[("accept", _("逐条采纳")), ("reject", _("逐条不采纳"))])
    pk = forms.TypedMultipleChoiceField(required=False, coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.data.getlist("pk") if isinstance(self.data, QueryDict) else []
        known = [one for one in chosen if one.isascii() and one.isdigit() and len(one) < 19]
        self.fields["pk"].choices = [(one, one) for one in known]  # type: ignore[attr-defined]


class GroupForm(forms.Form):
    """Where a moderator puts a suggestion: into another's group, or out of its own."""

    head = forms.IntegerField(
        label=_("归到第几号建议的组"), required=False, min_value=1, max_value=BIG, widget=forms.NumberInput
    )


class HoldingForm(ServiceForm):
    """Letting held words go, or keeping them back."""

    decision = forms.ChoiceField(choices=[("release", _("放行")), ("keep", _("拦下"))])
    reason = RawCharField(
        label=_("理由"),
        help_text=_("拦下必须写理由，会告诉提交的人。"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class AnswerTemplateForm(ServiceForm):
    """A named answer."""

    name = RawCharField(label=_("名称"), widget=forms.TextInput(attrs={"maxlength": 40}))
    outcome = RawCharField(
        label=_("用于"), widget=forms.Select(choices=[("", _("任何答复")), *Decision.Outcome.choices])
    )
    text = RawCharField(label=_("文字"), widget=forms.Textarea(attrs={"rows": 3}))
