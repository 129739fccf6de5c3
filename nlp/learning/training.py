"""Trains the matter classifier: the taxonomy's own words, messages labelled by reading, and clerks' corrections.

The messages are others' property and may be absent: content/ alone then trains a weaker model. Choices (bias,
temperature) are made on the development set; the uniform test set only measures.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nlp import matter_rules, taxonomy
from nlp.learning import messages
from nlp.learning.fitting import Recipe, Sample, fit, temperature
from nlp.learning.messages import Label, Message, as_read, same
from nlp.linear import LinearModel
from nlp.matter import NAME, legible, with_rules
from nlp.ngrams import Shape
from nlp.normalization import normalize
from nlp.taxonomy import OUT, Taxonomy

# The letter's subject says what it is about: its opening counts twice, and nothing is read beyond 240 characters.
RECIPE = Recipe(shape=Shape(read=240, opening=50, opening_weight=2.0), cost=1.0, prune=0.05)
THRESHOLD = 0.5  # of confidence; below it a person decides
NAME_WEIGHT = 1.5
WRITTEN = 0.2  # weight of what we wrote ourselves, beside messages that people sent
ELSEWHERE = 0.1  # weight of messages that only their topic tells to be OUT
# Of 97 messages on these topics that were read, one was a city-management matter.
OUT_TOPICS = frozenset({"劳动和社会保障", "教育文体", "卫生计生"})
# Where there is no development set to choose them on: the values chosen there.
OUT_BIAS, TEMPERATURE = -0.3, 0.2
BIASES = tuple(round(-0.9 + 0.05 * step, 2) for step in range(25))


@dataclass(frozen=True)
class Correction:
    """A code that a clerk put in the place of the model's; `time` is ISO 8601."""

    text: str
    code: str
    time: str


def written(source: Taxonomy, weight: float = 1.0) -> list[Sample]:
    """Return the names, descriptions, synonyms and examples of every code, and those of OUT."""
    found: list[Sample] = []
    for code, entry in source.matters.items():
        found.append(Sample(normalize(entry.name), code, NAME_WEIGHT * weight))
        texts = (entry.description, *entry.synonyms, *entry.examples)
        found.extend(Sample(normalize(text), code, weight) for text in texts if text)
    texts = (*source.out_synonyms, *source.out_examples)
    found.extend(Sample(normalize(text), OUT, weight) for text in texts)
    return found


def labelled(known: dict[str, Message], labels: Sequence[Label]) -> list[Sample]:
    """Return the messages that were read, with the code that the annotator gave."""
    return [Sample(as_read(known[label.id].text), label.codes[0]) for label in labels if label.id in known]


def elsewhere(known: dict[str, Message], labels: Sequence[Label]) -> list[Sample]:
    """Return messages whose topic says that they are OUT, without any that is labelled, in whatever copy."""
    seen = {same(known[label.id].detail) for label in labels if label.id in known}
    found: list[Sample] = []
    for message in known.values():
        mark = same(message.detail)
        if message.topic in OUT_TOPICS and mark not in seen:
            seen.add(mark)
            found.append(Sample(as_read(message.text), OUT, ELSEWHERE))
    return found


def corrections(path: Path) -> list[Correction]:
    """Read a file of corrections (JSON lines with text, code, time), oldest first; raises ValueError with the line."""
    codes = {OUT, *taxonomy.default().matters}
    found: list[Correction] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            one = Correction(str(row["text"]), str(row["code"]), str(row["time"]))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}:{number}: not a correction") from error
        if one.code not in codes or not one.text.strip():
            raise ValueError(f"{path}:{number}: no such code, or no text")
        found.append(one)
    return sorted(found, key=lambda one: one.time)


def samples(
    folder: Path = messages.COMPLAINTS,
    corrected: Sequence[Correction] = (),
    without: frozenset[str] = frozenset(),
) -> list[Sample]:
    """Return all there is to train on: the messages where `folder` holds them, else content/ alone.

    Messages whose id is in `without`, and copies of them, are left out: for measuring.
    """
    own = [Sample(as_read(one.text), one.code) for one in corrected]
    try:
        known = messages.messages(folder)
        kept_apart = [*messages.development(folder), *messages.labels(messages.TEST)]
    except FileNotFoundError:
        return [*written(taxonomy.default()), *own]
    read = messages.labels(messages.TRAIN)
    return [
        *written(taxonomy.default(), WRITTEN),
        *labelled(known, [label for label in read if label.id not in without]),
        *elsewhere(known, [*kept_apart, *read]),
        *own,
    ]


def content_mark() -> str:
    """Return what a model takes from this repository: the taxonomy's words, the labels, the recipe."""
    digest = hashlib.sha256(repr((RECIPE, WRITTEN, ELSEWHERE, NAME_WEIGHT)).encode())
    for sample in written(taxonomy.default()):
        digest.update(f"\n{sample.label}\t{sample.text}".encode())
    digest.update((messages.LABELS / f"{messages.TRAIN}.jsonl").read_bytes())
    return digest.hexdigest()[:16]


def train(
    folder: Path = messages.COMPLAINTS,
    corrected: Sequence[Correction] = (),
    without: frozenset[str] = frozenset(),
) -> LinearModel:
    """Fit the model and choose its bias against OUT and its temperature; arguments as for `samples`."""
    training = samples(folder, corrected, without)
    with_messages = len(training) > len(written(taxonomy.default())) + len(corrected)
    origin = "content/taxonomy" + (", open complaints labelled by reading" if with_messages else "")
    model = fit(
        NAME,
        training,
        RECIPE,
        training=origin,
        corrections=len(corrected),
        content=content_mark(),
        out_bias=OUT_BIAS,
        temperature=TEMPERATURE,
        threshold=THRESHOLD,
    )
    if with_messages:
        _choose(model, folder)
    return model


def _choose(model: LinearModel, folder: Path) -> None:
    """Set the bias against OUT that tells OUT best on the development set, then the temperature."""
    known = messages.messages(folder)
    labels = [label for label in messages.development(folder) if label.id in known]
    texts = [as_read(known[label.id].text) for label in labels]
    model.card["out_bias"] = 0.0
    read = [legible(text) for text in texts]
    scores = with_rules(model.scores(read), model, [matter_rules.apply(text) for text in texts])
    out = model.classes.index(OUT)

    def right(bias: float) -> tuple[float, float]:
        """Score OUT-or-not and the codes in scope alike; between equals the smaller change."""
        moved = scores.copy()
        moved[:, out] += bias
        best = [model.classes[column] for column in moved.argmax(axis=1)]
        told = [(code == OUT) == (label.codes[0] == OUT) for code, label in zip(best, labels, strict=True)]
        inside = [
            code in label.codes for code, label in zip(best, labels, strict=True) if label.codes[0] != OUT
        ]
        return float(np.mean(told) + 0.5 * np.mean(inside)), -abs(bias)

    model.card["out_bias"] = max(BIASES, key=right)
    scores[:, out] += model.card["out_bias"]
    columns = model.column_of
    # A second code that the annotator would accept counts as right when the model prefers it.
    truth = [
        max(
            (columns[code] for code in label.codes if code in columns), key=lambda column: scores[row, column]
        )
        for row, label in enumerate(labels)
    ]
    model.card["temperature"] = temperature(scores, truth)
