"""Three-way merge of one clause: two changes of the same base become one text, or a conflict. Pure.

After diff3 (Khanna, Kunal and Pierce, "A formal investigation of diff3", 2007), over the units of wiki.text.tokens
instead of lines, and stricter in one point: changes that merely touch collide, because in Chinese two
neighbouring characters are usually one word.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from wiki.text.tokens import edits, encode, tokenize

_SENTENCE_ENDS = frozenset("，。；：！？,;:!?\n")


@dataclass(frozen=True)
class Conflict:
    """A stretch of the base that both sides changed differently."""

    base: str
    ours: str
    theirs: str


@dataclass(frozen=True)
class Merge:
    """The pieces in order: plain text where one side or none changed, a Conflict where both did."""

    pieces: tuple[str | Conflict, ...]
    same_sentence: bool
    """Both sides changed the same part of a sentence, in different places: clean, yet worth reading through."""

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        return tuple(piece for piece in self.pieces if isinstance(piece, Conflict))

    @property
    def clean(self) -> bool:
        return not self.conflicts

    @property
    def text(self) -> str:
        """Return the merged text; raises ValueError where there are conflicts."""
        if not self.clean:
            raise ValueError("a merge with conflicts has no one text")
        return "".join(piece for piece in self.pieces if isinstance(piece, str))

    def preferring_ours(self) -> str:
        """Return the text with our side taken wherever both sides collide."""
        return "".join(piece.ours if isinstance(piece, Conflict) else piece for piece in self.pieces)


@dataclass(frozen=True)
class _Change:
    """Tokens start..end of the base are replaced by `new`."""

    start: int
    end: int
    new: tuple[str, ...]


def merge(base: str, ours: str, theirs: str) -> Merge:
    """Merge the changes base→ours and base→theirs."""
    base_tokens = tokenize(base)
    our_changes, their_changes = _changes(base, ours), _changes(base, theirs)

    pieces: list[str | Conflict] = []
    position = 0
    for start, end, mine, yours in _regions(our_changes, their_changes):
        pieces.append("".join(base_tokens[position:start]))
        our_text = _apply(base_tokens, start, end, mine)
        their_text = _apply(base_tokens, start, end, yours)
        if not yours or our_text == their_text:
            pieces.append(our_text)
        elif not mine:
            pieces.append(their_text)
        else:
            pieces.append(Conflict("".join(base_tokens[start:end]), our_text, their_text))
        position = end
    pieces.append("".join(base_tokens[position:]))
    return Merge(
        tuple(piece for piece in pieces if piece != ""),
        _share_a_sentence(base, our_changes, their_changes),
    )


@dataclass(frozen=True)
class Edit:
    """Characters start..end of a text are replaced by `words`."""

    start: int
    end: int
    words: str


def edits_onto(
    pieces: Sequence[str], which: int, ours: str, theirs: str
) -> tuple[tuple[Edit, ...], bool] | None:
    """Return the change pieces[which]→ours as edits of `theirs`, in order; None where it collides.

    `theirs` is what the pieces, read one after the other, have become; the second value is as in Merge.same_sentence.
    What both sides changed alike is in `theirs` already and is not among the edits.
    """
    tokens = [token for piece in pieces for token in tokenize(piece)]
    shift = sum(len(tokenize(piece)) for piece in pieces[:which])
    mine = tuple(
        _Change(one.start + shift, one.end + shift, one.new) for one in _changes(pieces[which], ours)
    )
    yours = _joined_changes(tuple(pieces), theirs)
    found: list[Edit] = []
    position = at = 0
    for start, end, our_changes, their_changes in _regions(mine, yours):
        at += sum(len(token) for token in tokens[position:start])
        our_text = _apply(tokens, start, end, our_changes)
        their_text = _apply(tokens, start, end, their_changes)
        if our_changes and our_text != their_text:
            if their_changes:
                return None
            found.append(Edit(at, at + len(their_text), our_text))
        at += len(their_text)
        position = end
    return tuple(found), _share_a_sentence("".join(tokens), mine, yours) if yours else False


@lru_cache(maxsize=8)
def _joined_changes(pieces: tuple[str, ...], side: str) -> tuple[_Change, ...]:
    if "".join(pieces) == side:
        return ()  # also where a number's two halves would be one token when joined
    tokens = [token for piece in pieces for token in tokenize(piece)]
    return _difference(tokens, tokenize(side))


@lru_cache(maxsize=64)  # many suggestions are carried over the same change of the same base
def _changes(base: str, side: str) -> tuple[_Change, ...]:
    """Return the smallest set of changes from `base` to `side`, in order; no two touch."""
    return _difference(tokenize(base), tokenize(side))


def _difference(base_tokens: Sequence[str], side_tokens: Sequence[str]) -> tuple[_Change, ...]:
    changes: list[_Change] = []
    at_base = at_side = begins = _common(base_tokens, side_tokens)
    ends = _common(base_tokens[begins:][::-1], side_tokens[begins:][::-1])
    middles = [tokens[begins : len(tokens) - ends] for tokens in (base_tokens, side_tokens)]
    start, removed, added = begins, 0, []  # type: int, int, list[str]

    def close() -> None:
        nonlocal removed, added
        if removed or added:
            changes.append(_Change(start, start + removed, tuple(added)))
        removed, added = 0, []

    for operation, count in edits(*encode(middles), readable=False):
        if operation == "=":
            close()
            at_base += count
            at_side += count
            start = at_base
        elif operation == "-":
            removed += count
            at_base += count
        else:
            added += side_tokens[at_side : at_side + count]
            at_side += count
    close()
    return tuple(changes)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many tokens two texts begin with alike: most changes are small, only what differs is compared."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _regions(
    ours: tuple[_Change, ...], theirs: tuple[_Change, ...]
) -> list[tuple[int, int, list[_Change], list[_Change]]]:
    """Group changes that overlap or touch into regions (start, end, our changes, their changes)."""
    tagged = sorted(
        [(change, 0) for change in ours] + [(change, 1) for change in theirs],
        key=lambda pair: (pair[0].start, pair[0].end),
    )
    regions: list[tuple[int, int, list[_Change], list[_Change]]] = []
    for change, side in tagged:
        if regions and change.start <= regions[-1][1]:
            start, end, mine, yours = regions.pop()
        else:
            start, end, mine, yours = change.start, change.end, [], []
        (mine, yours)[side].append(change)
        regions.append((start, max(end, change.end), mine, yours))
    return regions


def _apply(base_tokens: Sequence[str], start: int, end: int, changes: list[_Change]) -> str:
    out: list[str] = []
    position = start
    for change in changes:
        out += base_tokens[position : change.start]
        out += change.new
        position = change.end
    out += base_tokens[position:end]
    return "".join(out)


@lru_cache(maxsize=8)
def _sentence_numbers(base: str) -> tuple[int, ...]:
    """Return for every token of the base, and for its end, the number of the stretch it stands in."""
    numbers: list[int] = []
    number = 0
    for token in tokenize(base):
        numbers.append(number)
        number += token in _SENTENCE_ENDS
    return (*numbers, number)


def _share_a_sentence(base: str, ours: tuple[_Change, ...], theirs: tuple[_Change, ...]) -> bool:
    """Return whether both sides changed, differently, within one stretch between two punctuation marks."""
    numbers = _sentence_numbers(base)

    def stretches(changes: tuple[_Change, ...], others: tuple[_Change, ...]) -> set[int]:
        return {
            numbers[min(position, len(numbers) - 1)]
            for change in changes
            if change not in others
            for position in range(change.start, max(change.end, change.start + 1))
        }

    return bool(stretches(ours, theirs) & stretches(theirs, ours))
