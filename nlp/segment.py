"""The one Chinese segmentation: what indexes store and what queries ask for.

jieba's words rank; the Han bigrams find. The dictionary loads on the first use, into a divider of our own.
"""

import hashlib
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from importlib.resources import files
from itertools import repeat
from operator import add
from pathlib import Path

from nlp.content import LEXICONS
from nlp.normalization import HAN, fold

SCHEME = "words+singles+bigrams/2"  # change it when index_terms changes: indexes built before are then stale
TOKEN_LIMIT = 64
QUERY_LIMIT = 200

_RUN = re.compile(f"[{HAN}]+|[^\\W_{HAN}]+")
_HAN_START = re.compile(f"[{HAN}]")
_PARTS = re.compile(r"\d+|[^\W\d_]+")


@dataclass(frozen=True)
class QueryTerms:
    """A query: every one of `required` must be in a document's terms; `words` rank the documents."""

    required: tuple[str, ...]
    words: tuple[str, ...]


def lexicon_entries(folder: Path = LEXICONS) -> Iterator[tuple[str, int | None]]:
    """Yield (word, frequency or None) of every word list in `folder`: one word a line, `#` opens a comment."""
    for path in sorted(folder.glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            fields = line.partition("#")[0].split()
            if fields:
                count = fields[1] if len(fields) > 1 else ""
                yield fold(fields[0]), int(count) if count.isdigit() else None


@lru_cache(maxsize=1)
def lexicon_version() -> str:
    """Return twelve hex digits that change whenever the terms of some text may change."""
    digest = hashlib.sha256(f"{SCHEME} jieba {version('jieba')}".encode())
    for word, count in lexicon_entries():
        digest.update(f"\n{word}\t{count}".encode())
    return digest.hexdigest()[:12]


class Dictionary:
    """Words with their frequencies, and the most probable division of a run of Han characters into them.

    It divides as jieba does without its model for unknown words, several times faster: per start only the
    lengths are tried which some word with the same two first characters has.
    """

    def __init__(self, frequencies: dict[str, int]) -> None:
        self.FREQ = frequencies
        self.total = sum(frequencies.values())
        self._lengths: dict[str, tuple[int, ...]] = {}
        self._longest = 1
        for word in frequencies:
            if len(word) > 1:
                self._note_length(word)
        self._weigh()

    def _note_length(self, word: str) -> None:
        head, length = word[:2], len(word)
        known = self._lengths.get(head, ())
        if length not in known:
            self._lengths[head] = _shared(tuple(sorted((*known, length))))
            self._longest = max(self._longest, length)

    def _weigh(self) -> None:
        """Take the logarithms of probability that `total` gives; a word that nobody counted counts once."""
        total = math.log(self.total or 1)
        self._unknown = -total
        self._weights = {count: math.log(count or 1) - total for count in set(self.FREQ.values())}
        self._single = {word: self._weights[count] for word, count in self.FREQ.items() if len(word) == 1}

    def add(self, entries: Iterable[tuple[str, int | None]]) -> None:
        """Add words; one without a frequency gets the least at which it is kept whole, as jieba suggests."""
        for word, count in entries:
            if len(word) < 2 or (count is None and self.FREQ.get(word)):
                continue
            if count is None:
                chance = 1.0
                for part in self.cut(word):
                    chance *= (self.FREQ.get(part) or 1) / self.total
                count = max(int(chance * self.total) + 1, self.FREQ.get(word, 1))
            self.FREQ[word] = count
            self.total += count
            self._weights.setdefault(count, math.log(count or 1) + self._unknown)
            self._note_length(word)
        self._weigh()

    def cut(self, run: str) -> list[str]:
        """Return the words of a run of Han characters, in time linear in its length."""
        size = len(run)
        count, weights = self.FREQ.get, self._weights
        single = list(map(self._single.get, run, repeat(self._unknown)))
        heads = list(map(self._lengths.get, map(add, run, run[1:])))
        heads.append(None)
        # best[i] is the likelihood of run[i:]; no word reaches beyond the end.
        best = [0.0] * (size + 1) + [-math.inf] * self._longest
        steps = [1] * size
        for at in range(size - 1, -1, -1):
            top = single[at] + best[at + 1]
            lengths = heads[at]
            if lengths is not None:
                for length in lengths:
                    found = count(run[at : at + length])
                    if found is not None:
                        chance = weights[found] + best[at + length]
                        if chance >= top:  # of equals the longer
                            top = chance
                            steps[at] = length
            best[at] = top
        result = []
        at = 0
        while at < size:
            end = at + steps[at]
            result.append(run[at:end])
            at = end
        return result


@lru_cache(maxsize=4096)
def _shared(lengths: tuple[int, ...]) -> tuple[int, ...]:
    """Return one object for equal tuples: a hundred thousand heads have a few dozen of them."""
    return lengths


@lru_cache(maxsize=1)
def tokenizer() -> Dictionary:
    """Return jieba's dictionary with our lexicons, read once.

    It is read straight from the package: jieba's own start-up trusts a cache in the shared temporary folder and
    writes to the log.
    """
    text = (files("jieba") / "dict.txt").read_text(encoding="utf-8")
    fields = [line.split(" ", 2) for line in text.splitlines()]
    own = Dictionary({field[0]: int(field[1]) for field in fields if len(field) > 1})
    own.add(lexicon_entries())
    return own


def _words(run: str) -> Iterator[str]:
    """Yield the words of one run of Han characters, with the words inside long ones."""
    own = tokenizer()
    known = own.FREQ
    for word in own.cut(run):
        if len(word) > 3:  # the two-character ones are bigrams already
            for at in range(len(word) - 2):
                inner = word[at : at + 3]
                if known.get(inner):
                    yield inner
        yield word


def words(text: str) -> list[str]:
    """Return the words of `text` in order, Latin and digits as runs, punctuation left out."""
    result: list[str] = []
    cut = tokenizer().cut
    for match in _RUN.finditer(fold(text)):
        run = match.group()
        if _HAN_START.match(run):
            result.extend(cut(run))
        else:
            result.append(run[:TOKEN_LIMIT])
    return result


def index_terms(text: str) -> list[str]:
    """Return the terms under which `text` is indexed, in order of appearance.

    jieba's words (also those inside longer words), every Han bigram, every Han character once, and Latin and
    digit runs whole and in their parts. Any two-character Han substring of the text is among them.
    """
    terms: list[str] = []
    singles: dict[str, None] = {}
    for match in _RUN.finditer(fold(text)):
        run = match.group()
        if not _HAN_START.match(run):
            terms.append(run[:TOKEN_LIMIT])
            parts = _PARTS.findall(run)
            if len(parts) > 1:
                terms.extend(part[:TOKEN_LIMIT] for part in parts)
            continue
        singles.update(dict.fromkeys(run))
        terms.extend(word for word in _words(run) if len(word) > 2)
        terms.extend(run[at : at + 2] for at in range(len(run) - 1))
    terms.extend(singles)
    return terms


def query_terms(text: str) -> QueryTerms:
    """Return what a query asks of the index; of a query beyond 200 characters the rest is ignored."""
    required: dict[str, None] = {}
    ranking: dict[str, None] = {}
    for match in _RUN.finditer(fold(text)[:QUERY_LIMIT]):
        run = match.group()
        if not _HAN_START.match(run):
            required[run[:TOKEN_LIMIT]] = None
            ranking[run[:TOKEN_LIMIT]] = None
        elif len(run) == 1:
            required[run] = None
            ranking[run] = None
        else:
            required.update(dict.fromkeys(run[at : at + 2] for at in range(len(run) - 1)))
            ranking.update(dict.fromkeys(word for word in _words(run) if len(word) > 1))
    return QueryTerms(tuple(required), tuple(ranking or required))
