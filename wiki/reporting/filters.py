"""Which lines of the ledger somebody asks for: read from an address, applied to opinions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from wiki.errors import InvalidText
from wiki.models import Comment, Decision, Opinion
from wiki.policies import Person
from wiki.querysets import OpinionQuerySet

UNANSWERED = "unanswered"
UNDONE = "undone"
UNDONE_LABEL = _("采纳后又撤下")
OUTCOMES: dict[str, Any] = {
    **{
        one.value: Count("pk", filter=Q(decision__outcome=one, decision__undone_in=None))
        for one in Decision.Outcome
    },
    UNDONE: Count("pk", filter=Q(decision__undone_in__isnull=False)),
}
"""Opinions counted by what became of them: each answered one in one of these."""
KINDS = [("suggestion", _("修改建议")), ("comment", _("评论")), ("letter", _("来信和转来的意见"))]
BIGGEST = 2**31 - 1
WORDS_LIMIT = 50


@dataclass(frozen=True)
class Filters:
    """One choice for each question; empty asks for all. `before` and `after` are the edges of a page."""

    outcome: str = ""
    channel: str = ""
    kind: str = ""
    stance: str = ""
    clause: int | None = None
    group: int | None = None
    q: str = ""
    mine: bool = False
    before: int | None = None
    after: int | None = None

    @property
    def chosen(self) -> dict[str, str]:
        """What is asked for, as an address says it; where the page begins is no part of it."""
        named = {
            name: getattr(self, name)
            for name in ("outcome", "channel", "kind", "stance", "clause", "group", "q")
        }
        chosen = {name: str(value) for name, value in named.items() if value}
        return chosen | ({"mine": "1"} if self.mine else {})

    def query(self, **changes: Any) -> str:
        """Return the query string of these filters with some changed; None takes one out."""
        chosen: dict[str, Any] = {**self.chosen, **changes}
        return urlencode({name: value for name, value in chosen.items() if value is not None and value != ""})


class FilterForm(forms.Form):
    """The filters as a form; what it does not know it refuses by name."""

    outcome = forms.ChoiceField(
        label=_("答复"),
        required=False,
        choices=[
            ("", _("全部")),
            (UNANSWERED, _("尚未答复")),
            *Decision.Outcome.choices,
            (UNDONE, UNDONE_LABEL),
        ],
    )
    channel = forms.ChoiceField(
        label=_("渠道"), required=False, choices=[("", _("全部")), *Opinion.Channel.choices]
    )
    kind = forms.ChoiceField(label=_("形式"), required=False, choices=[("", _("全部")), *KINDS])
    stance = forms.ChoiceField(
        label=_("立场"), required=False, choices=[("", _("全部")), *Comment.Stance.choices]
    )
    clause = forms.IntegerField(label=_("条款"), required=False, min_value=1, max_value=BIGGEST)
    group = forms.IntegerField(label=_("分组"), required=False, min_value=1, max_value=BIGGEST)
    q = forms.CharField(label=_("词语"), required=False, max_length=WORDS_LIMIT)
    mine = forms.BooleanField(label=_("我的意见"), required=False)
    before = forms.IntegerField(required=False, min_value=1, max_value=BIGGEST)
    after = forms.IntegerField(required=False, min_value=1, max_value=BIGGEST)


def read_filters(given: Mapping[str, Any]) -> Filters:
    """Return the filters that an address asks for; raises InvalidText naming what is not known."""
    form = FilterForm(given)
    if not form.is_valid():
        fields = {str(name): str(errors[0]) for name, errors in form.errors.items()}
        raise InvalidText("没有这样的筛选条件。", fields=fields)
    return Filters(**form.cleaned_data)


def narrow(opinions: OpinionQuerySet, filters: Filters, person: Person) -> OpinionQuerySet:
    """Keep the opinions that are asked for, words apart: those are looked for in what a reader may read."""
    if filters.outcome == UNANSWERED:
        opinions = opinions.unanswered()
    elif filters.outcome == UNDONE:
        opinions = opinions.filter(decision__undone_in__isnull=False)
    elif filters.outcome:
        opinions = opinions.filter(decision__outcome=filters.outcome, decision__undone_in=None)
    if filters.channel:
        opinions = opinions.filter(channel=filters.channel)
    if filters.kind:
        opinions = opinions.filter(
            {
                "suggestion": Q(suggestion__isnull=False),
                "comment": Q(comment__isnull=False),
                "letter": Q(suggestion=None, comment=None),
            }[filters.kind]
        )
    if filters.stance:
        opinions = opinions.filter(stance=filters.stance)
    if filters.clause:
        opinions = opinions.filter(clause=filters.clause)
    if filters.group:
        opinions = opinions.filter(group=filters.group)
    if filters.mine:
        opinions = opinions.filter(author=person.pk) if person.is_authenticated else opinions.none()
    return opinions


def saying(words: str) -> Q:
    """Return the condition that an opinion or its answer says something somewhere."""
    return (
        Q(text__icontains=words)
        | Q(comment__text__icontains=words)
        | Q(suggestion__text__icontains=words)
        | Q(suggestion__reason__icontains=words)
        | Q(decision__reason__icontains=words)
    )
