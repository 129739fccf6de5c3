"""What the queue is narrowed by, said in words: one chip for each condition, with the query that is left without it."""

from collections.abc import Iterable
from typing import NamedTuple, cast
from urllib.parse import urlencode

from django import forms

from civic.cases.desk.narrowing import QueueFilter
from civic.cases.matters import matter_name


class Chip(NamedTuple):
    """One condition of the queue."""

    label: str
    value: str
    query: str


def chips(form: QueueFilter) -> list[Chip]:
    """Return the conditions of a filter that was judged, in the form's order; wrong ones narrow nothing."""
    active = {name: value for name, value in form.cleaned_data.items() if value}
    found = []
    for name, value in active.items():
        field = form.fields[name]
        rest = {other: "on" if kept is True else kept for other, kept in active.items() if other != name}
        found.append(Chip(str(field.label), _said(name, field, value), urlencode(rest)))
    return found


def _said(name: str, field: forms.Field, value: object) -> str:
    if isinstance(field, forms.BooleanField):
        return ""
    if name == "code":
        return matter_name(str(value))
    if isinstance(field, forms.ChoiceField):
        labels = dict(cast(Iterable[tuple[str, str]], field.choices))
        return str(labels.get(str(value), value))
    return str(value)
