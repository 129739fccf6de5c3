"""Puts a newly trained model beside the one in use, on messages that neither was trained on, and refuses a worse one.

The messages are the development set, where it is there, and the latest fifth of the clerks' corrections.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nlp import linear, matter, request, sentiment, topic, urgency
from nlp.learning import evaluation, training, training_cues, training_sentiment, training_topic
from nlp.learning.evaluation import Figure, Labelled
from nlp.learning.fitting import save
from nlp.learning.messages import Label, as_read
from nlp.learning.training import Correction
from nlp.linear import LinearModel

HELD_BACK = 5  # every fifth correction, the latest ones, only measures
# Up to this difference two models are equally good: three messages of three hundred decide nothing.
EQUAL = 0.01


class WorseModelError(Exception):
    """The new model is worse than the one in use; nothing was written."""


class NothingToCompareError(Exception):
    """There are no messages to compare the models on; nothing was written."""


# Models that measure themselves while they are trained, on texts kept apart.
MEASURED: dict[str, Callable[[Path], dict[str, Any]]] = {
    topic.NAME: training_topic.train,
    sentiment.NAME: training_sentiment.train,
}
MEASURES = {
    topic.NAME: ("macro_f1",),
    sentiment.NAME: ("posts_positive_or_negative", "reviews_positive_or_negative"),
}


@dataclass(frozen=True)
class Comparison:
    """A figure of the model in use and of the new one; None where there is no such model."""

    name: str
    old: float | None
    new: float
    cases: int

    @property
    def worse(self) -> bool:
        """Say whether the new model is clearly worse here."""
        return self.old is not None and self.new < self.old - EQUAL


def retrain(
    name: str,
    *,
    data: Path,
    target: Path,
    corrected: Sequence[Correction] = (),
    force: bool = False,
) -> tuple[LinearModel, list[Comparison]]:
    """Train the model `name`, compare, and write it into `target`.

    Raises WorseModelError and NothingToCompareError unless `force`; FileNotFoundError for a model that cannot be
    trained without messages.
    """
    kept, held = split(corrected)
    new = _train(name, data, kept)
    compared = compare(name, linear.load(name, target), new, data=data, held=held)
    if not force and any(row.worse for row in compared):
        raise WorseModelError(table(compared))
    if not force and not compared:
        raise NothingToCompareError(name)
    if held:
        new = _train(name, data, corrected)
    new.card["compared"] = {row.name: {"old": row.old, "new": row.new, "n": row.cases} for row in compared}
    save(new, target)
    return new, compared


def retrain_measured(name: str, *, target: Path, force: bool = False) -> tuple[LinearModel, list[Comparison]]:
    """Train one of MEASURED and write it unless it is worse.

    Raises WorseModelError unless `force`; FileNotFoundError without the open texts.
    """
    old = linear.load(name, target)
    with TemporaryDirectory() as folder:
        MEASURED[name](Path(folder))
        new = linear.load(name, Path(folder))
    if new is None:
        raise RuntimeError(f"training {name} wrote no model")
    compared = [
        Comparison(key, old.card["figures"].get(key) if old else None, new.card["figures"][key], 0)
        for key in MEASURES[name]
    ]
    if not force and any(row.worse for row in compared):
        raise WorseModelError(table(compared))
    save(new, target)
    return new, compared


def split(corrected: Sequence[Correction]) -> tuple[list[Correction], list[Correction]]:
    """Return the corrections to train on and the latest ones to measure on; of fewer than ten none measure."""
    count = len(corrected) // HELD_BACK if len(corrected) >= 2 * HELD_BACK else 0
    return list(corrected[: len(corrected) - count]), list(corrected[len(corrected) - count :])


def _train(name: str, data: Path, corrected: Sequence[Correction]) -> LinearModel:
    if name == matter.NAME:
        return training.train(data, corrected)
    return training_cues.train_request(data) if name == request.NAME else training_cues.train_urgency(data)


def compare(
    name: str, old: LinearModel | None, new: LinearModel, *, data: Path, held: Sequence[Correction] = ()
) -> list[Comparison]:
    """Return the figures that decide, old beside new; none without messages."""
    sets: list[tuple[str, list[Labelled]]] = []
    with suppress(FileNotFoundError):
        sets.append(("development", evaluation.load(evaluation.DEVELOPMENT, data)))
    if held and name == matter.NAME:
        sets.append(("corrections", [_as_labelled(one) for one in held]))
    rows: list[Comparison] = []
    for where, labelled in sets:
        before = (
            {figure.name: round(figure.value, 4) for figure in _measure(name, old, labelled)} if old else {}
        )
        for figure in _measure(name, new, labelled):
            known = before.get(figure.name)
            rows.append(Comparison(f"{where}, {figure.name}", known, round(figure.value, 4), figure.cases))
    return rows


def _measure(name: str, model: LinearModel, labelled: list[Labelled]) -> list[Figure]:
    if name == matter.NAME:
        return [
            figure
            for figure in evaluation.matter_figures(labelled, model)
            if figure.name in {"matter: OUT or not", "matter: all, top 1"}
        ]
    texts = [one.text for one in labelled]
    if name == request.NAME:
        best = request.scores(texts, model).argmax(axis=1)
        hits = [request.TYPES[at] == one.label.request for at, one in zip(best, labelled, strict=True)]
        return [evaluation.share("request: right", hits)]
    alarms = urgency.alarm(urgency.features(texts, model), model)
    urgent = [one.label.urgent for one in labelled]
    both = sum(alarm and truth for alarm, truth in zip(alarms, urgent, strict=True))
    # Recall first: F2 counts a missed alarm four times a needless one.
    weighed = 5 * both / max(1, 4 * sum(urgent) + sum(alarms))
    return [Figure("urgent: F2", weighed, len(texts))]


def _as_labelled(one: Correction) -> Labelled:
    return Labelled(as_read(one.text), Label("", (one.code,), "", urgent=False))


def table(compared: Sequence[Comparison]) -> str:
    """Return the comparison as lines for a person."""
    return "\n".join(
        f"  {row.name:<44} {'    -' if row.old is None else f'{row.old:.3f}'} -> {row.new:.3f}"
        f"{f' (n={row.cases})' if row.cases else ''}{'  worse' if row.worse else ''}"
        for row in compared
    )
