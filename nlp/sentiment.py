"""The tone of a text, with its strength: one linear model learned from posts and from reviews.

The model tells emotions apart (angry, sad, afraid, glad, neutral), good reviews from bad ones, what is plain and what
is a complaint, even one that only states a fact; the tone is the sum of theirs, so that no text needs a flag.

What it adds to a citizen's message: most are called negative or neutral, so the label alone says little. The score
ranks them: complaints and calls for help lie below questions, suggestions and praise about two times in three. It
hardly knows what is urgent, which urgency.py reads. `training_sentiment.on_civic_messages` measures this.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nlp import linear
from nlp.content import MODELS
from nlp.linear import LinearModel
from nlp.ngrams import Floats
from nlp.substance import has_substance

NAME = "sentiment"
POSITIVE, NEUTRAL, NEGATIVE = "positive", "neutral", "negative"
TONES = (NEGATIVE, NEUTRAL, POSITIVE)
MARGIN = 0.3  # reviews, from which much was learned, are never neutral: a tone this faint is none
# Which tone each class of the model has.
TONE_OF = {
    "angry": NEGATIVE,
    "sad": NEGATIVE,
    "fear": NEGATIVE,
    "neutral": NEUTRAL,
    "happy": POSITIVE,
    "plain": NEUTRAL,
    "complaint": NEGATIVE,
    **{f"{source} bad": NEGATIVE for source in ("hotel", "takeaway", "shopping")},
    **{f"{source} good": POSITIVE for source in ("hotel", "takeaway", "shopping")},
}
# Emoji whose tone is clear, by the word that they are read as; 🙂 and 😂 mean this or that.
SIGNS = {
    "开心": "😀😃😄😁😆😊☺😍🥰😘🥳🎉",
    "点赞": "👍👏💯🌹",
    "爱": "❤♥💕💖💗",
    "生气": "😠😡🤬👿💢",
    "难过": "😢😭😞😔☹🙁💔",
    "害怕": "😨😱",
    "恶心": "🤢🤮",
    "差评": "👎",
}
_WORD_OF = {sign: f" {word} " for word, signs in SIGNS.items() for sign in signs}
_SIGN = re.compile(f"[{''.join(_WORD_OF)}]")
# What as a whole answer is neither good nor bad; in a review the same words disappoint.
LUKEWARM = {
    "一般",
    "一般般",
    "一般吧",
    "普通",
    "普普通通",
    "还行",
    "还行吧",
    "还可以",
    "凑合",
    "马马虎虎",
    "就那样",
    "过得去",
}


@dataclass(frozen=True)
class Sentiment:
    """positive, neutral or negative; score from -1 to 1, further from 0 the more strongly it is put."""

    label: str
    score: float


NOTHING = Sentiment(NEUTRAL, 0.0)


@lru_cache(maxsize=1)
def model() -> LinearModel:
    """Return the trained model; raises FileNotFoundError where it has not been trained."""
    found = linear.load(NAME, MODELS)
    if found is None:
        raise FileNotFoundError(MODELS / f"{NAME}.npz")
    return found


@lru_cache(maxsize=2)
def _membership(classes: tuple[str, ...]) -> Floats:
    return np.array([[TONE_OF[name] == tone for tone in TONES] for name in classes], dtype=np.float32)


def tones(scores: Floats, classes: Sequence[str], temperature: float) -> Floats:
    """Return how likely each of TONES (columns) is, by the model's scores for its classes."""
    likely = linear.softmax(scores, temperature)
    result: Floats = likely @ _membership(tuple(classes))
    return result


def decide(likely: Floats) -> NDArray[np.int64]:
    """Return which of TONES each row of `tones` means."""
    faint = np.abs(likely[:, 2] - likely[:, 0]) < MARGIN
    return np.where(faint, TONES.index(NEUTRAL), likely.argmax(axis=1))


def spelled(text: str) -> str:
    """Return `text` with the emoji of a clear tone as words; `normalize`, which drops emoji, comes after."""
    return _SIGN.sub(lambda found: _WORD_OF[found[0]], text)


def _says_nothing(text: str) -> bool:
    return not has_substance(text) or text.strip(" ,。.!?~、…") in LUKEWARM


def classify(text: str) -> Sentiment:
    """Return the tone of a text; one that says nothing, or only that all is so-so, is neutral."""
    return classify_many([text])[0]


def classify_many(texts: Sequence[str]) -> list[Sentiment]:
    """Return the tone of each text, as `classify` would: many at once are several times faster."""
    trained = model()
    read = ["" if _says_nothing(text) else text for text in texts]
    likely = tones(trained.scores(read), trained.classes, trained.card["temperature"])
    return [
        Sentiment(TONES[best], round(good - bad, 3)) if text else NOTHING
        for text, best, (bad, _, good) in zip(read, decide(likely).tolist(), likely.tolist(), strict=True)
    ]
