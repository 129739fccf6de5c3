"""Where a change belongs when words pass from one text to another: a split, a merge, or either undone. Pure.

Read one after the other, the texts of a family are one text, before and after. A change is carried over it by the
same three-way merge as over a change within one text, and goes to the text that all its pieces lie in. When in doubt
it goes nowhere: what lies in two texts, or empties one, is for people to word.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from wiki.text.merge import Edit, edits_onto

_ENDS = frozenset("。！？!?；;\n")


class Passed(NamedTuple):
    """Which of the new texts a change belongs to, what that text says with it, whether that is worth reading through."""

    which: int
    text: str
    same_sentence: bool


def pass_on(
    old: Sequence[str], new: Sequence[str], which: int, text: str, *, home: int | None = None
) -> Passed | None:
    """Return where the change of `old[which]` to `text` belongs among the `new` texts; None where that is not one.

    Both lists are the texts of the same family in the same order, empty where one is not there. `home` decides for
    words put in just between two texts: they stay where they were written; without it, a sentence goes behind another.
    """
    before = "".join(old)
    ranges = _cut(before, new)
    after = before if ranges is not None else "".join(new)
    if ranges is None:
        ends = list(accumulate(len(one) for one in new))
        ranges = [(end - len(one), end) for one, end in zip(new, ends, strict=True)]
    found = edits_onto(old, which, text, after)
    if found is None:
        return None
    edits, same_sentence = found
    index = which if home is None else home
    if not edits:
        return Passed(index, new[index], False) if new[index] else None
    places = {_place(after, ranges, edit, home) for edit in edits}
    place = places.pop()
    if places or place is None:
        return None
    begin, end = ranges[place]
    out, at = [], begin
    for edit in edits:
        out += [after[at : edit.start], edit.words]
        at = edit.end
    made = "".join([*out, after[at:end]])
    return Passed(place, made, same_sentence) if made.strip() else None


def _cut(text: str, pieces: Sequence[str]) -> list[tuple[int, int]] | None:
    """Return where the pieces stand in a text that was cut at white space or between characters; None if it was not."""
    ranges: list[tuple[int, int]] = []
    at = 0
    for piece in pieces:
        start = at
        while piece and not text.startswith(piece, start) and text[start : start + 1].isspace():
            start += 1
        if not text.startswith(piece, start):
            return None
        at = start + len(piece)
        ranges.append((start, at))
    return None if text[at:].strip() else ranges


def _place(text: str, ranges: Sequence[tuple[int, int]], edit: Edit, home: int | None) -> int | None:
    """Return the one range that an edit lies in."""
    found = [
        index
        for index, (first, last) in enumerate(ranges)
        if first <= edit.start and edit.end <= last and first < last
    ]
    if home in found:
        return home
    if len(found) == 2 and edit.words[-1:] in _ENDS and text[: edit.start].rstrip()[-1:] in _ENDS:
        return found[0]
    return found[0] if len(found) == 1 else None
