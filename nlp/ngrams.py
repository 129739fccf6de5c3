"""Character n-grams of many texts at once, as numbers: the features of every linear model here.

An n-gram is known by a 20-bit hash of its characters, so reading a text is arithmetic on arrays, no dictionary
is kept, and what ships spells out nobody's words. None spans punctuation, digits or blanks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BITS = 20
BUCKETS = 1 << BITS

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_MIX = tuple(np.uint32(number) for number in (2654435761, 2246822519, 3266489917, 668265263, 374761393))


@dataclass(frozen=True)
class Shape:
    """Which n-grams are taken and what each counts: those that begin in the opening count `opening_weight`."""

    sizes: tuple[int, ...] = (1, 2, 3)
    read: int = 0  # characters; 0 is all
    opening: int = 0
    opening_weight: float = 1.0


class NGrams(NamedTuple):
    """One row for each n-gram of each text: its bucket, its text's place in the batch, its weight, where it stands."""

    bucket: NDArray[np.uint32]
    text: Ints
    weight: Floats
    start: Ints
    size: NDArray[np.int8]


def _letters(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Say which characters n-grams are made of: Han and lower-case Latin letters."""
    han = ((codes >= 0x4E00) & (codes <= 0x9FFF)) | ((codes >= 0x3400) & (codes <= 0x4DBF))
    return han | ((codes >= 0x61) & (codes <= 0x7A))


def ngrams(texts: Sequence[str], shape: Shape) -> NGrams:
    """Return the n-grams of normalized texts, in time linear in their length."""
    read = [(text[: shape.read] if shape.read else text).lower() for text in texts]
    lengths = np.fromiter((len(text) + 1 for text in read), dtype=np.int64, count=len(read))
    # The line break behind each text is no letter: no n-gram reaches into the next one.
    codes = np.frombuffer("\n".join([*read, ""]).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    text = np.repeat(np.arange(len(read)), lengths)
    place = np.arange(len(codes)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    letters = _letters(codes)
    mixed = np.zeros(len(codes), dtype=np.uint32)
    whole = np.ones(len(codes), dtype=np.bool_)
    parts: list[NGrams] = []
    with np.errstate(over="ignore"):
        for size in range(1, max(shape.sizes) + 1):
            count = max(len(codes) - size + 1, 0)
            mixed = (mixed[:count] + codes[size - 1 : size - 1 + count]) * _MIX[size - 1]
            mixed ^= mixed >> np.uint32(15)
            whole = whole[:count] & letters[size - 1 : size - 1 + count]
            if size not in shape.sizes:
                continue
            hashed = mixed[whole] * _MIX[1]
            hashed ^= hashed >> np.uint32(13)
            start = place[:count][whole]
            weight = np.where(start < shape.opening, shape.opening_weight, 1.0).astype(np.float32)
            parts.append(
                NGrams(
                    hashed >> np.uint32(32 - BITS),
                    text[:count][whole],
                    weight,
                    start,
                    np.full(len(start), size, dtype=np.int8),
                )
            )
    return NGrams(*(np.concatenate(column) for column in zip(*parts, strict=True)))
