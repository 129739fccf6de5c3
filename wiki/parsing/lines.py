"""Lines of a file before they are nested, and what plain text does to them: pages, columns, spaced tables. Pure.

Word files and web pages give paragraphs as they are; a text file may hold page numbers, running heads, lines broken
where the column ended, and tables drawn with spaces.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from wiki.parsing.labels import Style, read_label
from wiki.parsing.tree import Doubtful

SENTENCE_END = frozenset("。！？；：…!?;:”’」』）)】》>")
_MID_SENTENCE = frozenset("，、,（(《“‘[【〔")
_BLANKS = " \t\u3000\u00a0"
_WRAPPED_LINES = 5
_WRAPPED_SHARE = 0.5
_COLUMN_SLACK = 3
_SHORTEST_COLUMN = 16
_RUNNING_HEAD_LENGTH = 40
_CELL_LENGTH = 30
_PAGE_NUMBER = re.compile(
    r"[-—–－─·•.]+ ?\d{1,4} ?[-—–－─·•.]+"
    r"|第? ?\d{1,4} ?页(?: ?[/／，,]? ?共? ?\d{1,4} ?页)?"
    r"|第[一二三四五六七八九十百]{1,4}页"
    r"|[Pp]age \d{1,4}(?: of \d{1,4})?"
    r"|\d{1,4} ?[/／] ?\d{1,4}"
)
_BARE_NUMBER = re.compile(r"\d{1,3}")
_OPENED = re.compile(r"[（(《“【][^（(《“【）)》”】]*\Z")


@dataclass
class Line:
    """One line or paragraph of a file, or a table at its place.

    `level` > 0: the file itself calls it a heading. `label`: its automatic number, in a list `indent` deep.
    `inset`: it begins with blanks. `gap`: an empty line stands above it.
    """

    text: str
    where: str
    level: int = 0
    label: str = ""
    indent: int = 0
    inset: bool = False
    gap: bool = False
    is_title: bool = False
    rows: list[list[str]] | None = None
    header: bool = False
    doubts: list[Doubtful] = field(default_factory=list)

    @property
    def bare(self) -> bool:
        """Return whether nothing but its own words says what it is."""
        return not (self.level or self.label or self.rows is not None)

    @property
    def numbered(self) -> bool:
        return bool(self.label) or read_label(self.text).style not in (Style.NONE, Style.BULLET)

    @property
    def finished(self) -> bool:
        """Return whether its last sentence ends where the line ends."""
        return self.text[-1:] in SENTENCE_END


@dataclass
class Cleared:
    """Lines without what belongs to the page, and (where, message, words) of what went."""

    lines: list[Line]
    removed: list[tuple[str, str, str]] = field(default_factory=list)


def read_lines(text: str) -> list[Line]:
    """Return a plain text's lines, empty ones only as `gap` of the next."""
    lines: list[Line] = []
    gap = False
    for number, raw in enumerate(text.split("\n"), start=1):
        words = raw.strip(_BLANKS + "\ufeff\u200b")
        if not words:
            gap = True
            continue
        lines.append(Line(words, f"第 {number} 行", inset=raw[0] in _BLANKS, gap=gap))
        gap = False
    return lines


def clear_pages(lines: Sequence[Line], title: str = "") -> Cleared:
    """Take out page numbers and running heads; the lines around a page's end become neighbours."""
    bare = [index for index, line in enumerate(lines) if line.bare and _BARE_NUMBER.fullmatch(line.text)]
    numbers = [int(lines[index].text) for index in bare]
    counting = len(numbers) >= 3 and all(after == before + 1 for before, after in pairwise(numbers))
    pages = {index for index, line in enumerate(lines) if line.bare and _PAGE_NUMBER.fullmatch(line.text)}
    pages |= set(bare) if counting else set()
    heads = _running_heads(lines, pages, title)
    cleared = Cleared([])
    after_page = False
    for index, line in enumerate(lines):
        if index in pages or index in heads:
            what = "页码" if index in pages else "页眉"
            cleared.removed.append((line.where, f"去掉了{what}“{line.text[:20]}”", line.text))
            after_page = True
            continue
        if after_page:
            line.gap = False
            after_page = False
        cleared.lines.append(line)
    return cleared


