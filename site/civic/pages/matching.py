"""Finds the question that a sentence asks: character bigrams weighed by rarity, no model, no words lists.

Pure: it knows texts only. Who loads and caches them is questions.py.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nlp import normalize

_NOISE = re.compile(
    r"请问一下|请问|你好|您好|麻烦|我想问|想问问|想问|想知道|想了解|告诉我|吗|呢|啊|呀|吧|了|的|么|\s|[^\w]", re.UNICODE
)


@dataclass(frozen=True)
class Match:
    """An entry's position in the list that was indexed, with a score between 0 and 1."""

    position: int
    score: float


def features(text: str) -> list[str]:
    """Return the single characters and bigrams of a sentence without its politeness and punctuation."""
    plain = _NOISE.sub("", normalize(text).lower())
    return [*plain, *(a + b for a, b in pairwise(plain))]


class QuestionIndex:
    """Questions, each with several wordings; the best wording of an entry is the entry's score."""

    def __init__(self, entries: Sequence[Iterable[str]]) -> None:
        wordings = [(position, Counter(features(text))) for position, texts in enumerate(entries) for text in texts]
        seen: Counter[str] = Counter()
        for _, counts in wordings:
            seen.update(counts.keys())
        total = max(len(wordings), 1)
        self._default = math.log(1 + total)
        self._idf = {term: math.log(1 + total / count) for term, count in seen.items()}
        self._wordings = [(position, self._vector(counts)) for position, counts in wordings]

    def _vector(self, counts: Counter[str]) -> dict[str, float]:
        # Bigrams carry the meaning; single characters only bridge small differences of wording.
        weights = {
            term: (1.0 if len(term) > 1 else 0.4) * self._idf.get(term, self._default) * (1 + math.log(count))
            for term, count in counts.items()
        }
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {term: weight / length for term, weight in weights.items()}

    def rank(self, text: str, *, limit: int = 5) -> list[Match]:
        """Return the best entries, best first; nothing for a text without any known character."""
        query = self._vector(Counter(features(text)))
        best: dict[int, float] = {}
        for position, vector in self._wordings:
            score = sum(weight * vector.get(term, 0.0) for term, weight in query.items())
            if score > best.get(position, 0.0):
                best[position] = score
        ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
        return [Match(position, min(score, 1.0)) for position, score in ranked[:limit]]
