"""History: the list of versions, what one version changed, its text, and any two compared."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from wiki.conditional import kept_for_all, lasting
from wiki.models import ClauseVersion, Document, DocumentVersion
from wiki.outline import arrange, name_of
from wiki.policies import first_version
from wiki.presenters import parts
from wiki.presenters.change_cards import before_of, cards_of, summary_of
from wiki.reading import state_of
from wiki.selectors.comparing import Comparison
from wiki.selectors.history import (
    LARGEST_NUMBER,
    as_read,
    comparison_of,
    entries,
    page_number,
    page_of_versions,
    rows_at,
    version_on,
)

PER_PAGE = 20
CHANGES_PER_PAGE = 30
COUNTED = 600
"""Characters are summed over a comparison of at most so many clauses; larger ones say so."""


@require_GET
def versions(request: HttpRequest, slug: str) -> HttpResponse:
    """List the document's versions, newest first: `before`/`after` page by number, `version`/`date` jump."""
    found = document_or_404(request, slug)
    if request.GET:
        return _versions(request, found)
    state = state_of(found, timezone.now())
    return kept_for_all(request, f"{found.pk}:versions", state, lambda: _versions(request, found))


def _versions(request: HttpRequest, found: Document) -> HttpResponse:
    asked = request.GET
    first = first_version(request.user, found)
    origin = asked.get("origin", "")
    origin = origin if origin in DocumentVersion.Origin.values else ""
    before, after = page_number(asked.get("before")), page_number(asked.get("after"))
    status, refusal, sought = 200, "", None
    if asked.get("version", "").strip():
        sought = page_number(asked["version"].strip())
        if sought is None or not first <= sought <= found.version:
            status = 400 if sought is None else 404
            refusal, sought = f"没有这个版本：版本号是 {first} 到 {found.version} 的数。", None
    elif asked.get("date", "").strip():
        status, refusal, sought = _on_day(found, asked["date"].strip(), first)
    if sought is not None:
        before, after = sought + 1, None
    page = page_of_versions(
        found,
        before=before,
        after=None if before is not None else after,
        origin=origin,
        first=first,
        size=PER_PAGE,
    )
    as_read(page.versions, first)
    context = {
        "document": found,
        "page": page,
        "entries": entries(found, page.versions, first),
        "oldest": first,
        "count": found.version - first + 1,
        "origin": origin,
        "origins": DocumentVersion.Origin.choices,
        "sought": sought,
        "refusal": refusal,
        "asked_version": asked.get("version", ""),
        "asked_date": asked.get("date", ""),
    }
    return render(request, "wiki/versions.html", context, status=status)


@require_GET
@lasting
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show one version and what it changed; `?full=1` shows the whole text with the changes in place."""
    found = document_or_404(request, slug)
    oldest = first_version(request.user, found)
    made = version_or_404(found, number, oldest)
    first = number == oldest
    full = first or "full" in request.GET
    context: dict[str, Any] = {
        "document": found,
        "version": made,
        "full": full,
        "first": first,
        "previous": None if first else number - 1,
        "next": number + 1 if number < found.version else None,
    }
    if first:
        context["blocks"] = parts.blocks(found, arrange(rows_at(found, number)))
    else:
        comparison = comparison_of(found, number - 1, number)
        context |= _shown(request, found, comparison, full)
    return render(request, "wiki/version.html", context)


@require_GET
@lasting
def text(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show a version's whole text as it was: the address to cite it by."""
    found = document_or_404(request, slug)
    made = version_or_404(found, number, first_version(request.user, found))
    shown = parts.blocks(found, arrange(rows_at(found, number)))
    context = {
        "document": found,
        "version": made,
        "blocks": shown,
        "contents": parts.contents(shown),
        "newest": number == found.version,
    }
    return render(request, "wiki/version_text.html", context)


