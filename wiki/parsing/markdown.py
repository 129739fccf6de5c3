"""Markdown with optional YAML front matter. Block structure is Markdown's, numbering is Chinese official style.

Inline marks stay in the text as they are written; **bold** is the only one that pages show.
"""

import re
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from wiki.parsing.exported import is_exported, read_markdown
from wiki.parsing.labels import Style, read_label
from wiki.parsing.tree import Parsed, TreeBuilder

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_LINK = re.compile(r"(?<!!)\[([^\]\n]+)\]\((\S+?)\)")
_BOLD_LABEL = re.compile(r"\A(?:\*\*|__)(.{1,40}?)(?:\*\*|__)[ \u3000]*")
_HAN = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")


def parse_markdown(text: str) -> Parsed:
    """Return the clause tree of a Markdown text; front matter goes to `meta`, broken front matter to problems."""
    builder = TreeBuilder()
    meta, text = _front_matter(text, builder)
    if is_exported(text):
        return read_markdown(text, meta, builder)
    parser = (
        MarkdownIt("commonmark", {"html": False}).enable("table").disable(["code", "reference", "html_block"])
    )
    tokens = parser.parse(text)
    title = str(meta.get("title") or "").strip()
    ordered: list[tuple[str, int]] = []
    level = index = 0
    marker = ""
    while index < len(tokens):
        token = tokens[index]
        where = f"第 {token.map[0] + 1} 行" if token.map else "文中"
        if token.type == "heading_open":
            level = int(token.tag[1:])
        elif token.type == "heading_close":
            level = 0
        elif token.type == "list_item_open":
            marker = f"{token.info}{token.markup}" if token.info else "•"
            ordered.append((marker, 1))
        elif token.type == "list_item_close":
            ordered.pop()
            marker = ""
        elif token.type == "inline":
            heading = builder.clean(token.content, where)
            if level == 1 and (not title or heading == title) and not builder.nodes:
                title = heading
            else:
                _add_inline(builder, token.content, where, level, marker, max(len(ordered) - 1, 0))
            marker = ""
        elif token.type in ("fence", "code_block", "html_block"):
            _add_inline(builder, token.content, where, 0, "", 0)
        elif token.type == "table_open":
            index = _add_table(builder, tokens, index, where)
        index += 1
    return Parsed(title, builder.finish(), meta, tuple(builder.problems))


def _front_matter(text: str, builder: TreeBuilder) -> tuple[dict[str, Any], str]:
    match = _FRONT_MATTER.match(text)
    if match is None:
        return {}, text
    blank_lines = "\n" * match[0].count("\n")  # so that line numbers in messages stay right
    try:
        meta = yaml.safe_load(match[1])
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        builder.problem("文件头", f"不是合法的 YAML：{str(error).splitlines()[0]}")
        return {}, blank_lines + text[match.end() :]
    if not isinstance(meta, dict):
        if meta is not None:
            builder.problem("文件头", "应当是“名称: 值”的列表")
        return {}, blank_lines + text[match.end() :]
    return {str(name): value for name, value in meta.items()}, blank_lines + text[match.end() :]


def _add_inline(builder: TreeBuilder, content: str, where: str, level: int, marker: str, indent: int) -> None:
    """Add a paragraph; lines that open with a label of their own are separate clauses, others read on."""
    content = _LINK.sub(lambda link: link[1] if link[1] == link[2] else f"{link[1]}（{link[2]}）", content)
    paragraph = ""
    for line in content.split("\n"):
        line = line.strip(" \t\u3000")
        bold = _BOLD_LABEL.match(line)
        if bold and read_label(bold[1]).style is not Style.NONE:
            line = f"{bold[1].strip()} {line[bold.end() :]}".strip()
        opens = read_label(line).style not in (Style.NONE, Style.BULLET)
        if paragraph and not opens and not level:
            paragraph = _join(paragraph, line)
            continue
        if paragraph:
            builder.add_line(paragraph, where=where, level=level, label=marker, indent=indent)
            marker = ""
        paragraph = line
    builder.add_line(paragraph, where=where, level=level, label=marker, indent=indent)


def _join(before: str, after: str) -> str:
    """Join two lines of one paragraph: without a space between Han characters or punctuation."""
    if before.endswith("\\"):
        return f"{before[:-1]}\n{after}"
    tight = bool(before and after) and bool(_HAN.match(before[-1]) or _HAN.match(after[0]))
    return before + ("" if tight else " ") + after


def _add_table(builder: TreeBuilder, tokens: list[Token], index: int, where: str) -> int:
    rows: list[list[str]] = []
    while tokens[index].type != "table_close":
        token = tokens[index]
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(token.content)
        index += 1
    builder.add_table(rows, where=where, header=True)
    return index
