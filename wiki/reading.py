"""What a reading page shows that is the same for everybody, kept in the cache for as long as nothing has happened.

Every act on a document is a line in its log, so the number of the last line says whether anything is different:
a new version, an opinion, an answer, a stage. That number, with whether the document takes opinions at this moment,
is the state that a kept page belongs to. It is compared on each visit, so several processes with caches of their own
are right all the same; there is one entry for a document, and a new state takes the old one's place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from wiki.models import ClauseVersion, Comment, Document, DocumentVersion, Event
from wiki.outline import arrange
from wiki.presenters import parts
from wiki.presenters.clause_html import text_html
from wiki.presenters.course import Step, steps_of
from wiki.selectors.history import plain
from wiki.services.votes import clause_tallies

FORMAT = 2
"""Part of the state: raised when what is kept has another shape or other words."""
KEPT_FOR = 3600
"""Seconds. Names that people change for themselves are no act on a document; they are right after an hour."""


@dataclass(frozen=True)
class Reading:
    """The shared part of a document's page: its text, its table of contents, its figures, the course of things."""

    text: SafeString
    contents: SafeString
    figures: Mapping[str, Any]
    steps: tuple[Step, ...]


def state_of(document: Document, now: datetime) -> str:
    """Return what a kept page of the document must belong to; one look into an index."""
    last = Event.objects.filter(document=document).order_by("-id").values_list("id", flat=True).first()
    return f"{FORMAT}:{get_language()}:{document.version}:{document.stage}:{last}:{int(parts.is_open(document, now))}"


def read(document: Document, now: datetime, state: str) -> Reading:
    """Return the document's page as of now, from the cache where it was kept in this state."""
    key = f"wiki:reading:{document.pk}"
    kept = cache.get(key)
    if kept is not None and kept[0] == state:
        return kept[1]
    reading = _build(document, is_open=parts.is_open(document, now))
    cache.set(key, (state, reading), KEPT_FOR)
    return reading


def _build(document: Document, *, is_open: bool) -> Reading:
    rows = plain(ClauseVersion.objects.filter(document=document).current())
    # While people write, what waits beside a clause matters; afterwards, everything that was said.
    counted = document.suggestions.waiting() if is_open else document.suggestions.not_held()
    blocks = parts.blocks(
        document,
        arrange(rows),
        counts=counted.counts_by_clause(),
        comments=Comment.objects.filter(document=document).said().counts_by_clause(),
        votes=clause_tallies(document),
    )
    entries = parts.contents(blocks)
    contents = render_to_string("wiki/includes/contents.html", {"contents": entries}) if entries else ""
    return Reading(
        text=text_html(blocks, tools=True, is_open=is_open),
        contents=mark_safe(contents),
        figures=_figures(document),
        steps=steps_of(document),
    )


def _figures(document: Document) -> dict[str, Any]:
    """Return the figures at the document's foot, save the views, which are counted apart."""
    counted = document.suggestions.not_held().totals()
    people = DocumentVersion.objects.select_related("author", "suggestion__author")
    last = people.filter(document=document, number=document.version).first()
    # Who wrote last while it was a draft stays with staff.
    drafted = last is None or last.number == document.first_public > 1
    editor = "" if last is None or drafted else parts.public_name(_writer_of(last))
    return {
        "creator": parts.public_name(document.creator),
        "editor": editor,
        "suggestions": counted["every"],
        "waiting": counted["undecided"],
        "accepted": counted["accepted"] - document.suggestions.not_held().undone().count(),
        "versions": document.version - document.first_public + 1,
        "updated_at": document.updated_at,
    }


def _writer_of(version: DocumentVersion) -> Any:
    """Return who wrote a version's words: the suggestion's author, not the moderator who took it in."""
    return version.author if version.suggestion is None else version.suggestion.author
