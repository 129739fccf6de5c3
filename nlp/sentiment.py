"""The tone of a message by a small word list: a hint, not a measurement.

Nearly every civic message tells of something bad, so the label adds little there; the score says how strongly
it is put.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from nlp.content import word_list
from nlp.phrases import Phrases

POSITIVE, NEUTRAL, NEGATIVE = "positive", "neutral", "negative"
MARGIN = 0.15

_NEGATORS = re.compile(r"(?:不|没|没有|未|无|别|非|不太|不够|并不|不是(?:很)?|毫不|毫无|从不|难以)$")
_DEGREES = re.compile(
    r"(?:太|非常|特别|极其|极度|十分|严重|相当|超级|超|最|很|真|好|万分|无比|强烈)(?:的|地)?$"
)
# Forms of politeness: said in every letter, they praise nothing.
_POLITE = re.compile(
    r"(?:非常|万分|不胜)?(?:感谢|谢谢|感激)(?:不尽|您的(?:阅读|关注|回复))?[!！。,，~\s]*$|(?:谢谢|感谢)[您你]?[!！。]"
)


@dataclass(frozen=True)
class Sentiment:
    """positive, neutral or negative; score from -1 to 1, further from 0 the more strongly it is put."""

    label: str
    score: float


@lru_cache(maxsize=1)
def _phrases() -> tuple[Phrases, dict[str, float]]:
    values = dict.fromkeys(word_list("positive"), 1.0) | dict.fromkeys(word_list("negative"), -1.0)
    return Phrases(values), values


def classify(text: str) -> Sentiment:
    """Return the tone of a normalized text."""
    phrases, values = _phrases()
    body = _POLITE.sub(" ", text)
    good = bad = 0.0
    for start, phrase in phrases.find(body):
        before = body[max(0, start - 4) : start]
        value = values[phrase]
        if _NEGATORS.search(before):
            value = -0.8 * value
        elif _DEGREES.search(before):
            value *= 1.6
        if value > 0:
            good += value
        else:
            bad -= value
    score = round((good - bad) / (good + bad + 1.0), 3)
    if score > MARGIN:
        return Sentiment(POSITIVE, score)
    return Sentiment(NEGATIVE if score < -MARGIN else NEUTRAL, score)
