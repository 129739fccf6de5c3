"""Trains the matter classifier from the taxonomy's own words. The one module that imports scikit-learn.

What it writes is data: nlp/models/matter.npz (weights) and matter.json (classes, version, fingerprint, figures).
"""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp import taxonomy
from nlp.content import MODELS
from nlp.matter import Weights, ngrams
from nlp.normalization import normalize
from nlp.taxonomy import OUT, Taxonomy

LIMIT_BYTES = 1_000_000  # what may be tracked


@dataclass(frozen=True)
class Recipe:
    """Every choice of the training. The last four were made on the development labels, the others beforehand."""

    min_count: int = 2  # an n-gram of one sentence alone says more of the sentence than of the matter
    name_weight: float = 1.5
    inverse_regularisation: float = 5.0
    iterations: int = 60
    prune: float = 0.012  # of the largest weight
    out_bias: float = -1.6
    temperature: float = 0.32
    threshold: float = 0.5


@dataclass(frozen=True)
class Sample:
    """One training text, normalized, its code and its weight."""

    text: str
    code: str
    weight: float


def samples(source: Taxonomy, recipe: Recipe) -> list[Sample]:
    """Return the names, descriptions, synonyms and examples of every matter, and those of OUT."""
    result: list[Sample] = []
    for code, entry in source.matters.items():
        result.append(Sample(normalize(entry.name), code, recipe.name_weight))
        texts = (entry.description, *entry.synonyms, *entry.examples)
        result.extend(Sample(normalize(text), code, 1.0) for text in texts if text)
    texts = (*source.out_synonyms, *source.out_examples)
    result.extend(Sample(normalize(text), OUT, 1.0) for text in texts)
    return result


def fingerprint(training: Sequence[Sample], recipe: Recipe) -> str:
    """Return what the weights were made of, as sixteen hex digits."""
    digest = hashlib.sha256(json.dumps(asdict(recipe), sort_keys=True).encode())
    for sample in training:
        digest.update(f"\n{sample.code}\t{sample.weight}\t{sample.text}".encode())
    return digest.hexdigest()[:16]


def _vocabulary(counted: Sequence[dict[str, float]], minimum: int) -> tuple[list[str], NDArray[np.float32]]:
    """Return the n-grams that at least `minimum` texts hold, and their inverse document frequencies."""
    spread = Counter(gram for counts in counted for gram in counts)
    kept = sorted(gram for gram, count in spread.items() if count >= minimum)
    idf = [1.0 + math.log((1 + len(counted)) / (1 + spread[gram])) for gram in kept]
    return kept, np.asarray(idf, dtype=np.float32)


def _matrix(training: Sequence[Sample], model: Weights) -> Any:
    from scipy import sparse

    rows: list[NDArray[np.intp]] = []
    columns: list[list[int]] = []
    values: list[NDArray[np.float32]] = []
    for row, sample in enumerate(training):
        ids, vector = model.vector(sample.text)
        rows.append(np.full(len(ids), row, dtype=np.intp))
        columns.append(ids)
        values.append(vector)
    flat = [index for ids in columns for index in ids]
    shape = (len(training), len(model.vocabulary))
    return sparse.csr_matrix((np.concatenate(values), (np.concatenate(rows), flat)), shape=shape)


def _empty(grams: list[str], idf: NDArray[np.float32]) -> Weights:
    """Return weights that know how to read a text and nothing else."""
    nothing = np.zeros(0)
    return Weights(
        classes=(),
        grams=tuple(grams),
        vocabulary={gram: index for index, gram in enumerate(grams)},
        idf=idf,
        start=np.zeros(len(grams) + 1, dtype=np.int64),
        columns=nothing.astype(np.intp),
        values=nothing.astype(np.float32),
        bias=nothing.astype(np.float32),
        temperature=1.0,
        threshold=0.0,
        version="",
    )


def fit(training: Sequence[Sample], recipe: Recipe) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Return the arrays of matter.npz and the card of matter.json, without figures."""
    from sklearn.linear_model import LogisticRegression

    grams, idf = _vocabulary([ngrams(sample.text) for sample in training], recipe.min_count)
    matrix = _matrix(training, _empty(grams, idf))
    learner = LogisticRegression(C=recipe.inverse_regularisation, max_iter=recipe.iterations)
    learner.fit(
        matrix, [sample.code for sample in training], sample_weight=[sample.weight for sample in training]
    )
    weights = learner.coef_.T  # one row for each n-gram
    bias = learner.intercept_.astype(np.float32)
    classes = [str(code) for code in learner.classes_]
    bias[classes.index(OUT)] += recipe.out_bias
    largest = float(np.abs(weights).max())
    scale = largest / 127
    steps = np.rint(weights / scale).astype(np.int8)
    steps[np.abs(weights) < recipe.prune * largest] = 0
    rows, columns = np.nonzero(steps)
    mark = fingerprint(training, recipe)
    arrays = {
        "vocabulary": np.frombuffer("\n".join(grams).encode(), dtype=np.uint8),
        "idf": idf.astype(np.float16),
        "lengths": np.bincount(rows, minlength=len(grams)).astype(np.uint16),
        "columns": columns.astype(np.uint8 if len(classes) <= 256 else np.uint16),
        "values": steps[rows, columns],
        "bias": bias,
    }
    card = {
        "model": "matter",
        "version": f"matter-{mark[:8]}",
        "kind": "multinomial logistic regression over character 1-3-grams, tf-idf, 8-bit weights",
        "training": "content/taxonomy: names, descriptions, synonyms and examples",
        "samples": len(training),
        "fingerprint": mark,
        "recipe": asdict(recipe),
        "classes": classes,
        "scale": scale,
        "temperature": recipe.temperature,
        "threshold": recipe.threshold,
        "ngrams": len(grams),
        "weights": len(columns),
    }
    return arrays, card


def save(arrays: dict[str, NDArray[Any]], card: dict[str, Any], folder: Path = MODELS) -> int:
    """Write the model into `folder` and return its size in bytes; raises ValueError above the limit."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "matter.npz"
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]
    (folder / "matter.json").write_text(
        json.dumps(card, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    size = path.stat().st_size + (folder / "matter.json").stat().st_size
    if size > LIMIT_BYTES:
        raise ValueError(f"the model has {size} bytes, more than {LIMIT_BYTES}")
    return size


def train(recipe: Recipe | None = None, folder: Path = MODELS) -> dict[str, Any]:
    """Train on the content folder, write the model and return its card."""
    chosen = recipe or Recipe()
    arrays, card = fit(samples(taxonomy.load(), chosen), chosen)
    card["bytes"] = save(arrays, card, folder)
    return card


def record(figures: dict[str, Any], folder: Path = MODELS) -> None:
    """Write the figures of an evaluation into the model's card."""
    path = folder / "matter.json"
    card = json.loads(path.read_text(encoding="utf-8"))
    card["figures"] = {"on": "development set (choices were made on it)", **figures}
    path.write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
