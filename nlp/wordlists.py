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
_GAP = 6  # signs between two characters of a word that are overlooked
_CONTEXT = 5  # characters on each side that decide where words begin and end
_KEPT = 30_000  # characters whose folded form is remembered
_LIMIT = 200  # findings in one text
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
        """Return the listed words in any `text`, with their places in it as it came.

        Of overlapping ones the longest from the left; at most 200.
        """
        bones = text.translate(self._skeleton)
        found = [(end - len(form), end, form) for end, form in self._phrases.occurrences(bones)]
        if not found:
            return []
        places: list[
            int
        ] = []  # for each character of `bones` where it stands in `text`, and what it is there
        letters: list[str] = []
        for at, character in enumerate(text):
            form = self._skeleton[ord(character)]
            if form:
                places.extend([at] * len(form))
                letters.extend(_fold_one(character)[: len(form)].ljust(len(form)))
        found.sort(key=lambda one: (one[0], -one[1]))
        hits: list[WordHit] = []
        done = 0
        for first, after, form in found:
            if first >= done and self._stands(form, places, letters, first, after):
                kind, word = self._entries[form]
                start, end = places[first], places[after - 1] + 1
                plain = end - start == len(word) and "".join(letters[first:after]) == word
                hits.append(WordHit(kind, word, text[start:end], start, end, plain))
                done = after
                if len(hits) == _LIMIT:
                    break
        return hits

    def _stands(self, form: str, places: list[int], letters: list[str], first: int, after: int) -> bool:
        """Say whether what was found is the word, and no chance meeting of parts of others."""
        spots = places[first:after]
        if any(there - here > _GAP + 1 for here, there in pairwise(spots)):
            return False
        if _cuts_latin(letters, first, after):
            return False
        word = self._entries[form][1]
        if len(word) > 2 and spots[-1] - spots[0] < len(word) and "".join(letters[first:after]) == word:
            return True  # long and undisguised
        return _stands_alone(letters, first, after)


@lru_cache(maxsize=_KEPT)
def _fold_one(character: str) -> str:
    return fold(character)


def _stands_alone(letters: list[str], first: int, after: int) -> bool:
    """Say whether no word of the language reaches across the beginning or the end of letters[first:after]."""
    from nlp.segment import tokenizer

    low = max(0, first - _CONTEXT)
    edges = {first, after} - {low}
    at = low
    for word in tokenizer().cut("".join(letters[low : after + _CONTEXT])):
        at += len(word)
        edges.discard(at)
    return not edges


def _lines(path: Path) -> list[str]:
    if not path.exists():
        return []
    lines = (line.partition("#")[0].split() for line in path.read_text(encoding="utf-8").splitlines())
    return [fields[0] for fields in lines if fields]


def _forms(word: str, split: Mapping[str, Iterable[str]]) -> list[str]:
    """Return a word with each of its characters whole or taken apart."""
    choices = [(character, *split.get(character, ())) for character in word]
    return ["".join(parts) for _, parts in zip(range(_SPLIT_FORMS), product(*choices), strict=False)]


def _cuts_latin(letters: list[str], first: int, after: int) -> bool:
    """Say whether a finding begins or ends inside a run of Latin letters or digits (sb in usb)."""

    def latin(at: int) -> bool:
        return 0 <= at < len(letters) and letters[at].isascii() and letters[at].isalnum()

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
