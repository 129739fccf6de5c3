"""The ledger as a table, row by row at constant memory: for the public masked, for staff with what they need."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import TextChoices

from wiki.models import Comment, Document, Opinion
from wiki.policies import Person
from wiki.reporting.filters import Filters, narrow, saying
from wiki.reporting.lines import Line, lines_of, with_all
from wiki.reporting.listing import CHUNK, read_by_public, readable
from wiki.spreadsheets import Value

COLUMNS = [
    "编号", "提交时间", "渠道", "形式", "条款", "立场", "意见或建议的文字", "建议的理由", "分组", "答复",
    "答复的理由", "答复时间", "写进的版本", "写进的条款", "采用的文字", "更正次数",
]  # fmt: skip
UNDONE_COLUMN = "撤下的版本"
STAFF_COLUMNS = ["署名", "来源编号", "拦下的规则", "撤回时间", "答复人"]


def ledger_rows(
    document: Document, person: Person, filters: Filters, *, staff: bool = False
) -> Iterator[list[Value]]:
    """Yield the head and one row for each opinion asked for, oldest first.

    `staff`, for moderators alone, adds the columns only they may read and leaves words unmasked.
    """
    yield [*COLUMNS, *(STAFF_COLUMNS if staff else []), UNDONE_COLUMN]
    every = Opinion.objects.filter(document=document) if staff else readable(document, person)
    asked = narrow(every, filters, person)
    if filters.q:
        asked = asked.filter(saying(filters.q))
    channels, stances = _labels(Opinion.Channel), _labels(Comment.Stance)
    last = 0
    while rows := list(with_all(asked.filter(pk__gt=last).order_by("id"))[: CHUNK * 4]):
        last = rows[-1].pk
        if filters.q and not staff:
            rows = [row for row in rows if filters.q.casefold() in read_by_public(row).casefold()]
        for line in lines_of(document, rows, person, raw=staff, changes=False):
            yield _row(line, staff, channels, stances)


def _labels(choices: type[TextChoices]) -> dict[str, str]:
    """Return value → label, translated once: Django does it anew for each of thousands of rows."""
    return {value: str(label) for value, label in choices.choices}


def _row(line: Line, staff: bool, channels: dict[str, str], stances: dict[str, str]) -> list[Value]:
    opinion, decision = line.opinion, line.decision
    row: list[Value] = [
        line.number,
        opinion.submitted_at,
        channels.get(opinion.channel, opinion.channel),
        line.asks,
        line.place.name if line.place else "",
        stances.get(opinion.stance, opinion.stance),
        "，".join(part for part in (line.where, line.words) if part),
        line.reason,
        opinion.group.name if opinion.group else "",
        str(decision.get_outcome_display()) if decision else line.state,
        decision.reason if decision else "",
        opinion.answered_at,
        decision.version if decision else None,
        line.stands.name if line.stands else "",
        decision.wording if decision else "",
        len(decision.corrections.all()) if decision else 0,
    ]
    if staff:
        moderator = str(decision.moderator) if decision else ""
        row += [line.author, opinion.source_ref, opinion.held_by, opinion.withdrawn_at, moderator]
    row.append(decision.undone_in if decision else None)
    return row
