"""Lines into a clause tree by the form of a Chinese official document.

Title, document number, addressee, sections, annexes, signature and date; and, after the numbered text has ended,
what somebody pasted behind it.
"""

import re
from collections.abc import Sequence
from typing import Any

from wiki.parsing.frames import clear_frame, is_leftover
from wiki.parsing.labels import Style, read_label
from wiki.parsing.lines import Line
from wiki.parsing.tree import HEADING_LENGTH, Doubtful, Parsed, TreeBuilder

TITLE_LENGTH = 80
_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,14} ?[〔\[【（(﹝]\d{4}[〕\]】）)﹞] ?(?:第 ?)?\d{1,5} ?号")
_ADDRESSEE = re.compile(
    r"[\u4e00-\u9fff、，,（）() ]{2,120}(?:政府|局|委|委员会|办|办公室|部门|单位|公司|院|厅|中心|同志|机构)[:：]"
)
_DATE = re.compile(
    r"[（(]?(?:\d{4} ?年 ?\d{1,2} ?月 ?\d{1,2} ?日|[〇○零一二三四五六七八九]{4}年[一二三四五六七八九十]{1,3}月[一二三四五六七八九十]{1,3}日)[）)]?"
)
_SIGNER = re.compile(
    r"[\u4e00-\u9fff（）() ]{2,38}(?:政府|局|委|委员会|办公室|厅|部|院|中心|总队|大队|管理处|公司|协会|领导小组|指挥部)"
)
_ANNEX_LIST = re.compile(r"(?P<label>附[ \u3000]?件[ \u3000]?[:：])(?P<text>.+)", re.DOTALL)
_ABOUT = re.compile(r"关于|《")
_KIND_OF_TEXT = re.compile(
    r"(?:通知|意见|办法|规划|计划|方案|规定|决定|条例|细则|公告|通告|函|请示|报告|批复|纲要|要点|准则|导则|稿|[》）)])\Z"
)
_BROKEN_LABEL = re.compile(r"[）)][、.．]?(?=[\u4e00-\u9fff“])")
_SECTIONS = (Style.HAN, Style.CHAPTER)


def assemble(
    lines: Sequence[Line],
    *,
    builder: TreeBuilder | None = None,
    title: str = "",
    meta: dict[str, Any] | None = None,
    removed: Sequence[tuple[str, str, str]] = (),
) -> Parsed:
    """Return the clause tree of a file's lines."""
    builder = builder or TreeBuilder()
    cleared = clear_frame(lines)
    removed = [*removed, *cleared.removed]
    kept = [line for line in cleared.lines if line.rows is not None or line.text.strip()]
    facts: dict[str, str] = {}
    title, start = _take_title(kept, builder, title, facts)
    before_sections = True
    closing = _closing(kept, facts)
    tail = _tail(kept, closing)
    for index in range(start, len(kept)):
        line = kept[index]
        if line.rows is not None:
            builder.add_table(line.rows, where=line.where, header=line.header, doubts=line.doubts)
            continue
        text = builder.plain(line.text)
        before_sections = before_sections and not line.numbered
        if before_sections and title and "".join(text.split()) == "".join(title.split()):
            removed.append((line.where, "与标题相同，没有重复导入", line.text))
            continue
        if is_leftover(text):
            line.doubts.append(Doubtful("leftover", "这一行可能是网页或版面上的文字，请核对是否属于正文。"))
        if index in closing:
            builder.add_closing(line.text, where=line.where)
        elif line.bare and (annexes := _ANNEX_LIST.fullmatch(text)):
            _add_annexes(builder, line, annexes["label"], annexes["text"].strip())
        elif line.bare and (broken := _BROKEN_LABEL.match(text)):
            _add_broken(builder, kept, index, text, broken[0])
        elif tail is not None and index >= tail and _names_what_follows(kept, index):
            if index == tail:
                left = sum(1 for one in kept[tail:] if one.rows is None)
                line.doubts.append(
                    Doubtful(
                        "tail",
                        f"编号的正文到上一段为止；从这里到文末的 {left} 段没有接着编号，像是贴进来的材料，请核对。",
                    )
                )
            builder.add_line(line.text, where=line.where, level=1, doubts=line.doubts)
        else:
            if "addressee" not in facts and before_sections and _ADDRESSEE.fullmatch(text):
                facts["addressee"] = text.rstrip(":：")
            builder.add_line(
                line.text,
                where=line.where,
                level=line.level,
                label=line.label,
                indent=line.indent,
                doubts=line.doubts,
            )
    for where, message, _ in removed:
        builder.problem(where, message)
    return Parsed(
        title,
        builder.finish(),
        meta or {},
        tuple(builder.problems),
        facts,
        tuple(words for _, _, words in removed),
    )


