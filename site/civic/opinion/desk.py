"""The opinion desk inside Wagtail's admin: search what people say; every count opens the texts it counts."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from civic.accounts.models import District
from civic.cases.matters import matter_name
from civic.core.errors import DomainError
from civic.opinion.backends.base import WINDOW
from civic.opinion.forms import parse_question
from civic.opinion.models import Document
from civic.opinion.policies import can_search
from civic.opinion.searching import Found, search
from civic.opinion.snippets import Piece, snippet
from civic.opinion.sources import source_label, staff_url


@dataclass(frozen=True)
class Row:
    """A hit as the desk shows it."""

    document: Document
    source: str
    matter: str
    pieces: list[Piece]
    url: str


@dataclass(frozen=True)
class Count:
    """A number that is a link to what it counts."""

    label: str
    number: int
    query: str
    chosen: bool


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Show the search with its hits; a refusal says why and keeps what was asked."""
    if not can_search(request.user):
        raise PermissionDenied
    context: dict[str, Any] = {"asked": request.GET, "districts": District.objects.all()}
    status = 200
    try:
        question = parse_question(request.GET)
        found = search(question.text, question.filters, question.page)
    except DomainError as error:
        context["problem"], status = error.message, error.status
    else:
        page = question.page
        pages = min(-(-found.total // page.size), WINDOW // page.size)
        context |= {
            "found": found,
            "rows": [_row(document, found) for document in found.documents],
            "sources": _source_counts(request.GET, found),
            "by_district": _district_counts(request.GET, found),
            "page": page.number,
            "pages": pages,
            "previous": _with(request.GET, page=str(page.number - 1)) if page.number > 1 else "",
            "next": _with(request.GET, page=str(page.number + 1)) if page.number < pages else "",
        }
    response = render(request, "opinion/desk.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _row(document: Document, found: Found) -> Row:
    return Row(
        document=document,
        source=source_label(document.source),
        matter=matter_name(document.code) if document.code else "",
        pieces=snippet(document.text, found.query, width=180),
        url=staff_url(document),
    )


def _with(asked: QueryDict, **changes: str) -> str:
    """Return the query with changes; an empty value takes a key away, and so does a change of filter the page."""
    changed = asked.copy()
    changed.pop("page", None)
    for name, value in changes.items():
        changed.pop(name, None)
        if value:
            changed[name] = value
    return changed.urlencode()


def _source_counts(asked: QueryDict, found: Found) -> list[Count]:
    chosen = asked.get("source", "")
    return [
        Count(source_label(name), number, _with(asked, source="" if name == chosen else name), name == chosen)
        for name, number in found.by_source.items()
    ]


def _district_counts(asked: QueryDict, found: Found) -> list[Count]:
    chosen = asked.get("district", "")
    return [
        Count(
            district.name,
            number,
            _with(asked, district="" if district.code == chosen else district.code),
            district.code == chosen,
        )
        for district, number in found.by_district.items()
        if district is not None
    ]
