"""What in a finished tree deserves a second look: numbers that do not follow, skipped levels, cut sentences. Pure.

Marks go on the nodes; nothing of the text is changed.
"""

from collections import Counter
from collections.abc import Sequence

from wiki.kinds import Kind
from wiki.parsing.labels import Label, Style, read_label
from wiki.parsing.lines import SENTENCE_END
from wiki.parsing.places import mark_places
from wiki.parsing.tree import Node

LEVELS = (Style.HAN, Style.HAN_PAREN, Style.NUMBER, Style.NUMBER_PAREN, Style.CIRCLED)
_UNCOUNTED = frozenset({Style.NONE, Style.BULLET, Style.ANNEX})
_SENTENCE_LENGTH = 40


def mark_doubts(nodes: Sequence[Node], title: str) -> None:
    """Mark the nodes of a tree that are uncertain as a whole tree shows it."""
    labels = {id(node): _label(node) for root in nodes for _, node in root.walk()}
    _mark_numbers(nodes, labels)
    _mark_articles(nodes, labels)
    _mark_levels(nodes, labels)
    for root in nodes:
        for _, node in root.walk():
            _mark_cut(node)
    mark_places(nodes, title)


def _label(node: Node) -> Label:
    return read_label(node.label) if node.label else Label(Style.NONE, "", "")


def _mark_numbers(siblings: Sequence[Node], labels: dict[int, Label]) -> None:
    """Compare each number with the one before it of the same form under the same parent."""
    last: dict[Style, Node] = {}
    lost = False
    for node in siblings:
        label = labels[id(node)]
        if any(doubt.rule == "label" for doubt in node.doubts):
            lost = True  # the next number may follow it or not
        elif label.style is Style.NONE and node.kind is Kind.PARAGRAPH:
            last.pop(Style.NUMBER_PAREN, None)
        elif label.style not in _UNCOUNTED and label.style is not Style.ARTICLE and label.number:
            before = last.get(label.style)
            if not lost:
                _compare(node, label.number, before, labels)
            lost = False
            last[label.style] = node
        _mark_numbers(node.children, labels)


def _mark_articles(nodes: Sequence[Node], labels: dict[int, Label]) -> None:
    """Compare articles through the whole document: they are counted across chapters."""
    before: Node | None = None
    for root in nodes:
        for _, node in root.walk():
            if labels[id(node)].style is Style.ANNEX:
                before = None
            if labels[id(node)].style is Style.ARTICLE:
                if "之" not in node.label:
                    _compare(node, labels[id(node)].number, before, labels)
                before = node


def _compare(node: Node, number: int, before: Node | None, labels: dict[int, Label]) -> None:
    if before is None:
        if number > 1:
            node.doubt("gap", f"这一级从“{node.label}”开始，前面可能缺了条款。")
        return
    previous = labels[id(before)].number
    if number == previous:
        node.doubt("repeat", f"序号“{node.label}”重复了，前一个是“{before.label}”。")
    elif number > previous + 1:
        node.doubt("gap", f"前一个序号是“{before.label}”，这里是“{node.label}”，中间可能缺了条款。")
    elif number < previous and number != 1:
        node.doubt("repeat", f"序号“{node.label}”比前一个“{before.label}”小，次序可能乱了。")
    elif number < previous and node.kind is Kind.HEADING:
        node.doubt("repeat", f"标题序号又从“{node.label}”开始，请核对它应当在哪一级下面。")


def _mark_levels(nodes: Sequence[Node], labels: dict[int, Label]) -> None:
    """Mark a number that stands two levels below the one above it, or one where others here do not."""
    pairs: list[tuple[Node, int, int]] = []
    counts: Counter[tuple[int, int]] = Counter()

    def visit(node: Node, above: int | None) -> None:
        style = labels[id(node)].style
        level = LEVELS.index(style) if style in LEVELS else None
        if level is not None and above is not None and level > above:
            pairs.append((node, above, level))
            counts[above, level] += 1
        inside = level if level is not None else (above if node.kind is not Kind.HEADING else None)
        for child in node.children:
            visit(child, inside)

    for root in nodes:
        visit(root, None)
    for node, above, level in pairs:
        step = level - above
        if step > 2 or (step == 2 and counts[above, above + 1] > counts[above, level]):
            names = "一、", "（一）", "1.", "(1)", "①"
            node.doubt(
                "depth", f"“{node.label}”直接在“{names[above]}”一级下面，中间少了“{names[above + 1]}”一级。"
            )


def _mark_cut(node: Node) -> None:
    if node.kind in (Kind.HEADING, Kind.TABLE, Kind.ROW, Kind.HEADER_ROW):
        return
    if len(node.text) >= _SENTENCE_LENGTH and node.text.rstrip()[-1] not in SENTENCE_END:
        node.doubt("cut", f"最后一句没有写完：“…{node.text[-12:]}”，后面可能缺了文字。")
