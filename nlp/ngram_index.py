"""Character n-grams of texts in an inverted index on arrays: cosines of a text with all texts of a growing set.

An n-gram of up to three characters fits one 64-bit number exactly, so no dictionary and no hashing is needed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nlp.normalization import fold

READ = 1500
STALE = 1.05
KEPT = 2048  # texts, about 12 MB: the same candidates come again and again
# How much an n-gram of one, two, three characters counts: trigrams largely repeat what their bigrams say.
SIZE_WEIGHTS = np.array([1.0, 1.0, 0.3], dtype=np.float32)
_BITS = np.uint64(21)  # a code point
_POINT = np.uint64((1 << 21) - 1)
_PIECE = re.compile(r"\w+")
_COUNTS = 256
_LOGS = np.concatenate([[0.0], 1.0 + np.log(np.arange(1, _COUNTS))]).astype(np.float32)

Floats = NDArray[np.float32]
Keys = NDArray[np.uint64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Grams:
    """The different n-grams of a text, in ascending order, and how often each occurs (255 at most)."""

    keys: Keys
    counts: NDArray[np.uint8]


@lru_cache(maxsize=KEPT)
def grams(text: str) -> Grams:
    """Return the character n-grams of the first 1,500 characters; none spans a blank or a punctuation mark."""
    folded = " ".join(_PIECE.findall(fold(text[:READ])))
    points = np.frombuffer(folded.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    word = points != 32
    parts = [points[word]]
    two = (points[:-1] << _BITS) | points[1:]
    parts.append(two[word[:-1] & word[1:]])
    if len(points) > 2:
        three = (two[:-1] << _BITS) | points[2:]
        parts.append(three[word[:-2] & word[1:-1] & word[2:]])
    keys, counts = np.unique(np.concatenate(parts), return_counts=True)
    return Grams(keys, np.minimum(counts, _COUNTS - 1).astype(np.uint8))


def sizes(keys: Keys) -> Ints:
    """Return the number of characters of each n-gram."""
    return 1 + (keys >= np.uint64(1 << 21)).astype(np.int64) + (keys >= np.uint64(1 << 42)).astype(np.int64)


def find(keys: Keys, wanted: Keys) -> tuple[Ints, NDArray[np.bool_]]:
    """Return where each wanted key stands in the ascending `keys`, and whether it does."""
    if not len(keys):
        return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=np.bool_)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return at, keys[at] == wanted


@dataclass
class Segment:
    """Some consecutive texts, indexed: `starts[i]:starts[i + 1]` are the postings of `keys[i]`."""

    first: int
    size: int
    keys: Keys
    starts: Ints
    texts: NDArray[np.int32]  # counted from `first`
    counts: NDArray[np.uint8]
    lengths: Floats  # the norm of each text
    weighed_at: int = 0  # the size of the set when the norms were reckoned

    @property
    def spread(self) -> Ints:
        """Return in how many of the segment's texts each key occurs."""
        return np.diff(self.starts)


def _segment(
    first: int, size: int, keys: Keys, texts: NDArray[np.int32], counts: NDArray[np.uint8]
) -> Segment:
    order = np.argsort(keys, kind="stable")
    keys, texts, counts = keys[order], texts[order], counts[order]
    fresh = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])) if len(keys) else np.zeros(0, int)
    starts = np.append(fresh, len(keys)).astype(np.int64)
    return Segment(first, size, keys[fresh], starts, texts, counts, np.ones(size, dtype=np.float32))


def _joined(one: Segment, other: Segment) -> Segment:
    keys = [np.repeat(part.keys, part.spread) for part in (one, other)]
    return _segment(
        one.first,
        one.size + other.size,
        np.concatenate(keys),
        np.concatenate([one.texts, other.texts + np.int32(one.size)]),
        np.concatenate([one.counts, other.counts]),
    )


def _batch(first: int, batch: Sequence[Grams]) -> Segment:
    return _segment(
        first,
        len(batch),
        np.concatenate([one.keys for one in batch]),
        np.repeat(np.arange(len(batch), dtype=np.int32), [len(one.keys) for one in batch]),
        np.concatenate([one.counts for one in batch]),
    )


class NgramIndex:
    """Texts by their character n-grams, weighted by tf-idf; texts are added at the end and never move.

    A batch becomes a segment, and segments of like size are joined, so that adding one text at a time costs
    little. Norms are reckoned anew only when the set has grown by a twentieth: rarities hardly move before.
    """

    def __init__(self, background: Sequence[Grams] = ()) -> None:
        """`background` are texts of the same sort that only teach which n-grams are rare: a small set knows little."""
        self._segments: list[Segment] = []
        self._size = 0
        self._background = _batch(0, background) if background else None

    def __len__(self) -> int:
        return self._size

    def add(self, batch: Sequence[Grams]) -> None:
        """Add texts by their n-grams."""
        if not batch:
            return
        self._segments.append(_batch(self._size, batch))
        self._size += len(batch)
        while len(self._segments) > 1 and self._segments[-2].size <= 2 * self._segments[-1].size:
            last = self._segments.pop()
            self._segments[-1] = _joined(self._segments[-1], last)
        for segment in self._segments:
            if self._size > segment.weighed_at * STALE:
                self._weigh(segment)

    def _weigh(self, segment: Segment) -> None:
        """Reckon the norms of a segment's texts with the rarities known now."""
        weights = self._weights(segment.keys)
        squares = (np.repeat(weights, segment.spread) * _LOGS[segment.counts]) ** 2
        sums = np.bincount(segment.texts, weights=squares, minlength=segment.size)
        segment.lengths = np.sqrt(np.maximum(sums, 1e-12)).astype(np.float32)
        segment.weighed_at = self._size

    def _weights(self, keys: Keys) -> Floats:
        """Return the weight of each n-gram for a single occurrence: its rarity and its size's share."""
        spread = np.zeros(len(keys), dtype=np.int64)
        size = self._size + (self._background.size if self._background else 0)
        for segment in (*self._segments, *([self._background] if self._background else [])):
            at, known = find(segment.keys, keys)
            spread[known] += segment.spread[at[known]]
        rarity = np.log((2.0 + size) / (1.0 + spread))
        weights: Floats = (rarity * SIZE_WEIGHTS[sizes(keys) - 1]).astype(np.float32)
        return weights

    def rarities(self, text: Grams) -> Floats:
        """Return the weight of each n-gram of a text: how rare it is in the set, times its size's share."""
        return self._weights(text.keys)

    def cosines(self, text: Grams) -> Floats:
        """Return the cosine of a text with each text of the set (0 to 1)."""
        scores = np.zeros(self._size, dtype=np.float32)
        single = self._weights(text.keys)
        mine = single * _LOGS[text.counts]
        norm = float(np.sqrt((mine * mine).sum())) or 1.0
        for segment in self._segments:
            at, known = find(segment.keys, text.keys)
            begin = segment.starts[at[known]]
            spread = segment.starts[at[known] + 1] - begin
            total = int(spread.sum())
            if not total:
                continue
            ends = np.cumsum(spread)
            postings = np.arange(total) + np.repeat(begin - (ends - spread), spread)
            products = np.repeat((mine * single)[known] / norm, spread) * _LOGS[segment.counts[postings]]
            sums = np.bincount(segment.texts[postings], weights=products, minlength=segment.size)
            scores[segment.first : segment.first + segment.size] = sums / segment.lengths
        return np.minimum(scores, np.float32(1.0))
