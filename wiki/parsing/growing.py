"""Trees from lists that say each clause's depth: what exported files hold. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from wiki.kinds import CONTAINERS, ROWS, Kind
from wiki.parsing.labels import read_label
from wiki.parsing.tree import Doubtful, Node


class Placed(NamedTuple):
    """One clause of a list in reading order."""

    depth: int
    kind: Kind
    label: str
    text: str
    doubts: tuple[Doubtful, ...] = ()


def grow(items: Iterable[Placed]) -> tuple[Node, ...]:
    """Return the tree; what cannot stand where its depth says goes to the nearest place where it can."""
    roots: list[Node] = []
    stack: list[tuple[int, Node]] = []
    for depth, kind, label, text, doubts in items:
        if not (label or text) and kind is not Kind.TABLE:
            continue
        while stack and (
            stack[-1][0] >= depth
            or stack[-1][1].kind not in CONTAINERS
            or (stack[-1][1].kind is Kind.TABLE and kind not in ROWS)
        ):
            stack.pop()
        parent = stack[-1][1] if stack else None
        if kind in ROWS and (parent is None or parent.kind is not Kind.TABLE):
            kind = Kind.PARAGRAPH
        node = Node(kind, label, text, doubts=list(doubts))
        (roots if parent is None else parent.children).append(node)
        stack.append((depth, node))
    for root in roots:
        for _, node in root.walk():
            node.children = [
                child for child in node.children if child.kind is not Kind.TABLE or child.children
            ]
    return tuple(node for node in roots if node.kind is not Kind.TABLE or node.children)


def placed_after(before: Placed | None, text: str) -> Placed:
    """Return the place of words that somebody wrote into an exported file by hand: after the clause above them."""
    found = read_label(text)
    if before is None:
        depth = 0
    elif before.kind is Kind.HEADING:
        depth = before.depth + 1
    else:
        depth = before.depth
    if not found.label:
        return Placed(depth, Kind.PARAGRAPH, "", text)
    like = before.kind if before is not None and before.kind in (Kind.ARTICLE, Kind.ITEM) else Kind.ITEM
    return Placed(depth, like, found.label, found.text)
