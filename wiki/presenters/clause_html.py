"""The text of a document as HTML, clause by clause.

Written here and not in a template: a thousand clauses with their tools take Django's templates a hundred
milliseconds and this four. Everything that is not HTML already is escaped here.
"""

from collections.abc import Iterable
from html import escape  # Django's looks whether text is lazy or safe already, a thousand times here

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from wiki.kinds import ROWS, Kind
from wiki.presenters.parts import Block


def text_html(blocks: Iterable[Block], *, tools: bool = False, is_open: bool = False) -> SafeString:
    """Return the clauses in order; `tools`: links to change a clause and to what is said of it; `is_open`: it may be."""
    shown = _Tools(is_open) if tools else None
    return mark_safe("".join(_table(block, shown) if block.row.kind == Kind.TABLE else _clause(block, shown) for block in blocks))  # fmt: skip


class _Tools:
    """The links beside a clause; their words are looked up once."""

    def __init__(self, is_open: bool) -> None:
        self.is_open = is_open
        self.edit, self.suggestions, self.comments = _("改一改"), _("条建议"), _("条评论")
        self.comment, self.ups, self.downs = _("评论"), _("支持"), _("反对")

    def html(self, block: Block) -> str:
        out = ['<span class="clause-tools">']
        if self.is_open:
            out.append(
                f'<a class="clause-edit" href="{block.suggest_url}">{self.edit}'
                f'<span class="visually-hidden">：{escape(block.name)}</span></a>'
            )
        if block.count:
            out.append(f'<a class="clause-count" href="{block.url}">{block.count} {self.suggestions}</a>')
        if block.comments:
            out.append(
                f'<a class="clause-comments" href="{block.url}comments/">{block.comments} {self.comments}</a>'
            )
        elif self.is_open and block.row.kind not in ROWS:
            out.append(f'<a class="clause-comments is-none" href="{block.url}comments/">{self.comment}</a>')
        if block.ups or block.downs:
            said = ((self.ups, block.ups), (self.downs, block.downs))
            figures = " ".join(f"{word} {number}" for word, number in said if number)
            out.append(f'<a class="clause-votes" href="{block.url}">{figures}</a>')
        out.append("</span>")
        return "".join(out)


def _clause(block: Block, tools: _Tools | None) -> str:
    row = block.row
    classes = f"clause clause-{row.kind} depth-{block.depth}"
    if row.kind == Kind.PARAGRAPH and not row.label:
        classes += " is-plain"
    if block.change:
        classes += " is-changed"
    label = f'<span class="clause-label">{escape(row.label)}</span>' if row.label else ""
    tag = f"h{block.level}" if block.level else "p"
    after = tools.html(block) if tools else ""
    return f'\n<div class="{classes}" id="{block.anchor}"><{tag}>{label}{block.html}</{tag}>{after}</div>'


def _table(block: Block, tools: _Tools | None) -> str:
    rows = "".join(_row(line, tools) for line in block.rows)
    label = _("表格，可左右滚动")
    return (
        f'\n<div class="table-wrap" id="{block.anchor}" tabindex="0" role="region" aria-label="{label}">'
        f'<table class="table clause-table">{rows}</table></div>'
    )


def _row(line: Block, tools: _Tools | None) -> str:
    if line.change:
        cells = f'<td colspan="12" class="change-text">{line.html}</td>'
    else:
        opening, closing = (
            ('<th scope="col">', "</th>") if line.row.kind == Kind.HEADER_ROW else ("<td>", "</td>")
        )
        cells = "".join(f"{opening}{cell}{closing}" for cell in line.cells)
    after = f"<td>{tools.html(line)}</td>" if tools else ""
    changed = ' class="is-changed"' if line.change else ""
    return f'\n<tr id="{line.anchor}"{changed}>{cells}{after}</tr>'
