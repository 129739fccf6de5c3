"""Finds which clause of a document a node of a newer file continues, so that identities survive a new file. Pure."""

from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from wiki.text.diff import changed_share

ALIKE = 0.6
"""Two clauses with at most this share changed are taken for the same clause."""


class Piece(NamedTuple):
    """What the alignment looks at, of an old clause or a new node."""

    kind: str
    label: str
    text: str


def align(old: Sequence[Piece], new: Sequence[Piece]) -> dict[int, int]:
    """Return index in `new` → index in `old` for the pieces that continue an old one, each used once."""
    pairs: dict[int, int] = {}
    gaps: list[tuple[range, range]] = []
    matcher = SequenceMatcher(
        None, [_key(piece) for piece in old], [_key(piece) for piece in new], autojunk=False
    )
    for operation, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if operation == "equal":
            pairs.update(zip(range(new_from, new_to), range(old_from, old_to), strict=True))
        elif operation == "replace":
            gaps.append((range(old_from, old_to), range(new_from, new_to)))
    _match_moved(old, new, pairs)
    for old_range, new_range in gaps:
        _match_edited(old, new, old_range, new_range, pairs)
    return pairs


def _key(piece: Piece) -> Hashable:
    return (piece.kind, piece.label, piece.text)


def _match_moved(old: Sequence[Piece], new: Sequence[Piece], pairs: dict[int, int]) -> None:
    """Pair pieces of the same words that stand elsewhere now, where the words occur only once on each side."""
    taken = set(pairs.values())
    left: dict[str, list[int]] = {}
    for index, piece in enumerate(old):
        if index not in taken and piece.text:
            left.setdefault(piece.text, []).append(index)
    right: dict[str, list[int]] = {}
    for index, piece in enumerate(new):
        if index not in pairs and piece.text:
            right.setdefault(piece.text, []).append(index)
    for text, indexes in right.items():
        if len(indexes) == 1 and len(left.get(text, ())) == 1:
            pairs[indexes[0]] = left[text][0]


def _match_edited(
    old: Sequence[Piece], new: Sequence[Piece], old_range: range, new_range: range, pairs: dict[int, int]
) -> None:
    """Pair what is left between two certain pairs: in order, same kind, same label or mostly the same words."""
    taken = set(pairs.values())
    candidates = [index for index in old_range if index not in taken]
    position = 0
    for index in new_range:
        if index in pairs:
            continue
        for offset, candidate in enumerate(candidates[position:]):
            if _continues(old[candidate], new[index]):
                pairs[index] = candidate
                position += offset + 1
                break


def _continues(before: Piece, after: Piece) -> bool:
    if before.kind != after.kind:
        return False
    if before.label and before.label == after.label:
        return changed_share(before.text, after.text) < 0.9
    return changed_share(before.text, after.text) <= ALIKE
