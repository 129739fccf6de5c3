"""Reads back what wiki.exporting wrote: Markdown with a marker before each clause, JSON, Word with its own styles.

The words are the file's, so that people may edit it; the markers only say where each clause stands.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from wiki.kinds import Kind
from wiki.parsing.growing import Placed, grow, placed_after
from wiki.parsing.labels import read_label
from wiki.parsing.tree import DOUBT_LENGTH, LABEL_LIMIT, Doubtful, Parsed, TreeBuilder
from wiki.text.cleaning import CLAUSE_LIMIT
from wiki.text.interchange import JSON_FORMAT, JSON_SCHEMA, MARKER, escape, read_marker, unescape
from wiki.text.tables import join_cells

_HASHES = re.compile(r"\A#{1,6} ")
_BOLD_LABEL = re.compile(r"\*\*(.{1,60}?)\*\* ?")
_CELL_END = re.compile(r"(?<!\\)((?:\\\\)*)\|")
_KINDS = {kind.value for kind in Kind}


def is_exported(text: str) -> bool:
    """Return whether a Markdown text is one of ours."""
    return f"<!-- {MARKER};" in text[:20_000]


def read_markdown(text: str, meta: dict[str, Any], builder: TreeBuilder) -> Parsed:
    """Return the tree of exported Markdown, front matter already read."""
    title = str(meta.get("title") or "")
    placed: list[Placed] = []
    for where, lines in _blocks(text):
        marker = read_marker(lines[0])
        body = lines[1:] if marker else lines
        if marker is None and (lines[0].startswith(f"<!-- {MARKER}") or not body):
            continue
        if marker is None:
            words = builder.clean(unescape("\n".join(body)), where)
            if lines[0].startswith("# ") and not placed:
                title = title or words.removeprefix("# ")
                continue
            placed.append(placed_after(placed[-1] if placed else None, _HASHES.sub("", words, count=1)))
            continue
        depth, kind, label = marker
        if kind.startswith("table"):
            placed += _table(depth, kind.removeprefix("table"), body, builder, where)
        elif kind in _KINDS:
            found, words = _split(body, label)
            placed.append(Placed(depth, Kind(kind), builder.clean(found, where), builder.clean(words, where)))
    return Parsed(title, grow(placed), meta, tuple(builder.problems))


def _blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield (where, lines) of what stands between empty lines; a marker opens a block of its own."""
    block: list[str] = []
    start = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if block and (not line.strip() or read_marker(line)):
            yield f"第 {start} 行", block
            block = []
        if line.strip():
            start = start if block else number
            block.append(line)
    if block:
        yield f"第 {start} 行", block


def _split(body: list[str], label: str) -> tuple[str, str]:
    """Return a clause's label and words; a label that somebody changed in the file is the file's."""
    written = _HASHES.sub("", "\n".join(body), count=1)
    for shown in (f"**{escape(label)}**", escape(label)) if label else ():
        if written == shown or written.startswith(f"{shown} "):
            return label, unescape(written.removeprefix(shown).removeprefix(" "))
    if not label:
        return "", unescape(written)
    bold = _BOLD_LABEL.match(written)
    if bold:
        return unescape(bold[1]), unescape(written[bold.end() :])
    found = read_label(unescape(written))
    return found.label, found.text


def _table(depth: int, kinds: str, body: list[str], builder: TreeBuilder, where: str) -> Iterator[Placed]:
    rows = [_cells(line) for line in body if line.strip().startswith("|")]
    rows = [row for row in rows if not all(re.fullmatch(r":?-{3,}:?", cell) for cell in row)]
    if not kinds.startswith("h") and rows and not any(rows[0]):
        rows = rows[1:]
    yield Placed(depth, Kind.TABLE, "", "")
    for number, cells in enumerate(rows):
        kind = Kind.HEADER_ROW if kinds[number : number + 1] == "h" else Kind.ROW
        yield Placed(
            depth + 1, kind, "", join_cells([builder.clean(unescape(cell), where) for cell in cells])
        )


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|")
    cells, at = [], 0
    for match in _CELL_END.finditer(inner):
        cells.append(inner[at : match.end() - 1].strip())
        at = match.end()
    if inner[at:].strip():
        cells.append(inner[at:].strip())
    return cells


def parse_json(text: str) -> Parsed:
    """Return the tree of exported JSON; raises FileError naming what is wrong and where."""
    from wiki.parsing.files import FileError

    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FileError(f"不是合法的 JSON：{str(error)[:80]}") from error
    if not isinstance(data, dict) or data.get("format") != JSON_FORMAT:
        raise FileError("这个 JSON 不是本站导出的政策文件。")
    if data.get("schema") != JSON_SCHEMA:
        raise FileError(f"不认识的版式 {str(data.get('schema'))[:20]}，只能导入版式 {JSON_SCHEMA}。")
    clauses = data.get("clauses")
    if not isinstance(clauses, list):
        raise FileError("JSON 里没有 clauses。")
    builder = TreeBuilder()
    placed: list[Placed] = []
    for number, clause in enumerate(clauses, start=1):
        if not isinstance(clause, dict) or clause.get("kind") not in _KINDS:
            raise FileError(f"JSON 里第 {number} 个条款没有写对类型（kind）。")
        depth, label, words = clause.get("depth", 0), clause.get("label", ""), clause.get("text", "")
        if not (isinstance(depth, int) and isinstance(label, str) and isinstance(words, str)):
            raise FileError(f"JSON 里第 {number} 个条款的 depth、label 或 text 不对。")
        if len(words) > CLAUSE_LIMIT or len(label) > LABEL_LIMIT:
            raise FileError(f"JSON 里第 {number} 个条款太长。")
        if clause.get("change") == "removed":
            continue
        where = f"第 {number} 个条款"
        placed.append(
            Placed(
                min(max(depth, 0), 99),
                Kind(clause["kind"]),
                builder.clean(label, where),
                builder.clean(words, where),
                tuple(_doubts(clause.get("doubts"))),
            )
        )
    meta = {name: data[name] for name in ("title", "slug", "category", "issuer", "summary") if data.get(name)}
    nodes = grow(placed)
    return Parsed(builder.clean(str(data.get("title") or ""), "标题"), nodes, meta, tuple(builder.problems))


def _doubts(given: Any) -> Iterator[Doubtful]:
    for doubt in given if isinstance(given, list) else ():
        if isinstance(doubt, list) and len(doubt) == 2:
            yield Doubtful(str(doubt[0])[:40], str(doubt[1])[:DOUBT_LENGTH])


def tree_json(parsed: Parsed) -> dict[str, Any]:
    """Return a parsed file as the JSON that `parse_json` reads, doubts included: to keep it between two pages."""
    return {
        "format": JSON_FORMAT,
        "schema": JSON_SCHEMA,
        "title": parsed.title,
        "clauses": [
            {
                "depth": depth,
                "kind": node.kind.value,
                "label": node.label,
                "text": node.text,
                "doubts": [[doubt.rule, doubt.message] for doubt in node.doubts],
            }
            for depth, node in parsed.walk()
        ],
    }