@require_GET
@lasting
def clause(request: HttpRequest, slug: str, number: int, clause_id: int) -> HttpResponse:
    """Show one clause as it was in one version: the address to cite it by."""
    found = document_or_404(request, slug)
    first = first_version(request.user, found)
    made = version_or_404(found, number, first)
    rows = ClauseVersion.objects.filter(document=found, clause_id=clause_id)
    row = rows.filter(since__lte=number).order_by("-since").first()
    if row is None or (row.until is not None and row.until <= number):
        raise Http404
    newest = rows.order_by("-since").first()
    context = {
        "document": found,
        "version": made,
        "row": row,
        "since": max(row.since, first),
        "name": name_of(row),
        "html": parts.marked(row.text),
        "newest": row.until is None,
        "gone": newest is not None and newest.until is not None,
        "diff": parts.diff_html(row.text, newest.text)
        if newest is not None and newest.pk != row.pk and newest.text != row.text
        else "",
    }
    return render(request, "wiki/version_clause.html", context)


@require_GET
def choose(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask which two versions to compare; with `from` and `to`, go there."""
    found = document_or_404(request, slug)
    first = first_version(request.user, found)
    given = [request.GET.get(name, "").strip() for name in ("from", "to")]
    status, refusal = 200, ""
    if any(given):
        numbers = [page_number(one) for one in given]
        if all(one is not None and first <= one <= found.version for one in numbers):
            return redirect("wiki:compare", found.slug, *numbers)
        status, refusal = 400, f"请填两个版本号，都是 {first} 到 {found.version} 的数。"
    context = {
        "document": found,
        "old": given[0] or max(first, found.version - 1),
        "first": first,
        "new": given[1] or found.version,
        "refusal": refusal,
    }
    return render(request, "wiki/compare_choose.html", context, status=status)


@require_GET
@lasting
def compare(request: HttpRequest, slug: str, old: int, new: int) -> HttpResponse:
    """Compare two versions, a page of changes at a time; `view=side` side by side, `full=1` in the whole text."""
    found = document_or_404(request, slug)
    first = first_version(request.user, found)
    made = {
        version.number: version
        for version in DocumentVersion.objects.filter(document=found, number__in=[old, new]).select_related(
            "author", "suggestion__author"
        )
    }
    if old not in made or new not in made or min(old, new) < first:
        raise Http404
    as_read(made.values(), first)
    full = "full" in request.GET
    comparison = comparison_of(found, old, new)
    context = {
        "document": found,
        "old": made[old],
        "new": made[new],
        "full": full,
        "side": request.GET.get("view") == "side" and not full,
        "counts": summary_of(comparison),
        **_shown(request, found, comparison, full),
    }
    if len(comparison.changes) <= COUNTED:
        context["added"], context["removed"] = comparison.figures()
    return render(request, "wiki/compare.html", context)


def document_or_404(request: HttpRequest, slug: str) -> Document:
    return get_object_or_404(Document.objects.visible_to(request.user), slug=slug)


def version_or_404(document: Document, number: int, first: int) -> DocumentVersion:
    """Return a version that is not older than the reader's `first`, as that reader may see it."""
    if not first <= number <= LARGEST_NUMBER:
        raise Http404
    rows = DocumentVersion.objects.newest_first().filter(document=document)
    made: DocumentVersion = get_object_or_404(rows, number=number)
    as_read([made], first)
    return made


def _shown(request: HttpRequest, document: Document, comparison: Comparison, full: bool) -> dict[str, Any]:
    """Return the changes of one page, or all blocks of the text with the changes in place."""
    total = len(comparison.changes)
    if full:
        before, removed = before_of(comparison)
        blocks = parts.blocks(document, comparison.lines, before=before, removed=removed)
        return {"blocks": blocks, "total": total}
    pages = max(1, -(-total // CHANGES_PER_PAGE))
    page = min(max(1, page_number(request.GET.get("page")) or 1), pages)
    shown = cards_of(comparison, start=(page - 1) * CHANGES_PER_PAGE, size=CHANGES_PER_PAGE)
    return {
        "cards": shown.cards,
        "rest": shown.rest,
        "total": total,
        "page": page,
        "pages": pages,
        "clause_prefix": f"{reverse('wiki:document', args=[document.slug])}clauses/",
    }


def _on_day(document: Document, given: str, first: int) -> tuple[int, str, int | None]:
    """Return (status, refusal, number of the version valid at the end of that day)."""
    try:
        day = date.fromisoformat(given)
        made = version_on(document, day, first)
    except (ValueError, OverflowError):
        return 400, "日期请写成“2026-01-31”这样。", None
    if made is None:
        return 404, f"{day:%Y年}{day.month}月{day.day}日还没有公开的文本。", None
    return 200, "", made.number
