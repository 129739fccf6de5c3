"""Suggesting what to do with a clause."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from wiki.errors import (
    ClauseGone,
    InvalidText,
    NotAllowed,
    NothingChanged,
    NotOpen,
    StaleBase,
    TooMany,
)
from wiki.kinds import Kind
from wiki.models import Clause, ClauseVersion, Document, Suggestion
from wiki.policies import Account, can_suggest, can_view
from wiki.services.checking import check_row
from wiki.services.holding import announce_submission, rule_for
from wiki.services.ledger import open_line
from wiki.services.text import (
    check_place,
    children_of,
    new_clause,
)
from wiki.services.versions import lock_document, record
from wiki.services.withdrawing import take_back
from wiki.text.cleaning import CLAUSE_LIMIT, REASON_LIMIT, REASON_MINIMUM, clean
from wiki.text.screening import Rule
from wiki.workflow import PUBLIC_STAGES

PER_HOUR = 60
PER_CLAUSE = 5
Change = Suggestion.Kind
WORDED = frozenset({Change.CHANGE, Change.ADD})
PLACED = frozenset({Change.ADD, Change.MOVE})


def submit_suggestion(
    *,
    author: Account | None,
    clause: Clause,
    text: str = "",
    reason: str,
    base_version: int,
    kind: str = Change.CHANGE,
    to: Clause | None = None,
    inside: bool = False,
    replaces: Suggestion | None = None,
) -> Suggestion:
    """Store what a person wants done with a clause, made while reading document version `base_version`.

    `kind` change: `text` is the clause's new wording. add: `text` becomes a clause after `clause`, or with `inside`
    the first one in it. delete: no text. move: the clause is to stand after `to`, or with `inside` first in it.
    Sending the same twice gives the first suggestion back. `replaces` is the author's own earlier suggestion, which
    is taken back in the same step. `author` None is somebody who has not signed in, where
    settings.WIKI_UNSIGNED_SUGGESTIONS allows it; it is held back until a moderator has looked. Raises InvalidText, NothingChanged, NotAllowed, NotOpen, WrongPlace,
    ClauseGone, TooMany, AlreadyDecided, or StaleBase where the clause has changed since that version.
    """
    if kind not in Change.values:
        raise InvalidText("没有这种建议。", fields={"kind": "请选择修改、增加、删除或移动。"})
    text = clean(text, name="建议的文字", limit=CLAUSE_LIMIT, field="text") if kind in WORDED else ""
    reason = clean(reason, name="理由", limit=REASON_LIMIT, field="reason")
    held_by = rule_for(author=author, clause=clause, text=text, reason=reason, base_version=base_version)
    if author is None:
        held_by = held_by or Rule.UNSIGNED
    with transaction.atomic():
        document = lock_document(clause.document_id)
        _check_author(author, document)
        rows = _rows_for(kind, document, clause)
        if clause.pk not in rows:
            raise ClauseGone("这一条已经不在现行文本里，不能再修改。")
        current = rows[clause.pk]
        parent_id, after_id = _target(rows, kind, clause, to, inside)
        own = (
            []
            if author is None
            else list(Suggestion.objects.undecided().filter(author=author, clause=clause))
        )
        for one in own:
            if (one.kind, one.text, one.base_version) == (kind, text, base_version) and (
                one.parent_id, one.after_id
            ) == (parent_id, after_id):  # fmt: skip
                return one
        if not can_suggest(author, document, timezone.now()):
            raise NotOpen(closed_sentence(document))
        if not document.first_public <= base_version <= document.version:
            raise InvalidText("版本号不对，请刷新页面后再试。", fields={"base_version": "没有这个版本。"})
        if kind in {Change.CHANGE, Change.DELETE} and current.since > base_version:
            raise StaleBase(
                f"您开始修改之后，这一条有了新文本（第 {current.since} 版）。请看新文本，再提交一次。",
                current_text=current.text,
                current_version=document.version,
            )
        _check_change(rows, current, kind, text, parent_id, after_id)
        if len(reason) < REASON_MINIMUM:
            raise InvalidText("请写明理由。", fields={"reason": "请用一句话写明为什么这样改。"})
        if replaces is not None:
            if replaces.clause_id != clause.pk:
                raise NotAllowed("只能用同一条的建议取代原来的建议。")
            take_back(document, author, replaces)
        if author is not None:
            _check_rate(author, sum(one.pk != replaces.pk for one in own) if replaces else len(own))
        suggestion = Suggestion.objects.create(
            document=document,
            clause=clause,
            kind=kind,
            author=author,
            base_version=base_version,
            text=text,
            reason=reason,
            parent_id=parent_id,
            after_id=after_id,
            carried_version=document.version,
            carried_text=text,
            held_by=held_by,
            replaces=replaces,
        )
        open_line(suggestion=suggestion)
        record(
            document=document,
            action="suggestion.submitted",
            actor=author,
            clause_id=clause.pk,
            suggestion=suggestion,
        )
        announce_submission(suggestion)
        return suggestion


def _rows_for(kind: str, document: Document, clause: Clause) -> dict[int, ClauseVersion]:
    """Return the current rows that checking this kind needs: one's own, or the whole tree for a place in it."""
    if kind in PLACED:
        rows = ClauseVersion.objects.filter(document=document).current().defer("text", "authorship")
        return {row.clause_id: row for row in rows}
    return {row.clause_id: row for row in ClauseVersion.objects.filter(clause=clause).current()}


