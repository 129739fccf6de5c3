"""Scores of a linear model of few classes, several times faster: one short row of numbers per n-gram."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp.linear import CHUNK, LinearModel
from nlp.ngrams import Floats, ngrams


@dataclass(frozen=True)
class Dense:
    """A linear model with its weights unfolded: `table` holds idf times weight of each class, and idf² behind them."""

    model: LinearModel
    table: Floats

    @classmethod
    def of(cls, model: LinearModel) -> "Dense":
        """Return the model unfolded; it takes four bytes per class and n-gram."""
        idf = model.vocabulary.idf
        table = np.zeros((len(idf), len(model.classes) + 1), dtype=np.float32)
        rows = np.repeat(np.arange(len(idf)), np.diff(model.first))
        table[rows, model.columns] = model.steps * np.float32(model.scale)
        table[:, -1] = idf
        return cls(model, table * idf[:, None])

    def scores(self, texts: Sequence[str]) -> Floats:
        """Return the score of each class (columns) for each text (rows), as the model itself would."""
        result = np.empty((len(texts), len(self.model.classes)), dtype=np.float32)
        for first in range(0, len(texts), CHUNK):
            result[first : first + CHUNK] = self._chunk(texts[first : first + CHUNK])
        return result

    def _chunk(self, texts: Sequence[str]) -> Floats:
        found = ngrams(texts, self.model.shape)
        rows = self.model.vocabulary.rows[found.bucket]
        at = np.flatnonzero(rows >= 0)
        sums = np.zeros((len(texts), self.table.shape[1]), dtype=np.float32)
        if len(at):
            values = self.table.take(rows[at], axis=0)
            if self.model.shape.opening:
                values *= found.weight[at, None]
            owner = found.text[at]  # in runs: n-grams come by size, then by text
            heads = np.concatenate([[0], np.flatnonzero(owner[1:] != owner[:-1]) + 1])
            np.add.at(sums, owner[heads], np.add.reduceat(values, heads, axis=0))
        length = np.sqrt(np.maximum(sums[:, -1:], 1e-12))
        result: Floats = (sums[:, :-1] / length + self.model.bias).astype(np.float32)
        return result
