"""Deciding on a suggestion: accepting it into a new version, or refusing it with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from wiki import ports
from wiki.errors import (
    AlreadyDecided,
    ClauseGone,
    ConflictUnresolved,
    HeldBack,
    InvalidText,
    NotAllowed,
    NothingChanged,
    NotOpen,
    StaleBase,
)
from wiki.models import ClauseVersion, Decision, Document, DocumentVersion, Suggestion
from wiki.outline import name_of
from wiki.policies import Account, can_decide, can_moderate
from wiki.selectors.heirs import heirs_of
from wiki.services.landing import landing
from wiki.services.ledger import answer
from wiki.services.settling import settle
from wiki.services.suggestions import WORDED, Change, check_wording
from wiki.services.text import (
    add_clause,
    current_rows,
    move_clause,
    new_clause,
    remove_clause,
    replace_clause,
)
from wiki.services.versions import lock_document, open_version, record
from wiki.text.cleaning import CLAUSE_LIMIT, REASON_LIMIT, REASON_MINIMUM, clean
from wiki.workflow import UNDECIDED, Action, Status, next_status

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Outcome = Decision.Outcome
USUAL_REASONS = {
    Change.CHANGE: _("已按建议修改。"),
    Change.ADD: _("已按建议增加。"),
    Change.DELETE: _("已按建议删去。"),
    Change.MOVE: _("已按建议移动。"),
}
"""What an adoption says where the moderator wrote no reason: every opinion is answered with one."""
ALREADY_SO = _("现行文字已经这样写。")


def accept_suggestion(
    *,
    moderator: Account,
    suggestion: Suggestion,
    reason: str = "",
    wording: str | None = None,
    seen_version: int | None = None,
    on: int | None = None,
) -> Decision:
    """Do what the suggestion asks in a new version, with its words or the moderator's own `wording`.

    All other undecided suggestions are carried to the new text. `seen_version` is the version the moderator's
    comparison was made against. `on` names the clause that the wording is for, where the words that the suggestion
    was about stand in another one since a split or a merge. An adoption without a reason says that the text was
    changed as suggested; one in part needs a reason. Raises NotAllowed, AlreadyDecided, NotOpen, ClauseGone,
    StaleBase, WrongPlace, ConflictUnresolved, NothingChanged, InvalidText.
    """
    reason = clean(reason, name="理由", limit=REASON_LIMIT, field="reason")
    if wording is not None:
        wording = clean(wording, name="采用的文字", limit=CLAUSE_LIMIT, field="wording")
    with transaction.atomic():
        document, suggestion = lock_suggestion(moderator, suggestion)
        return accept_locked(
            document=document,
            moderator=moderator,
            suggestions=[suggestion],
            reason=reason,
            wording=wording,
            seen_version=seen_version,
            on=on,
        )[0]


def accept_locked(
    *,
    document: Document,
    moderator: Account,
    suggestions: Sequence[Suggestion],
    reason: str,
    wording: str | None,
    seen_version: int | None,
    on: int | None = None,
) -> list[Decision]:
    """Accept locked suggestions that say the same, the first one's words or `wording`, as one new version.

    In the caller's transaction, with everything cleaned. Raises as `accept_suggestion`.
    """
    head = suggestions[0]
    rows = current_rows(document)
    target_id = _target(document, rows, head, wording, on)
    current = rows.get(target_id)
    if current is not None and seen_version is not None and current.since > seen_version:
        raise StaleBase(
            f"这一条刚刚有了新文本（第 {current.since} 版），请看新的对比再决定。",
            current_text=current.text,
            current_version=document.version,
        )
    elsewhere = target_id != head.clause_id
    if head.kind not in WORDED and not elsewhere:
        wording = None
    for suggestion in suggestions:
        # Whoever says the same as an accepted one is answered with it, also where their own base had collided.
        worded = wording is not None or (suggestion is not head and suggestion.kind in WORDED)
        status = next_status(suggestion.status, Action.REWORD if worded else Action.ACCEPT)
        if status is None:
            raise ConflictUnresolved(
                "这条建议与已采纳的修改改动了同一处文字，请写出采用的文字再采纳。"
                if suggestion.kind in WORDED
                else "这条建议针对的文字已经改了，只能不采纳；需要时请由编辑直接修改。",
                fields={"wording": "请写出采用的文字。"},
            )
        suggestion.status = status
    Suggestion.objects.filter(pk__in=[one.pk for one in suggestions]).update(status=Status.ACCEPTED)
    text = head.carried_text if wording is None else wording
    replaced = "" if current is None or head.kind == Change.ADD else current.text
    outcomes = [
        Outcome.PARTLY if elsewhere or wording not in (None, one.carried_text) else Outcome.ADOPTED
        for one in suggestions
    ]
    if Outcome.PARTLY in outcomes and len(reason) < REASON_MINIMUM:
        raise InvalidText(
            "部分采纳须说明理由。", fields={"reason": "请写明采纳了哪些、为什么这样写，理由会公开。"}
        )
    if head.kind == Change.CHANGE and current is not None and text == current.text:
        if elsewhere or text != head.carried_text:
            raise NothingChanged(
                "采用的文字与现行文字完全一样，什么也没有采纳；请改写采用的文字，或者不采纳并说明理由。",
                fields={"wording": "这与现行文字完全一样。"},
            )
        version, usual = _said_since(current), ALREADY_SO
    else:
        version = make_version(document, head, rows, text, reason, target_id)
        usual = USUAL_REASONS[Change(head.kind)]
    return [
        write_decision(
            suggestion=suggestion,
            moderator=moderator,
            outcome=outcome,
            reason=reason or _public_sentence(usual),
            wording=replaced if head.kind == Change.MOVE else text,
            replaced=replaced,
            version=version,
            clause_id=target_id if elsewhere else None,
        )
        for suggestion, outcome in zip(suggestions, outcomes, strict=True)
    ]


def _target(
    document: Document,
    rows: dict[int, ClauseVersion],
    suggestion: Suggestion,
    wording: str | None,
    on: int | None,
) -> int:
    """Return the clause that an accepted suggestion changes: its own, or one that has its words since they passed."""
    own = suggestion.clause_id
    if suggestion.kind == Change.ADD or (own in rows and on in {None, own}):
        return own
    heirs = heirs_of(document.pk, own, rows) if suggestion.kind != Change.MOVE else []
    if own not in rows and on is None and (wording is None or len(heirs) != 1):
        names = "、".join(f"“{name_of(rows[one])}”" for one in heirs)
        raise ClauseGone(
            f"这一条已经不在现行文本里，它的文字在{names}里；请选择条款并写出采用的文字，或者不采纳。"
            if heirs
            else "这一条已经不在现行文本里，只能不采纳。"
        )
    target = heirs[0] if on is None else on
    if target not in heirs and target != own:
        message = "只能写进这条建议的文字现在所在的条款。"
        raise InvalidText(message, fields={"on": message})
    if wording is None:
        raise ConflictUnresolved(
            "这条建议的文字现在在另一条里，请写出那一条采用的文字再采纳。",
            fields={"wording": "请写出采用的文字。"},
        )
    return target


def _said_since(row: ClauseVersion) -> int:
    """Return the version since which a clause has said what it says, wherever it stood meanwhile."""
    since = int(row.since)
    earlier = ClauseVersion.objects.filter(clause=row.clause_id, since__lt=row.since).order_by("-since")
    for before in earlier.only("since", "until", "text").iterator(chunk_size=20):
        if before.text != row.text or before.until != since:
            break
        since = int(before.since)
    return since


def _public_sentence(usual: _StrPromise) -> str:
    """Return a sentence in the site's language, whatever language the moderator reads the desk in."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(usual)


