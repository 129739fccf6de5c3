"""Extractive summaries: the sentences of a text, or of several, that say most of it; nothing is rephrased.

A summary quotes its texts word for word, so it masks their personal data first.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from nlp.content import word_list
from nlp.keywords import keywords
from nlp.ngram_index import Floats, Grams, NgramIndex, grams
from nlp.redaction import redact

LENGTH = 120
GIST = 100
_SENTENCES = 300  # of all texts together: the similarities of all pairs are reckoned
_READ = 4000
_KEYWORDS = 8
_ALIKE = 0.6  # two sentences this similar say the same
_END = re.compile(r"[^。！？!?;；\n]+[。！？!?;；]*[”’\"』」）)]*")
_CLAUSE = re.compile(r"[^,，。：:；;！!？?\s]+")
_TELLING = re.compile(r"\w")


@dataclass(frozen=True)
class _Sentence:
    text: str
    source: int  # the text it stands in
    place: int  # its number in that text
    grams: Grams


@lru_cache(maxsize=1)
def _courtesy() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, word_list("courtesy"))))


def sentences(text: str) -> list[str]:
    """Return the sentences of a text as they stand in it, those without a letter or digit left out."""
    found = (match.group().strip() for match in _END.finditer(text[:_READ]))
    return [sentence for sentence in found if _TELLING.search(sentence)]


def gist(text: str, length: int = GIST) -> str:
    """Return the first clauses of a text that are not courtesies, joined with commas, up to `length` characters.

    It is what to embed of an answer: the model then reads about the matter, not the office's opening phrases.
    """
    clauses = _CLAUSE.findall(text)
    telling = [clause for clause in clauses if not _courtesy().search(clause)] or clauses
    return "，".join(telling)[:length]


def _pool(texts: Sequence[str]) -> list[_Sentence]:
    """Return the different sentences of the texts: of each text the first ones if there are too many."""
    each = max(3, _SENTENCES // max(1, len(texts)))
    pool: dict[str, _Sentence] = {}
    for source, text in enumerate(texts):
        for place, sentence in enumerate(sentences(text)[:each]):
            pool.setdefault(sentence, _Sentence(sentence, source, place, grams(sentence)))
    return list(pool.values())[:_SENTENCES]


def _worths(pool: Sequence[_Sentence], texts: Sequence[str]) -> tuple[Floats, Floats]:
    """Return how much each sentence says of the whole, and all pairs' similarities."""
    index = NgramIndex()
    index.add([one.grams for one in pool])
    alike = np.stack([index.cosines(one.grams) for one in pool])
    central = (alike.sum(axis=1) - alike.diagonal()) / max(1, len(pool) - 1)
    central = central / (float(central.max()) or 1.0)
    wanted = keywords("\n".join(text[:400] for text in texts)[:2000], _KEYWORDS)
    worths = np.zeros(len(pool), dtype=np.float32)
    for at, one in enumerate(pool):
        cover = sum(word in one.text for word in wanted) / max(1, len(wanted))
        early = 1.0 / (1 + one.place)
        polite = bool(_courtesy().search(one.text))
        short = len(one.text) < 8
        worths[at] = central[at] + 1.5 * cover + 0.5 * early - 0.6 * polite - 0.4 * short
    return worths, alike


def summarize(text: str | Sequence[str], length: int = LENGTH) -> str:
    """Return sentences of one text, or of several, of at most `length` characters together, in their order,
    with blanks between.

    A sentence counts by its likeness to the others, the key words in it and its place; none is taken that says
    what another one does. If even the best one is too long, its beginning is taken. The same input gives the
    same summary.
    """
    texts = [redact(one, _READ) for one in ([text] if isinstance(text, str) else text)]
    pool = _pool(texts)
    if not pool or length < 1:
        return ""
    worths, alike = _worths(pool, texts)
    order = sorted(range(len(pool)), key=lambda at: (-float(worths[at]), at))
    chosen: list[int] = []
    left = length
    for at in order:
        size = len(pool[at].text)
        if size <= left and all(alike[at][other] < _ALIKE for other in chosen):
            chosen.append(at)
            left -= size + 1
    if not chosen:
        return pool[order[0]].text[:length]
    return " ".join(pool[at].text for at in sorted(chosen, key=lambda at: (pool[at].source, pool[at].place)))
