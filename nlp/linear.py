"""Linear text classifiers as data: an .npz of 8-bit weights beside a .json card; numpy reads them, nothing else.

A text's vector holds tf-idf of its n-grams, scaled by the root of the sum over its n-grams of idf²: no sorting,
no counting, and as good as the usual log tf on the texts measured.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.ngrams import BUCKETS, Floats, NGrams, Shape, ngrams

CHUNK = 128  # texts scored at once: what is in work stays in the processor's cache
UNKNOWN = -1


@dataclass(frozen=True)
class Vocabulary:
    """The n-grams that a model knows: the row of each bucket (or UNKNOWN), and each row's idf."""

    rows: NDArray[np.int32]
    idf: Floats

    @classmethod
    def of(cls, buckets: NDArray[Any], idf: NDArray[Any]) -> "Vocabulary":
        """Return the vocabulary whose row i is `buckets[i]`."""
        rows = np.full(BUCKETS, UNKNOWN, dtype=np.int32)
        rows[buckets] = np.arange(len(buckets), dtype=np.int32)
        return cls(rows, idf.astype(np.float32))

    def known(self, found: NGrams) -> tuple[NGrams, NDArray[np.int32]]:
        """Return the n-grams that the model knows, and their rows."""
        rows = self.rows[found.bucket]
        inside = rows != UNKNOWN
        return NGrams(*(column[inside] for column in found)), rows[inside]

    def values(self, found: NGrams, rows: NDArray[np.int32], count: int) -> Floats:
        """Return what each known n-gram counts in its text's vector."""
        weighed = found.weight * self.idf[rows]
        squares = np.bincount(found.text, weights=weighed * self.idf[rows], minlength=count)
        scale = 1.0 / np.sqrt(np.maximum(squares, 1e-12))
        return (weighed * scale[found.text]).astype(np.float32)


@dataclass(frozen=True)
class Share:
    """How much one passage of a text (a known n-gram) spoke for a class."""

    start: int
    words: str
    value: float


@dataclass(frozen=True)
class LinearModel:
    """A trained model. `steps`, times `scale` the weights, has a row per known n-gram and a column per class."""

    classes: tuple[str, ...]
    shape: Shape
    vocabulary: Vocabulary
    steps: NDArray[np.int8]
    scale: float
    bias: Floats
    card: dict[str, Any]

    @property
    def version(self) -> str:
        """The name of these weights."""
        return str(self.card["version"])

    def scores(self, texts: Sequence[str]) -> Floats:
        """Return the score of each class (columns) for each normalized text (rows)."""
        result = np.tile(self.bias, (len(texts), 1))
        for first in range(0, len(texts), CHUNK):
            part = texts[first : first + CHUNK]
            found, rows = self.vocabulary.known(ngrams(part, self.shape))
            values = self.vocabulary.values(found, rows, len(part)) * np.float32(self.scale)
            if len(part) > 1:
                order = np.argsort(found.text, kind="stable")  # n-grams come by size, then by text
                rows, values = rows[order], values[order]
            ends = np.cumsum(np.bincount(found.text, minlength=len(part)))
            for at, (head, end) in enumerate(zip([0, *ends[:-1]], ends, strict=True)):
                result[first + at] += values[head:end] @ self.steps[rows[head:end]].astype(np.float32)
        return result

    def because(self, text: str, column: int, *, limit: int) -> list[Share]:
        """Return up to `limit` passages of a normalized text that spoke for a class, the strongest first."""
        found, rows = self.vocabulary.known(ngrams([text], self.shape))
        spoken = self.vocabulary.values(found, rows, 1) * self.steps[rows, column] * self.scale
        order = np.argsort(-spoken, kind="stable")[:limit]
        return [
            Share(
                int(found.start[at]),
                text[found.start[at] : found.start[at] + found.size[at]],
                float(spoken[at]),
            )
            for at in order
            if spoken[at] > 0
        ]


def load(name: str, folder: Path) -> LinearModel | None:
    """Read the model `name` in `folder`; None where there is none."""
    card_path, path = folder / f"{name}.json", folder / f"{name}.npz"
    if not (card_path.exists() and path.exists()):
        return None
    card: dict[str, Any] = json.loads(card_path.read_text(encoding="utf-8"))
    with np.load(path, allow_pickle=False) as arrays:
        lengths = arrays["lengths"].astype(np.int64)
        steps = np.zeros((len(lengths), len(card["classes"])), dtype=np.int8)
        steps[np.repeat(np.arange(len(lengths)), lengths), arrays["columns"]] = arrays["values"]
        buckets = np.cumsum(arrays["gaps"].astype(np.int64))
        return LinearModel(
            classes=tuple(card["classes"]),
            shape=Shape(**{**card["shape"], "sizes": tuple(card["shape"]["sizes"])}),
            vocabulary=Vocabulary.of(buckets, arrays["idf"]),
            steps=steps,
            scale=float(card["scale"]),
            bias=arrays["bias"].astype(np.float32),
            card=card,
        )


def softmax(scores: Floats, temperature: float = 1.0) -> Floats:
    """Return the probabilities that scores (along the last axis) mean at a temperature."""
    powers = np.exp((scores - scores.max(axis=-1, keepdims=True)) / temperature)
    result: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return result
