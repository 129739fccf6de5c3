"""Questions and answers as the page, the bot and the search read them; the index is kept per process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from django.db.models import Count, Max

from civic.pages.matching import Question, QuestionIndex, features
from civic.pages.models import FaqEntry

# Measured on the shipped questions, each wording asked while hidden from the index: with these two limits 22 of 100 such
# far paraphrases are answered right and 5 wrong; known wordings all are, and none of 400 complaints is mistaken for one.
ANSWER_SCORE = 0.35
ANSWER_LEAD = 0.06  # two entries about equally close: better no answer than the wrong one
SEARCH_SCORE = 0.2
SHORTEST = (
    3  # features of two characters and their bigram; 取消 or 确认 is an answer to the bot, not a question
)


@dataclass(frozen=True)
class Group:
    """A heading with its entries."""

    name: str
    key: str
    entries: tuple[FaqEntry, ...]


@dataclass(frozen=True)
class _Loaded:
    stamp: tuple[datetime | None, datetime | None, int]
    entries: tuple[FaqEntry, ...]
    index: QuestionIndex


_lock = Lock()
_loaded: _Loaded | None = None


def _current() -> _Loaded:
    """Return the index over what is live now; one cheap query tells whether anything changed."""
    global _loaded
    state = FaqEntry.objects.live().aggregate(
        newest=Max("updated_at"), renamed=Max("category__updated_at"), count=Count("pk")
    )
    stamp = (state["newest"], state["renamed"], state["count"])
    with _lock:
        if _loaded is None or _loaded.stamp != stamp:
            entries = tuple(FaqEntry.objects.live().in_reading_order())
            _loaded = _Loaded(
                stamp, entries, QuestionIndex([Question(entry.wordings, entry.answer) for entry in entries])
            )
        return _loaded


def best(text: str) -> tuple[FaqEntry, float] | None:
    """Return the entry that answers a sentence and its score, or None when none is close enough."""
    loaded = _current()
    ranked = loaded.index.rank(text, limit=2)
    if not ranked or ranked[0].score < ANSWER_SCORE or len(features(text)) <= SHORTEST:
        return None
    if len(ranked) > 1 and ranked[0].score - ranked[1].score < ANSWER_LEAD:
        return None
    return loaded.entries[ranked[0].position], ranked[0].score


def search(text: str, *, limit: int = 10) -> list[FaqEntry]:
    """Return entries for a search box: those containing the words first, then those that ask something similar."""
    loaded = _current()
    needle = text.strip().lower()
    if not needle:
        return []
    containing = [
        entry
        for entry in loaded.entries
        if needle in f"{entry.question}\n{entry.variants}\n{entry.answer}".lower()
    ]
    similar = [match for match in loaded.index.rank(text, limit=limit) if match.score >= SEARCH_SCORE]
    found = {entry.pk: entry for entry in containing}
    for match in similar:
        entry = loaded.entries[match.position]
        found.setdefault(entry.pk, entry)
    return list(found.values())[:limit]


def groups(query: str = "") -> list[Group]:
    """Return the live entries by category; with a query, one group of what was found."""
    if query:
        found = tuple(search(query, limit=20))
        return [Group("找到的问题", "found", found)] if found else []
    gathered: dict[int, list[FaqEntry]] = {}
    for entry in _current().entries:
        gathered.setdefault(entry.category_id, []).append(entry)
    return [
        Group(entries[0].category.name, entries[0].category.key, tuple(entries))
        for entries in gathered.values()
    ]