def _running_heads(lines: Sequence[Line], pages: set[int], title: str) -> set[int]:
    """Return where a short line comes again and again, mostly beside a page number."""
    if not pages:
        return set()
    counts: Counter[str] = Counter()
    beside: Counter[str] = Counter()
    for index, line in enumerate(lines):
        if line.bare and len(line.text) <= _RUNNING_HEAD_LENGTH and not line.finished and index not in pages:
            counts[line.text] += 1
            beside[line.text] += index - 1 in pages or index + 1 in pages
    heads = {text for text, count in counts.items() if count >= 2 and beside[text] * 2 >= count}
    first = {text: next(index for index, line in enumerate(lines) if line.text == text) for text in heads}
    return {
        index
        for index, line in enumerate(lines)
        if line.bare and line.text in heads and not (line.text == title and index == first[line.text])
    }


def join_broken(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with those put together that the edge of a column or a stray line end took apart.

    A guess is marked on the line; where a whole file is broken at one width, that is no guess.
    """
    width = _column(lines)
    indents = width > 0 and sum(line.inset for line in lines) >= 3
    out: list[Line] = []
    room = 0  # how long the last piece of the line being put together is
    for line in lines:
        before = out[-1] if out else None
        if before is None or not (before.bare and line.bare) or line.numbered:
            out.append(line)
            room = len(line.text)
            continue
        if width and room >= width - _COLUMN_SLACK and not line.gap and not line.inset:
            sure = indents or not before.finished
            if sure:
                before.text += line.text
                room = len(line.text)
                continue
        if _breaks_off(before, line):
            before.text += line.text
            before.doubts.append(
                Doubtful(
                    "joined", f"“…{before.text[: -len(line.text)][-12:]}”后面的换行是猜着接起来的，请核对。"
                )
            )
            room = len(line.text)
            continue
        out.append(line)
        room = len(line.text)
    return out


def _column(lines: Sequence[Line]) -> int:
    """Return the width in characters at which a file breaks its lines, 0 where it does not."""
    long = [line for line in lines if line.bare and len(line.text) >= _SHORTEST_COLUMN]
    lengths = Counter(len(line.text) for line in long if not line.finished)
    if sum(lengths.values()) < _WRAPPED_LINES:
        return 0
    width = max(lengths, key=lambda length: (sum(lengths[length - back] for back in range(3)), length))
    near = sum(lengths[length] for length in range(width - _COLUMN_SLACK, width + 2))
    longer = sum(1 for line in long if len(line.text) > width + 1)
    if near < _WRAPPED_LINES or near < _WRAPPED_SHARE * sum(lengths.values()) or longer * 5 > near:
        return 0
    return width


def _breaks_off(before: Line, after: Line) -> bool:
    """Return whether a line stops inside a bracket or after a comma, and the next one reads on."""
    if before.text[-1] in _MID_SENTENCE:
        return True
    return bool(_OPENED.search(before.text)) and not after.inset and not before.finished


def find_tables(lines: Sequence[Line], raw: Sequence[str]) -> list[Line]:
    """Return the lines with tables in place of runs of lines whose cells stand apart by tabs or wide blanks.

    `raw[i]` is line i as the file has it.
    """
    cells = [_cells(text) if line.bare else [] for line, text in zip(lines, raw, strict=True)]
    out: list[Line] = []
    index = 0
    while index < len(lines):
        end = index
        while end < len(lines) and len(cells[end]) >= 2 and len(cells[end]) == len(cells[index]):
            end += 1
        tabs = any("\t" in text.strip() for text in raw[index:end])
        if end - index >= (2 if tabs else 3):
            table = Line("", lines[index].where, rows=[cells[at] for at in range(index, end)], header=True)
            table.doubts.append(
                Doubtful(
                    "table", f"这个表格是按空格分出来的（{end - index} 行、{len(cells[index])} 列），请核对。"
                )
            )
            out.append(table)
            index = end
        else:
            out.append(lines[index])
            index += 1
    return out


def _cells(raw: str) -> list[str]:
    parts = [part.strip(_BLANKS) for part in re.split(r"\t+|[ \u3000]{2,}", raw.strip(_BLANKS))]
    if len(parts) < 2 or any(not part or len(part) > _CELL_LENGTH for part in parts):
        return []
    if any(part[-1] in "。；" for part in parts[:-1]) or read_label(parts[0]).text == "":
        return []
    return parts
