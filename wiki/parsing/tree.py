"""The clause tree a parser produces, and the builder that nests lines by their labels."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from wiki.kinds import Kind
from wiki.parsing.labels import HEADING_STYLES, Style, read_label, split_long
from wiki.text.cleaning import CLAUSE_LIMIT, strip_forbidden, tidy
from wiki.text.tables import join_cells

HEADING_LENGTH = 40
LABEL_LIMIT = 40
DOUBT_LENGTH = 200
_SENTENCE_MARKS = tuple("。；;：:！!？?，,、.…”")


@dataclass(frozen=True)
class Doubtful:
    """Something the reader of a file's structure was not sure of: a rule's short name, and a Chinese sentence."""

    rule: str
    message: str


@dataclass
class Node:
    """One clause of a file, with its children in order, and what is uncertain about it."""

    kind: Kind
    label: str = ""
    text: str = ""
    children: list[Node] = field(default_factory=list)
    doubts: list[Doubtful] = field(default_factory=list, compare=False)

    def doubt(self, rule: str, message: str) -> None:
        """Mark this clause for the editor; each rule speaks once of a clause."""
        if all(known.rule != rule for known in self.doubts):
            self.doubts.append(Doubtful(rule, message[:DOUBT_LENGTH]))

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Node]]:
        """Yield (depth, node) for this node and all below it, in reading order."""
        yield depth, self
        for child in self.children:
            yield from child.walk(depth + 1)


@dataclass(frozen=True)
class Problem:
    """Something in a file that could not be taken over as it stands: where, and what."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}：{self.message}"


@dataclass(frozen=True)
class Parsed:
    """A file's title, front matter, clauses and problems.

    `facts` are what its words say of the document: number, addressee, issuer, date; `removed` are the lines that
    belong to the page it was printed on (page numbers, running heads, a web page's frame) and not to the text.
    """

    title: str
    nodes: tuple[Node, ...]
    meta: dict[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)
    removed: tuple[str, ...] = ()

    def walk(self) -> Iterator[tuple[int, Node]]:
        for node in self.nodes:
            yield from node.walk()

    @property
    def doubts(self) -> list[tuple[Node, Doubtful]]:
        """Return what is uncertain, in reading order."""
        return [(node, doubt) for _, node in self.walk() for doubt in node.doubts]

    @property
    def digest(self) -> str:
        """Return a hash of title, structure and wording: equal when an import would change nothing."""
        digest = hashlib.sha256(self.title.encode())
        for depth, node in self.walk():
            digest.update(f"\n{depth}\t{node.kind.value}\t{node.label}\t{node.text}".encode())
        return digest.hexdigest()


