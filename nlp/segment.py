"""The one Chinese segmentation: what indexes store and what queries ask for.

jieba's words rank; the Han bigrams find. The dictionary loads on the first use, into a divider of our own.
"""

import hashlib
import math
import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from itertools import repeat
from operator import add
from pathlib import Path

from nlp.content import LEXICONS
from nlp.normalization import HAN, fold

SCHEME = "words+singles+bigrams/2"  # change it when index_terms changes: indexes built before are then stale
TOKEN_LIMIT = 64
QUERY_LIMIT = 200

_NO_PAIR = (-math.inf, False)

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

    It divides as jieba does without its model for unknown words, several times faster: a longer word is looked for
    only where a dictionary of two-character heads, then one of three-character heads, says that there may be one.
    """

    def __init__(self, frequencies: dict[str, int]) -> None:
        self.FREQ = frequencies
        self.total = sum(frequencies.values())
        self._ready = False
        self._preparing = threading.Lock()

    def add(self, entries: Iterable[tuple[str, int | None]]) -> None:
        """Add words; one without a frequency gets the least at which it is kept whole, as jieba suggests."""
        for word, count in entries:
            if len(word) < 2 or (count is None and self.FREQ.get(word)):
                continue
            if count is None:
                count = max(int(self._chance(word) * self.total) + 1, self.FREQ.get(word, 1))
            self.FREQ[word] = count
            self.total += count
        self._ready = False

    def _chance(self, word: str) -> float:
        """Return the probability of the likeliest division of a short word."""
        best = [1.0] * (len(word) + 1)
        for at in range(len(word) - 1, -1, -1):
            best[at] = max(
                (self.FREQ.get(word[at:end]) or 1) / self.total * best[end]
                for end in range(at + 1, len(word) + 1)
                if end == at + 1 or word[at:end] in self.FREQ
            )
        return best[0]

    def _prepare(self) -> None:
        """Turn the frequencies into the tables that `cut` looks into: logarithms of probability by length of word."""
        total = math.log(self.total or 1)
        self._unknown = -total  # a character that nobody counted counts once
        weights = {count: math.log(count or 1) - total for count in set(self.FREQ.values())}
        # (weight, what more to look for); one object for equal entries, so that what is looked up lies close together.
        pair_alone = {count: (weight, False) for count, weight in weights.items()}
        triple_alone: dict[int, tuple[float, tuple[int, ...]]] = {
            count: (weight, ()) for count, weight in weights.items()
        }
        self._single = {word: weights[count] for word, count in self.FREQ.items() if len(word) == 1}
        self._pairs = {word: pair_alone[count] for word, count in self.FREQ.items() if len(word) == 2}
        self._triples = {word: triple_alone[count] for word, count in self.FREQ.items() if len(word) == 3}
        self._long = {word: weights[count] for word, count in self.FREQ.items() if len(word) > 3}
        sizes: dict[str, int] = {}  # head of three characters → a bit for each length
        for word in self._long:
            head = word[:3]
            sizes[head] = sizes.get(head, 0) | 1 << len(word)
        lengths = {
            bits: tuple(at for at in range(bits.bit_length()) if bits >> at & 1)
            for bits in set(sizes.values())
        }
        for head, bits in sizes.items():
            self._triples[head] = (self._triples.get(head, _NO_PAIR)[0], lengths[bits])
        pair_more = {pair: (pair[0], True) for pair in (*pair_alone.values(), _NO_PAIR)}
        for head in {word[:2] for word in self._triples}:
            self._pairs[head] = pair_more[self._pairs.get(head, _NO_PAIR)]
        self._longest = max(map(len, self.FREQ), default=1)
        self._ready = True

    def cut(self, run: str) -> list[str]:
        """Return the words of a run of Han characters, in time linear in its length; from any thread."""
        if not self._ready:
            with self._preparing:  # a server's first two requests may come at once
                if not self._ready:
                    self._prepare()
        size = len(run)
        triple, long_word = self._triples.get, self._long.get
        single = list(map(self._single.get, run, repeat(self._unknown)))
        pairs = list(map(self._pairs.get, map(add, run, run[1:]), repeat(_NO_PAIR)))
        pairs.append(_NO_PAIR)
        # best[i] is the likelihood of run[i:]; no word reaches beyond the end.
        best = [0.0] * (size + 1) + [-math.inf] * (self._longest + 2)
        steps = [1] * size
        behind = 0.0
        for at in range(size - 1, -1, -1):
            top = single[at] + behind
            weight, more = pairs[at]
            chance = weight + best[at + 2]
            if chance >= top:  # of equals the longer
                top = chance
                steps[at] = 2
            if more:
                found = triple(run[at : at + 3])
                if found is not None:
                    weight, lengths = found
                    chance = weight + best[at + 3]
                    if chance >= top:
                        top = chance
                        steps[at] = 3
                    for length in lengths:
                        of_long = long_word(run[at : at + length])
                        if of_long is not None and of_long + best[at + length] >= top:
                            top = of_long + best[at + length]
                            steps[at] = length
            best[at] = behind = top
        result = []
        at = 0
        while at < size:
            end = at + steps[at]
            result.append(run[at:end])
            at = end
        return result


@lru_cache(maxsize=1)
def tokenizer() -> Dictionary:
    """Return jieba's dictionary with our lexicons, read once.

    Not through jieba's own start-up, which trusts a cache in the shared temporary folder and writes to the log.
    """
    import jieba

    with jieba.Tokenizer().get_dict_file() as file:
        text = file.read().decode("utf-8")
    fields = text.split()  # a word, its frequency, its part of speech on each line
    own = Dictionary(dict(zip(fields[0::3], map(int, fields[1::3]), strict=True)))
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
