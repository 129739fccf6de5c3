"""Who wrote which words of a version."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from wiki.conditional import lasting
from wiki.kinds import Kind
from wiki.models import Document, DocumentVersion
from wiki.pages.history import document_or_404, version_or_404
from wiki.policies import first_version
from wiki.presenters import parts
from wiki.selectors.attribution import DRAFT, Attribution, Contributor, attribution_of

LISTED = 50
NAMELESS = {
    "": gettext_lazy("出处不明"),
    DocumentVersion.Origin.IMPORT: gettext_lazy("原文（导入的文件）"),
    DRAFT: gettext_lazy("征求意见稿"),
}


@require_GET
@lasting
def attribution(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show a version's text with each piece marked by who wrote it; `?who=` keeps one person's marks only."""
    found = document_or_404(request, slug)
    first = first_version(request.user, found)
    made = version_or_404(found, number, first)
    given = attribution_of(found, number, first)
    chosen = request.GET.get("who", "")
    people = [_person(one, given.total) for one in given.contributors]
    known = {person["key"]: person for person in people}
    chosen = chosen if chosen in known else ""
    context = {
        "document": found,
        "version": made,
        "lines": _lines(found, given, chosen),
        "people": people[:LISTED],
        "more": max(0, len(people) - LISTED),
        "origins": [
            {"name": _origin_name(origin), "characters": count, "share": share(count, given.total)}
            for origin, count in sorted(given.by_origin().items(), key=lambda item: -item[1])
        ],
        "total": given.total,
        "chosen": known.get(chosen),
        "newest": number == found.version,
    }
    return render(request, "wiki/attribution.html", context)


def share(count: int, total: int) -> str:
    """Return a share in percent; what is there is never called 0 %."""
    if not total:
        return "0%"
    percent = 100 * count / total
    return f"{percent:.0f}%" if percent >= 1 else "<1%"


def contributor_name(one: Contributor) -> str:
    """Return what the public sees of a contributor."""
    if one.origin in NAMELESS:
        return str(NAMELESS[one.origin])
    if one.user is None and one.origin == DocumentVersion.Origin.SUGGESTION:
        return _("未登录的访客")
    return parts.public_name(one.user)


def _person(one: Contributor, total: int) -> dict[str, Any]:
    return {
        "key": str(one.rank) if one.rank else one.origin or "unknown",
        "name": contributor_name(one),
        "origin": _origin_name(one.origin) if one.rank else "",
        "mark": one.mark,
        "style": min(one.rank, 7) if one.rank else 0,
        "characters": one.characters,
        "share": share(one.characters, total),
        "versions": len(one.versions),
    }


def _origin_name(origin: str) -> str:
    return str(NAMELESS[origin] if origin in ("", DRAFT) else DocumentVersion.Origin(origin).label)


def _lines(document: Document, given: Attribution, chosen: str) -> list[dict[str, Any]]:
    prefix = f"{reverse('wiki:versions', args=[document.slug])}"
    titles: dict[int, str] = {}
    lines = []
    for line, pieces in given.lines:
        shown = []
        for piece in pieces:
            who = piece.contributor
            key = str(who.rank) if who.rank else who.origin or "unknown"
            marked = bool(who.rank) and chosen in ("", key)
            if marked and piece.version not in titles:
                version = given.versions[piece.version]
                titles[piece.version] = (
                    f"{contributor_name(who)} · 第 {piece.version} 版 · {version.made_at:%Y-%m-%d}"
                    f" · {version.get_origin_display()}"
                )
            shown.append(
                {
                    "text": piece.text,
                    "marked": marked,
                    "style": min(who.rank, 7),
                    "mark": who.mark,
                    "title": titles.get(piece.version, ""),
                    "url": f"{prefix}{piece.version}/#c{line.row.clause_id}",
                }
            )
        lines.append(
            {
                "row": line.row,
                "depth": min(line.depth, 4),
                "level": min(line.depth + 2, 5) if line.row.kind == Kind.HEADING else 0,
                "pieces": shown,
            }
        )
    return lines
