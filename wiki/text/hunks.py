"""A change taken apart into the pieces that can be adopted one by one. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from wiki.text.diff import diff_spans

CONTEXT = 10


@dataclass(frozen=True)
class Hunk:
    """One piece of a change: `removed` is replaced by `added`, between the words `before` and `after`."""

    number: int
    removed: str
    added: str
    before: str
    after: str


def hunks(old: str, new: str) -> list[Hunk]:
    """Return the pieces of the change from `old` to `new`, in order, numbered from 0."""
    found: list[Hunk] = []
    for kept, removed, added, rest in _pieces(old, new):
        found.append(Hunk(len(found), removed, added, kept[-CONTEXT:], rest[:CONTEXT]))
    return found


def take(old: str, new: str, chosen: Collection[int]) -> str:
    """Return `old` with only the chosen pieces of the change to `new` made; all chosen it is `new`."""
    out: list[str] = []
    number = -1
    inside = False
    for span in diff_spans(old, new):
        if span.operation == "same":
            inside = False
            out.append(span.text)
            continue
        if not inside:
            inside, number = True, number + 1
        if (span.operation == "ins") == (number in chosen):
            out.append(span.text)
    return "".join(out)


def _pieces(old: str, new: str) -> list[tuple[str, str, str, str]]:
    """Return (kept before, removed, added, kept after) of every piece."""
    spans = diff_spans(old, new)
    found: list[tuple[str, str, str, str]] = []
    kept, removed, added = "", "", ""
    for span in (*spans, None):
        if span is None or span.operation == "same":
            if removed or added:
                found.append((kept, removed, added, span.text if span else ""))
            kept, removed, added = span.text if span else "", "", ""
        elif span.operation == "del":
            removed += span.text
        else:
            added += span.text
    return found
