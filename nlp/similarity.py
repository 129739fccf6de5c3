"""How alike texts are: character tf-idf cosines, fused with sentence embeddings where there are any.

Small and in memory: for candidates that somebody else has narrowed down (same cells, same period, a FAQ).
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.normalization import fold

READ = 1500
_PIECE = re.compile(r"\w+")
Floats = NDArray[np.float32]
# Gives the texts' embeddings, one row of length one each. The second argument is "query" or "passage".
Embed = Callable[[Sequence[str], str], Floats]


@dataclass(frozen=True)
class Hit:
    """A candidate's place in the given list, and its score: a cosine, or the sum of two z-scores when fused."""

    index: int
    score: float


def grams(text: str) -> Counter[str]:
    """Return the counts of the character 1- to 3-grams of a text."""
    counts: Counter[str] = Counter()
    for match in _PIECE.finditer(fold(text[:READ])):
        piece = match.group()
        for size in (1, 2, 3):
            counts.update(piece[at : at + size] for at in range(len(piece) - size + 1))
    return counts


def _z(scores: Floats) -> Floats:
    spread = float(scores.std())
    result: Floats = (scores - scores.mean()) / spread if spread > 1e-9 else np.zeros_like(scores)
    return result


class Similarity:
    """A set of texts to compare others with; n-grams rare in the set weigh more."""

    def __init__(self, texts: Sequence[str], *, embed: Embed | None = None) -> None:
        counted = [grams(text) for text in texts]
        self._size = len(counted)
        spread = Counter(gram for counts in counted for gram in counts)
        self._idf = {gram: 1.0 + math.log((1 + self._size) / (1 + n)) for gram, n in spread.items()}
        self._rare = 1.0 + math.log(1 + self._size)
        postings: dict[str, list[tuple[int, float]]] = {}
        for index, counts in enumerate(counted):
            for gram, weight in self._weigh(counts).items():
                postings.setdefault(gram, []).append((index, weight))
        self._postings = {
            gram: (
                np.array([i for i, _ in rows], dtype=np.intp),
                np.array([w for _, w in rows], dtype=np.float32),
            )
            for gram, rows in postings.items()
        }
        self._embed = embed
        self._dense = embed(list(texts), "passage") if embed and texts else None

    def __len__(self) -> int:
        return self._size

    def _weigh(self, counts: Counter[str]) -> dict[str, float]:
        weights = {
            gram: (1.0 + math.log(count)) * self._idf.get(gram, self._rare) for gram, count in counts.items()
        }
        norm = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {gram: weight / norm for gram, weight in weights.items()}

    def cosines(self, text: str) -> Floats:
        """Return the character tf-idf cosine of `text` with each text of the set (0 to 1)."""
        scores = np.zeros(self._size, dtype=np.float32)
        for gram, weight in self._weigh(grams(text)).items():
            rows = self._postings.get(gram)
            if rows is not None:
                scores[rows[0]] += weight * rows[1]
        return scores

    def best(self, text: str, count: int = 5) -> list[Hit]:
        """Return the `count` most similar texts, best first; with embeddings both views are fused.

        Embedding cosines are compressed, so the fusion adds z-scores, not cosines.
        """
        if not self._size:
            return []
        scores = self.cosines(text)
        if self._embed is not None and self._dense is not None:
            scores = _z(scores) + _z((self._dense @ self._embed([text], "query")[0]).astype(np.float32))
        order = np.argsort(-scores, kind="stable")[:count]
        return [Hit(int(index), round(float(scores[index]), 4)) for index in order]
