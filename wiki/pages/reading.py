"""Reading: the list of documents, and one document clause by clause."""

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Case, F, IntegerField, Q, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from wiki.conditional import kept_for_all
from wiki.models import Category, Document
from wiki.presenters import parts
from wiki.querysets import DocumentQuerySet
from wiki.reading import Reading, read, state_of
from wiki.viewing import count_view, is_reader
from wiki.workflow import Stage

PER_PAGE = 12
QUERY_LIMIT = 60


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the documents: those that take opinions first, soonest to close first; the rest in pages."""
    now = timezone.now()
    query = " ".join(request.GET.get("q", "").replace("\0", "").split())[:QUERY_LIMIT]
    categories = list(Category.objects.all())
    chosen = next((one for one in categories if str(one.pk) == request.GET.get("category")), None)
    found = Document.objects.visible_to(request.user).named(query)
    if chosen is not None:
        found = found.filter(category=chosen.name)
    taking = Q(stage=Stage.OPEN) & (Q(closes_at=None) | Q(closes_at__gt=now))
    taking &= Q(opens_at=None) | Q(opens_at__lte=now)
    page = Paginator(_in_order(found, taking), PER_PAGE).get_page(request.GET.get("page"))
    shown = [card(document, now) for document in page]
    return render(
        request,
        "wiki/index.html",
        {
            "open_documents": [item for item in shown if item["countdown"].open],
            "other_documents": [item for item in shown if not item["countdown"].open],
            "page": page,
            "categories": categories,
            "chosen": chosen,
            "query": query,
            "narrowed": bool(query or chosen),
            "first_page": page.number == 1,
        },
    )


def card(document: Document, now: datetime) -> dict[str, Any]:
    """Return what a card shows of a document that was loaded with its counts."""
    return {"document": document, "countdown": parts.countdown(document, now)}


def _in_order(found: DocumentQuerySet, taking: Q) -> DocumentQuerySet:
    """Those that take opinions first, soonest to close first, those without an end after them; then the newest."""
    rank = Case(When(taking, then=Value(0)), default=Value(1), output_field=IntegerField())
    closes = Case(When(taking, then=F("closes_at")))
    return (
        found.with_counts()
        .annotate(rank=rank, closes=closes)
        .order_by("rank", F("closes").asc(nulls_last=True), "-created_at", "-id")
    )


@require_safe
def document(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the text that is valid now, clause by clause; visitors are told where they have it already."""
    found = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
    now = timezone.now()
    if is_reader(request):
        count_view(found)
    state = state_of(found, now)
    # How long there is still time changes without any act.
    told = parts.countdown(found, now).text

    def page() -> HttpResponse:
        return _document_page(request, found, read(found, now, state), now)

    return kept_for_all(request, f"{found.pk}:text", f"{state}:{told}", page)


def _document_page(request: HttpRequest, found: Document, reading: Reading, now: datetime) -> HttpResponse:
    return render(
        request,
        "wiki/document.html",
        {
            "document": found,
            "reading": reading,
            "contents": reading.contents,
            "figures": reading.figures,
            "steps": reading.steps,
            "countdown": parts.countdown(found, now),
            "is_open": parts.is_open(found, now),
        },
    )
