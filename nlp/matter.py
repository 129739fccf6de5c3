"""Which city-management matter a message is about: a linear model over character n-grams, and the guideline's rules.

Reads weights that training.py wrote (nlp/models/matter.npz, matter.json); numpy only. Without weights every
message is OUT with confidence 0: a person decides.
"""

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp import matter_rules
from nlp.content import MODELS
from nlp.taxonomy import OUT

CANDIDATES = 3
BECAUSE = 5
READ = 240  # characters: reading on told the development set's letters no better
OPENING = 50  # the subject of a letter, or its first sentence
OPENING_WEIGHT = 2.0
NGRAMS = (1, 2, 3)
# An n-gram never spans punctuation, digits, blanks or letters of other scripts than Han and Latin.
_PIECE = re.compile(r"[\u4e00-\u9fff\u3400-\u4dbf]+|[a-z]+")

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Candidate:
    """A code (five digits or OUT) and the model's calibrated confidence in it."""

    code: str
    confidence: float


@dataclass(frozen=True)
class Matter:
    """The best code; below the threshold `certain` is false and a person decides."""

    code: str
    confidence: float
    candidates: tuple[Candidate, ...]
    because: tuple[str, ...]
    certain: bool


def ngrams(text: str) -> dict[str, float]:
    """Return the weighted count of each digit-free character n-gram of a normalized text.

    The opening counts more: a letter's subject says what it is about.
    """
    counts: dict[str, float] = {}
    for match in _PIECE.finditer(text[:READ].lower()):
        piece, at = match.group(), match.start()
        if piece.isascii():
            piece = f" {piece} "
            weight = OPENING_WEIGHT if at < OPENING else 1.0
            counts[piece] = counts.get(piece, 0.0) + weight
            continue
        for size in NGRAMS:
            for start in range(len(piece) - size + 1):
                gram = piece[start : start + size]
                weight = OPENING_WEIGHT if at + start < OPENING else 1.0
                counts[gram] = counts.get(gram, 0.0) + weight
    return counts


@dataclass(frozen=True)
class Weights:
    """A sparse linear model: for each n-gram the classes it speaks for or against.

    `values` holds int8 steps of `scale`; the row of n-gram i is start[i]:start[i+1].
    """

    classes: tuple[str, ...]
    grams: tuple[str, ...]
    vocabulary: dict[str, int]
    idf: Floats
    start: NDArray[np.int64]
    columns: NDArray[np.intp]
    values: Floats
    bias: Floats
    temperature: float
    threshold: float
    version: str

    def vector(self, text: str) -> tuple[list[int], Floats]:
        """Return the ids of the text's known n-grams and their tf-idf weights, of length one."""
        ids: list[int] = []
        counts: list[float] = []
        for gram, count in ngrams(text).items():
            index = self.vocabulary.get(gram)
            if index is not None:
                ids.append(index)
                counts.append(1.0 + math.log(count))
        weights = np.asarray(counts, dtype=np.float32) * self.idf[ids]
        norm = float(np.linalg.norm(weights))
        return ids, weights / norm if norm else weights

    def entries(self, ids: list[int]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the places of all weights of the n-grams `ids`, and of each the n-gram's place in `ids`."""
        first, last = self.start[ids], self.start[[index + 1 for index in ids]]
        lengths = last - first
        owner = np.repeat(np.arange(len(ids)), lengths)
        offset = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return np.repeat(first, lengths) + offset, owner

    def scores(self, text: str) -> tuple[Floats, list[int], Floats]:
        """Return the score of each class for a normalized text, and the vector it came from."""
        ids, vector = self.vector(text)
        result = self.bias.copy()
        if ids:
            places, owner = self.entries(ids)
            result += np.bincount(
                self.columns[places], weights=self.values[places] * vector[owner], minlength=len(self.classes)
            ).astype(np.float32)
        return result, ids, vector


def load(folder: Path = MODELS) -> Weights | None:
    """Read the weights in `folder`; None where there are none."""
    card_path, path = folder / "matter.json", folder / "matter.npz"
    if not (card_path.exists() and path.exists()):
        return None
    card: dict[str, Any] = json.loads(card_path.read_text(encoding="utf-8"))
    with np.load(path, allow_pickle=False) as arrays:
        grams = tuple(bytes(arrays["vocabulary"]).decode("utf-8").split("\n"))
        return Weights(
            grams=grams,
            classes=tuple(card["classes"]),
            vocabulary={gram: index for index, gram in enumerate(grams)},
            idf=arrays["idf"].astype(np.float32),
            start=np.concatenate([[0], np.cumsum(arrays["lengths"].astype(np.int64))]),
            columns=arrays["columns"].astype(np.intp),
            values=arrays["values"].astype(np.float32) * np.float32(card["scale"]),
            bias=arrays["bias"].astype(np.float32),
            temperature=float(card["temperature"]),
            threshold=float(card["threshold"]),
            version=str(card["version"]),
        )


@lru_cache(maxsize=1)
def default() -> Weights | None:
    """Return the weights shipped with nlp, read once."""
    return load()


@lru_cache(maxsize=1)
def model_version() -> str:
    """Return the version of the shipped weights and rules, "none" where there are none."""
    weights = default()
    return f"{weights.version}+{matter_rules.VERSION}" if weights else "none"


def softmax(scores: Floats, temperature: float) -> Floats:
    """Return the probabilities that scores mean at a temperature."""
    powers = np.exp((scores - scores.max()) / temperature)
    result: Floats = powers / powers.sum()
    return result


def _because(weights: Weights, ids: list[int], vector: Floats, column: int) -> list[str]:
    """Return the n-grams that spoke most for a class, those inside longer ones left out."""
    if not ids:
        return []
    places, owner = weights.entries(ids)
    own = weights.columns[places] == column
    share = weights.values[places][own] * vector[owner[own]]
    picked: list[str] = []
    for at in np.argsort(-share)[: 4 * BECAUSE]:
        gram = weights.grams[ids[int(owner[own][at])]].strip()
        if share[at] <= 0 or len(picked) == BECAUSE:
            break
        if len(gram) > 1 and not any(gram in other or other in gram for other in picked):
            picked.append(gram)
    return picked


def classify(text: str, weights: Weights | None = None) -> Matter:
    """Return the matter of a normalized text, by the shipped weights unless others are given."""
    model = weights or default()
    if model is None or not text.strip():
        return Matter(OUT, 0.0, (), (), certain=False)
    scores, ids, vector = model.scores(text)
    hits = matter_rules.apply(text[:READ])
    columns = {code: column for column, code in enumerate(model.classes)}
    for hit in hits:
        if hit.code in columns:
            scores[columns[hit.code]] += hit.weight
    chances = softmax(scores, model.temperature)
    order = np.argsort(-chances)[:CANDIDATES]
    candidates = tuple(Candidate(model.classes[i], round(float(chances[i]), 4)) for i in order)
    best = candidates[0]
    words = _unique(
        [hit.words for hit in hits if hit.code == best.code and hit.weight > 0]
        + _because(model, ids, vector, int(order[0]))
    )
    known = bool(ids or hits)
    confidence = best.confidence if known else 0.0
    return Matter(
        best.code, confidence, candidates, tuple(words)[:BECAUSE], known and confidence >= model.threshold
    )


def _unique(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))
