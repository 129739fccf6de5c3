"""Plain text: one line, one paragraph; a short first line without a full stop is the title."""

from wiki.parsing.tree import Parsed, TreeBuilder

TITLE_LENGTH = 80


def parse_plain(text: str) -> Parsed:
    """Return the clause tree of a plain text."""
    builder = TreeBuilder()
    title = ""
    for number, line in enumerate(text.split("\n"), start=1):
        where = f"第 {number} 行"
        if not title and not builder.nodes:
            candidate = builder.clean(line, where)
            if candidate and is_title(candidate):
                title = candidate
                continue
        builder.add_line(line, where=where)
    return Parsed(title, builder.finish(), problems=tuple(builder.problems))


def is_title(line: str) -> bool:
    """Return whether a file's first line names the document: short, one line, no sentence end."""
    return (
        len(line) <= TITLE_LENGTH
        and "\n" not in line
        and not line.endswith(("。", "；", ";", "，", ",", "：", ":"))
    )
