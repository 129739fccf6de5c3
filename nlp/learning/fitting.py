"""Fits linear models and writes them as data. Only training imports this module: it needs scikit-learn."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.linear import LinearModel, Vocabulary, softmax
from nlp.ngrams import BUCKETS, Floats, Shape, ngrams

SEEN_BY = 5  # texts: what fewer hold says more of them than of their class, and does not ship
LIMIT_BYTES = 1_000_000  # of one model on disk
STEPS = 127  # of an 8-bit weight


@dataclass(frozen=True)
class Sample:
    """One training text, normalized, with its class and weight."""

    text: str
    label: str
    weight: float = 1.0


@dataclass(frozen=True)
class Recipe:
    """How a model is fitted; `prune` drops weights below this share of the largest.

    `keep` is how many n-grams stay, those that move the scores most (0 is all); `idf_power` above 1 favours rare ones.
    """

    shape: Shape = field(default_factory=Shape)
    cost: float = 1.0
    prune: float = 0.01
    balanced: bool = False
    keep: int = 0
    idf_power: float = 1.0


def fingerprint(samples: Sequence[Sample], recipe: Recipe) -> str:
    """Return what a model is made of, as sixteen hex digits."""
    digest = hashlib.sha256(json.dumps(asdict(recipe), sort_keys=True).encode())
    for sample in samples:
        digest.update(f"\n{sample.label}\t{sample.weight}\t{sample.text}".encode())
    return digest.hexdigest()[:16]


def vocabulary(texts: Sequence[str], shape: Shape, idf_power: float = 1.0) -> Vocabulary:
    """Return the n-grams that at least five texts hold."""
    spread = np.zeros(BUCKETS, dtype=np.int32)
    for first in range(0, len(texts), 1000):
        found = ngrams(texts[first : first + 1000], shape)
        pairs = np.unique(found.text * BUCKETS + found.bucket.astype(np.int64))
        spread += np.bincount(pairs % BUCKETS, minlength=BUCKETS).astype(np.int32)
    buckets = np.flatnonzero(spread >= SEEN_BY)
    idf = (1.0 + np.log((1 + len(texts)) / (1 + spread[buckets]))) ** idf_power
    # Rounded as on disk, so that a model read back scores as the fitted one did.
    return Vocabulary.of(buckets, idf.astype(np.float16).astype(np.float32))


def matrix(texts: Sequence[str], shape: Shape, known: Vocabulary) -> Any:
    """Return the texts' vectors as a sparse matrix, the same that LinearModel.scores reads."""
    from scipy import sparse

    reading = known.read(ngrams(texts, shape), len(texts))
    size = (len(texts), len(known.idf))
    return sparse.csr_matrix((reading.values, (reading.owner, reading.rows)), shape=size, dtype=np.float32)


def strongest(known: Vocabulary, vectors: Any, weights: NDArray[Any], keep: int) -> Vocabulary:
    """Return the vocabulary of the `keep` n-grams that move the scores of these vectors most."""
    spread = np.sqrt(np.asarray(vectors.multiply(vectors).sum(axis=0))).ravel()
    moved = np.abs(weights).max(axis=1) * spread
    rows = np.sort(np.argsort(-moved, kind="stable")[:keep])
    return Vocabulary.of(np.flatnonzero(known.rows >= 0)[rows], known.idf[rows])


def fit(name: str, samples: Sequence[Sample], recipe: Recipe, **card: Any) -> LinearModel:
    """Fit one linear support vector machine per class, and return the model with its weights in 8-bit steps."""
    from sklearn.svm import LinearSVC

    texts = [sample.text for sample in samples]
    labels = [sample.label for sample in samples]
    worth = [sample.weight for sample in samples]
    known = vocabulary(texts, recipe.shape, recipe.idf_power)
    learner = LinearSVC(C=recipe.cost, class_weight="balanced" if recipe.balanced else None, random_state=0)
    vectors = matrix(texts, recipe.shape, known)
    learner.fit(vectors, labels, sample_weight=worth)
    if 0 < recipe.keep < len(known.idf):
        known = strongest(known, vectors, learner.coef_.T, recipe.keep)
        learner.fit(matrix(texts, recipe.shape, known), labels, sample_weight=worth)
    weights, bias = learner.coef_.T, learner.intercept_
    if weights.shape[1] == 1:  # of two classes scikit-learn keeps one column
        weights, bias = np.hstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    classes = tuple(map(str, learner.classes_))
    return assemble(name, classes, known, weights, bias, samples, recipe, **card)


def assemble(
    name: str,
    classes: tuple[str, ...],
    known: Vocabulary,
    weights: NDArray[Any],
    bias: NDArray[Any],
    samples: Sequence[Sample],
    recipe: Recipe,
    **card: Any,
) -> LinearModel:
    """Return the model of learned weights (one row per n-gram, one column per class), in 8-bit steps."""
    scale = float(np.abs(weights).max()) / STEPS
    steps = np.rint(weights / scale)
    steps[np.abs(weights) < recipe.prune * scale * STEPS] = 0
    rows, columns = np.nonzero(steps)
    mark = fingerprint(samples, recipe)
    return LinearModel(
        classes=classes,
        shape=recipe.shape,
        vocabulary=known,
        first=np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(steps)))]),
        columns=columns.astype(np.int64),
        steps=steps[rows, columns].astype(np.int8),
        scale=scale,
        bias=bias.astype(np.float32),
        card={
            "model": name,
            "version": f"{name}-{mark[:8]}",
            "kind": "linear support vector machines over hashed character n-grams, tf-idf, 8-bit weights",
            "fingerprint": mark,
            "samples": len(samples),
            "recipe": asdict(recipe),
            **card,
        },
    )


def save(model: LinearModel, folder: Path) -> int:
    """Write a fitted model into `folder` and return its size in bytes; raises ValueError above the limit."""
    used = np.flatnonzero(model.vocabulary.rows >= 0)
    arrays: dict[str, NDArray[Any]] = {
        "gaps": np.diff(used, prepend=0).astype(np.uint32),  # buckets, as steps from the one before
        "idf": model.vocabulary.idf.astype(np.float16),
        "lengths": np.diff(model.first).astype(np.uint16),
        "columns": model.columns.astype(np.uint8 if len(model.classes) <= 256 else np.uint16),
        "values": model.steps,
        "bias": model.bias,
    }
    name = model.card["model"]
    card = {
        **model.card,
        "classes": list(model.classes),
        "shape": asdict(model.shape),
        "scale": model.scale,
        "ngrams": len(used),
        "weights": len(model.steps),
    }
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / f"{name}.npz", **arrays)  # type: ignore[arg-type]
    (folder / f"{name}.json").write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", "utf-8")
    size = sum((folder / f"{name}.{end}").stat().st_size for end in ("npz", "json"))
    if size > LIMIT_BYTES:
        raise ValueError(f"the model {name} has {size} bytes, more than {LIMIT_BYTES}")
    return size


def temperature(scores: Floats, right: Sequence[int]) -> float:
    """Return the temperature at which the probabilities of held-out scores fit best (least log loss)."""
    rows = np.arange(len(right))
    grid = np.geomspace(0.05, 2.0, 60)
    losses = [-np.log(np.maximum(softmax(scores, t)[rows, right], 1e-9)).mean() for t in grid]
    return round(float(grid[int(np.argmin(losses))]), 4)
