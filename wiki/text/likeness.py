"""Which suggestions for one clause ask for nearly the same, so that one decision can answer them all. Pure.

Precision comes first: a person who is answered with somebody else's suggestion must find that it was theirs. Two
changes are alike when they have the same effect (after folding width, script and punctuation), or when they change
the same place in nearly the same words, and name the same numbers, the same negations and the same duties. Measured
on the pairs in tests/wiki/test_likeness.py, which are to be told apart without a mistake.
"""

import re
from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from nlp.normalization import fold
from wiki.text.diff import diff_spans
from wiki.text.tokens import edits, encode, tokenize

ENOUGH = 0.9
WORDED = frozenset({"change", "add"})

_SIGNS = re.compile(r"[^\w]|_")
_NUMBERS = re.compile(r"\d+(?:\.\d+)?|[〇零一二三四五六七八九十百千万亿两半]+")
# Words that turn a rule round; a difference in one is a difference in substance. Longest first.
_DEONTIC = re.compile(
    r"不得|不应|不可|不必|不再|不能|不予|不宜|无需|无须|禁止|严禁|免于|免除|除外|以上|以下|以内|以外|之前|之后|以前|以后|至少|至多|不少于|不超过"
    r"|应当|应该|必须|可以|允许|鼓励|有权|不|未|无|非|没|勿|免|禁|前|后|增|减|早|晚|早于|晚于"
)
# Words that one person writes and another leaves out, saying the same: a sink, a sink facility.
_PADDING = re.compile(r"设施|设备|装置|工作|情况|事项|活动|行为|方面|相关|有关|予以|加以|进行|等|的|地|了")
_AND = re.compile("以及|[及与和]")  # of which people choose one, or a comma


@dataclass(frozen=True)
class Change:
    """What a suggestion does: to which wording, what kind of change, the new words, and where they are to stand."""

    kind: str
    base: str
    text: str = ""
    place: Hashable = None


@dataclass(frozen=True)
class _Edit:
    """A change of wording reduced: folded result, what went out and came in, where, and what must not differ."""

    result: str
    numbers: tuple[tuple[str, int], ...]
    removed: str
    added: str
    start: int
    end: int
    fixed: tuple[tuple[tuple[str, int], ...], ...]


def alike(one: Change, other: Change) -> bool:
    """Return whether two changes of the same clause ask for nearly the same.

    Symmetric, and true of a change and itself. Characters decide: sentence vectors of what is said of one clause all
    lie close together (cosines of 0.87 and more), whatever it asks for.
    """
    if one.kind != other.kind or one.place != other.place:
        return False
    if one.kind not in WORDED:
        return True  # the same clause taken out, or put in the same place
    first, second = _edit(one.base, one.text), _edit(other.base, other.text)
    if one.base == other.base or one.kind == "add":
        if first.result == second.result and first.numbers == second.numbers:
            # Where nothing but signs is changed, the signs are the change.
            return first.result != _folded(one.base) or one.text == other.text
    elif (first.removed, first.added, first.start) == (second.removed, second.added, second.start):
        return bool(first.removed or first.added)
    if first.fixed != second.fixed or not (first.start <= second.end and second.start <= first.end):
        return False
    if _ratio(first.removed, second.removed) < ENOUGH:
        return False
    return _ratio(first.added, second.added) >= ENOUGH or _padded(first.added, second.added)


def groups(
    changes: Iterable[tuple[int, Change]], *, heads: Iterable[tuple[int, Change]] = ()
) -> dict[int, int]:
    """Return {number: the head's number} for every change that joins an earlier one; heads are not in it.

    `changes` come in order; each joins the first head that it is alike, or becomes a head itself. `heads` stand
    before them and join nobody. Everybody is compared with the head alone, so that no chain leads from one meaning
    to another.
    """
    known: dict[Hashable, list[tuple[int, Change]]] = {}
    for number, change in heads:
        known.setdefault((change.kind, change.place), []).append((number, change))
    found: dict[int, int] = {}
    for number, change in changes:
        candidates = known.setdefault((change.kind, change.place), [])
        head = next((one for one, words in candidates if alike(words, change)), None)
        if head is None:
            candidates.append((number, change))
        else:
            found[number] = head
    return found


@lru_cache(maxsize=16_384)
def _edit(base: str, text: str) -> _Edit:
    removed: list[str] = []
    added: list[str] = []
    starts: list[int] = []
    at = 0
    for span in diff_spans(base, text, readable=False):
        if span.operation == "ins":
            added.append(span.text)
            starts.append(at)
        else:
            if span.operation == "del":
                removed.append(span.text)
                starts += [at, at + len(span.text)]
            at += len(span.text)
    out, into = "".join(removed), "".join(added)
    return _Edit(
        result=_folded(text),
        numbers=_counted(_NUMBERS, fold(text)),
        removed=_folded(out),
        added=_folded(into),
        start=min(starts, default=0),
        end=max(starts, default=0),
        fixed=(
            *(_counted(_NUMBERS, fold(words)) for words in (out, into)),
            *(_counted(_DEONTIC, fold(words)) for words in (out, into)),
        ),
    )


def _folded(text: str) -> str:
    """Return the words without width, script, punctuation and the choice of "and"."""
    return _SIGNS.sub("", _AND.sub("", fold(text)))


def _counted(pattern: re.Pattern[str], text: str) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(pattern.findall(text)).items()))


def _padded(one: str, other: str) -> bool:
    """Return whether two stretches differ in padding alone that one has and the other has not.

    A few characters are a large share of a short stretch. Two that both have padding, but not the same, differ: to
    build a facility is not to buy equipment.
    """
    bare = _PADDING.sub("", one)
    if len(bare) < 2 or bare != _PADDING.sub("", other):
        return False
    first, second = Counter(_PADDING.findall(one)), Counter(_PADDING.findall(other))
    return first <= second or second <= first


def _ratio(one: str, other: str) -> float:
    """Return how much of two stretches is the same, 0 to 1; two empty ones are the same."""
    if one == other:
        return 1.0
    if not one or not other or 2 * min(len(one), len(other)) < ENOUGH * (len(one) + len(other)):
        return 0.0
    first, second = tokenize(one), tokenize(other)
    kept = sum(
        count for operation, count in edits(*encode([first, second]), readable=False) if operation == "="
    )
    return 2 * kept / (len(first) + len(second))
