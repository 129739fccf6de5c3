"""The archive: consultations that are over, by year, with what became of the opinions."""

from django.core.paginator import Paginator
from django.db.models.functions import Coalesce, ExtractYear
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wiki.models import Category, Document
from wiki.workflow import Stage

PER_PAGE = 20
OVER = (Stage.CLOSED, Stage.ANSWERED, Stage.PUBLISHED, Stage.ARCHIVED)


@require_safe
def archive(request: HttpRequest) -> HttpResponse:
    """List the consultations that are over, newest first; `?year=` and `?category=` narrow the list."""
    over = (
        Document.objects.visible_to(request.user)
        .filter(stage__in=OVER)
        .annotate(ended_at=Coalesce("closes_at", "updated_at"))
        .annotate(year=ExtractYear("ended_at"))
    )
    years = list(over.order_by("-year").values_list("year", flat=True).distinct())
    categories = list(Category.objects.all())
    year = next((one for one in years if str(one) == request.GET.get("year")), None)
    chosen = next((one for one in categories if str(one.pk) == request.GET.get("category")), None)
    found = over
    if year is not None:
        found = found.filter(year=year)
    if chosen is not None:
        found = found.filter(category=chosen.name)
    page = Paginator(found.with_results().order_by("-ended_at", "-id"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    return render(
        request,
        "wiki/archive.html",
        {"page": page, "years": years, "year": year, "categories": categories, "chosen": chosen},
    )
