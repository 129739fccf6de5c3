"""Which words stand for many: the most central of what people said, long enough to say something. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from math import sqrt

SHORTEST, LONGEST = 8, 160
ALIKE = 0.6


def representative(texts: Sequence[str], *, limit: int, fit: Callable[[str], bool]) -> list[str]:
    """Return up to `limit` of the texts that share most with all the others, none nearly the same as another.

    Only texts of SHORTEST to LONGEST characters that are `fit` to be quoted are taken, as they are. Of texts
    equally central the longer comes first. The order of the texts does not matter.
    """
    joined = sorted({" ".join(text.split()) for text in texts})
    pieces = {text: _bigrams(text) for text in joined}
    weight: Counter[str] = Counter()
    for found in pieces.values():
        weight.update(found)
    suitable = [text for text in joined if SHORTEST <= len(text) <= LONGEST]
    suitable.sort(key=lambda text: (-_central(pieces[text], weight), -len(text), text))
    chosen: list[str] = []
    for text in suitable:
        if len(chosen) == limit:
            break
        if all(_alike(pieces[text], pieces[other]) < ALIKE for other in chosen) and fit(text):
            chosen.append(text)
    return chosen


def _bigrams(text: str) -> frozenset[str]:
    signs = "".join(sign for sign in text if sign.isalnum())
    return frozenset(signs[at : at + 2] for at in range(len(signs) - 1))


def _central(found: frozenset[str], weight: Counter[str]) -> float:
    """Sharing with others counts, length by its root alone: a long text is not central for being long."""
    return sum(weight[one] - 1 for one in found) / sqrt(len(found)) if found else 0.0


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one or other else 1.0
