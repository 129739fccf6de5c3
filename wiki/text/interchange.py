"""What exported files are marked with, and words written so that Markdown shows them as they are, and back. Pure.

Exporting writes it, parsing reads it.
"""

import json
import re

JSON_FORMAT, JSON_SCHEMA = "wiki-document", 1
MARKER = "wiki-document 1"
LABEL_STYLE = "WikiLabel"
NOTE_STYLE = "WikiNote"
ROW_STYLE = "WikiRow"
CLAUSE_STYLES = {
    "article": "WikiArticle",
    "item": "WikiItem",
    "paragraph": "WikiParagraph",
    "heading": "WikiHeading",
}
_BOLD = re.compile(r"\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*")
_SPECIAL = re.compile(r"[\\`*_\[\]~#|{}!]")
_LINE_START = re.compile(r"(?m)^([ \t]*)([-+=]|\d+[.)])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_WRITTEN = re.compile(r"\\([!-/:-@\[-`{-~])|&(lt|gt|amp);")
_PLAIN = {"lt": "<", "gt": ">", "amp": "&"}
_CLAUSE = re.compile(r'<!-- clause (\d+) ([a-z]+)(?: ("(?:[^"\\]|\\.)*"))? -->')


def escape(text: str) -> str:
    """Return a text's Markdown: nothing in it is markup but **bold**, nothing is HTML; line ends are hard breaks."""
    bold: list[str] = []

    def keep(match: re.Match[str]) -> str:
        bold.append(f"**{_escape(match[1])}**")
        return f"\x00{len(bold) - 1}\x00"

    written = _escape(_BOLD.sub(keep, text))
    written = re.sub(r"\x00(\d+)\x00", lambda match: bold[int(match[1])], written)
    written = _LINE_START.sub(lambda match: f"{match[1]}{_guard(match[2])}", written)
    return written.replace("\n", "\\\n")


def _escape(text: str) -> str:
    text = re.sub(r"[&<>]", lambda match: _ENTITIES[match[0]], text)
    return _SPECIAL.sub(lambda match: f"\\{match[0]}", text)


def _guard(start: str) -> str:
    """Return what would open a list or underline a heading, disarmed."""
    return f"\\{start}" if len(start) == 1 else f"{start[:-1]}\\{start[-1]}"


def unescape(written: str) -> str:
    """Return the words of what `escape` wrote."""
    return _WRITTEN.sub(lambda match: match[1] or _PLAIN[match[2]], written.replace("\\\n", "\n"))


def clause_marker(depth: int, kind: str, label: str) -> str:
    """Return the comment that names a clause's place, kind and label in exported Markdown."""
    name = json.dumps(label, ensure_ascii=False).replace("-", "\\u002d").replace(">", "\\u003e")
    return f"<!-- clause {depth} {kind} {name.replace('<', chr(92) + 'u003c')} -->"


def read_marker(line: str) -> tuple[int, str, str] | None:
    """Return (depth, kind, label) of such a comment, None for any other line."""
    match = _CLAUSE.fullmatch(line.strip())
    if match is None:
        return None
    try:
        label = json.loads(match[3]) if match[3] else ""
    except ValueError:
        label = ""
    return int(match[1][:3]), match[2], label