def _check_author(author: Account | None, document: Document) -> None:
    unsigned = getattr(settings, "WIKI_UNSIGNED_SUGGESTIONS", False)
    if author is None:
        if not unsigned or document.stage not in PUBLIC_STAGES:
            raise NotAllowed("登录后才能提出修改建议。")
    elif not can_view(author, document) or not author.is_authenticated or not author.is_active:
        raise NotAllowed("登录后才能提出修改建议。")


def _target(
    rows: dict[int, ClauseVersion], kind: str, clause: Clause, to: Clause | None, inside: bool
) -> tuple[int | None, int | None]:
    """Return (parent, after) of where a new or moved clause is to stand; nothing for the other kinds."""
    if kind not in PLACED:
        return None, None
    if kind == Change.MOVE and to is None:
        raise InvalidText("请选择要移到哪里。", fields={"to": "请选择要移到哪里。"})
    beside = rows.get(clause.pk if to is None or kind == Change.ADD else to.pk)
    if beside is None:
        raise ClauseGone("要放到的位置已经不在现行文本里。")
    return (beside.clause_id, None) if inside else (beside.parent_id, beside.clause_id)


def _check_change(
    rows: dict[int, ClauseVersion],
    current: ClauseVersion,
    kind: str,
    text: str,
    parent_id: int | None,
    after_id: int | None,
) -> None:
    if kind == Change.CHANGE:
        check_wording(current, text)
    elif kind == Change.ADD:
        if not text:
            raise InvalidText("请写出要增加的文字。", fields={"text": "请写出要增加的文字。"})
        added = new_clause(rows, parent_id, after_id, text)
        _check_cells(rows, parent_id, added[0], added[2])
        check_place(rows, kind=added[0], parent_id=parent_id)
    elif kind == Change.MOVE:
        check_place(rows, kind=current.kind, parent_id=parent_id, moved_id=current.clause_id)
        siblings = [row.clause_id for row in children_of(rows, parent_id)]
        if current.clause_id in siblings:
            position = siblings.index(current.clause_id)
            before = siblings[position - 1] if position else None
            if after_id in {before, current.clause_id}:
                raise NothingChanged("这一条已经在这个位置。", fields={"to": "请选择另一个位置。"})


def _check_cells(rows: dict[int, ClauseVersion], parent_id: int | None, kind: str, text: str) -> None:
    """Refuse a new row that has other cells than its table."""
    peers = children_of(rows, parent_id) if kind == Kind.ROW else []
    if peers:
        check_row(Kind.ROW, text, peers[0].text)


def closed_sentence(document: Document, refusal: str = "不收修改建议") -> str:
    """Return why a document takes no suggestions now, or whatever `refusal` says it does not."""
    now = timezone.now()
    if document.opens_at and document.opens_at > now:
        return f"征求意见将于 {timezone.localtime(document.opens_at):%Y年%m月%d日 %H:%M} 开始。"
    if document.closes_at and document.closes_at <= now:
        return f"征求意见已于 {timezone.localtime(document.closes_at):%Y年%m月%d日 %H:%M} 截止。"
    return f"这份文件现在是“{document.get_stage_display()}”，{refusal}。"


def check_wording(current: ClauseVersion, text: str, *, must_differ: bool = True) -> None:
    check_row(current.kind, text, current.text)
    if not text:
        raise InvalidText("建议的文字不能是空的。", fields={"text": "请写出修改后的文字。"})
    if must_differ and text == current.text:
        raise NothingChanged("文字没有变化。", fields={"text": "这与现在的文字完全一样，请先修改。"})


def _check_rate(author: Account, waiting: int) -> None:
    """Refuse too many in an hour, and too many beside the `waiting` ones for the same clause."""
    per_hour = getattr(settings, "WIKI_SUGGESTIONS_PER_HOUR", PER_HOUR)
    recent = Suggestion.objects.filter(author=author, submitted_at__gt=timezone.now() - timedelta(hours=1))
    if recent.count() >= per_hour:
        raise TooMany(f"一小时内最多提 {per_hour} 条建议，请稍后再来。")
    if waiting >= PER_CLAUSE:
        raise TooMany(f"您对这一条已有 {PER_CLAUSE} 个建议在等审核，请等有了结果再提。")
