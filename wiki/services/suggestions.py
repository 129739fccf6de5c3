"""Suggesting what to do with a clause, and deciding on it."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from wiki import ports
from wiki.cleaning import CLAUSE_LIMIT, REASON_LIMIT, REASON_MINIMUM, clean
from wiki.errors import (
    AlreadyDecided,
    ClauseGone,
    ConflictUnresolved,
    InvalidText,
    NotAllowed,
    NothingChanged,
    NotOpen,
    StaleBase,
    TooMany,
)
from wiki.models import Clause, ClauseVersion, Decision, Document, DocumentVersion, Suggestion
from wiki.policies import Account, can_decide, can_moderate, can_suggest, can_view
from wiki.services.checking import check_row
from wiki.services.ledger import answer, open_line
from wiki.services.settling import settle
from wiki.services.text import (
    add_clause,
    check_place,
    children_of,
    current_rows,
    move_clause,
    new_clause,
    remove_clause,
    replace_clause,
)
from wiki.services.versions import lock_document, open_version, record
from wiki.workflow import PUBLIC_STAGES, UNDECIDED, Action, Status, next_status

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
) -> Suggestion:
    """Store what a person wants done with a clause, made while reading document version `base_version`.

    `kind` change: `text` is the clause's new wording. add: `text` becomes a clause after `clause`, or with `inside`
    the first one in it. delete: no text. move: the clause is to stand after `to`, or with `inside` first in it.
    Sending the same twice gives the first suggestion back. `author` None is somebody who has not signed in, where
    settings.WIKI_UNSIGNED_SUGGESTIONS allows it. Raises InvalidText, NothingChanged, NotAllowed, NotOpen, WrongPlace,
    ClauseGone, TooMany, or StaleBase where the clause has changed since that version.
    """
    if kind not in Change.values:
        raise InvalidText("没有这种建议。", fields={"kind": "请选择修改、增加、删除或移动。"})
    text = clean(text, name="建议的文字", limit=CLAUSE_LIMIT, field="text") if kind in WORDED else ""
    reason = clean(reason, name="理由", limit=REASON_LIMIT, field="reason")
    with transaction.atomic():
        document = lock_document(clause.document_id)
        _check_author(author, document)
        rows = current_rows(document)
        if clause.pk not in rows:
            raise ClauseGone("这一条已经不在现行文本里，不能再修改。")
        current = rows[clause.pk]
        parent_id, after_id = _target(rows, kind, clause, to, inside)
        same = (
            Suggestion.objects.undecided()
            .filter(
                author=author, clause=clause, kind=kind, text=text, base_version=base_version,
                parent=parent_id, after=after_id,
            )
            .first()
        )  # fmt: skip
        if same is not None and author is not None:
            return same
        if not can_suggest(author, document, timezone.now()):
            raise NotOpen(closed_sentence(document))
        if not 1 <= base_version <= document.version:
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
        if author is not None:
            _check_rate(author, clause)
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
        )
        open_line(suggestion=suggestion)
        record(
            document=document,
            action="suggestion.submitted",
            actor=author,
            clause_id=clause.pk,
            suggestion=suggestion,
        )
        ports.publish(
            topic="wiki.suggestion.submitted",
            payload={"suggestion": suggestion.pk, "document": document.pk, "clause": clause.pk},
            key=f"wiki.suggestion.submitted:{suggestion.pk}",
        )
        return suggestion


def accept_suggestion(
    *,
    moderator: Account,
    suggestion: Suggestion,
    reason: str = "",
    wording: str | None = None,
    seen_version: int | None = None,
) -> Decision:
    """Do what the suggestion asks in a new version, with its words or the moderator's own `wording`.

    All other undecided suggestions are carried to the new text. `seen_version` is the version the moderator's
    comparison was made against. Raises NotAllowed, AlreadyDecided, NotOpen, ClauseGone, StaleBase, WrongPlace,
    ConflictUnresolved, InvalidText.
    """
    reason = clean(reason, name="理由", limit=REASON_LIMIT, field="reason")
    if wording is not None:
        wording = clean(wording, name="采用的文字", limit=CLAUSE_LIMIT, field="wording")
    with transaction.atomic():
        document, suggestion = _lock(moderator, suggestion)
        rows = current_rows(document)
        current = rows.get(suggestion.clause_id)
        if current is None and suggestion.kind != Change.ADD:
            raise ClauseGone("这一条已经不在现行文本里，只能不采纳。")
        if current is not None and seen_version is not None and current.since > seen_version:
            raise StaleBase(
                f"这一条刚刚有了新文本（第 {current.since} 版），请看新的对比再决定。",
                current_text=current.text,
                current_version=document.version,
            )
        if suggestion.kind not in WORDED:
            wording = None
        reworded = wording is not None and wording != suggestion.carried_text
        status = next_status(suggestion.status, Action.REWORD if wording is not None else Action.ACCEPT)
        if status is None:
            raise ConflictUnresolved(
                "这条建议与已采纳的修改改动了同一处文字，请写出采用的文字再采纳。"
                if suggestion.kind in WORDED
                else "这条建议针对的文字已经改了，只能不采纳；需要时请由编辑直接修改。",
                fields={"wording": "请写出采用的文字。"},
            )
        text = suggestion.carried_text if wording is None else wording
        suggestion.status = status
        suggestion.save(update_fields=["status"])
        replaced = "" if current is None or suggestion.kind == Change.ADD else current.text
        return _decide(
            suggestion=suggestion,
            moderator=moderator,
            outcome=Decision.Outcome.PARTLY if reworded else Decision.Outcome.ADOPTED,
            reason=reason,
            wording=replaced if suggestion.kind == Change.MOVE else text,
            replaced=replaced,
            version=_make_version(document, suggestion, rows, text, reason),
        )


def _make_version(
    document: Document, suggestion: Suggestion, rows: dict[int, ClauseVersion], text: str, reason: str
) -> int:
    """Do what an accepted suggestion asks; return the version that says so: the present one where nothing changes."""
    current = rows.get(suggestion.clause_id)
    if suggestion.kind == Change.CHANGE:
        assert current is not None
        _check_wording(current, text, must_differ=False)
        if text == current.text:
            return document.version
    before = dict(rows)
    number = open_version(
        document=document,
        origin=DocumentVersion.Origin.SUGGESTION,
        author=suggestion.author,
        summary=reason,
        suggestion=suggestion,
    )
    if suggestion.kind == Change.CHANGE and current is not None:
        rows[current.clause_id] = replace_clause(current=current, number=number, text=text)
    elif suggestion.kind == Change.DELETE:
        remove_clause(rows, clause_id=suggestion.clause_id, number=number)
    elif suggestion.kind == Change.MOVE:
        move_clause(
            rows,
            clause_id=suggestion.clause_id,
            parent_id=suggestion.parent_id,
            after_id=suggestion.after_id,
            number=number,
        )
    else:
        _add(document, suggestion, rows, text, number)
    settle(
        document=document,
        before=before,
        after=rows,
        number=number,
        what="document.changed",
        exclude=suggestion.pk,
    )
    return number


def _add(
    document: Document, suggestion: Suggestion, rows: dict[int, ClauseVersion], text: str, number: int
) -> None:
    if not text:
        raise InvalidText("采用的文字不能是空的。", fields={"wording": "请写出采用的文字。"})
    kind, label, words = new_clause(rows, suggestion.parent_id, suggestion.after_id, text)
    add_clause(
        rows,
        document=document,
        number=number,
        kind=kind,
        label=label,
        text=words,
        parent_id=suggestion.parent_id,
        after_id=suggestion.after_id,
    )


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
        _check_wording(current, text)
    elif kind == Change.ADD:
        if not text:
            raise InvalidText("请写出要增加的文字。", fields={"text": "请写出要增加的文字。"})
        added = new_clause(rows, parent_id, after_id, text)
        check_place(rows, kind=added[0], parent_id=parent_id)
    elif kind == Change.MOVE:
        check_place(rows, kind=current.kind, parent_id=parent_id, moved_id=current.clause_id)
        siblings = [row.clause_id for row in children_of(rows, parent_id)]
        if current.clause_id in siblings:
            position = siblings.index(current.clause_id)
            before = siblings[position - 1] if position else None
            if after_id in {before, current.clause_id}:
                raise NothingChanged("这一条已经在这个位置。", fields={"to": "请选择另一个位置。"})


def reject_suggestion(*, moderator: Account, suggestion: Suggestion, reason: str) -> Decision:
    """Answer the suggestion with a refusal and its reason, both public.

    Raises NotAllowed, AlreadyDecided, NotOpen, InvalidText.
    """
    reason = clean(reason, name="理由", limit=REASON_LIMIT, field="reason")
    if len(reason) < REASON_MINIMUM:
        raise InvalidText("不采纳须说明理由。", fields={"reason": "请写明不采纳的理由，理由会公开。"})
    with transaction.atomic():
        _, suggestion = _lock(moderator, suggestion)
        status = next_status(suggestion.status, Action.REJECT)
        assert status is not None  # every undecided status has this step; _lock has refused the others
        suggestion.status = status
        suggestion.save(update_fields=["status"])
        return _decide(
            suggestion=suggestion, moderator=moderator, outcome=Decision.Outcome.REJECTED, reason=reason
        )


def closed_sentence(document: Document) -> str:
    """Return why a document takes no suggestions now."""
    now = timezone.now()
    if document.opens_at and document.opens_at > now:
        return f"征求意见将于 {timezone.localtime(document.opens_at):%Y年%m月%d日 %H:%M} 开始。"
    if document.closes_at and document.closes_at <= now:
        return f"征求意见已于 {timezone.localtime(document.closes_at):%Y年%m月%d日 %H:%M} 截止。"
    return f"这份文件现在是“{document.get_stage_display()}”，不收修改建议。"


def _lock(moderator: Account, suggestion: Suggestion) -> tuple[Document, Suggestion]:
    """Lock document and suggestion, and check that this moderator may decide now."""
    document = lock_document(suggestion.document_id)
    suggestion = Suggestion.objects.select_for_update().get(pk=suggestion.pk)
    suggestion.document = document
    if not can_moderate(moderator):
        raise NotAllowed("没有审核修改建议的权限。")
    if suggestion.status not in UNDECIDED:
        raise AlreadyDecided(f"这条建议已经有决定：{Status(suggestion.status).label}。")
    if not can_decide(moderator, suggestion):
        raise NotOpen(f"这份文件现在是“{document.get_stage_display()}”，不能再审核建议。")
    return document, suggestion


def _decide(
    *,
    suggestion: Suggestion,
    moderator: Account,
    outcome: Decision.Outcome,
    reason: str,
    wording: str = "",
    replaced: str = "",
    version: int | None = None,
) -> Decision:
    decision = answer(
        opinion=suggestion.opinion,
        moderator=moderator,
        outcome=outcome,
        reason=reason,
        wording=wording,
        replaced=replaced,
        version=version,
    )
    record(
        document=suggestion.document,
        action=f"suggestion.{outcome.value}",
        actor=moderator,
        clause_id=suggestion.clause_id,
        suggestion=suggestion,
        version=version,
    )
    ports.publish(
        topic="wiki.suggestion.decided",
        payload={
            "suggestion": suggestion.pk,
            "document": suggestion.document_id,
            "outcome": outcome.value,
            "version": version,
        },
        key=f"wiki.suggestion.decided:{suggestion.pk}",
    )
    return decision


def _check_wording(current: ClauseVersion, text: str, *, must_differ: bool = True) -> None:
    check_row(current.kind, text, current.text)
    if not text:
        raise InvalidText("建议的文字不能是空的。", fields={"text": "请写出修改后的文字。"})
    if must_differ and text == current.text:
        raise NothingChanged("文字没有变化。", fields={"text": "这与现在的文字完全一样，请先修改。"})


def _check_rate(author: Account, clause: Clause) -> None:
    per_hour = getattr(settings, "WIKI_SUGGESTIONS_PER_HOUR", PER_HOUR)
    recent = Suggestion.objects.filter(author=author, submitted_at__gt=timezone.now() - timedelta(hours=1))
    if recent.count() >= per_hour:
        raise TooMany(f"一小时内最多提 {per_hour} 条建议，请稍后再来。")
    if Suggestion.objects.undecided().filter(author=author, clause=clause).count() >= PER_CLAUSE:
        raise TooMany(f"您对这一条已有 {PER_CLAUSE} 个建议在等审核，请等有了结果再提。")
