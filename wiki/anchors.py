"""Where a quotation stands after its text has changed: found again, or said to be gone. Pure.

After the anchoring of the W3C's Web Annotation model (TextQuoteSelector): words and what stands around them, not
positions alone. A quotation is never put on other words: when in doubt it is gone.
"""

from typing import NamedTuple

from wiki.diff import changed_share, diff_spans

CONTEXT = 32
"""Characters kept of what stands before and after a quotation."""
ALIKE = 0.5
"""A quotation of which more than this share has changed is gone."""
TELLING = 4
"""Fewer characters than this are not looked for elsewhere: they stand in many places by chance."""
_SENTENCE_ENDS = frozenset("。！？!?；;\n")


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


def follow(old: str, new: str, quoted: Range, *, quote: str) -> Range | None:
    """Return where the words at `quoted` of `old` stand in `new`; None where they are gone.

    `quote` are the words as first quoted: what is found must still be like them, however many small steps away.
    """
    words = quoted.of(old)
    kept = _kept(old, new, quoted)
    if kept and len(kept) == len(words) == kept[-1] + 1 - kept[0]:
        candidate = Range(kept[0], kept[-1] + 1)
        return candidate if changed_share(quote, words) <= ALIKE else None
    # The same words at another place are a better find than other words at the same place.
    if len(words) >= TELLING and old.count(words) == 1 and new.count(words) == 1:
        start = new.index(words)
        return Range(start, start + len(words))
    if kept and 2 * len(kept) >= len(words):
        candidate = Range(kept[0], kept[-1] + 1)
        if changed_share(quote, candidate.of(new)) <= ALIKE and not _strays(old, new, quoted, candidate):
            return candidate
    return None


def _kept(old: str, new: str, quoted: Range) -> list[int]:
    """Return the positions in `new` of the quoted characters that stayed."""
    kept: list[int] = []
    at_old = at_new = 0
    for span in diff_spans(old, new, readable=False):
        count = len(span.text)
        if span.operation == "same":
            first, last = max(quoted.start, at_old), min(quoted.end, at_old + count)
            kept.extend(range(at_new + first - at_old, at_new + last - at_old))
        at_old += count * (span.operation != "ins")
        at_new += count * (span.operation != "del")
    return kept


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
