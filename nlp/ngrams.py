"""Character n-grams of many texts at once, as numbers: the features of every linear model here.

An n-gram is known by a 20-bit hash of its characters, so reading a text is arithmetic on arrays, no dictionary
is kept, and what ships spells out nobody's words. None spans punctuation, digits or blanks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BITS = 20
BUCKETS = 1 << BITS

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_MIX = tuple(np.uint32(number) for number in (2654435761, 2246822519, 3266489917))


SIZES = 3  # characters of the longest n-gram; models may take shorter ones alone
_ALL_SIZES = tuple(range(1, SIZES + 1))


@dataclass(frozen=True)
class Shape:
    """Which n-grams are taken and what each counts: those that begin in the opening count `opening_weight`."""

    sizes: tuple[int, ...] = (1, 2, 3)
    read: int = 0  # n-grams that begin within so many characters; 0 is all
    opening: int = 0
    opening_weight: float = 1.0


class NGrams(NamedTuple):
    """One row for each n-gram of each text: its bucket, its text's place in the batch, its weight, where it stands."""

    bucket: NDArray[np.uint32]
    text: Ints
    weight: Floats
    start: Ints
    size: NDArray[np.int8]


class _Hashed(NamedTuple):
    """All n-grams of some texts, whatever their shape."""

    bucket: NDArray[np.uint32]
    text: Ints
    start: Ints
    size: NDArray[np.int8]


def _letters(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Say which characters n-grams are made of: Han and lower-case Latin letters."""
    # Wrapping around below the range makes one comparison of two.
    common = (codes - np.uint32(0x4E00)) < np.uint32(0x5200)
    rare = (codes - np.uint32(0x3400)) < np.uint32(0x19C0)
    return common | rare | ((codes - np.uint32(0x61)) < np.uint32(26))


def _hashed(texts: Sequence[str]) -> _Hashed:
    lowered = [text.lower() for text in texts]
    # The line break behind each text is no letter: no n-gram reaches into the next one.
    codes = np.frombuffer("\n".join([*lowered, ""]).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    count = len(codes)
    if len(texts) == 1:
        text, place = np.zeros(count, dtype=np.int64), np.arange(count)
    else:
        lengths = np.fromiter((len(text) + 1 for text in lowered), dtype=np.int64, count=len(lowered))
        text = np.repeat(np.arange(len(lowered)), lengths)
        place = np.arange(count) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    letters = whole = _letters(codes)
    mixed = np.zeros(count, dtype=np.uint32)
    buckets: list[NDArray[np.uint32]] = []
    places: list[Ints] = []
    with np.errstate(over="ignore"):
        for size in range(1, SIZES + 1):
            left = max(count - size + 1, 0)
            mixed = (mixed[:left] + codes[size - 1 : size - 1 + left]) * _MIX[size - 1]
            mixed ^= mixed >> np.uint32(15)
            whole = whole[:left] & letters[size - 1 : size - 1 + left]
            at = np.flatnonzero(whole)
            hashed = mixed[at] * _MIX[1]
            hashed ^= hashed >> np.uint32(13)
            buckets.append(hashed >> np.uint32(32 - BITS))
            places.append(at)
    at = np.concatenate(places)
    sizes = np.repeat(np.arange(1, SIZES + 1, dtype=np.int8), [len(part) for part in places])
    return _Hashed(np.concatenate(buckets), text[at], place[at], sizes)


@lru_cache(maxsize=8)
def _hashed_alone(text: str) -> _Hashed:
    """Return one text's n-grams; several models read the same text one after the other."""
    return _hashed([text])


def _taken(found: _Hashed, which: NDArray[np.bool_]) -> _Hashed:
    at = np.flatnonzero(which)
    return _Hashed(found.bucket[at], found.text[at], found.start[at], found.size[at])


def ngrams(texts: Sequence[str], shape: Shape) -> NGrams:
    """Return the n-grams of normalized texts, in time linear in their length."""
    found = _hashed_alone(texts[0]) if len(texts) == 1 else _hashed(texts)
    if shape.sizes != _ALL_SIZES:
        found = _taken(found, np.isin(found.size, shape.sizes))
    if shape.read and max(map(len, texts), default=0) > shape.read:
        found = _taken(found, found.start < shape.read)
    weight = np.ones(len(found.start), dtype=np.float32)
    if shape.opening:
        weight[found.start < shape.opening] = shape.opening_weight
    return NGrams(found.bucket, found.text, weight, found.start, found.size)
