"""Plain text: one line, one paragraph, after pages and columns have been undone."""

from wiki.parsing.assembling import assemble
from wiki.parsing.lines import clear_pages, find_tables, join_broken, read_lines
from wiki.parsing.tree import Parsed


def parse_plain(text: str) -> Parsed:
    """Return the clause tree of a plain text."""
    lines = read_lines(text)
    cleared = clear_pages(lines, title=lines[0].text if lines else "")
    raw = text.split("\n")
    kept = find_tables(cleared.lines, [raw[int(line.where.split()[1]) - 1] for line in cleared.lines])
    return assemble(join_broken(kept), removed=cleared.removed)