def _take_title(
    lines: Sequence[Line], builder: TreeBuilder, title: str, facts: dict[str, str]
) -> tuple[str, int]:
    """Return the title and where the text after it begins; a document number above it becomes a clause."""
    if title:
        return title, 0
    for index, line in enumerate(lines[:3]):
        if line.rows is not None or line.label:
            return "", index
        text = builder.plain(line.text)
        if _NUMBER.fullmatch(text) and not line.is_title:
            facts["number"] = text
            builder.add_line(line.text, where=line.where)
            continue
        if not text or not (line.is_title or (line.level <= 1 and is_title(text))):
            return "", index
        builder.clean(line.text, line.where)
        after = lines[index + 1] if index + 1 < len(lines) else None
        if after is not None and not line.is_title and _goes_on(text, after):
            builder.problem(after.where, "标题占两行，接成了一行")
            return text + builder.clean(after.text, after.where), index + 2
        return text, index + 1
    return "", min(len(lines), 3)


def is_title(line: str) -> bool:
    """Return whether a file's first line names the document: short, one line, no sentence end."""
    return (
        len(line) <= TITLE_LENGTH
        and "\n" not in line
        and not line.endswith(("。", "；", ";", "，", ",", "：", ":"))
    )


def _goes_on(title: str, after: Line) -> bool:
    """Return whether a title that names its subject but no kind of document ends on the next line."""
    return (
        bool(_ABOUT.search(title))
        and not _KIND_OF_TEXT.search(title)
        and after.bare
        and not after.gap
        and len(after.text) <= HEADING_LENGTH
        and bool(_KIND_OF_TEXT.search(after.text))
    )


def _closing(lines: Sequence[Line], facts: dict[str, str]) -> set[int]:
    """Return where the signature and its date stand: the last date on a line of its own, what signs above it."""
    for index in range(len(lines) - 1, 0, -1):
        line = lines[index]
        if not (line.bare and _DATE.fullmatch(line.text)):
            continue
        found = {index}
        signers = index - 1
        while signers > 0 and lines[signers].bare and _SIGNER.fullmatch(lines[signers].text):
            found.add(signers)
            signers -= 1
        facts["date"] = line.text.strip("（()）")
        if len(found) > 1:
            facts["issuer"] = "、".join(lines[at].text for at in sorted(found)[:-1])
        return found
    return set()


def _tail(lines: Sequence[Line], closing: set[int]) -> int | None:
    """Return where pasted material begins: an unnumbered heading after the last section of a numbered text."""
    sections = [
        index
        for index, line in enumerate(lines)
        if line.bare and read_label(line.text).style in _SECTIONS and len(line.text) <= 2 * HEADING_LENGTH
    ]
    if len(sections) < 2:
        return None
    end = max(closing, default=sections[-1])
    for index in range(max(sections[-1], end) + 1, len(lines)):
        if read_label(lines[index].text).style is Style.ANNEX or lines[index].level:
            return None
        if _names_what_follows(lines, index):
            return index
    return None


def _names_what_follows(lines: Sequence[Line], index: int) -> bool:
    """Return whether a line looks like a heading without a number: short, no sentence, with a text below it."""
    line = lines[index]
    if not line.bare or line.numbered or len(line.text) > HEADING_LENGTH or index + 1 >= len(lines):
        return False
    if line.text.endswith(tuple("。；;，,、.…”")) or _DATE.fullmatch(line.text):
        return False
    after = lines[index + 1]
    return after.rows is not None or after.numbered or len(after.text) > len(line.text)


def _add_annexes(builder: TreeBuilder, line: Line, label: str, text: str) -> None:
    """Add the list of annexes at a letter's end; numbered ones stand below its name."""
    if read_label(text).label:
        builder.add_labelled(label, "", Style.ANNEX, doubts=line.doubts)
        builder.add_line(text, where=line.where)
    else:
        builder.add_labelled(label, text, Style.ANNEX, doubts=line.doubts)


def _add_broken(builder: TreeBuilder, lines: Sequence[Line], index: int, text: str, label: str) -> None:
    """Add a line whose number has lost its front, at the level of the next number with such a bracket."""
    wanted = (Style.HAN_PAREN, Style.NUMBER_PAREN)
    following = (read_label(line.text) for line in lines[index + 1 :] if line.bare)
    found = next((one for one in following if one.style in wanted), None)
    style = Style.HAN_PAREN if found is None else found.style
    hint = f"，后面是“{found.label}”" if found is not None else ""
    doubt = Doubtful("label", f"序号残缺，只剩“{label}”{hint}，请补全。")
    builder.add_labelled(label, text[len(label) :], style, doubts=[*lines[index].doubts, doubt])