class TreeBuilder:
    """Takes lines and tables in reading order and nests them: outer labels hold inner ones.

    Where a file names heading levels (Markdown #, Word styles) those decide; elsewhere the label's style does:
    第X章 holds 第X节 holds 第X条 holds 一、 holds （一） holds 1. holds (1).
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.problems: list[Problem] = []
        self._open: list[tuple[tuple[int, int], Node]] = []
        self._article = 0

    def problem(self, where: str, message: str) -> None:
        self.problems.append(Problem(where, message))

    def clean(self, text: str, where: str) -> str:
        """Return the text fit to store, reporting characters that had to go."""
        text, dropped = strip_forbidden(tidy(text))
        if dropped:
            self.problem(where, f"去掉了 {dropped} 个无法显示的特殊字符")
        return tidy(text)

    @staticmethod
    def plain(text: str) -> str:
        """Return the text as `clean` does, without a report: to look at before it is added."""
        return tidy(strip_forbidden(tidy(text))[0])

    def add_line(
        self,
        text: str,
        *,
        where: str,
        level: int = 0,
        label: str = "",
        indent: int = 0,
        doubts: Iterable[Doubtful] = (),
    ) -> None:
        """Add one line or paragraph. `level` > 0 marks a heading, `label` comes from automatic numbering."""
        text = self.clean(text, where)
        found = read_label(f"{label} {text}" if label else text, last_article=self._article)
        if found.style is Style.NONE and label:
            found = found._replace(style=Style.BULLET, label=label, text=text)
        if len(found.label) > LABEL_LIMIT:
            found = found._replace(style=Style.NONE, label="", text=text)
        if not (found.label or found.text):
            return
        parts = split_long(found.text, CLAUSE_LIMIT)
        if len(parts) > 1:
            self.problem(where, f"一段有 {len(found.text)} 个字，按句子分成了 {len(parts)} 段")
        if found.style is Style.ARTICLE:
            self._article = found.number
        node = Node(_kind(found.style), found.label, parts[0], doubts=list(doubts))
        if len(parts) > 1:
            node.doubt("long", f"原文这一段有 {len(found.text)} 个字，按句子分成了 {len(parts)} 段。")
        if level:
            node.kind = Kind.HEADING
            self._place(node, (0, level))
        elif found.style is Style.NONE:
            self._attach(node)
        else:
            self._place(node, _rank(found.style, indent if label else None))
        for part in parts[1:]:
            self._attach(Node(Kind.PARAGRAPH, "", part))

    def add_labelled(self, label: str, text: str, style: Style, *, doubts: Iterable[Doubtful]) -> None:
        """Add a line whose label is damaged, where one of `style` would stand."""
        self._place(Node(_kind(style), label, text, doubts=list(doubts)), _rank(style, None))

    def add_closing(self, text: str, *, where: str) -> None:
        """Add a line that belongs to no section: a signature, its date."""
        self._open.clear()
        self.nodes.append(Node(Kind.PARAGRAPH, "", self.clean(text, where)))

    def add_table(
        self, rows: list[list[str]], *, where: str, header: bool, doubts: Iterable[Doubtful] = ()
    ) -> None:
        """Add a table; its rows become child clauses, the first one a header row where `header` says so."""
        table = Node(Kind.TABLE, doubts=list(doubts))
        for number, row in enumerate(rows, start=1):
            place = f"{where}第 {number} 行"
            text = join_cells([self.clean(cell, place) for cell in row])
            if not text.replace("|", "").strip():
                continue
            if len(text) > CLAUSE_LIMIT:
                self.problem(place, f"这一行有 {len(text)} 个字，改作段落导入")
                for part in split_long(text, CLAUSE_LIMIT):
                    self._attach(Node(Kind.PARAGRAPH, "", part))
                continue
            table.children.append(Node(Kind.HEADER_ROW if header and number == 1 else Kind.ROW, "", text))
        if table.children:
            self._attach(table)

    def finish(self) -> tuple[Node, ...]:
        """Return the tree: a short labelled line without a full stop that has children is a heading."""
        for root in self.nodes:
            for _, node in root.walk():
                if node.kind is Kind.ITEM and node.children and _looks_like_heading(node.text):
                    node.kind = Kind.HEADING
        return tuple(self.nodes)

    def _place(self, node: Node, rank: tuple[int, int]) -> None:
        """Put a labelled node below the nearest open one of a higher rank."""
        while self._open and self._open[-1][0] >= rank:
            self._open.pop()
        (self._open[-1][1].children if self._open else self.nodes).append(node)
        self._open.append((rank, node))

    def _attach(self, node: Node) -> None:
        """Put an unlabelled node where it reads on: below a heading or article, after a closed list of items."""
        depth = len(self._open)
        while depth and _is_closed_item(self._open[depth - 1][1], self._open[:depth]):
            depth -= 1
        del self._open[depth:]
        (self._open[-1][1].children if self._open else self.nodes).append(node)


def _kind(style: Style) -> Kind:
    if style is Style.NONE:
        return Kind.PARAGRAPH
    if style in HEADING_STYLES:
        return Kind.HEADING
    return Kind.ARTICLE if style is Style.ARTICLE else Kind.ITEM


def _rank(style: Style, indent: int | None) -> tuple[int, int]:
    """Return the rank of a label; in a list of the file's own (`indent` given) its depth decides, not its signs."""
    if indent is not None and style.rank >= Style.NUMBER.rank:
        return (1, Style.NUMBER.rank + indent)
    return (1, style.rank)


def _looks_like_heading(text: str) -> bool:
    return 0 < len(text) <= HEADING_LENGTH and not text.endswith(_SENTENCE_MARKS) and "\n" not in text


def _is_closed_item(node: Node, above: list[tuple[tuple[int, int], Node]]) -> bool:
    """Return whether the text after `node` belongs further up: after items of an article, or of a list with ；."""
    if node.kind is not Kind.ITEM or _looks_like_heading(node.text):
        return False
    if node.text.endswith(("：", ":")):
        return False
    inside_article = any(outer.kind is Kind.ARTICLE for _, outer in above)
    siblings = above[-2][1].children if len(above) > 1 else []
    in_list = any(sibling.text.endswith(("；", ";")) for sibling in siblings)
    return inside_article or in_list
