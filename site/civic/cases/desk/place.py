"""The place of a case on its page: what is known and doubted, who looks after it, and the form that corrects it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from civic.accounts.models import User
from civic.cases import policies
from civic.cases.desk.access import require_desk
from civic.cases.models import Case
from civic.cases.place_doubts import doubts
from civic.cases.services.relocation import correct_place
from civic.core.errors import DomainError, NotFound


class PlaceForm(forms.Form):
    """A point or words, and why; the service judges them."""

    lon = forms.FloatField(required=False, error_messages={"invalid": "经度应是数字，例如 116.4074。"})
    lat = forms.FloatField(required=False, error_messages={"invalid": "纬度应是数字，例如 39.9042。"})
    address = forms.CharField(required=False)
    reason = forms.CharField(required=False)


def place_part(user: User, case: Case) -> dict[str, Any]:
    """Return what the page shows of a case's place; one query for the grid cell, one for an officer's district."""
    reports = list(case.reports.all())
    may_correct = case.merged_into_id is None and policies.can_place(user, case)
    return {
        "cell": case.grid_cell,
        "contact": policies.can_view_grid_contact(user),
        "doubts": doubts(case, reports),
        "may_correct": may_correct,
        "known": case.district is not None,
    }


@require_POST
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct the place; whoever moves a case out of sight goes back to the queue."""
    user, form = require_desk(request), PlaceForm(request.POST)
    back = HttpResponseRedirect(reverse("cases_desk:detail", args=[pk]) + "#place")
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
        return back
    data = form.cleaned_data
    try:
        moved = correct_place(
            case_pk=pk, actor=user, lon=data["lon"], lat=data["lat"], address=data["address"], reason=data["reason"]
        )  # fmt: skip
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, error.message)
        return back
    messages.success(request, "位置已记录。")
    for notice in moved.notices:
        messages.warning(request, notice)
    return back if moved.on_desk else HttpResponseRedirect(reverse("cases_desk:queue"))
