"""Where a quotation stands after its text has changed: found again, or said to be gone. Pure.

After the anchoring of the W3C's Web Annotation model (TextQuoteSelector): words and what stands around them, not
positions alone. A quotation is never put on other words: when in doubt it is gone.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from wiki.text.diff import Span, changed_share, diff_spans

CONTEXT = 32
"""Characters kept of what stands before and after a quotation."""
ALIKE = 0.5
"""A quotation of which more than this share has changed is gone."""
TELLING = 4
"""Fewer characters than this are not looked for elsewhere: they stand in many places by chance."""
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_SENTENCE_ENDS = frozenset("。！？!?；;\n")
_START, _END = "\x02", "\x03"  # no text holds them: cleaning refuses control characters


class Range(NamedTuple):
    """Characters start..end of a text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        return text[self.start : self.end]


def around(text: str, quoted: Range) -> tuple[str, str]:
    """Return what stands before and after a quotation, for finding it again."""
    return text[max(quoted.start - CONTEXT, 0) : quoted.start], text[quoted.end : quoted.end + CONTEXT]


def locate(text: str, quote: str, *, near: int, prefix: str = "", suffix: str = "") -> Range | None:
    """Return where somebody's quotation stands in a text: the occurrence whose surroundings fit best, then nearest."""
    found = []
    start = text.find(quote) if quote else -1
    while start >= 0:
        before, after = around(text, Range(start, start + len(quote)))
        fit = _common(before[::-1], prefix[::-1]) + _common(after, suffix)
        found.append((-fit, abs(start - near), start))
        start = text.find(quote, start + 1)
    return Range(min(found)[2], min(found)[2] + len(quote)) if found else None


def bold_spans(text: str) -> tuple[frozenset[int], frozenset[int]]:
    """Return which characters of a text are shown in bold, and which are the marks that say so."""
    bold: set[int] = set()
    marks: set[int] = set()
    for found in _BOLD.finditer(text):
        bold.update(range(found.start() + 2, found.end() - 2))
        marks.update([found.start(), found.start() + 1, found.end() - 2, found.end() - 1])
    return frozenset(bold), frozenset(marks)


def without_marks(text: str) -> tuple[str, list[int]]:
    """Return a text as a page shows it, without the marks for bold, and where each of its characters stands in it."""
    hidden = bold_spans(text)[1]
    places = [place for place in range(len(text)) if place not in hidden]
    return "".join(text[place] for place in places), places


def follow(old: str, new: str, quoted: Range, *, quote: str) -> Range | None:
    """Return where the words at `quoted` of `old` stand in `new`; None where they are gone.

    `quote` are the words as first quoted: what is found must still be like them, however many small steps away.
    """
    if old == new:
        return quoted
    words = quoted.of(old)
    if old.count(words) > 1 or new.count(words) > 1:
        return _among_equals(old, new, quoted)
    kept = _kept(old, new, quoted)
    if kept and len(kept) == len(words) == kept[-1] + 1 - kept[0]:
        candidate = Range(kept[0], kept[-1] + 1)
        like = changed_share(quote, words) <= ALIKE and _same_sentence(old, new, quoted, candidate)
        return candidate if like else None
    # The same words at another place are a better find than other words at the same place.
    if len(words) >= TELLING and new.count(words) == 1:
        start = new.index(words)
        candidate = Range(start, start + len(words))
        return candidate if _same_sentence(old, new, quoted, candidate) else None
    if kept and 2 * len(kept) >= len(words):
        candidate = Range(kept[0], kept[-1] + 1)
        like = changed_share(quote, candidate.of(new)) <= ALIKE and not _strays(old, new, quoted, candidate)
        return candidate if like and _same_sentence(old, new, quoted, candidate) else None
    return None


