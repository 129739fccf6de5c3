"""Finds many fixed phrases in a text in one pass (Aho-Corasick): the longest ones, from the left."""

from collections.abc import Iterable, Iterator

import ahocorasick


def _symbols(text: str) -> str:
    """Return the UTF-8 bytes of `text`, each as one character.

    The automaton looks a node's children up one by one: of whole Han characters its root would have thousands,
    of bytes it has a few dozen. UTF-8 never matches from the middle of a character.
    """
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


class Phrases:
    """A set of phrases to look for; whoever holds it knows what each means."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._automaton = ahocorasick.Automaton()
        for phrase in phrases:
            if phrase:
                self._automaton.add_word(_symbols(phrase), phrase)
        self._empty = len(self._automaton) == 0
        if not self._empty:
            self._automaton.make_automaton()

    def occurrences(self, text: str) -> Iterator[tuple[int, str]]:
        """Yield (end, phrase) of every phrase in `text`, overlapping ones too, in order of their ends."""
        if self._empty or not text:
            return
        symbols = _symbols(text)
        if len(symbols) == len(text):
            for last, phrase in self._automaton.iter(symbols):
                yield last + 1, phrase
            return
        seen = characters = 0
        for last, phrase in self._automaton.iter(symbols):
            passed = symbols[seen : last + 1].encode("latin-1").decode("utf-8", "surrogatepass")
            characters += len(passed)
            seen = last + 1
            yield characters, phrase

    def find(self, text: str) -> list[tuple[int, str]]:
        """Return (start, phrase) of the longest phrases in `text` that do not overlap, in order."""
        found = [(end - len(phrase), phrase) for end, phrase in self.occurrences(text)]
        found.sort(key=lambda match: (match[0], -len(match[1])))
        kept: list[tuple[int, str]] = []
        done = 0
        for start, phrase in found:
            if start >= done:
                kept.append((start, phrase))
                done = start + len(phrase)
        return kept
