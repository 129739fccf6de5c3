"""Web pages and pasted fragments: made harmless first, then read block by block.

What Word and browsers put on the clipboard is HTML too. Styles, scripts, pictures and links' targets are no part of a
policy text; headings, lists, tables and line breaks are.
"""

import re
from collections.abc import Iterator
from typing import Any

import nh3
from lxml import html as lxml_html

from wiki.parsing.assembling import assemble
from wiki.parsing.labels import Style, read_label
from wiki.parsing.lines import Line
from wiki.parsing.tree import Parsed

DEPTH_LIMIT = 200
"""How deep tags may be nested: deeper, sanitising takes quadratic time and the reader cuts the rest off."""

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    {"p", "div", "section", "article", "header", "footer", "main", "blockquote", "pre", "center", "dl", "dt", "dd",
     "figure", "figcaption", "address", "caption", "aside", "nav", "fieldset", "form", "legend", "hr"}
)  # fmt: skip
_LISTS = frozenset({"ol", "ul", "menu"})
_TABLE_PARTS = frozenset({"table", "thead", "tbody", "tfoot", "tr", "td", "th"})
_INLINE = frozenset(
    {"b", "strong", "i", "em", "u", "span", "font", "sup", "sub", "a", "ins", "br", "mark", "small"}
)
_KEPT = frozenset(_HEADINGS) | _BLOCKS | _LISTS | _TABLE_PARTS | _INLINE | {"li"}
# Gone with everything in them: what no reader of the page sees as its text.
_DROPPED = frozenset(
    {"script", "style", "del", "s", "strike", "head", "title", "noscript", "template", "iframe", "object", "select",
     "textarea", "button", "svg", "math", "audio", "video", "canvas", "applet"}
)  # fmt: skip
_OPTIONAL_END = frozenset(
    {"p", "li", "td", "th", "tr", "thead", "tbody", "tfoot", "dt", "dd", "option", "html", "body"}
)
_VOID = frozenset(
    {"br", "hr", "img", "input", "meta", "link", "col", "wbr", "area", "base", "embed", "source", "track"}
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]*)[^<>]*?(/?)>")
_TITLE = re.compile(r"<title[^>]*>([^<]{1,300})</title", re.IGNORECASE)
_BODY = re.compile(r"<body[\s>]", re.IGNORECASE)
_FRAGMENT = re.compile(r"<!--StartFragment-->(.*?)<!--EndFragment-->", re.DOTALL)
_LOOKS = re.compile(
    r"<(?:p|div|h[1-6]|table|tr|li|ol|ul|span|br|body|html|article|section)[\s>/]", re.IGNORECASE
)
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f]+")


def looks_like_html(text: str) -> bool:
    """Return whether a text is HTML source rather than words."""
    return len(_LOOKS.findall(text[:20_000])) >= 2


def sanitise(source: str) -> str:
    """Return HTML with the tags that carry structure and nothing else: no attribute but spans of cells.

    Raises wiki.parsing.FileError where tags are nested too deep to be read.
    """
    from wiki.parsing.files import FileError

    depth = deepest = 0
    for match in _TAG.finditer(source):
        name = match[2].lower()
        if name in _VOID or name in _OPTIONAL_END or match[3]:
            continue
        depth = max(0, depth - 1) if match[1] else depth + 1
        deepest = max(deepest, depth)
    if deepest > DEPTH_LIMIT:
        raise FileError("这段网页的标签套得太深，没有读入；请只复制正文部分。")

    def keep(tag: str, name: str, value: str) -> str | None:
        if name == "style":  # only to see what is hidden
            return "hidden" if _HIDDEN.search(value) else None
        return value if value.isdecimal() and len(value) < 3 else None

    return nh3.clean(
        source,
        tags=set(_KEPT),
        clean_content_tags=set(_DROPPED),
        attributes={
            **{tag: {"style"} for tag in _KEPT - {"td", "th", "ol"}},
            "td": {"colspan", "style"},
            "th": {"colspan", "style"},
            "ol": {"start", "style"},
        },
        attribute_filter=keep,
        url_schemes=set(),
        link_rel=None,
        strip_comments=True,
    )