def follow_among(
    old: Sequence[str], new: Sequence[str], which: int, quoted: Range, *, quote: str
) -> tuple[int, Range] | None:
    """Return (which of the new texts, where in it) the words at `quoted` of the old text `which` stand now.

    For texts whose words pass from one to another: a clause that was split, clauses that were merged, or both undone.
    Read one after the other they are one text; words that would lie across two of the new ones are gone.
    """
    offset = sum(len(text) for text in old[:which])
    shifted = Range(quoted.start + offset, quoted.end + offset)
    found = follow("".join(old), "".join(new), shifted, quote=quote)
    if found is None:
        return None
    for index, end in enumerate(accumulate(len(text) for text in new)):
        begin = end - len(new[index])
        if begin <= found.start and found.end <= end:
            return index, Range(found.start - begin, found.end - begin)
    return None


def _among_equals(old: str, new: str, quoted: Range) -> Range | None:
    """Return where one of several equal stretches stands: where what stood before and behind it still stands.

    To either side as much is read as it takes to tell it from the others, the text's own ends among it. One side is
    not enough: of two equal sentences in a row the first and the second are both behind the same words once one of
    them is gone.
    """
    old, new = _START + old + _END, _START + new + _END
    start, end = quoted.start + 1, quoted.end + 1
    before = _telling(old, new, start, end, (1, 0))
    behind = _telling(old, new, start, end, (0, 1))
    if before is None or before != behind:
        return None
    return Range(before - 1, before - 1 + end - start)


def _telling(old: str, new: str, start: int, end: int, sides: tuple[int, int]) -> int | None:
    """Return where in `new` the words stand by what is around them on one side; None where that does not tell."""
    wider = 1
    while wider < 2 * len(old):
        first, last = max(start - wider * sides[0], 0), min(end + wider * sides[1], len(old))
        window = old[first:last]
        found = _places(new, window)
        if not found:
            return None
        if len(found) == 1 and len(_places(old, window)) == 1:
            return found[0] + start - first
        wider *= 2
    return None


def _places(text: str, words: str) -> list[int]:
    """Return up to two places where the words stand in a text, overlapping ones too."""
    first = text.find(words)
    second = text.find(words, first + 1) if first >= 0 else -1
    return [place for place in (first, second) if place >= 0]


def _same_sentence(old: str, new: str, quoted: Range, candidate: Range) -> bool:
    """Return whether the sentence around what was found is still the one that was quoted from.

    A word or two may stand anywhere: they are theirs only in a sentence that stayed mostly the same. A quotation that
    says as much as a sentence speaks for itself.
    """
    if quoted.end - quoted.start >= CONTEXT:
        return True
    before, after = _sentence(old, quoted), _sentence(new, candidate)
    return changed_share(before, after) <= ALIKE or before in after or after in before


def _sentence(text: str, part: Range) -> str:
    """Return the sentences that a part of a text stands in."""
    start = part.start
    while start > 0 and text[start - 1] not in _SENTENCE_ENDS:
        start -= 1
    end = max(part.end - 1, part.start)
    while end < len(text) and text[end] not in _SENTENCE_ENDS:
        end += 1
    return text[start : end + 1].strip()


def _kept(old: str, new: str, quoted: Range) -> list[int]:
    """Return the positions in `new` of the quoted characters that stayed."""
    kept: list[int] = []
    at_old = at_new = 0
    for span in _smallest(old, new):
        count = len(span.text)
        if span.operation == "same":
            first, last = max(quoted.start, at_old), min(quoted.end, at_old + count)
            kept.extend(range(at_new + first - at_old, at_new + last - at_old))
        at_old += count * (span.operation != "ins")
        at_new += count * (span.operation != "del")
    return kept


@lru_cache(maxsize=16)  # many quotations are followed over the same change
def _smallest(old: str, new: str) -> tuple[Span, ...]:
    return diff_spans(old, new, readable=False)


def _strays(old: str, new: str, quoted: Range, candidate: Range) -> bool:
    """Return whether words from one sentence were found scattered over several."""
    sentences = sum(char in _SENTENCE_ENDS for char in quoted.of(old)[:-1])
    return sum(char in _SENTENCE_ENDS for char in candidate.of(new)[:-1]) > sentences


def _common(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    count = 0
    for first, second in zip(one, other, strict=False):
        if first != second:
            break
        count += 1
    return count
