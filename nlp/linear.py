"""Linear text classifiers as data: an .npz of 8-bit weights beside a .json card; numpy reads them, nothing else.

A text's vector holds tf-idf of its n-grams, scaled by the root of the sum over its n-grams of idf²: no sorting,
no counting, and as good as the usual log tf on the texts measured.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.ngrams import BUCKETS, Floats, Ints, NGrams, Shape, ngrams

CHUNK = 128  # texts scored at once: what is in work stays in the processor's cache
NARROW = 16  # classes
UNKNOWN = -1
LEAST = 1e-12  # keeps a text without a known n-gram from dividing by nothing


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

    def read(self, found: NGrams, texts: int) -> "Reading":
        """Return the n-grams that the model knows, and what each counts in its text's vector."""
        rows = self.rows[found.bucket]
        at = np.flatnonzero(rows != UNKNOWN)
        rows = rows[at]
        idf = self.idf[rows]
        weighed = found.weight[at] * idf
        if texts == 1:
            owner = np.zeros(len(at), dtype=np.int64)
            scale = np.float32(1.0 / np.sqrt(max(float(weighed @ idf), LEAST)))
            return Reading(texts, found, at, rows, owner, weighed * scale)
        owner = found.text[at]
        squares = np.bincount(owner, weights=weighed * idf, minlength=texts)
        scales = (1.0 / np.sqrt(np.maximum(squares, LEAST))).astype(np.float32)
        return Reading(texts, found, at, rows, owner, weighed * scales[owner])


class Reading(NamedTuple):
    """Texts as a model sees them: where the known n-grams stand in `found`, their rows, texts and values."""

    texts: int
    found: NGrams
    at: Ints
    rows: NDArray[np.int32]
    owner: Ints
    values: Floats


@dataclass(frozen=True)
class Share:
    """How much one passage of a text (a known n-gram) spoke for a class."""

    start: int
    words: str
    value: float


class Entries(NamedTuple):
    """The weights that texts meet: whose n-gram (its place in the reading), for which class, what it adds to it."""

    owner: Ints
    column: Ints
    value: Floats


@dataclass(frozen=True)
class LinearModel:
    """A trained model. The weights of n-gram i are `scale` times `steps[first[i]:first[i+1]]`, for those `columns`."""

    classes: tuple[str, ...]
    shape: Shape
    vocabulary: Vocabulary
    first: NDArray[np.int64]
    columns: NDArray[np.int64]
    steps: NDArray[np.int8]
    scale: float
    bias: Floats
    card: dict[str, Any]

    @property
    def version(self) -> str:
        """The name of these weights."""
        return str(self.card["version"])

    @cached_property
    def column_of(self) -> dict[str, int]:
        """The column of each class."""
        return {label: column for column, label in enumerate(self.classes)}

    def read(self, texts: Sequence[str]) -> Reading:
        """Return normalized texts as vectors."""
        return self.vocabulary.read(ngrams(texts, self.shape), len(texts))

    def entries(self, reading: Reading) -> Entries:
        """Return all weights of the n-grams of a reading."""
        heads = self.first[reading.rows]
        lengths = self.first[reading.rows + 1] - heads
        ends = np.cumsum(lengths)
        owner = np.repeat(np.arange(len(heads)), lengths)
        places = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(heads - ends + lengths, lengths)
        return Entries(owner, self.columns[places], self.steps[places] * reading.values[owner])

    def scores_of(self, reading: Reading, entries: Entries) -> Floats:
        """Return the score of each class (columns) for each text (rows) of a reading."""
        width = len(self.classes)
        cells = entries.column
        if reading.texts > 1:
            cells = cells + reading.owner[entries.owner] * width
        summed = np.bincount(cells, weights=entries.value, minlength=reading.texts * width)
        result: Floats = (summed.reshape(reading.texts, width) * self.scale + self.bias).astype(np.float32)
        return result

    @cached_property
    def _whole(self) -> Floats:
        """The weights of every n-gram (rows) for every class, those that are nothing too."""
        rows = np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))
        whole = np.zeros((len(self.first) - 1, len(self.classes)), dtype=np.float32)
        whole[rows, self.columns] = self.steps * np.float32(self.scale)
        return whole

    def _narrow(self, reading: Reading) -> Floats:
        """Return what `scores_of` returns: of few classes an n-gram's weights lie side by side, and are met once."""
        met = self._whole[reading.rows]
        if reading.texts == 1:
            summed = (reading.values @ met)[None, :]
        else:
            met *= reading.values[:, None]
            sums = [
                np.bincount(reading.owner, weights=met[:, column], minlength=reading.texts)
                for column in range(len(self.classes))
            ]
            summed = np.stack(sums, axis=1)
        result: Floats = (summed + self.bias).astype(np.float32)
        return result

    def scores(self, texts: Sequence[str]) -> Floats:
        """Return the score of each class (columns) for each normalized text (rows)."""
        parts: list[Floats] = []
        for first in range(0, len(texts), CHUNK):
            reading = self.read(texts[first : first + CHUNK])
            narrow = len(self.classes) <= NARROW
            parts.append(self._narrow(reading) if narrow else self.scores_of(reading, self.entries(reading)))
        return np.concatenate(parts) if parts else np.zeros((0, len(self.classes)), dtype=np.float32)

    def because(
        self, text: str, reading: Reading, entries: Entries, column: int, *, limit: int
    ) -> list[Share]:
        """Return up to `limit` passages of the one text read that spoke for a class, the strongest first."""
        own = np.flatnonzero(entries.column == column)
        spoken = entries.value[own]
        best = own[np.argsort(-spoken, kind="stable")[:limit]]
        at = reading.at[entries.owner[best]]
        found = zip(
            reading.found.start[at].tolist(),
            reading.found.size[at].tolist(),
            entries.value[best].tolist(),
            strict=True,
        )
        return [
            Share(start, text[start : start + size], value * self.scale)
            for start, size, value in found
            if value > 0
        ]


def load(name: str, folder: Path) -> LinearModel | None:
    """Read the model `name` in `folder`; None where there is none."""
    card_path, path = folder / f"{name}.json", folder / f"{name}.npz"
    if not (card_path.exists() and path.exists()):
        return None
    card: dict[str, Any] = json.loads(card_path.read_text(encoding="utf-8"))
    with np.load(path, allow_pickle=False) as arrays:
        return LinearModel(
            classes=tuple(card["classes"]),
            shape=Shape(**{**card["shape"], "sizes": tuple(card["shape"]["sizes"])}),
            vocabulary=Vocabulary.of(np.cumsum(arrays["gaps"].astype(np.int64)), arrays["idf"]),
            first=np.concatenate([[0], np.cumsum(arrays["lengths"].astype(np.int64))]),
            columns=arrays["columns"].astype(np.int64),
            steps=arrays["values"],
            scale=float(card["scale"]),
            bias=arrays["bias"].astype(np.float32),
            card=card,
        )


def softmax(scores: Floats, temperature: float = 1.0) -> Floats:
    """Return the probabilities that scores (along the last axis) mean at a temperature."""
    powers = np.exp((scores - scores.max(axis=-1, keepdims=True)) / temperature)
    result: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return result
