"""The map page."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from civic.cases.models import Report, Step
from civic.cases.presentation import public_case


@require_safe
def map_page(request: HttpRequest) -> HttpResponse:
    """Show the map with a list of the newest cases beside it, which is all there is without JavaScript."""
    newest = Report.objects.public().with_public_parts().order_by("-received_at", "-pk")[:12]
    return render(
        request,
        "maps/map.html",
        {
            "cases": [public_case(report) for report in newest],
            "steps": Step.choices,
            "centre": settings.CITY_CENTRE,
        },
    )
