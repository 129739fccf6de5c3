"""A document's text to take away: Word, Markdown, JSON, and a page to print; any version, changes shown or not."""

import hashlib
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.http import quote_etag
from django.views.decorators.http import require_GET

from wiki.exporting import Contents, as_docx, as_json, as_markdown, disposition
from wiki.exporting.contents import gather
from wiki.exporting.filenames import file_name
from wiki.exporting.printing import pieces
from wiki.models import Document
from wiki.pages.history import document_or_404, version_or_404
from wiki.policies import can_export, first_version
from wiki.selectors.history import page_number

TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
    "html": "text/html; charset=utf-8",
}


@require_GET
def export(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """Answer with a document's text as a file: `?version=` another than the current, `?since=` with changes shown."""
    if form not in TYPES:
        raise Http404
    found = document_or_404(request, slug)
    if not can_export(request.user, found):
        raise Http404
    contents = contents_or_404(request, found)
    etag = quote_etag(f"{form}-{found.pk}-{contents.version}-{contents.since}-{hash_of(contents)}")
    if request.headers.get("If-None-Match") == etag:
        response: HttpResponse = HttpResponse(status=304)
    elif form == "html":
        response = render(
            request,
            "wiki/export/print.html",
            {"document": found, "contents": contents, "pieces": pieces(contents)},
        )
    elif form == "json":
        response = JsonResponse(as_json(contents), json_dumps_params={"ensure_ascii": False, "indent": 1})
    else:
        body: Any = as_docx(contents) if form == "docx" else as_markdown(contents)
        response = HttpResponse(body, content_type=TYPES[form])
    response["ETag"] = etag
    response["X-Content-Type-Options"] = "nosniff"
    if form != "html" and response.status_code == 200:
        name = file_name(contents.title, version=contents.version, since=contents.since, suffix=form)
        response["Content-Disposition"] = disposition(
            name, fallback=f"{found.slug}-{contents.version}.{form}"
        )
    # A draft is for staff alone, so that no shared cache may keep an answer.
    patch_cache_control(response, private=True, no_cache=True)
    return response


def contents_or_404(request: HttpRequest, found: Document) -> Contents:
    """Return what an export asks for: `version` (the current one without it) and `since`."""
    number = _number(request, "version", found.version)
    since = _number(request, "since", None)
    first = first_version(request.user, found)
    made = version_or_404(found, number or 0, first)
    if since is not None:
        version_or_404(found, since, first)
    return gather(found, made, since)


def _number(request: HttpRequest, name: str, default: int | None) -> int | None:
    given = request.GET.get(name, "").strip()
    if not given:
        return default
    number = page_number(given)
    if number is None:
        raise Http404
    return number


def hash_of(contents: Contents) -> str:
    """Return what tells two states of the same version apart: its text never changes, its title may."""
    facts = "\n".join((contents.title, contents.category, contents.issuer, contents.summary))
    return hashlib.sha256(facts.encode()).hexdigest()[:16]
