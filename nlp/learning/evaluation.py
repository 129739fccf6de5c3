"""Measures the readings of nlp on labelled messages, with 95 % intervals, and says on which.

The uniform set was drawn and labelled before anything was chosen, and nothing is chosen on it. The messages are
others' property and lie outside the repository; without them there is nothing to measure.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp import matter, request, urgency
from nlp.learning import messages
from nlp.learning.messages import Label, as_read
from nlp.linear import LinearModel
from nlp.matter import Matter
from nlp.taxonomy import OUT

BINS = 10
UNIFORM, DEVELOPMENT = "uniform", "development"
SETS = {
    UNIFORM: "messages drawn uniformly and set apart: nothing was chosen on them",
    DEVELOPMENT: "the development set: thresholds and biases were chosen on it, so expect less elsewhere",
}


@dataclass(frozen=True)
class Figure:
    """A share with its number of cases (0: not told) and 95 % interval (Wilson), or a plain number."""

    name: str
    value: float
    cases: int
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        interval = "" if self.low is None else f" [{self.low:.3f}, {self.high:.3f}]"
        cases = f" (n={self.cases})" if self.cases else ""
        return f"{self.name}: {self.value:.3f}{interval}{cases}"


@dataclass(frozen=True)
class Labelled:
    """A message as the models read it, with the annotator's reading."""

    text: str
    label: Label

    @property
    def is_out(self) -> bool:
        """Say whether the first code is OUT."""
        return self.label.codes[0] == OUT


def share(name: str, hits: Sequence[bool]) -> Figure:
    """Return the share of true values with its Wilson interval."""
    cases = len(hits)
    if not cases:
        return Figure(name, math.nan, 0)
    z, rate = 1.96, sum(hits) / cases
    centre = (rate + z * z / (2 * cases)) / (1 + z * z / cases)
    spread = z * math.sqrt(rate * (1 - rate) / cases + z * z / (4 * cases * cases)) / (1 + z * z / cases)
    return Figure(name, rate, cases, max(0.0, centre - spread), min(1.0, centre + spread))


def load(name: str = UNIFORM, folder: Path = messages.COMPLAINTS) -> list[Labelled]:
    """Read the labelled messages of a set, those that are there. Raises FileNotFoundError without the files."""
    known = messages.messages(folder)
    labels = messages.development(folder) if name == DEVELOPMENT else messages.labels(messages.TEST)
    return [Labelled(as_read(known[label.id].text), label) for label in labels if label.id in known]


def calibration_error(confidences: Sequence[float], hits: Sequence[bool]) -> float:
    """Return the expected calibration error over ten equal bins of confidence."""
    total = 0.0
    for place in range(BINS):
        inside = [
            (confidence, hit)
            for confidence, hit in zip(confidences, hits, strict=True)
            if min(int(confidence * BINS), BINS - 1) == place
        ]
        if inside:
            gap = sum(confidence for confidence, _ in inside) - sum(hit for _, hit in inside)
            total += abs(gap)
    return total / len(hits)


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """Return the mean F1 over the true labels of (true, predicted) pairs."""
    scores: list[float] = []
    for label in sorted({true for true, _ in pairs}):
        right = sum(true == label == predicted for true, predicted in pairs)
        wrong = sum((true == label) != (predicted == label) for true, predicted in pairs)
        scores.append(2 * right / (2 * right + wrong))
    return sum(scores) / len(scores)


def matter_figures(labelled: Sequence[Labelled], model: LinearModel | None = None) -> list[Figure]:
    """Return the figures of the matter classifier; a second code that an annotator accepts counts as right."""
    found = matter.classify_many([one.text for one in labelled], model)
    pairs = list(zip(labelled, found, strict=True))
    inside = [(one, result) for one, result in pairs if not one.is_out]
    right = [result.code in one.label.codes for one, result in pairs]
    sure = [hit for hit, result in zip(right, found, strict=True) if result.certain]
    return [
        share("matter: OUT or not", [(result.code == OUT) == one.is_out for one, result in pairs]),
        share("matter: in scope, top 1", [result.code in one.label.codes for one, result in inside]),
        share("matter: in scope, top 3", [_among(one, result) for one, result in inside]),
        share("matter: all, top 1", right),
        share("matter: certain", [result.certain for result in found]),
        share("matter: certain ones right", sure),
        Figure(
            "matter: calibration error",
            calibration_error([result.confidence for result in found], right),
            len(found),
        ),
    ]


