"""Chinese official numbering: 附件 第X章 第X节 第X条 第X款 第X项, 一、 （一） 1. (1) ①, and their one-sign forms. Pure."""

import re
from enum import Enum
from typing import NamedTuple

from nlp.numerals import read_numeral


class Style(Enum):
    """How a line is numbered; the rank says what holds what, lower outside."""

    ANNEX = 5
    PART = 10
    CHAPTER = 20
    SECTION = 30
    ARTICLE = 40
    PASSAGE = 44
    POINT = 46
    HAN = 50
    HAN_PAREN = 60
    NUMBER = 70
    NUMBER_PAREN = 80
    CIRCLED = 90
    BULLET = 100
    NONE = 1000

    @property
    def rank(self) -> int:
        return self.value


HEADING_STYLES = frozenset({Style.ANNEX, Style.PART, Style.CHAPTER, Style.SECTION})


class Label(NamedTuple):
    style: Style
    label: str
    text: str
    number: int = 0


_HAN = "〇零一二三四五六七八九十百千两"
_NUM = rf"[{_HAN}]{{1,7}}|[0-9０-９]{{1,4}}"
_PATTERNS: tuple[tuple[Style, re.Pattern[str]], ...] = (
    # 附件：… at the end of a letter lists annexes; 附件1 on a line of its own, or with a title, opens one.
    (Style.ANNEX, re.compile(rf"附[ \u3000]?[件录][ \u3000]?(?P<n>{_NUM})?(?=\Z|[ \u3000\n])")),
    (Style.PART, re.compile(rf"第(?P<n>{_NUM})(?:编|篇|部分)")),
    (Style.CHAPTER, re.compile(rf"第(?P<n>{_NUM})章")),
    (Style.SECTION, re.compile(rf"第(?P<n>{_NUM})节")),
    (Style.ARTICLE, re.compile(rf"第(?P<n>{_NUM})条(?:之[{_HAN}]{{1,3}})?")),
    (Style.PASSAGE, re.compile(rf"第(?P<n>{_NUM})款")),
    (Style.POINT, re.compile(rf"第(?P<n>{_NUM})项")),
    (Style.HAN, re.compile(rf"(?P<n>[{_HAN}]{{1,4}})[、．.](?![0-9])")),
    (Style.HAN_PAREN, re.compile(rf"[（(][ \u3000]?(?P<n>[{_HAN}]{{1,4}})[ \u3000]?[）)][、.．]?")),
    (Style.HAN_PAREN, re.compile(r"(?P<n>[㈠-㈩])[、.．]?")),
    (Style.NUMBER, re.compile(r"(?P<n>[0-9０-９]{1,3})(?:[.．](?![0-9０-９])|、(?![0-9０-９]))")),
    (Style.NUMBER, re.compile(r"(?P<n>[⒈-⒛])")),
    (Style.NUMBER_PAREN, re.compile(r"[（(]?(?P<n>[0-9０-９]{1,3})[）)][、.．]?")),
    (Style.NUMBER_PAREN, re.compile(r"(?P<n>[⑴-⒇])[、.．]?")),
    (Style.CIRCLED, re.compile(r"(?P<n>[①-⑳㉑-㉟])[、.．]?")),
    (Style.BULLET, re.compile(r"(?P<n>[•●■◆▪·–—\-*])(?=\s)")),
)
# 第三条规定…, 第一章至第三章… at the start of a line speak of a clause instead of opening one.
_REFERENCE = re.compile(r"规定|所称|所列|所述|第|和|或|及|至|到|、|，|的|中|里|款|项|后|前|之")
_FAMILY = frozenset({Style.PART, Style.CHAPTER, Style.SECTION, Style.ARTICLE, Style.PASSAGE, Style.POINT})
_ONE_SIGN = (range(0x3220, 0x322A), range(0x2488, 0x249C), range(0x2474, 0x2488), range(0x2460, 0x2474))


def read_label(line: str, *, last_article: int = 0) -> Label:
    """Split a line into its label and text; style NONE where it has none.

    第X条 directly followed by words opens an article only where its number follows `last_article`.
    """
    for style, pattern in _PATTERNS:
        match = pattern.match(line)
        if match is None:
            continue
        rest = line[match.end() :]
        number = _number(match["n"], style)
        text = rest.lstrip(" \u3000\n")
        if style in _FAMILY and rest and rest[0] not in " \u3000\n：:":
            if _REFERENCE.match(rest):
                return Label(Style.NONE, "", line)
            if style is Style.ARTICLE and number != last_article + 1:
                return Label(Style.NONE, "", line)
            if style in (Style.PASSAGE, Style.POINT):
                return Label(Style.NONE, "", line)
            if style is not Style.ARTICLE and len(line) > 40:
                return Label(Style.NONE, "", line)
        return Label(style, match[0], text, number)
    return Label(Style.NONE, "", line)


def _number(raw: str | None, style: Style) -> int:
    """Return what a label counts, 0 where it does not count."""
    if not raw or style is Style.BULLET:
        return 0
    for signs in _ONE_SIGN:
        if ord(raw[0]) in signs:
            return ord(raw[0]) - signs.start + 1
    if style is Style.CIRCLED:  # ㉑ to ㉟
        return ord(raw) - 0x3251 + 21
    return read_numeral(raw)


def split_long(text: str, limit: int) -> list[str]:
    """Split an over-long text after sentence ends, or hard where a sentence itself is too long."""
    if len(text) <= limit:
        return [text]
    parts = [""]
    for sentence in re.findall(r"[^。！？\n]*[。！？\n]?", text):
        if len(parts[-1]) + len(sentence) > limit and parts[-1]:
            parts.append("")
        for start in range(0, len(sentence), limit):
            piece = sentence[start : start + limit]
            if len(parts[-1]) + len(piece) > limit:
                parts.append("")
            parts[-1] += piece
    return [part.strip() for part in parts if part.strip()]
