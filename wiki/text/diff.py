"""What changed between two wordings, as spans to show. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from wiki.text.tokens import edits

Operation = Literal["same", "del", "ins"]
_NAMES: dict[str, Operation] = {"=": "same", "-": "del", "+": "ins"}
OPPOSITE: dict[Operation, Operation] = {"same": "same", "del": "ins", "ins": "del"}

# The units of wiki.text.tokens that are longer than one character, and every character that can be part of one.
_LONG_UNIT = re.compile(
    r"[0-9０-９]+(?:[.,．][0-9０-９]+)*[%％‰]?|[〇零一二三四五六七八九十百千万亿两]{2,}|[A-Za-zÀ-ɏ]{2,}"
)
_PART_OF_UNIT = re.compile(r"[0-9０-９.,．%％‰〇零一二三四五六七八九十百千万亿两A-Za-zÀ-ɏ]")
_FIRST_CODE = 0x20000
_LAST_CODE = 0x10FFFF
# Common words left beside the first and the last change, for the readable script to choose its cuts in.
_MARGIN = 32


@dataclass(frozen=True)
class Span:
    operation: Operation
    text: str


def diff_spans(old: str, new: str, *, readable: bool = True) -> tuple[Span, ...]:
    """Return the spans from `old` to `new`: same and del joined are `old`, same and ins joined are `new`.

    Without `readable` the fewest words count as changed, however scattered they are.
    """
    if old == new:
        return (Span("same", old),) if old else ()
    start, end = _common_ends(old, new)
    before, after, units = _coded(old[start : len(old) - end], new[start : len(new) - end])
    pieces: list[tuple[Operation, str]] = [("same", old[:start])]
    at_old = at_new = 0
    for operation, count in edits(before, after, readable=readable):
        if operation == "+":
            text = after[at_new : at_new + count]
            at_new += count
        else:
            text = before[at_old : at_old + count]
            at_old += count
            if operation == "=":
                at_new += count
        pieces.append((_NAMES[operation], text.translate(units) if units else text))
    pieces.append(("same", old[len(old) - end :]))
    spans: list[Span] = []
    for name, text in pieces:
        if text and spans and spans[-1].operation == name:
            spans[-1] = Span(name, spans[-1].text + text)
        elif text:
            spans.append(Span(name, text))
    return tuple(spans)


def reversed_spans(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Return the way back: what was taken out comes in, taken out first where both stand together."""
    turned: list[Span] = []
    for span in spans:
        back = Span(OPPOSITE[span.operation], span.text)
        if back.operation == "del" and turned and turned[-1].operation == "ins":
            turned.insert(-1, back)
        else:
            turned.append(back)
    return tuple(turned)


def changed_share(old: str, new: str) -> float:
    """Return how different two texts are: 0 the same, 1 nothing in common."""
    if old == new:
        return 0.0
    kept = sum(len(span.text) for span in diff_spans(old, new) if span.operation == "same")
    return 1 - 2 * kept / (len(old) + len(new))


def _common_ends(old: str, new: str) -> tuple[int, int]:
    """Return how many characters at the start and at the end need no comparing; no unit is cut by them."""
    shorter = min(len(old), len(new))
    start = _longest(shorter, lambda count: old[:count] == new[:count])
    end = _longest(
        shorter - start, lambda count: count == 0 or old[len(old) - count :] == new[len(new) - count :]
    )
    start, end = max(0, start - _MARGIN), max(0, end - _MARGIN)
    while start and _PART_OF_UNIT.match(old[start - 1]):
        start -= 1
    while end and _PART_OF_UNIT.match(old[len(old) - end]):
        end -= 1
    return start, end


def _longest(limit: int, holds: Callable[[int], bool]) -> int:
    """Return the largest count up to `limit` for which `holds`, which is true up to it and false beyond."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _coded(old: str, new: str) -> tuple[str, str, dict[int, str]]:
    """Return both texts with one character for each longer unit, and what each such character stands for."""
    codes: dict[str, str] = {}
    candidates = map(chr, range(_FIRST_CODE, _LAST_CODE))
    free = (code for code in candidates if code not in old and code not in new)

    def code_of(match: re.Match[str]) -> str:
        unit = match[0]
        if len(unit) == 1:
            return unit
        if unit not in codes:
            codes[unit] = next(free)
        return codes[unit]

    before, after = _LONG_UNIT.sub(code_of, old), _LONG_UNIT.sub(code_of, new)
    return before, after, {ord(code): unit for unit, code in codes.items()}
