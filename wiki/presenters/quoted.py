"""A clause's words as HTML with the quotations in them marked, overlapping ones too. Pure."""

from collections import Counter
from collections.abc import Iterable
from itertools import groupby, pairwise

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from wiki.text.anchors import Range, bold_spans


def marked_quotations(text: str, quoted: Iterable[Range], *, url: str) -> SafeString:
    """Return stored text as HTML: escaped, bold and line breaks shown, every quoted stretch a link.

    A link leads to `url` with `?on=start-end`: the comments on just these words, of whichever quotation they are part.
    The first stretch of a quotation carries the id `q<start>` for the way back.
    """
    ranges = [part for part in quoted if 0 <= part.start < part.end <= len(text)]
    edges = sorted({0, len(text), *(edge for part in ranges for edge in part)})
    starts = {part.start for part in ranges}
    bold, hidden = bold_spans(text)
    covered = Counter(part.start for part in ranges)
    covered.subtract(part.end for part in ranges)
    out: list[str] = []
    depth = 0
    for start, end in pairwise(edges):
        depth += covered[start]
        inner = _plain(text, range(start, end), bold, hidden)
        if not depth:
            out.append(inner)
            continue
        name = format_html(' id="q{}"', start) if start in starts else ""
        out.append(
            format_html(
                '<mark class="quoted"{}><a href="{}?on={}-{}#talk">{}</a></mark>',
                name, url, start, end, mark_safe(inner),
            )
        )  # fmt: skip
    return mark_safe("".join(out))


def _plain(text: str, places: range, bold: frozenset[int], hidden: frozenset[int]) -> str:
    out: list[str] = []
    shown = [place for place in places if place not in hidden]
    for is_bold, part in groupby(shown, key=lambda place: place in bold):
        html = str(escape("".join(text[place] for place in part))).replace("\n", "<br>")
        out.append(f"<strong>{html}</strong>" if is_bold else html)
    return "".join(out)
