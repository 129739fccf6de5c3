"""Trains the two readings that weigh cues of the language together with learned weights: request type and urgency."""

from pathlib import Path

import numpy as np
import yaml

from nlp import request, urgency
from nlp.content import TAXONOMY
from nlp.learning import messages
from nlp.learning.fitting import Recipe, Sample, fit, temperature
from nlp.learning.messages import Label, as_read
from nlp.linear import LinearModel
from nlp.ngrams import Shape
from nlp.normalization import normalize

REQUEST = Recipe(shape=Shape(read=300, opening=40, opening_weight=3.0), cost=1.0, prune=0.02)
URGENCY = Recipe(shape=Shape(read=500), cost=1.0, prune=0.02)
RARE = 4.0  # weight of an urgent message: one in twenty is
WRITTEN_URGENT, WRITTEN_CALM = 1.0, 1.0  # weights of our own sentences
FOLDS = 5
# The lowest threshold that still lets this share of the development set's alarms be right: recall comes first.
PRECISION = 0.42


def _read(labels: list[Label], folder: Path) -> tuple[list[str], list[Label]]:
    known = messages.messages(folder)
    found = [label for label in labels if label.id in known]
    return [as_read(known[label.id].text) for label in found], found


def train_request(folder: Path = messages.COMPLAINTS) -> LinearModel:
    """Fit the request types on the labelled messages. Raises FileNotFoundError without them."""
    texts, labels = _read(messages.labels(messages.TRAIN), folder)
    samples = [Sample(text, label.request) for text, label in zip(texts, labels, strict=True)]
    # Letters to an office hold hardly any praise, and nothing as short as a line in a chat.
    written = yaml.safe_load((TAXONOMY / "requests.yaml").read_text("utf-8"))
    samples += [Sample(normalize(text), kind) for kind, found in written.items() for text in found]
    origin = "open complaints labelled by reading, content/taxonomy/requests.yaml"
    model = fit(request.NAME, samples, REQUEST, training=origin)
    checked, truth = _read(messages.development(folder), folder)
    right = [request.TYPES.index(label.request) for label in truth]
    model.card["temperature"] = temperature(request.scores(checked, model), right)
    return model


def _written(label: str, *groups: str) -> list[Sample]:
    """Return our own short sentences of some groups of content/taxonomy/urgency.yaml."""
    found = yaml.safe_load((TAXONOMY / "urgency.yaml").read_text("utf-8"))
    weight = WRITTEN_URGENT if label == urgency.URGENT else WRITTEN_CALM
    return [Sample(normalize(text), label, weight) for group in groups for text in found[group]]


def urgency_samples(folder: Path = messages.COMPLAINTS) -> list[Sample]:
    """Return the labelled messages, first, and the written sentences. Raises FileNotFoundError without messages."""
    known = messages.messages(folder)
    told = {label.id: label.urgent for label in messages.labels(messages.TRAIN)}
    told.update(messages.urgent_labels())
    samples = [
        Sample(
            as_read(known[id_].text),
            urgency.URGENT if urgent else urgency.CALM,
            RARE if urgent else 1.0,
        )
        for id_, urgent in told.items()
        if id_ in known
    ]
    return [*samples, *_written(urgency.URGENT, "urgent", "despair"), *_written(urgency.CALM, "calm")]


def held_out(samples: list[Sample]) -> np.ndarray:
    """Return for each sample what the alarm weighs, by n-grams that were not fitted on it."""
    rows = np.zeros((len(samples), 4), dtype=np.float32)
    fold = np.arange(len(samples)) % FOLDS
    for number in range(FOLDS):
        part = fit(
            urgency.NAME, [one for one, at in zip(samples, fold, strict=True) if at != number], URGENCY
        )
        inside = np.flatnonzero(fold == number)
        rows[inside] = urgency.features([samples[at].text for at in inside], part)
    return rows


def train_urgency(folder: Path = messages.COMPLAINTS) -> LinearModel:
    """Fit the alarm: n-grams first, then their margin beside the cues. Raises FileNotFoundError without messages."""
    from sklearn.linear_model import LogisticRegression

    samples = urgency_samples(folder)
    # The weights of margin and cues must be learned from margins of texts that the n-grams were not fitted on.
    learner = LogisticRegression()
    learner.fit(
        held_out(samples),
        [one.label == urgency.URGENT for one in samples],
        sample_weight=[one.weight for one in samples],
    )
    origin = "open complaints labelled by reading, content/taxonomy/urgency.yaml"
    model = fit(urgency.NAME, samples, URGENCY, training=origin)
    weights = learner.coef_[0]
    model.card["alarm"] = [round(float(weight), 3) for weight in weights]
    checked, truth = _read(messages.development(folder), folder)
    values = urgency.features(checked, model) @ np.array(model.card["alarm"], dtype=np.float32)
    model.card["threshold"] = _threshold(values, np.array([label.urgent for label in truth]))
    return model


def _threshold(values: np.ndarray, urgent: np.ndarray) -> float:
    """Return the lowest value that keeps PRECISION, but none above the weakest true alarm."""
    order = np.argsort(-values, kind="stable")
    precision = np.cumsum(urgent[order]) / np.arange(1, len(order) + 1)
    held = np.flatnonzero(precision >= PRECISION)
    lowest = values[order[held[-1]]] if len(held) else values.max()
    return round(float(min(lowest, values[urgent].min() if urgent.any() else lowest)) - 1e-3, 3)
