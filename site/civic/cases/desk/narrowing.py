"""What the queue is narrowed by and its order: for the page, its map, the exports and the staff API."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django import forms
from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict

from civic.accounts.models import Department, District, User
from civic.cases.code_search import code_choices
from civic.cases.models import Case, CaseEvent, Channel, Report, Step
from civic.cases.models.case import URGENT_RANK
from civic.cases.numbers import parse_number
from civic.cases.querysets import CaseQuerySet
from civic.places.polygons import streets_beginning

NEAR = timedelta(hours=4)
ALL = "all"
HANDLED = 5000  # entries of the record that "handled by me" looks back
OPTIONS_SECONDS = 60
IN_REACH = ("q", "step", "district", "department", "urgent")


class Option(NamedTuple):
    """A district or a department as the filter offers it."""

    pk: int
    code: str
    name: str


def options_of(model: type[District] | type[Department]) -> list[Option]:
    """Return all districts or departments; read at most once a minute, since they seldom change."""

    def read() -> list[Option]:
        return [Option(*row) for row in model.objects.values_list("pk", "code", "name")]

    return cache.get_or_set(f"cases.options.{model.__name__}", read, OPTIONS_SECONDS) or []


def _choices(model: type[District] | type[Department]) -> list[tuple[str, str]]:
    return [("", "全部"), *((option.code, option.name) for option in options_of(model))]


class QueueFilter(forms.Form):
    """What a clerk narrows the queue by; without a step it holds what is not closed."""

    q = forms.CharField(label="编号或原文", required=False, max_length=40)
    step = forms.ChoiceField(
        label="步骤", required=False, choices=[("", "未结案"), *Step.choices, (ALL, "全部（含已结案）")]
    )
    district = forms.ChoiceField(label="区", required=False, choices=lambda: _choices(District))
    street = forms.CharField(label="街道", required=False, max_length=40)
    grid = forms.CharField(label="责任网格编号", required=False, max_length=20)
    department = forms.ChoiceField(label="承办部门", required=False, choices=lambda: _choices(Department))
    code = forms.ChoiceField(label="事项", required=False, choices=code_choices)
    channel = forms.ChoiceField(label="渠道", required=False, choices=[("", "全部"), *Channel.choices])
    urgent = forms.BooleanField(label="紧急", required=False)
    unconfirmed = forms.BooleanField(label="待人工确认", required=False)
    overdue = forms.BooleanField(label="已超期", required=False)
    near = forms.BooleanField(label="临期", required=False)
    supervised = forms.BooleanField(label="督办", required=False)
    urged = forms.BooleanField(label="有催办", required=False)
    mine = forms.BooleanField(label="我经手的", required=False)

    def in_reach(self) -> list[forms.BoundField]:
        """Return the fields that are used most."""
        return [self[name] for name in IN_REACH]

    def further(self) -> list[forms.BoundField]:
        """Return the fields that are used less."""
        return [field for field in self if field.name not in IN_REACH and not self._is_mark(field)]

    def further_marks(self) -> list[forms.BoundField]:
        """Return the check boxes that are used less."""
        return [field for field in self if field.name not in IN_REACH and self._is_mark(field)]

    def further_count(self) -> int:
        """Return how many of the fields that are used less narrow the queue now."""
        return sum(bool(value) for name, value in self.cleaned_data.items() if name not in IN_REACH)

    @staticmethod
    def _is_mark(field: forms.BoundField) -> bool:
        return isinstance(field.field, forms.BooleanField)


def narrow(cases: CaseQuerySet, data: Mapping[str, Any], user: User, now: datetime) -> CaseQuerySet:
    """Return the cases that fit a valid filter, in the order in which they should be worked on."""
    if number := parse_number(data["q"]):
        cases = cases.filter(pk__in=Report.objects.filter(number=number).values("case"))
    elif data["q"]:
        words = Report.objects.filter(case=OuterRef("pk"), text__contains=data["q"])
        cases = cases.filter(Exists(words))
    if not data["step"] and not number:
        cases = cases.filter(closed_at__isnull=True)
    if data["step"] and data["step"] != ALL:
        cases = cases.filter(step=data["step"])
        if data["step"] != Step.CLOSED:  # says nothing new, but lets the database use an index of open cases
            cases = cases.open()
    for name, model in (("district", District), ("department", Department)):
        if data[name]:
            cases = cases.filter(
                **{name: next((option.pk for option in options_of(model) if option.code == data[name]), 0)}
            )
    if data["code"]:
        cases = cases.filter(matter_code=data["code"])
    if data["street"]:
        districts = (option.name for option in options_of(District))
        cases = cases.filter(
            street__in=streets_beginning(data["street"].removesuffix("街道"), districts) or [data["street"]]
        )
    if data["grid"]:
        cases = cases.filter(grid_cell__code=data["grid"])
    if data["channel"]:
        cases = cases.filter(Exists(Report.objects.filter(case=OuterRef("pk"), channel=data["channel"])))
    marks = {
        "urgent": Q(rank__lte=URGENT_RANK),
        "unconfirmed": Q(code_source=Case.CodeSource.NLP, code_certain=False, closed_at__isnull=True),
        "overdue": Q(due_at__lt=now),
        "near": Q(due_at__gte=now, due_at__lte=now + NEAR),
        "supervised": Q(supervised_at__isnull=False),
        "urged": Q(urged__gt=0),
        "mine": Q(pk__in=_handled_by(user) if data["mine"] else ()),
    }
    for name, condition in marks.items():
        if data[name]:
            cases = cases.filter(condition)
    if data["step"] in {ALL, Step.CLOSED}:
        return cases.order_by("-received_at", "-pk")
    return cases.most_pressing_first()


def _handled_by(user: User) -> list[int]:
    """Return the cases on whose record the user stands, the latest entries first."""
    entries = CaseEvent.objects.filter(actor=user).order_by("-pk").values_list("case_id", flat=True)
    return list(dict.fromkeys(entries[:HANDLED]))


def clean_query(raw: str) -> str:
    """Return what of a query string the filter understands, in the form's order."""
    form = QueueFilter(QueryDict(raw))
    kept = {name: value for name in form.fields if (value := form.data.get(name, "").strip())}
    form.is_valid()
    return urlencode({name: value for name, value in kept.items() if name not in form.errors})


def narrowed_queue(user: User, raw: Mapping[str, Any], now: datetime) -> tuple[QueueFilter, CaseQuerySet]:
    """Return the filter of a query string and the cases on the user's desk that fit; wrong fields are left out."""
    form = QueueFilter(raw)
    form.is_valid()
    data = {name: form.cleaned_data.get(name) or "" for name in form.fields}
    return form, narrow(Case.objects.on_desk_of(user), data, user, now)
