"""The form that corrects a case's place."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from civic.cases.desk.access import require_desk
from civic.cases.desk.case_page import case_page
from civic.cases.desk.refusals import refuse
from civic.cases.services.relocation import correct_place
from civic.core.errors import DomainError, InvalidInput, NotFound


class PlaceForm(forms.Form):
    """A point or words, and why; the service judges them."""

    lon = forms.FloatField(required=False, error_messages={"invalid": "经度应是数字，例如 116.4074。"})
    lat = forms.FloatField(required=False, error_messages={"invalid": "纬度应是数字，例如 39.9042。"})
    address = forms.CharField(required=False)
    reason = forms.CharField(required=False)


@require_POST
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct the place; whoever moves a case out of sight goes back to the queue."""
    user, form = require_desk(request), PlaceForm(request.POST)
    try:
        if not form.is_valid():
            fields = {name: str(errors[0]) for name, errors in form.errors.items()}
            raise InvalidInput(next(iter(fields.values())), fields=fields)
        data = form.cleaned_data
        moved = correct_place(
            case_pk=pk, actor=user, lon=data["lon"], lat=data["lat"], address=data["address"], reason=data["reason"]
        )  # fmt: skip
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        return case_page(request, pk, refuse("place", "更正位置", error, request.POST))
    messages.success(request, "位置已记录。")
    for notice in moved.notices:
        messages.warning(request, notice)
    if not moved.on_desk:
        return HttpResponseRedirect(reverse("cases_desk:queue"))
    return HttpResponseRedirect(reverse("cases_desk:detail", args=[pk]) + "#place")
