"""Turns rows into what pages show: blocks, table of contents, marks, diffs, countdowns, people's public names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import escape as escape_text  # what Django's own calls, without the look whether it is lazy or safe
from math import ceil
from typing import Any

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from nlp import redact
from wiki.kinds import Kind
from wiki.models import ClauseVersion, Document
from wiki.outline import Line, name_of
from wiki.text.diff import Span, diff_spans
from wiki.text.tables import split_cells
from wiki.workflow import Stage, takes_suggestions

_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
LABELS = {"del": "删去：", "ins": "增加："}
CONTENTS_DEPTH = 2
NO_VOTES = (0, 0, 0)


@dataclass
class Block:
    """One clause as a page shows it; a table holds its rows."""

    row: ClauseVersion
    depth: int
    name: str
    html: SafeString
    count: int
    url: str
    level: int = 0
    cells: list[SafeString] = field(default_factory=list)
    rows: list[Block] = field(default_factory=list)
    change: str = ""
    comments: int = 0
    ups: int = 0
    downs: int = 0

    @property
    def anchor(self) -> str:
        return f"c{self.row.clause_id}"

    @property
    def suggest_url(self) -> str:
        return f"{self.url}suggest/"


@dataclass(frozen=True)
class Entry:
    """One line of the table of contents."""

    anchor: str
    text: str
    depth: int


@dataclass(frozen=True)
class Countdown:
    """How long a consultation is still open, as a sentence; `soon` in its last three days."""

    text: str
    open: bool
    soon: bool = False


def marked(text: str) -> SafeString:
    """Return stored text as HTML: everything escaped, **bold** shown, line breaks kept."""
    html = escape_text(text)
    if "**" in html:
        html = _BOLD.sub(r"<strong>\1</strong>", html)
    return mark_safe(html.replace("\n", "<br>"))


def spans_html(spans: Iterable[Span]) -> SafeString:
    """Return a diff as <ins> and <del>, named for those who do not see colours or strokes."""
    out: list[str] = []
    for span in spans:
        text = str(escape(span.text)).replace("\n", "↵<br>" if span.operation != "same" else "<br>")
        if span.operation == "same":
            out.append(text)
        else:
            label = f'<span class="visually-hidden">{LABELS[span.operation]}</span>'
            out.append(f'<{span.operation} class="diff-{span.operation}">{label}{text}</{span.operation}>')
    return mark_safe("".join(out))


def diff_html(old: str, new: str) -> SafeString:
    """Return the change from `old` to `new` for reading."""
    return spans_html(diff_spans(old, new))


def public_diff_html(old: str, new: str) -> SafeString:
    """Return the same for words no one has checked yet: personal data in what was added is masked."""
    return spans_html(
        Span(span.operation, redact(span.text)) if span.operation == "ins" else span
        for span in diff_spans(old, new)
    )


def public_text(text: str) -> SafeString:
    """Return a citizen's words for a public page: personal data masked, escaped."""
    return mark_safe(str(escape(redact(text))).replace("\n", "<br>"))


def public_name(user: Any) -> str:
    """Return what the public sees of a person: the display name they chose, or a masked account name."""
    if user is None:
        return "管理员"
    chosen = getattr(user, "display_name", "")
    return chosen or f"{user.get_username()[:1]}***"


def countdown(document: Document, now: datetime) -> Countdown:
    """Return how long the document still takes suggestions."""
    if document.stage != Stage.OPEN:
        return Countdown(str(document.get_stage_display()), open=False)
    if document.opens_at and document.opens_at > now:
        seconds = (document.opens_at - now).total_seconds()
        if seconds < 86400:
            return Countdown(f"{ceil(seconds / 3600)} 小时后开始", open=False)
        return Countdown(f"{ceil(seconds / 86400)} 天后开始", open=False)
    if document.closes_at is None:
        return Countdown("长期征求意见", open=True)
    seconds = (document.closes_at - now).total_seconds()
    if seconds <= 0:
        return Countdown("已截止", open=False)
    if seconds <= 3600:
        return Countdown(f"还剩 {ceil(seconds / 60)} 分钟", open=True, soon=True)
    if seconds < 86400:
        return Countdown(f"还剩 {ceil(seconds / 3600)} 小时", open=True, soon=True)
    days = int(seconds // 86400)
    return Countdown(f"还剩 {days} 天", open=True, soon=days < 3)


def is_open(document: Document, now: datetime) -> bool:
    return takes_suggestions(document.stage, document.opens_at, document.closes_at, now)


def blocks(
    document: Document,
    lines: Iterable[Line],
    *,
    counts: Mapping[int, int] | None = None,
    comments: Mapping[int, int] | None = None,
    votes: Mapping[int, tuple[int, int, int]] | None = None,
    before: Mapping[int, ClauseVersion] | None = None,
    removed: frozenset[int] = frozenset(),
) -> list[Block]:
    """Return the page's blocks in order.

    `counts` and `comments` say how many suggestions and comments stand beside a clause, by its id; `votes` how many
    said yes and no to it.
    With `before` (clause id → row of the version before) changed clauses show their difference; ids in `removed`
    are shown as taken out.
    """
    counts, comments, votes = counts or {}, comments or {}, votes or {}
    prefix = f"{reverse('wiki:document', args=[document.slug])}clauses/"
    out: list[Block] = []
    table: Block | None = None
    for line in lines:
        row = line.row
        change, html = _body(row, before, removed)
        ups, downs, _ = votes.get(row.clause_id, NO_VOTES)
        block = Block(
            row=row,
            depth=min(line.depth, 4),
            name=name_of(row),
            html=html,
            count=counts.get(row.clause_id, 0),
            url=f"{prefix}{row.clause_id}/",
            level=min(line.depth + 2, 5) if row.kind == Kind.HEADING else 0,
            change=change,
            comments=comments.get(row.clause_id, 0),
            ups=ups,
            downs=downs,
        )
        if row.kind in (Kind.ROW, Kind.HEADER_ROW):
            block.cells = [] if change else [marked(cell) for cell in split_cells(row.text)]
            if table is not None and row.parent_id == table.row.clause_id:
                table.rows.append(block)
                continue
        table = block if row.kind == Kind.TABLE else None
        out.append(block)
    return out


def _body(
    row: ClauseVersion, before: Mapping[int, ClauseVersion] | None, removed: frozenset[int]
) -> tuple[str, SafeString]:
    """Return how a clause changed (added, removed, changed, moved or "") and its HTML."""
    if before is None:
        return "", marked(row.text)
    if row.clause_id in removed:
        return "removed", spans_html([Span("del", row.text)]) if row.text else marked("")
    old = before.get(row.clause_id)
    if old is None or old.pk == row.pk:
        change = "" if old is not None else "added"
        return change, spans_html([Span("ins", row.text)]) if change and row.text else marked(row.text)
    if old.text != row.text:
        return "changed", diff_html(old.text, row.text)
    return "moved", marked(row.text)


def contents(shown: list[Block]) -> list[Entry]:
    """Return the table of contents: headings, or the articles of a document that has none."""
    headings = [block for block in shown if block.row.kind == Kind.HEADING and block.depth < CONTENTS_DEPTH]
    if len(headings) > 1:
        return [Entry(block.anchor, block.name, block.depth) for block in headings]
    articles = [block for block in shown if block.row.kind in (Kind.ARTICLE, Kind.ITEM) and block.row.label]
    return [Entry(block.anchor, f"{block.row.label} {block.row.text[:12]}".strip(), 0) for block in articles]
