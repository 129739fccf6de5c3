"""The part of a text that shows why it was found, with the found words marked. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from nlp import QueryTerms
from nlp.normalization import fold

BEFORE = 24


class Piece(NamedTuple):
    """A stretch of text; `hit` when the query's words stand in it."""

    text: str
    hit: bool


def snippet(text: str, query: QueryTerms, width: int = 110) -> list[Piece]:
    """Return about `width` characters around the first hit, cut into marked and unmarked pieces.

    Marked are the query's words and what its bigrams make up together; a lone bigram only where there is
    nothing better, or half a word would shine everywhere.
    """
    flat = " ".join(text.split())
    loose = _marks(flat, query.required)
    better = [*_marks(flat, query.words), *((left, right) for left, right in loose if right - left > 2)]
    marks = _merged(better) or loose
    start = 0
    if marks and len(flat) > width:
        start = max(0, min(marks[0][0] - BEFORE, len(flat) - width))
    end = min(len(flat), start + width)
    pieces: list[Piece] = [Piece("…", False)] if start else []
    at = start
    for left, right in marks:
        left, right = max(left, start), min(right, end)
        if left >= right:
            continue
        if left > at:
            pieces.append(Piece(flat[at:left], False))
        pieces.append(Piece(flat[left:right], True))
        at = right
    if at < end:
        pieces.append(Piece(flat[at:end], False))
    if end < len(flat):
        pieces.append(Piece("…", False))
    return pieces


def _marks(text: str, terms: Iterable[str]) -> list[tuple[int, int]]:
    """Return the merged stretches of `text` in which a term stands."""
    folded = fold(text)
    if len(folded) != len(text):  # places in the folded text must be places in the text
        folded = "".join(_fold(char) for char in text)
    spans: list[tuple[int, int]] = []
    for term in {term for term in terms if term}:
        at = folded.find(term)
        while at >= 0:
            spans.append((at, at + len(term)))
            at = folded.find(term, at + 1)
    return _merged(spans)


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans in order, those that touch as one."""
    merged: list[tuple[int, int]] = []
    for left, right in sorted(spans):
        if merged and left <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(right, merged[-1][1]))
        else:
            merged.append((left, right))
    return merged


def _fold(char: str) -> str:
    plain = fold(char)
    return plain if len(plain) == 1 else char
