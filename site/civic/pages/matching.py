"""Finds the question that a sentence asks: rare character bigrams shared with the entry, no model, no word lists.

Pure: it knows texts only. Who loads and caches them is questions.py.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from nlp import normalize

_POLITENESS = re.compile(
    r"请问一下|请问|你好|您好|麻烦|我想问|想问问|想问|想知道|想了解|告诉我|吗|呢|啊|呀|吧|了|的|么|[\W_]",
    re.UNICODE,
)
CHARACTER_WEIGHT = (
    0.35  # bigrams carry the meaning; single characters only bridge small differences of wording
)
ANSWER_WEIGHT = 0.6  # a word of the answer counts less than a word of the question
COVERAGE_SHARE = 0.7  # the rest is likeness to the closest single wording


@dataclass(frozen=True)
class Question:
    """What is indexed of an entry: all wordings of the question, and the answer."""

    wordings: tuple[str, ...]
    answer: str


@dataclass(frozen=True)
class Match:
    """An entry's position in the list that was indexed, with a score between 0 and 1."""

    position: int
    score: float


@dataclass(frozen=True)
class _Indexed:
    wordings: tuple[frozenset[str], ...]
    asked: frozenset[str]
    answered: frozenset[str]


def features(text: str) -> frozenset[str]:
    """Return the single characters and bigrams of a text without its politeness and punctuation."""
    plain = _POLITENESS.sub("", normalize(text).lower())
    return frozenset([*plain, *(a + b for a, b in pairwise(plain))])


class QuestionIndex:
    """Questions with their answers, ranked by how much of a sentence's rare part they contain."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self._entries = []
        seen: Counter[str] = Counter()
        for question in questions:
            wordings = tuple(features(wording) for wording in question.wordings)
            entry = _Indexed(wordings, frozenset().union(*wordings), features(question.answer))
            self._entries.append(entry)
            seen.update(entry.asked | entry.answered)
        total = len(questions)
        self._unknown = math.log(1 + 2 * total)
        self._rarity = {feature: math.log(1 + total / count) for feature, count in seen.items()}

    def _weight(self, feature: str) -> float:
        return (1.0 if len(feature) > 1 else CHARACTER_WEIGHT) * self._rarity.get(feature, self._unknown)

    def _total(self, found: frozenset[str]) -> float:
        return sum(map(self._weight, found))

    def rank(self, text: str, *, limit: int = 5) -> list[Match]:
        """Return the best entries, best first; nothing for a text that shares nothing with any."""
        query = features(text)
        total = self._total(query)
        if not total or not self._entries:
            return []
        scored = []
        for position, entry in enumerate(self._entries):
            asked, answered = query & entry.asked, (query & entry.answered) - entry.asked
            coverage = (self._total(asked) + ANSWER_WEIGHT * self._total(answered)) / total
            likeness = max(
                (
                    self._total(query & wording) / math.sqrt(total * self._total(wording))
                    for wording in entry.wordings
                    if wording
                ),
                default=0.0,
            )
            score = COVERAGE_SHARE * coverage + (1 - COVERAGE_SHARE) * likeness
            if score > 0:
                scored.append(Match(position, min(score, 1.0)))
        return sorted(scored, key=lambda match: (-match.score, match.position))[:limit]
