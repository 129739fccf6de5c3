"""What moderators do in discussions: take a comment out of sight for a rule and a reason, or let it be seen again."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from wiki import ports
from wiki.errors import AlreadyDecided, InvalidText, NotAllowed
from wiki.models import Comment, Document
from wiki.policies import Account, can_moderate
from wiki.services.comments import announce_reply
from wiki.services.holding import announce_submission, check_may_return, close_holding, keep_hidden
from wiki.services.ledger import hold_line, release_line
from wiki.services.versions import lock_document, record
from wiki.text.cleaning import REASON_MINIMUM, clean

REASON_LIMIT = 300


def hide_comment(*, moderator: Account, comment: Comment, rule: str, reason: str) -> Comment:
    """Take a comment out of sight: nobody but its author reads it, who is told the rule and the reason, and may object.

    What others answered stays. An opinion that has been answered stays in the ledger with its answer. Raises
    NotAllowed, InvalidText, AlreadyDecided.
    """
    reason = clean(reason, name="理由", limit=REASON_LIMIT, field="reason")
    if rule not in Comment.HiddenFor.values:
        raise InvalidText("请选择依据的规则。", fields={"rule": "请选择依据的规则。"})
    if len(reason) < REASON_MINIMUM:
        raise InvalidText("请写明理由。", fields={"reason": "请写明理由，评论人会看到。"})
    with transaction.atomic():
        document, comment = _lock(moderator, comment)
        if comment.withdrawn_at is not None:
            raise AlreadyDecided("评论人已经撤回了这条评论。")
        if (comment.held_by, comment.held_reason) == (rule, reason):
            return comment
        comment.held_by, comment.held_reason = rule, reason
        comment.save(update_fields=["held_by", "held_reason"])
        line = getattr(comment, "opinion", None)
        if line is not None:
            hold_line(line, rule=rule)
        keep_hidden(comment, moderator=moderator, reason=reason)
        _log(document, "comment.hidden", moderator, comment, rule=rule, reason=reason)
        ports.publish(
            topic="wiki.comment.hidden",
            payload={
                "comment": comment.pk,
                "author": comment.author_id,
                "document": document.pk,
                "clause": comment.clause_id,
                "rule": rule,
                "at": timezone.now().isoformat(),
            },
        )
        return comment


def release_comment(*, moderator: Account, comment: Comment) -> Comment:
    """Let a comment be seen that a rule or a moderator took out of sight.

    Raises NotAllowed, AlreadyDecided, and NotOpen where nobody could answer it any more.
    """
    with transaction.atomic():
        document, comment = _lock(moderator, comment)
        if comment.withdrawn_at is not None:
            raise AlreadyDecided("评论人已经撤回了这条评论。")
        if not comment.held_by:
            return comment
        line = getattr(comment, "opinion", None)
        if line is not None and line.answered_at is None:
            check_may_return(document)
        rule, comment.held_by, comment.held_reason = comment.held_by, "", ""
        comment.save(update_fields=["held_by", "held_reason"])
        if line is not None:
            release_line(line)
        close_holding(comment, moderator)
        _log(document, "comment.released", moderator, comment, rule=rule)
        announce_submission(comment)
        announce_reply(comment)
        return comment


def _lock(moderator: Account, comment: Comment) -> tuple[Document, Comment]:
    if not can_moderate(moderator):
        raise NotAllowed("没有管理评论的权限。")
    document = lock_document(comment.document_id)
    rows = Comment.objects.select_for_update(of=("self",)).select_related("thread")
    return document, rows.get(pk=comment.pk)


def _log(document: Document, action: str, actor: Account, comment: Comment, **data: Any) -> None:
    record(
        document=document,
        action=action,
        actor=actor,
        clause_id=comment.clause_id,
        comment=comment.pk,
        **data,
    )
