"""Ranks which earlier reports may be about the same issue as a new one: by words, distance, days and matter.

Pure: the caller picks the candidates (same cells, same period, still open) and decides what to do.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.ngram_index import Floats
from nlp.similarity import Similarity

COUNT = 5
# Words as alike as this are half-way to certain: at the measured threshold of same-issue groups.
_HALF = 0.25
_STEEP = 14.0
_NEAR = 300.0  # metres: a block; two such reports stand for the same place
_SOON = 60.0  # days
_DENSE = 0.05  # what a standard deviation of embedding similarity adds to the likeness of words
_PLACE, _CODE, _TIME = 2.0, 0.7, 0.5  # what place, matter and time weigh
_MOST = _PLACE + _CODE  # what they can add at most
_EARTH = 6_371_000.0


@dataclass(frozen=True)
class Report:
    """What is compared: the words, and where, when and on what matter, as far as known. WGS-84 degrees."""

    text: str
    lon: float | None = None
    lat: float | None = None
    time: datetime | None = None
    code: str | None = None


@dataclass(frozen=True)
class Duplicate:
    """A candidate with its score (0 to 1) and the reasons; what was not known is None."""

    index: int
    score: float
    words: float
    shared: tuple[str, ...]
    metres: int | None
    days: float | None
    same_code: bool | None


class _Weighed(NamedTuple):
    logit: float
    place: int
    metres: float | None
    days: float | None
    same_code: bool | None


def metres_between(one: Report, other: Report) -> float | None:
    """Return the distance of two reports in metres (haversine), None when either has no position."""
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return None
    lat, far = math.radians(one.lat), math.radians(other.lat)
    across = math.radians(other.lon - one.lon)
    half = math.sin((far - lat) / 2) ** 2 + math.cos(lat) * math.cos(far) * math.sin(across / 2) ** 2
    return 2 * _EARTH * math.asin(math.sqrt(min(1.0, half)))


def days_between(one: Report, other: Report) -> float | None:
    """Return the days between two reports; None when a time is missing, or only one of them names its zone."""
    if one.time is None or other.time is None or (one.time.tzinfo is None) != (other.time.tzinfo is None):
        return None
    return abs((one.time - other.time).total_seconds()) / 86400


def _logit(words: float, metres: float | None, days: float | None, same_code: bool | None) -> float:
    score = _STEEP * (words - _HALF)
    if metres is not None:  # the same corner speaks for it, another part of the city strongly against
        score += _PLACE * (1.0 - math.log1p(metres / _NEAR) / math.log(2))
    if days is not None:
        score -= _TIME * math.log1p(days / _SOON)
    if same_code is not None:
        score += _CODE if same_code else -_CODE
    return score


def rank(
    report: Report,
    candidates: Sequence[Report],
    count: int = COUNT,
    *,
    vector: Floats | None = None,
    vectors: Floats | None = None,
    known: Similarity | None = None,
    among: NDArray[np.bool_] | None = None,
) -> list[Duplicate]:
    """Return the likeliest duplicates, best first; the embeddings are stored ones and may be left out.

    `known` is a standing set of the candidates' texts, in their order; otherwise one is made of them, which
    for few candidates knows little of which words are rare. `among` marks the candidates that count, all by
    default. Raises ValueError when a size does not fit.
    """
    if not candidates or count < 1:
        return []
    texts = known if known is not None else Similarity([one.text for one in candidates], vectors=vectors)
    if len(texts) != len(candidates):
        raise ValueError(f"{len(texts)} texts for {len(candidates)} candidates")
    words = texts.cosines(report.text)
    lifted = words.astype(np.float64)
    if vector is not None:
        lifted = lifted + _DENSE * np.clip(texts.standings(vector), -3.0, 3.0)
    marked = np.arange(len(candidates)) if among is None else np.flatnonzero(among)
    found: list[_Weighed] = []
    for index in marked[np.argsort(-lifted[marked], kind="stable")].tolist():
        # Words come first: once nothing else could lift the next ones among the best, the rest need no look.
        if len(found) == count and _STEEP * (float(lifted[index]) - _HALF) + _MOST < found[-1].logit:
            break
        other = candidates[index]
        metres, days = metres_between(report, other), days_between(report, other)
        same = None if report.code is None or other.code is None else report.code == other.code
        found.append(_Weighed(_logit(float(lifted[index]), metres, days, same), index, metres, days, same))
        found.sort(key=lambda one: (-one.logit, one.place))
        del found[count:]
    return [
        Duplicate(
            index=one.place,
            score=round(1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, one.logit)))), 4),
            words=round(float(words[one.place]), 4),
            shared=texts.shared(report.text, candidates[one.place].text),
            metres=None if one.metres is None else round(one.metres),
            days=None if one.days is None else round(one.days, 1),
            same_code=one.same_code,
        )
        for one in found
    ]