def _among(one: Labelled, result: Matter) -> bool:
    return any(candidate.code in one.label.codes for candidate in result.candidates)


def evaluate(labelled: Sequence[Labelled]) -> list[Figure]:
    """Return the figures of the matter, request and urgency readings on labelled messages."""
    figures = matter_figures(labelled)
    asked = [(one.label.request, request.classify(one.text).type) for one in labelled]
    figures.append(share("request: right", [true == guess for true, guess in asked]))
    figures.append(Figure("request: macro F1", macro_f1(asked), len(asked)))
    alarms = [urgency.assess(one.text).urgent for one in labelled]
    pairs = list(zip(labelled, alarms, strict=True))
    figures.append(share("urgent: recall", [alarm for one, alarm in pairs if one.label.urgent]))
    figures.append(share("urgent: precision", [one.label.urgent for one, alarm in pairs if alarm]))
    return figures


def agreement() -> list[Figure]:
    """Return how far two annotators of the same messages agreed; needs the labels only."""
    first = {label.id: label for name in (messages.TRAIN, messages.TEST) for label in messages.labels(name)}
    pairs = [(first[label.id], label) for label in messages.labels(messages.SECOND)]
    inside = [(one, two) for one, two in pairs if OUT not in (one.codes[0], two.codes[0])]
    return [
        share(
            "agreement: OUT or not", [(one.codes[0] == OUT) == (two.codes[0] == OUT) for one, two in pairs]
        ),
        share("agreement: in scope, same code", [one.codes[0] == two.codes[0] for one, two in inside]),
        share(
            "agreement: in scope, same code or accepted as second",
            [one.codes[0] in two.codes or two.codes[0] in one.codes for one, two in inside],
        ),
        share("agreement: request", [one.request == two.request for one, two in pairs]),
        share("agreement: urgent", [one.urgent == two.urgent for one, two in pairs]),
    ]


@dataclass(frozen=True)
class CodeFigure:
    """How well one code is told: of its messages, and of those that were given it."""

    code: str
    cases: int
    recall: float
    given: int
    precision: float


def by_code(pairs: Sequence[tuple[Label, str]], least: int) -> list[CodeFigure]:
    """Return the figures of each code with at least `least` cases, of (label, code found) pairs."""
    cases = Counter(label.codes[0] for label, _ in pairs)
    given = Counter(code for _, code in pairs)
    told = Counter(label.codes[0] for label, code in pairs if code in label.codes)
    right = Counter(code for label, code in pairs if code in label.codes)
    return [
        CodeFigure(
            code, count, told[code] / count, given[code], right[code] / given[code] if given[code] else 0.0
        )
        for code, count in cases.most_common()
        if count >= least
    ]


def cross_validated(folder: Path = messages.COMPLAINTS, folds: int = 4) -> Iterator[list[tuple[Label, str]]]:
    """Yield, fold by fold, labels of training messages and the codes that a model without them gives.

    These messages were chosen for their codes: OUT is rarer among them than among what people send.
    """
    from nlp.learning import training

    known = messages.messages(folder)
    labels = [label for label in messages.labels(messages.TRAIN) if label.id in known]
    for fold in range(folds):
        apart = [label for at, label in enumerate(labels) if at % folds == fold]
        model = training.train(folder, without=frozenset(label.id for label in apart))
        found = matter.classify_many([as_read(known[label.id].text) for label in apart], model)
        yield [(label, result.code) for label, result in zip(apart, found, strict=True)]


def as_data(figures: Sequence[Figure]) -> dict[str, Any]:
    """Return figures as plain data for a model's card."""
    return {
        figure.name: {
            "value": round(figure.value, 4),
            "n": figure.cases,
            "interval": None if figure.low is None else [round(figure.low, 4), round(figure.high or 0.0, 4)],
        }
        for figure in figures
    }