def parse_html(source: str) -> Parsed:
    """Return the clause tree of a web page or of what was pasted from one or from Word."""
    fragment = _FRAGMENT.search(source)
    head = "" if fragment else (_TITLE.search(source) or [""] * 2)[1]
    body = fragment[1] if fragment else source
    if not fragment and (start := _BODY.search(body)):
        body = body[start.start() :]
    clean = sanitise(body)
    if not clean.strip():
        return Parsed("", ())
    root = lxml_html.fragment_fromstring(clean, create_parent="div")
    lines = list(_Walker().walk(root))
    parsed = assemble(lines)
    if not parsed.title and head:
        parsed = Parsed(
            " ".join(lxml_html.fromstring(f"<p>{nh3.clean_text(head)}</p>").text_content().split()),
            parsed.nodes,
            problems=parsed.problems,
            facts=parsed.facts,
            removed=parsed.removed,
        )
    return parsed


class _Walker:
    """Reads sanitised elements in order and yields a Line wherever a block begins or ends."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._number = 0
        self._tables = 0
        self._level = 0
        self._label = ""
        self._indent = 0

    def walk(self, root: Any) -> Iterator[Line]:
        yield from self._visit(root, 0)
        yield from self._flush()

    def _visit(self, element: Any, lists: int) -> Iterator[Line]:
        self._take(element.text)
        number = 0
        if element.tag == "ol":
            number = int(element.get("start") or 1) - 1
        for child in element:
            if not isinstance(child.tag, str) or child.get("style") == "hidden":
                self._take(child.tail)
                continue
            if child.tag == "table":
                yield from self._flush()
                yield from self._table(child)
            elif child.tag in _LISTS:
                yield from self._flush()
                yield from self._visit(child, lists + 1)
                yield from self._flush()
            elif child.tag == "li":
                yield from self._flush()
                number += 1
                self._label = f"{number}." if element.tag == "ol" else "•"
                self._indent = max(lists - 1, 0)
                yield from self._visit(child, lists)
                yield from self._flush()
            elif child.tag in _HEADINGS:
                yield from self._flush()
                self._level = _HEADINGS[child.tag]
                yield from self._visit(child, lists)
                yield from self._flush()
            elif child.tag == "br":
                yield from self._flush()
            elif child.tag in _BLOCKS or child.tag in _TABLE_PARTS:
                label = self._label if not "".join(self._words).strip() else ""
                yield from self._flush()
                self._label = label
                yield from self._visit(child, lists)
                yield from self._flush()
            else:
                yield from self._visit(child, lists)
            self._take(child.tail)

    def _take(self, text: str | None) -> None:
        if text:
            self._words.append(text)

    def _flush(self) -> Iterator[Line]:
        """Yield what has been read since the last block as one line."""
        raw = _SPACE.sub(" ", "".join(self._words))
        words = raw.strip(" \u00a0\u3000")
        self._words = []
        if not words:
            return
        self._number += 1
        label = self._label
        if label and _has_number(words):
            label = ""
        yield Line(
            words,
            f"第 {self._number} 段",
            level=self._level,
            label=label,
            indent=self._indent if label else 0,
            inset=raw[:1] in ("\u00a0", "\u3000"),
        )
        self._level = 0
        self._label = ""

    def _table(self, table: Any) -> Iterator[Line]:
        """Yield a table; one that only lays a page out, a single cell or cells full of blocks, is read through."""
        rows = [row for row in table.iter("tr") if _nearest_table(row) is table]
        cells = [[cell for cell in row if cell.tag in ("td", "th")] for row in rows]
        if max((len(row) for row in cells), default=0) < 2 or any(
            cell.find(".//table") is not None for row in cells for cell in row
        ):
            yield from self._visit(table, 0)
            yield from self._flush()
            return
        self._tables += 1
        read = []
        for row in cells:
            line: list[str] = []
            for cell in row:
                text = " ".join(" ".join(cell.itertext()).split())
                line += [text] + [""] * (min(int(cell.get("colspan") or 1), 30) - 1)
            read.append(line)
        header = len(rows) > 1
        yield Line("", f"第 {self._tables} 个表格", rows=read, header=header)


def _has_number(words: str) -> bool:
    """Return whether an item of a list carries a number of its own."""
    return read_label(words).style not in (Style.NONE, Style.BULLET)


def _nearest_table(element: Any) -> Any:
    return next(element.iterancestors("table"), None)
