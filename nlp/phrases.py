"""Finds many fixed phrases in a text in one pass (Aho-Corasick): the longest ones, from the left."""

from collections.abc import Iterable

import ahocorasick


class Phrases:
    """A set of phrases to look for; whoever holds it knows what each means."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._automaton = ahocorasick.Automaton()
        for phrase in phrases:
            if phrase:
                self._automaton.add_word(phrase, phrase)
        self._empty = len(self._automaton) == 0
        if not self._empty:
            self._automaton.make_automaton()

    def find(self, text: str) -> list[tuple[int, str]]:
        """Return (start, phrase) of the longest phrases in `text` that do not overlap, in order."""
        if self._empty:
            return []
        found = [(end - len(phrase) + 1, phrase) for end, phrase in self._automaton.iter(text)]
        found.sort(key=lambda match: (match[0], -len(match[1])))
        kept: list[tuple[int, str]] = []
        done = 0
        for start, phrase in found:
            if start >= done:
                kept.append((start, phrase))
                done = start + len(phrase)
        return kept
