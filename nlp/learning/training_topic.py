"""Fits the seven first-level topics on the open complaint data, and measures them on messages kept apart."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.content import MODELS
from nlp.learning import fitting, messages
from nlp.learning.fitting import Recipe, Sample
from nlp.linear import softmax
from nlp.ngrams import Floats, Shape
from nlp.topic import NAME, classify_many

FOLDS = 4
DRAWS = 2000  # of the bootstrap
BINS = 10  # of the calibration error
TIMED = 2000  # details whose reading is timed

# Rare n-grams tell the topic better than frequent ones: idf weighs more than usual. Counting the subject twice,
# longer n-grams, and leaving out samples that the other folds contradict changed nothing that could be measured.
RECIPE = Recipe(Shape(), cost=0.3, keep=60_000, idf_power=1.4)


@dataclass(frozen=True)
class Source:
    """A training text and what copies of the same message are known by."""

    sample: Sample
    keys: frozenset[str]


def whole() -> list[Source]:
    """Return the messages that have subject and text."""
    return [
        Source(
            Sample(f"{row['subject'].strip()}\n{row['detail'].strip()}", row["label"]),
            frozenset({messages.same(row["subject"]), messages.same(row["detail"])}),
        )
        for row in messages.rows("labelled_rows.csv")
    ]


def parts() -> list[Source]:
    """Return the bare subjects and the bare texts."""
    return [
        Source(Sample(row[column].strip(), row["label"]), frozenset({messages.same(row[column])}))
        for name, column in (("labelled_subjects.csv", "subject"), ("labelled_details.csv", "detail"))
        for row in messages.rows(name)
    ]


def train(folder: Path = MODELS, recipe: Recipe = RECIPE) -> dict[str, Any]:
    """Fit on all open data, write the model and return its card; the confidence is fitted on held-out scores."""
    measured, heat = _cross_validate(whole(), parts(), recipe)
    model = fitting.fit(
        NAME,
        [source.sample for source in whole() + parts()],
        recipe,
        training="open complaint messages, subjects and texts with one of seven first-level labels",
        temperature=heat,
        figures=measured,
    )
    return {**model.card, "bytes": fitting.save(model, folder)}


def figures(recipe: Recipe = RECIPE) -> dict[str, Any]:
    """Return macro-F1 and calibration by four-fold cross-validation over the whole messages.

    No copy of a measured message, nor of its subject or text alone, is among those learned from.
    """
    return _cross_validate(whole(), parts(), recipe)[0]


def _cross_validate(
    rows: Sequence[Source], pieces: Sequence[Source], recipe: Recipe
) -> tuple[dict[str, Any], float]:
    """Return the figures and the temperature, both from scores of messages not learned from."""
    from sklearn.model_selection import StratifiedKFold

    labels = [row.sample.label for row in rows]
    classes = sorted(set(labels))
    right = np.array([classes.index(label) for label in labels])
    scores = np.zeros((len(rows), len(classes)), dtype=np.float32)
    fold = np.zeros(len(rows), dtype=np.int64)
    split = StratifiedKFold(FOLDS, shuffle=True, random_state=7).split(scores, right)
    for number, (_, apart) in enumerate(split):
        hidden = frozenset().union(*(rows[at].keys for at in apart))
        learned = [source.sample for source in (*rows, *pieces) if not source.keys & hidden]
        model = fitting.fit(NAME, learned, recipe)
        scores[apart] = model.scores([rows[at].sample.text for at in apart])
        fold[apart] = number
    heat = fitting.temperature(scores, right.tolist())
    likely = np.zeros_like(scores)
    for number in range(FOLDS):  # each fold's confidence by a temperature that never saw it
        others = fold != number
        likely[~others] = softmax(
            scores[~others], fitting.temperature(scores[others], right[others].tolist())
        )
    guess = scores.argmax(axis=1)
    low, high = interval(right, guess, len(classes))
    return {
        "on": f"{len(rows)} messages, {FOLDS}-fold cross-validation, copies removed from training",
        "macro_f1": round(macro_f1(right, guess, len(classes)), 4),
        "macro_f1_95": [round(low, 4), round(high, 4)],
        "accuracy": round(float((guess == right).mean()), 4),
        "ece": round(calibration_error(likely.max(axis=1), guess == right), 4),
        "f1": {
            name: round(value, 4)
            for name, value in zip(classes, _f1(right, guess, len(classes)).tolist(), strict=True)
        },
    }, heat


def _f1(right: NDArray[Any], guess: NDArray[Any], classes: int) -> NDArray[np.float64]:
    hits = np.bincount(right[right == guess], minlength=classes)
    both = np.bincount(right, minlength=classes) + np.bincount(guess, minlength=classes)
    result: NDArray[np.float64] = 2.0 * hits / np.maximum(both, 1)
    return result


def macro_f1(right: NDArray[Any], guess: NDArray[Any], classes: int) -> float:
    """Return the mean over the classes of their F1."""
    return float(_f1(right, guess, classes).mean())


def interval(right: NDArray[Any], guess: NDArray[Any], classes: int) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of macro-F1."""
    random = np.random.default_rng(0)
    draws = [random.integers(0, len(right), len(right)) for _ in range(DRAWS)]
    low, high = np.percentile([macro_f1(right[draw], guess[draw], classes) for draw in draws], [2.5, 97.5])
    return float(low), float(high)


def calibration_error(confidence: Floats, hit: NDArray[np.bool_]) -> float:
    """Return the expected calibration error over ten bins of equal width."""
    place = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    gaps = [
        abs(float(confidence[place == one].mean() - hit[place == one].mean())) for one in np.unique(place)
    ]
    return float(np.average(gaps, weights=[(place == one).sum() for one in np.unique(place)]))


def against_baseline() -> dict[str, float]:
    """Return messages a second of `topic.classify_many` and of scikit-learn's char 1–3 tf-idf SVM, on the same bare texts.

    Both run on this process's cores: pin it to one (`taskset -c 0`) to read the figures per core.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    texts = [row["detail"] for row in messages.rows("labelled_details.csv")]
    labels = [row["label"] for row in messages.rows("labelled_details.csv")]
    usual = make_pipeline(
        TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True), LinearSVC()
    )
    usual.fit(texts[:TIMED], labels[:TIMED])
    timed = texts[-TIMED:]
    result: dict[str, float] = {}
    for name, read in (("ours", classify_many), ("scikit-learn", usual.predict)):
        read(timed[:100])
        started = time.perf_counter()
        read(timed)
        result[name] = round(TIMED / (time.perf_counter() - started))
    return result
