"""Which city-management matter a message is about: a linear model over character n-grams, and the guideline's rules.

Reads weights that training.py wrote (nlp/models/matter.npz, matter.json). Without weights every message is OUT
with confidence 0: a person decides.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from nlp import matter_rules, taxonomy
from nlp.content import MODELS
from nlp.linear import LinearModel, Share, load, softmax
from nlp.ngrams import Floats
from nlp.normalization import HAN
from nlp.taxonomy import OUT

NAME = "matter"
CANDIDATES = 3
BECAUSE = 5
_SHARES = 24  # n-grams that are joined into the words that decided
_WORD_LIMIT = 10
_LEAST_HAN = 2  # characters of Chinese without which nobody is certain
# Latin letters that people write about the city's matters; the taxonomy's own (KTV, LED, SOS) come to these.
_ABBREVIATIONS = frozenset(
    re.findall(
        r"\w+",
        "app atm brt cbd cctv dj ems etc gdp gps ic icu id ip kv led lng pm pos ppp pvc qq suv tv ups vip wc wifi",
    )
)
_LATIN = re.compile(r"[A-Za-z]{2,}")  # one letter alone names a building, a gate, a masked place
_HAN = re.compile(f"[{HAN}]")


@dataclass(frozen=True)
class Candidate:
    """A code (five digits or OUT) and the model's calibrated confidence in it."""

    code: str
    confidence: float


@dataclass(frozen=True)
class Matter:
    """The best code; below the threshold `certain` is false and a person decides."""

    code: str
    confidence: float
    candidates: tuple[Candidate, ...]
    because: tuple[str, ...]
    certain: bool


@lru_cache(maxsize=1)
def default() -> LinearModel | None:
    """Return the weights shipped with nlp, read once."""
    return load(NAME, MODELS)


@lru_cache(maxsize=1)
def model_version() -> str:
    """Return the version of the shipped weights and rules, "none" where there are none."""
    model = default()
    return f"{model.version}+{matter_rules.VERSION}" if model else "none"


@lru_cache(maxsize=1)
def _latin_words() -> frozenset[str]:
    """Return the Latin words whose letters say something: those of the taxonomy, and the usual abbreviations."""
    known = set(_ABBREVIATIONS)
    for entry in (*taxonomy.default().matters.values(), *taxonomy.default().parts.values()):
        for words in (entry.name, *entry.synonyms, *entry.examples):
            known.update(word.lower() for word in _LATIN.findall(words))
    return frozenset(known)


def legible(text: str) -> str:
    """Return a text in which Latin letters that are no known word are blanks, every character in its place.

    Two letters of SOHO are no SOS button: n-grams of letters mean something only in words that are known whole.
    """
    return _LATIN.sub(lambda run: run[0] if run[0].lower() in _latin_words() else " " * len(run[0]), text)


def with_rules(scores: Floats, model: LinearModel, hits: Sequence[Sequence[matter_rules.Hit]]) -> Floats:
    """Return the scores of each class with what the rules and the bias against OUT add."""
    result = scores.copy()
    columns = model.column_of
    for row, found in enumerate(hits):
        for hit in found:
            if hit.code in columns:
                result[row, columns[hit.code]] += hit.weight * matter_rules.SCALE
    if OUT in columns:
        result[:, columns[OUT]] += float(model.card["out_bias"])
    return result


def classify_many(texts: Sequence[str], model: LinearModel | None = None) -> list[Matter]:
    """Return the matter of each normalized text."""
    return [classify(text, model) for text in texts]


def classify(text: str, model: LinearModel | None = None) -> Matter:
    """Return the matter of a normalized text, by the shipped weights unless others are given."""
    used = model or default()
    if used is None or not text.strip():
        return Matter(OUT, 0.0, (), (), certain=False)
    hits = matter_rules.apply(text)
    reading = used.read([legible(text)])
    entries = used.entries(reading)
    scores = with_rules(used.scores_of(reading, entries), used, [hits])[0]
    chances = softmax(scores, float(used.card["temperature"]))
    order = np.argsort(-chances)[:CANDIDATES]
    candidates = tuple(Candidate(used.classes[i], round(float(chances[i]), 4)) for i in order)
    best = candidates[0]
    shares = used.because(text, reading, entries, int(order[0]), limit=_SHARES)
    said = [hit.words for hit in hits if hit.code == best.code and hit.weight > 0]
    words = list(dict.fromkeys([*said, *joined(shares)]))
    if not words:  # nothing in the text is known: what is left is how often each code occurs
        return Matter(OUT, 0.0, (), (), certain=False)
    enough = sum(1 for _ in zip(_HAN.finditer(text), range(_LEAST_HAN), strict=False)) == _LEAST_HAN
    certain = enough and best.confidence >= float(used.card["threshold"])
    return Matter(best.code, best.confidence, candidates, tuple(words)[:BECAUSE], certain)


def joined(shares: Sequence[Share]) -> list[str]:
    """Return the words that overlapping n-grams make together, the most telling first."""
    spans: list[tuple[int, int, float, str]] = []
    for share in sorted(shares, key=lambda share: share.start):
        end = share.start + len(share.words)
        if spans and share.start < spans[-1][1] and end - spans[-1][0] <= _WORD_LIMIT:
            start, last, value, words = spans[-1]
            tail = share.words[max(0, last - share.start) :]
            spans[-1] = (start, max(last, end), value + share.value, words + tail)
        else:
            spans.append((share.start, end, share.value, share.words))
    worth: dict[str, float] = {}
    for _, _, value, words in spans:
        if len(words) > 1:
            worth[words] = max(worth.get(words, 0.0), value)
    return sorted(worth, key=lambda words: -worth[words])