def make_version(
    document: Document,
    suggestion: Suggestion,
    rows: dict[int, ClauseVersion],
    text: str,
    reason: str,
    target_id: int,
) -> int:
    """Do what an accepted suggestion asks and return the version that says so.

    Where `target_id` is not its own clause, `text` is that clause's new wording, whatever was asked.
    """
    current = rows.get(target_id)
    rewording = suggestion.kind == Change.CHANGE or target_id != suggestion.clause_id
    if rewording:
        assert current is not None
        check_wording(current, text)
    before = dict(rows)
    number = open_version(
        document=document,
        origin=DocumentVersion.Origin.SUGGESTION,
        author=suggestion.author,
        summary=reason,
        suggestion=suggestion,
    )
    if rewording and current is not None:
        rows[current.clause_id] = replace_clause(current=current, number=number, text=text)
    elif suggestion.kind == Change.DELETE:
        remove_clause(rows, clause_id=suggestion.clause_id, number=number)
    elif suggestion.kind == Change.MOVE:
        parent_id, after_id = landing(rows, suggestion)
        move_clause(
            rows, clause_id=suggestion.clause_id, parent_id=parent_id, after_id=after_id, number=number
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
    parent_id, after_id = landing(rows, suggestion)
    kind, label, words = new_clause(rows, parent_id, after_id, text)
    add_clause(
        rows,
        document=document,
        number=number,
        kind=kind,
        label=label,
        text=words,
        parent_id=parent_id,
        after_id=after_id,
    )


def reject_suggestion(*, moderator: Account, suggestion: Suggestion, reason: str) -> Decision:
    """Answer the suggestion with a refusal and its reason, both public.

    Raises NotAllowed, AlreadyDecided, NotOpen, InvalidText.
    """
    reason = refusal_reason(reason)
    with transaction.atomic():
        _, suggestion = lock_suggestion(moderator, suggestion)
        return reject_locked(moderator=moderator, suggestion=suggestion, reason=reason)


def refusal_reason(reason: str) -> str:
    """Return the reason of a refusal ready to store; raises InvalidText where there is none."""
    reason = clean(reason, name="理由", limit=REASON_LIMIT, field="reason")
    if len(reason) < REASON_MINIMUM:
        raise InvalidText("不采纳须说明理由。", fields={"reason": "请写明不采纳的理由，理由会公开。"})
    return reason


def reject_locked(*, moderator: Account, suggestion: Suggestion, reason: str) -> Decision:
    """Refuse a locked suggestion, in the caller's transaction."""
    status = next_status(suggestion.status, Action.REJECT)
    assert status is not None  # every undecided status has this step; check_decidable has refused the others
    suggestion.status = status
    suggestion.save(update_fields=["status"])
    return write_decision(suggestion=suggestion, moderator=moderator, outcome=Outcome.REJECTED, reason=reason)


def lock_suggestion(moderator: Account, suggestion: Suggestion) -> tuple[Document, Suggestion]:
    """Lock document and suggestion, and check that this moderator may decide now."""
    document = lock_document(suggestion.document_id)
    suggestion = (
        Suggestion.objects.select_for_update(of=("self",)).select_related("opinion").get(pk=suggestion.pk)
    )
    suggestion.document = document
    check_decidable(moderator, suggestion)
    return document, suggestion


def check_decidable(moderator: Account, suggestion: Suggestion) -> None:
    """Raise NotAllowed, HeldBack, AlreadyDecided or NotOpen where this moderator may not decide now."""
    if not can_moderate(moderator):
        raise NotAllowed("没有审核修改建议的权限。")
    if suggestion.held_by:
        raise HeldBack("这条建议被拦下了，请先在“拦下的”里放行，再作决定。")
    if suggestion.status not in UNDECIDED:
        raise AlreadyDecided(f"这条建议已经有决定：{Status(suggestion.status).label}。")
    if not can_decide(moderator, suggestion):
        raise NotOpen(f"这份文件现在是“{suggestion.document.get_stage_display()}”，不能再审核建议。")


def write_decision(
    *,
    suggestion: Suggestion,
    moderator: Account,
    outcome: Decision.Outcome,
    reason: str,
    wording: str = "",
    replaced: str = "",
    version: int | None = None,
    clause_id: int | None = None,
) -> Decision:
    decision = answer(
        opinion=suggestion.opinion,
        moderator=moderator,
        outcome=outcome,
        reason=reason,
        wording=wording,
        replaced=replaced,
        version=version,
        clause_id=clause_id,
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
