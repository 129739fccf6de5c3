"""The queue as points beside its list: the same filter, the same rights, the true places."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from civic.cases.desk.access import require_desk
from civic.cases.desk.narrowing import narrowed_queue
from civic.cases.matters import matter_name
from civic.cases.models import Case, Step

POINTS = 500  # the most pressing ones: more would cover each other and the browser


@require_safe
def pane(request: HttpRequest) -> HttpResponse:
    """Return the empty map: fetched when a map is wanted, so that the queue does not pay for it."""
    require_desk(request)
    return render(request, "cases/desk/_map.html")


@require_safe
def points(request: HttpRequest) -> HttpResponse:
    """Return the placed cases of a narrowed queue as GeoJSON, the most pressing first, at most 500."""
    user, now = require_desk(request), timezone.now()
    _form, cases = narrowed_queue(user, request.GET, now)
    rows = list(cases.filter(lon__isnull=False, merged_into=None)[: POINTS + 1])
    return JsonResponse(
        {
            "type": "FeatureCollection",
            "features": [_feature(case, late=_late(case, now)) for case in rows[:POINTS]],
            "truncated": len(rows) > POINTS,
        },
        json_dumps_params={"ensure_ascii": False},
    )


def _late(case: Case, now: Any) -> bool:
    return case.due_at is not None and case.due_at < now


def _feature(case: Case, *, late: bool) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [case.lon, case.lat]},
        "properties": {
            "case": case.pk,
            "matter": matter_name(case.matter_code),
            "street": case.street,
            "step_label": str(Step(case.step).label),
            "urgent": case.urgent,
            "overdue": late,
            "url": reverse("cases_desk:detail", args=[case.pk]),
        },
    }
