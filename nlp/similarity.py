"""How alike texts are: character tf-idf cosines, fused with sentence embeddings where there are any.

The embeddings may be stored rows that a worker made before: nothing here loads a model unless one is given.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.ngram_index import READ, Floats, Grams, NgramIndex, grams
from nlp.normalization import fold

# Gives the texts' embeddings, one row of length one each. The second argument is "query" or "passage".
Embed = Callable[[Sequence[str], str], Floats]
# The embedding's share beside the characters' in the sum of z-scores (its cosines are compressed, unrelated texts
# reach 0.9, so they cannot be added as they are); chosen on half of the reply archive.
DENSE_SHARE = 1.5
LONGEST = 20  # characters of a shared stretch that are quoted
KNOWN = 1e-6  # a row of smaller numbers is no embedding: the worker has not come to the text yet


@dataclass(frozen=True)
class Hit:
    """A text's place in the set, and its score: a cosine, or a sum of z-scores when fused."""

    index: int
    score: float


def _z(scores: Floats) -> Floats:
    spread = float(scores.std()) if len(scores) else 0.0
    result: Floats = (scores - scores.mean()) / spread if spread > 1e-9 else np.zeros_like(scores)
    return result


def shared_stretches(
    one: str, other: str, rarities: Callable[[Grams], Floats], count: int = 5
) -> tuple[str, ...]:
    """Return the stretches of two and more characters that two texts share, the rarest first, none in another."""
    pieces = [list(re.findall(r"\w+", fold(text[:READ]))) for text in (one, other)]
    other_text = " ".join(pieces[1])
    found: dict[str, float] = {}
    for piece in pieces[0]:
        start = 0
        while start < len(piece) - 1:
            end = start + 2
            while end <= len(piece) and end - start <= LONGEST and piece[start:end] in other_text:
                end += 1
            end -= 1
            if end - start >= 2:
                stretch = piece[start:end]
                if stretch not in found:
                    found[stretch] = float(rarities(grams(stretch)).sum())
                start = end
            else:
                start += 1
    ranked = sorted(found, key=lambda stretch: (-found[stretch], stretch))
    chosen: list[str] = []
    for stretch in ranked:
        if len(chosen) < count and not any(stretch in longer for longer in chosen):
            chosen.append(stretch)
    return tuple(chosen)


class Similarity:
    """A growing set of texts to compare others with; n-grams rare in the set weigh more.

    `vectors` are stored embeddings, a row of length one per text, or of zeros where there is none yet; with
    `embed` the set makes its own. `background` are texts that are not compared but also teach which n-grams are
    rare: the questions of an archive of answers, or anything of the kind for a small set. Comparing is read-only and may be shared among threads; adding may not.
    """

    def __init__(
        self,
        texts: Sequence[str] = (),
        *,
        vectors: Floats | None = None,
        embed: Embed | None = None,
        background: Sequence[str] = (),
    ) -> None:
        self._index = NgramIndex([grams(text) for text in background])
        self._embed = embed
        self._rows: list[Floats] = []
        self._dense: tuple[Floats, NDArray[np.intp]] | None = None
        self.add(texts, vectors=vectors)

    def __len__(self) -> int:
        return len(self._index)

    def add(self, texts: Sequence[str], *, vectors: Floats | None = None) -> None:
        """Add texts at the end of the set. Raises ValueError when `vectors` has not a row for each."""
        if vectors is None and self._embed is not None and texts:
            vectors = self._embed(list(texts), "passage")
        if vectors is not None and len(vectors) != len(texts):
            raise ValueError(f"{len(vectors)} vectors for {len(texts)} texts")
        if not texts:
            return
        rows = np.zeros((len(texts), 0), dtype=np.float32) if vectors is None else vectors
        self._index.add([grams(text) for text in texts])
        self._rows.append(rows.astype(np.float32))
        self._dense = None

    def _matrix(self) -> tuple[Floats, NDArray[np.intp]]:
        """Return the stored rows as one matrix, zeros where a text has none, and which rows are embeddings."""
        if self._dense is None:
            width = max((rows.shape[1] for rows in self._rows), default=0)
            parts = [
                rows if rows.shape[1] else np.zeros((len(rows), width), np.float32) for rows in self._rows
            ]
            matrix = np.concatenate(parts) if parts else np.zeros((0, width), dtype=np.float32)
            self._rows = [matrix] if parts else []
            known = np.flatnonzero((np.abs(matrix) > KNOWN).any(axis=1))
            self._dense = (matrix, known)
        return self._dense

    def cosines(self, text: str | Grams) -> Floats:
        """Return the character tf-idf cosine of `text` with each text of the set (0 to 1).

        Between two texts of the set it is the same either way round.
        """
        return self._index.cosines(grams(text) if isinstance(text, str) else text)

    def shared(self, one: str, other: str, count: int = 5) -> tuple[str, ...]:
        """Return what two texts have in common: the longest stretches that are rare in the set, rarest first."""
        return shared_stretches(one, other, self._index.rarities, count)

    def standings(self, vector: Floats) -> Floats:
        """Return how many standard deviations each text's embedding is nearer to `vector` than their average.

        Texts without an embedding stand at 0.
        """
        matrix, known = self._matrix()
        result = np.zeros(len(self), dtype=np.float32)
        if len(known):
            result[known] = _z((matrix @ vector).astype(np.float32)[known])
        return result

    def scores(self, text: str, *, vector: Floats | None = None) -> Floats:
        """Return the score of every text: its cosine, or with embeddings the fusion of both views."""
        characters = self.cosines(text)
        if vector is None and self._embed is not None and len(self):
            vector = self._embed([text], "query")[0]
        if vector is None or not len(self._matrix()[1]):
            return characters
        fused: Floats = _z(characters) + np.float32(DENSE_SHARE) * self.standings(vector)
        return fused

    def best(
        self,
        text: str,
        count: int = 5,
        *,
        vector: Floats | None = None,
        among: NDArray[np.bool_] | None = None,
    ) -> list[Hit]:
        """Return the `count` most similar texts, best first, of those that `among` marks.

        `vector` is the embedding of `text` as a query; without one (and without `embed`) characters decide.
        """
        if not len(self):
            return []
        scores = self.scores(text, vector=vector)
        places = np.arange(len(self)) if among is None else np.flatnonzero(among)
        order = places[np.argsort(-scores[places], kind="stable")[:count]]
        return [Hit(int(index), round(float(scores[index]), 4)) for index in order]
