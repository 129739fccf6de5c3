"""The forms of the editing desk: parsing only, the rules are the services'."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wiki.errors import WikiError
from wiki.kinds import Kind
from wiki.services.editing import WORDED
from wiki.text.cleaning import CLAUSE_LIMIT, REASON_LIMIT

LARGEST = 2**31 - 1


class _Raw(forms.CharField):
    """Characters as they were sent: the services clean and judge them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, required=False, **kwargs)
        self.validators = []


class ActForm(forms.Form):
    """What every act asks for: why, and the version that was looked at."""

    reason = _Raw(
        label=_("理由"),
        help_text=_("为什么这样改？理由写进版本记录：起草期间只有工作人员看得到，以后的会公开。"),
        widget=forms.Textarea(attrs={"rows": 2, "data-limit": REASON_LIMIT}),
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=LARGEST)

    def add_refusal(self, error: WikiError) -> None:
        """Show a domain error: at its fields where it names some of these, else above the form."""
        here = {name: message for name, message in error.fields.items() if name in self.fields}
        for name, message in here.items():
            if not self.fields[name].widget.is_hidden:
                self.add_error(name, message)
        if not any(not self.fields[name].widget.is_hidden for name in here):
            self.add_error(None, error.message)


class WordsForm(ActForm):
    label = _Raw(label=_("序号"), help_text=_("例如“第三条”“（一）”，没有就空着。"))
    kind = forms.ChoiceField(
        label=_("类型"), choices=[(kind.value, kind.label) for kind in WORDED], required=False
    )
    text = _Raw(label=_("文字"), widget=forms.Textarea(attrs={"rows": 8, "data-limit": CLAUSE_LIMIT}))
    field_order = ("label", "kind", "text", "reason", "seen_version")


class AddForm(WordsForm):
    kind = forms.ChoiceField(
        label=_("类型"), choices=[(kind.value, kind.label) for kind in Kind if kind != Kind.TABLE]
    )


class SplitForm(ActForm):
    text = _Raw(
        label=_("在要拆开的地方插入一个空行"),
        help_text=_("只插入一个空行，不要改字；空行后面的成为新的一条。"),
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    label = _Raw(label=_("后一半的序号"))
    field_order = ("text", "label", "reason", "seen_version")


class MoveForm(ActForm):
    place = forms.ChoiceField(label=_("移到哪里"))
    field_order = ("place", "reason", "seen_version")

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = places  # type: ignore[attr-defined]


class RevertForm(ActForm):
    to_version = forms.IntegerField(
        label=_("恢复到第几版的文字"),
        min_value=1,
        max_value=LARGEST,
        error_messages={"required": _("请写版本号。"), "invalid": _("版本号是一个数。")},
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    field_order = ("to_version", "reason", "seen_version")


def split_place(original: str, typed: str) -> int | None:
    """Return before which character of `original` the one empty line was put, or None where it is not just that."""
    typed = typed.replace("\r\n", "\n").replace("\r", "\n")
    start = typed.find("\n\n")
    while start >= 0:
        head, tail = typed[:start], typed[start:].lstrip("\n")
        at = len(head.rstrip())
        rest = original[at:]
        if original[:at] == head.rstrip() and rest.strip() == tail.strip():
            return at + len(rest) - len(rest.lstrip())
        start = typed.find("\n\n", start + 1)
    return None
