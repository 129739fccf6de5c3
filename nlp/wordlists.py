"""Finds the words of the operator's lists (hazards, abuse, advertising), also where they are written in disguise.

The lists are plain text in content/lexicons, one word a line; variants.csv says which characters stand for which.
There is no list of opinions. What a finding leads to is the caller's affair.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product
from pathlib import Path

from nlp.content import LEXICONS
from nlp.normalization import fold
from nlp.phrases import Phrases

HAZARD, ABUSE, ADVERTISING = "hazard", "abuse", "advertising"
KINDS = (HAZARD, ABUSE, ADVERTISING)
# What ends a clause separates words; anything else between two characters may have been put in as a disguise.
_BREAKS = frozenset("。!?;,、:\n\r…")
_GAP = 3  # signs between two characters of a word that are overlooked
_CONTEXT = 5  # characters on each side that decide where words begin and end
_KEPT = 30_000  # characters whose folded form is remembered
_SPLIT_FORMS = 16  # of one word; more would be a list of its own


@dataclass(frozen=True)
class WordHit:
    """A listed word in a text: text[start:end] is how it is written, `plain` whether as it is listed."""

    kind: str
    word: str
    text: str
    start: int
    end: int
    plain: bool


class _Skeleton(dict[int, str]):
    """A str.translate table, filled as characters come, that takes off the disguise: ３ → 3, 馬 → 妈, * → nothing."""

    def __init__(self, standing_for: Mapping[str, str]) -> None:
        super().__init__()
        self._standing_for = standing_for

    def __missing__(self, point: int) -> str:
        result = "".join(map(self._reduce, fold(chr(point))))
        if len(self) < _KEPT:
            self[point] = result
        return result

    def _reduce(self, character: str) -> str:
        meant = self._standing_for.get(character)
        if meant:
            return meant
        return character if character.isalnum() or character in _BREAKS else ""


class WordLists:
    """Lists by kind, ready to be looked for."""

    def __init__(
        self,
        words: Mapping[str, Iterable[str]],
        variants: Mapping[str, Iterable[str]] | None = None,
        split: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        """Take words by kind; for a character those that stand for it, and the pairs it is taken apart into."""
        standing_for = {
            fold(other): fold(one) for one, others in (variants or {}).items() for other in others
        }
        self._skeleton = _Skeleton(standing_for)
        self._entries: dict[str, tuple[str, str]] = {}
        for kind, listed in words.items():
            for word in listed:
                for form in _forms(fold(word), split or {}):
                    self._entries.setdefault(form.translate(self._skeleton), (kind, fold(word)))
        self._entries.pop("", None)
        self._phrases = Phrases(self._entries)

    @classmethod
    def load(cls, folder: Path = LEXICONS) -> "WordLists":
        """Read the lists of `folder`; files that are absent leave their words out."""
        variants: dict[str, list[str]] = {}
        split: dict[str, list[str]] = {}
        path = folder / "variants.csv"
        if path.exists():
            with path.open(encoding="utf-8-sig", newline="") as file:
                for row in csv.DictReader(file):
                    variants[row["word"]] = row["variants"].split()
                    split[row["word"]] = (row["split"] or "").split()
        words = {kind: _lines(folder / f"{kind}.txt") for kind in KINDS}
        return cls(words, variants, split)

    @staticmethod
    @lru_cache(maxsize=1)
    def default() -> "WordLists":
        """Return the lists of the content folder, read once."""
        return WordLists.load()

    def find(self, text: str) -> list[WordHit]:
        """Return the listed words in any `text`, the longest from the left, with their places in it as it came."""
        bones = text.translate(self._skeleton)
        found = [(end - len(form), end, form) for end, form in self._phrases.occurrences(bones)]
        if not found:
            return []
        places = [at for at, character in enumerate(text) for _ in self._skeleton[ord(character)]]
        found.sort(key=lambda one: (one[0], -one[1]))
        hits: list[WordHit] = []
        done = 0
        for first, after, form in found:
            if first >= done:
                hit = self._hit(text, places, bones, first, after, form)
                if hit:
                    hits.append(hit)
                    done = after
        return hits

    def _hit(
        self, text: str, places: list[int], bones: str, first: int, after: int, form: str
    ) -> WordHit | None:
        kind, word = self._entries[form]
        spots = places[first:after]
        if any(there - here > _GAP + 1 for here, there in pairwise(spots)):
            return None
        start, end = spots[0], spots[-1] + 1
        written = text[start:end]
        plain = fold(written) == word
        if _cuts_latin(bones, first, after):
            return None
        # Short words and disguised ones may come about by chance where two words meet.
        if (len(word) < 3 or not plain) and not self._stands_alone(text, places, first, after):
            return None
        return WordHit(kind, word, written, start, end, plain)

    @staticmethod
    def _stands_alone(text: str, places: list[int], first: int, after: int) -> bool:
        """Say whether no word of the language reaches across the beginning or the end of the finding."""
        from nlp.segment import tokenizer

        def characters(low: int, high: int) -> str:
            return "".join(fold(text[at])[:1] for at in places[max(0, low) : high])

        before, middle, behind = (
            characters(first - _CONTEXT, first),
            characters(first, after),
            characters(after, after + _CONTEXT),
        )
        edges = {len(before), len(before) + len(middle)}
        at = 0
        for word in tokenizer().cut(before + middle + behind):
            at += len(word)
            edges.discard(at)
        return not edges - {0}


def _lines(path: Path) -> list[str]:
    if not path.exists():
        return []
    lines = (line.partition("#")[0].split() for line in path.read_text(encoding="utf-8").splitlines())
    return [fields[0] for fields in lines if fields]


def _forms(word: str, split: Mapping[str, Iterable[str]]) -> list[str]:
    """Return a word with each of its characters whole or taken apart."""
    choices = [(character, *split.get(character, ())) for character in word]
    return ["".join(parts) for _, parts in zip(range(_SPLIT_FORMS), product(*choices), strict=False)]


def _cuts_latin(bones: str, first: int, after: int) -> bool:
    """Say whether a finding begins or ends inside a run of Latin letters or digits (sb in usb)."""

    def latin(at: int) -> bool:
        return 0 <= at < len(bones) and bones[at].isascii() and bones[at].isalnum()

    return (latin(first) and latin(first - 1)) or (latin(after - 1) and latin(after))


def find(text: str) -> list[WordHit]:
    """Return the words of the operator's lists in any `text`."""
    return WordLists.default().find(text)


def by_kind(text: str) -> dict[str, tuple[str, ...]]:
    """Return the listed words in `text` by kind, each once, in order of place."""
    result: dict[str, dict[str, None]] = defaultdict(dict)
    for hit in find(text):
        result[hit.kind][hit.word] = None
    return {kind: tuple(words) for kind, words in result.items()}
