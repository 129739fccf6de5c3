"""What changed between two wordings, as spans to show. Pure."""

from dataclasses import dataclass
from typing import Literal

from wiki.tokens import edits, encode, tokenize

Operation = Literal["same", "del", "ins"]
_NAMES: dict[str, Operation] = {"=": "same", "-": "del", "+": "ins"}


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
    old_tokens, new_tokens = tokenize(old), tokenize(new)
    spans: list[Span] = []
    at_old = at_new = 0
    for operation, count in edits(*encode([old_tokens, new_tokens]), readable=readable):
        if operation == "+":
            text = "".join(new_tokens[at_new : at_new + count])
            at_new += count
        else:
            text = "".join(old_tokens[at_old : at_old + count])
            at_old += count
            if operation == "=":
                at_new += count
        spans.append(Span(_NAMES[operation], text))
    return tuple(spans)


def changed_share(old: str, new: str) -> float:
    """Return how different two texts are: 0 the same, 1 nothing in common."""
    if old == new:
        return 0.0
    kept = sum(len(span.text) for span in diff_spans(old, new) if span.operation == "same")
    return 1 - 2 * kept / (len(old) + len(new))
