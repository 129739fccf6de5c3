"""What all pages of one clause share: its words with the quotations marked, its votes, the tabs with their numbers."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from wiki.models import Clause, ClauseVersion, Comment, Document, Lineage, Suggestion
from wiki.presenters import parts
from wiki.presenters.quoted import marked_quotations
from wiki.selectors.naming import full_name, full_names
from wiki.services.votes import tallies
from wiki.text.anchors import Range

MARKED = 300
"""Quotations marked in a clause at once; of more, the ones most often quoted."""


def clause_frame(
    request: HttpRequest, document: Document, current: ClauseVersion, tab: str
) -> dict[str, Any]:
    """Return the context of a clause's head and tabs: `waiting`, `decided` or `comments` is the one shown."""
    clause_id = current.clause_id
    comments = Comment.objects.filter(clause_id=clause_id)
    suggestions = Suggestion.objects.filter(clause_id=clause_id)
    url = reverse("wiki:clause_comments", args=[document.slug, clause_id])
    gone = current.until is not None
    ranges = [] if gone else quoted_ranges(comments)
    return {
        "document": document,
        "current": current,
        "name": full_name(current),
        "html": marked_quotations(current.text, ranges, url=url),
        "quoted": len(ranges),
        "is_open": parts.is_open(document, timezone.now()),
        "gone": gone,
        "heirs": _heirs(clause_id) if gone else [],
        "tab": tab,
        "tally": tallies(Clause, [clause_id], request.user)[clause_id],
        "comments_url": url,
        "count_undecided": suggestions.shown_to(request.user).undecided().count(),
        "count_decided": suggestions.not_held().decided().count(),
        "count_comments": comments.said().count(),
    }


def quoted_ranges(comments: QuerySet[Comment]) -> list[Range]:
    """Return where in the clause people quote, the places quoted most often first, each once."""
    places = (
        comments.filter(thread=None, anchor=Comment.Anchor.QUOTE, held_by="", withdrawn_at=None)
        .order_by()
        .values_list("at", "length")
        .annotate(n=Count("id"))
        .order_by("-n", "at", "length")[:MARKED]
    )
    return [Range(at, at + length) for at, length, _ in places]


def _heirs(clause_id: int) -> list[dict[str, Any]]:
    """Return the clauses that have the words of one that was merged away: where they are now, if they still are."""
    links = Lineage.objects.filter(ancestor_id=clause_id, kind=Lineage.Kind.MERGE).order_by("-version")[:1]
    ids = [link.descendant_id for link in links]
    rows = ClauseVersion.objects.filter(clause_id__in=ids).current()
    return [{"id": clause_id, "name": name} for clause_id, name in full_names(rows).items()]
