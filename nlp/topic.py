"""Which of seven first-level topics a message is about, with calibrated confidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from nlp import linear
from nlp.content import MODELS
from nlp.linear import LinearModel
from nlp.ngrams import Floats
from nlp.substance import has_substance

NAME = "topic"
TELLING = 12  # characters, from which on the model is believed as far as it believes itself


@dataclass(frozen=True)
class Topic:
    """A first-level label and how likely it is, from 0 to 1."""

    label: str
    confidence: float


@lru_cache(maxsize=1)
def model() -> LinearModel:
    """Return the trained model; raises FileNotFoundError where it has not been trained."""
    found = linear.load(NAME, MODELS)
    if found is None:
        raise FileNotFoundError(MODELS / f"{NAME}.npz")
    return found


def classify(text: str) -> Topic:
    """Return the topic of a message, its subject first where it has one.

    The text may come as it was written: the model skips blanks, marks and digits by itself; normalizing changes
    the result only where characters are traditional or full-width Latin letters.
    """
    return classify_many([text])[0]


def classify_many(texts: Sequence[str]) -> list[Topic]:
    """Return the topic of each message, as `classify` would: many at once are several times faster."""
    trained = model()
    # What says nothing is read as nothing: the answer is then how frequent each topic is, at low confidence.
    read = [text if has_substance(text) else "" for text in texts]
    believed = linear.softmax(trained.scores(read), trained.card["temperature"])
    # A word or two cannot tell a topic, however rare they are among letters to an office.
    told = np.array([min(1.0, len(text) / TELLING) for text in read], dtype=np.float32)[:, None]
    likely: Floats = (told * believed + (1 - told) / len(trained.classes)).astype(np.float32)
    best = likely.argmax(axis=1)
    return [
        Topic(trained.classes[column], round(float(row[column]), 4))
        for column, row in zip(best.tolist(), likely, strict=True)
    ]
