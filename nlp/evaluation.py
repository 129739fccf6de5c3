"""Measures the parts of nlp on labelled messages, with 95 % intervals, and says on which.

The messages are others' property and lie outside the repository; without them there is nothing to measure.
"""

import csv
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp import matter, request, urgency
from nlp.content import ROOT
from nlp.matter import Matter
from nlp.normalization import normalize
from nlp.redaction import drop_masks, redact
from nlp.taxonomy import OUT

COMPLAINTS = ROOT.parent / "shared" / "data" / "complaints"
PREFIX = "A2-"
BINS = 10


@dataclass(frozen=True)
class Labelled:
    """A message with the annotator's reading; `codes` holds the matter and, where defensible, a second one."""

    text: str
    codes: tuple[str, ...]
    request: str
    urgent: bool

    @property
    def is_out(self) -> bool:
        """Say whether the first code is OUT."""
        return self.codes[0] == OUT


@dataclass(frozen=True)
class Figure:
    """A share with its number of cases and 95 % interval (Wilson), or a plain number."""

    name: str
    value: float
    cases: int
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        interval = "" if self.low is None else f" [{self.low:.3f}, {self.high:.3f}]"
        return f"{self.name}: {self.value:.3f}{interval} (n={self.cases})"


def share(name: str, hits: Sequence[bool]) -> Figure:
    """Return the share of true values with its Wilson interval."""
    cases = len(hits)
    if not cases:
        return Figure(name, math.nan, 0)
    z, rate = 1.96, sum(hits) / cases
    centre = (rate + z * z / (2 * cases)) / (1 + z * z / cases)
    spread = z * math.sqrt(rate * (1 - rate) / cases + z * z / (4 * cases * cases)) / (1 + z * z / cases)
    return Figure(name, rate, cases, max(0.0, centre - spread), min(1.0, centre + spread))


def load(folder: Path = COMPLAINTS) -> list[Labelled]:
    """Read the labelled messages in `folder`: subject and text of those rows that are there.

    Raises FileNotFoundError without the files.
    """
    with (folder / "labelled_rows.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {PREFIX + row["id"]: f"{row['subject']}\n{row['detail']}" for row in csv.DictReader(file)}
    result: list[Labelled] = []
    for line in (folder / "matter_labels.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        if label["id"] in rows:
            codes = (label["matter"], label["alt"]) if label["alt"] else (label["matter"],)
            result.append(Labelled(rows[label["id"]], codes, label["request"], bool(label["urgent"])))
    return result


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


def _matter_figures(labelled: Sequence[Labelled], found: Sequence[Matter]) -> list[Figure]:
    pairs = list(zip(labelled, found, strict=True))
    inside = [(one, result) for one, result in pairs if not one.is_out]
    right = [result.code in one.codes for one, result in pairs]
    sure = [hit for hit, result in zip(right, found, strict=True) if result.certain]
    return [
        share("matter: OUT or not", [(result.code == OUT) == one.is_out for one, result in pairs]),
        share("matter: in scope, top 1", [result.code in one.codes for one, result in inside]),
        share(
            "matter: in scope, top 3",
            [any(candidate.code in one.codes for candidate in result.candidates) for one, result in inside],
        ),
        share("matter: all, top 1", right),
        share("matter: certain", [result.certain for result in found]),
        share("matter: certain ones right", sure),
        Figure(
            "matter: calibration error",
            calibration_error([result.confidence for result in found], right),
            len(found),
        ),
    ]


def evaluate(labelled: Sequence[Labelled]) -> list[Figure]:
    """Return the figures of the matter, request and urgency readings on labelled messages."""
    plain = [normalize(drop_masks(redact(one.text))) for one in labelled]  # as analyze reads a message
    figures = _matter_figures(labelled, [matter.classify(text) for text in plain])
    asked = [(one.request, request.classify(text).type) for one, text in zip(labelled, plain, strict=True)]
    figures.append(share("request: right", [true == guess for true, guess in asked]))
    figures.append(Figure("request: macro F1", macro_f1(asked), len(asked)))
    alarms = [urgency.assess(text).urgent for text in plain]
    pairs = list(zip(labelled, alarms, strict=True))
    figures.append(share("urgent: recall", [alarm for one, alarm in pairs if one.urgent]))
    figures.append(share("urgent: precision", [one.urgent for one, alarm in pairs if alarm]))
    return figures


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
