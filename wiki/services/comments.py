"""Saying something of a clause or of words in it, mending it at once, taking it back."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from wiki import ports
from wiki.errors import AlreadyDecided, InvalidText, NotAllowed, NotOpen, TooMany
from wiki.models import Clause, Comment, Document
from wiki.policies import Account, can_change_comment, can_comment, can_view
from wiki.services.holding import announce_submission, hold, rule_for
from wiki.services.ledger import hold_line, open_line, withdraw_line
from wiki.services.quotations import place_quotation
from wiki.services.suggestions import closed_sentence
from wiki.services.versions import lock_document, record
from wiki.text.cleaning import REASON_LIMIT, clean

PER_HOUR = 60


def submit_comment(
    *,
    author: Account,
    clause: Clause,
    text: str,
    base_version: int,
    stance: str = Comment.Stance.NEUTRAL,
    quote: str = "",
    start: int = 0,
    prefix: str = "",
    suffix: str = "",
    thread: Comment | None = None,
) -> Comment:
    """Store what a person says of a clause, or of `quote` in its wording of version `base_version`.

    `start`, `prefix` and `suffix` say which occurrence of the quotation is meant. A reply names the `thread`; it is
    part of a conversation, not an opinion to be answered. Sending the same twice gives the first one back. Raises
    NotAllowed, NotOpen, ClauseGone, InvalidText, TooMany.
    """
    text = _check_words(text, stance)
    held_by = rule_for(author=author, clause=clause, text=text)
    with transaction.atomic():
        document = lock_document(clause.document_id)
        if not can_view(author, document) or not author.is_authenticated or not author.is_active:
            raise NotAllowed("登录后才能评论。")
        if not can_comment(author, document, timezone.now()):
            raise NotOpen(closed_sentence(document, "不能再评论"))
        if not document.first_public <= base_version <= document.version:
            raise InvalidText("版本号不对，请刷新页面后再试。", fields={"base_version": "没有这个版本。"})
        if thread is not None:
            _check_thread(author, clause, thread)
            quote = ""
        anchored = place_quotation(document, clause, quote, start, prefix, suffix, base_version)
        same = Comment.objects.filter(
            author=author, clause=clause, thread=thread, text=text, quote=anchored["quote"], withdrawn_at=None
        ).first()
        if same is not None:
            return same
        _check_rate(author)
        comment = Comment.objects.create(
            document=document, clause=clause, thread=thread, author=author, stance=stance, text=text,
            base_version=base_version, held_by=held_by, **anchored,
        )  # fmt: skip
        if thread is None:
            open_line(comment=comment)
        _log(document, "comment.submitted", author, comment)
        announce_submission(comment)
        announce_reply(comment)
        return comment


def edit_comment(*, author: Account, comment: Comment, text: str, stance: str) -> Comment:
    """Put one's own comment right within Comment.EDITABLE_FOR of sending it; readers are told that it was changed.

    What it quotes stays. Raises NotAllowed, NotOpen, AlreadyDecided, InvalidText.
    """
    text = _check_words(text, stance)
    held_by = rule_for(author=author, clause=comment.clause, text=text)
    with transaction.atomic():
        document, comment = _lock(author, comment)
        if comment.withdrawn_at is not None:
            raise AlreadyDecided("这条评论已经撤回，不能再改。")
        if not can_comment(author, document, timezone.now()):
            raise NotOpen(closed_sentence(document, "不能再评论"))
        if not can_change_comment(author, comment, timezone.now()):
            minutes = int(Comment.EDITABLE_FOR.total_seconds() // 60)
            raise NotOpen(f"评论发出后 {minutes} 分钟内可以改；现在可以撤回后重新发表。")
        if (text, stance) == (comment.text, comment.stance):
            return comment
        # What a person has held back stays so until a person has looked at it again.
        comment.text, comment.stance, comment.held_by = text, stance, comment.held_by or held_by
        comment.edited_at = timezone.now()
        comment.save(update_fields=["text", "stance", "held_by", "edited_at"])
        line = getattr(comment, "opinion", None)
        if line is not None:
            line.stance = stance
            line.save(update_fields=["stance"])
            if comment.held_by:
                hold_line(line, rule=comment.held_by)
        if held_by and comment.held_by == held_by:
            hold(comment)
        _log(document, "comment.edited", author, comment)
        return comment


def withdraw_comment(*, author: Account, comment: Comment) -> Comment:
    """Take back one's own comment; its words are public no more, and it is owed no answer.

    Answers others gave in its thread stay. Taking back twice is taking back once. Raises NotAllowed, or AlreadyDecided
    where the opinion has been answered.
    """
    with transaction.atomic():
        document, comment = _lock(author, comment)
        if comment.withdrawn_at is not None:
            return comment
        line = getattr(comment, "opinion", None)
        if line is not None and not withdraw_line(line):
            raise AlreadyDecided("这条评论已经得到答复，不能再撤回。")
        comment.withdrawn_at = timezone.now()
        comment.save(update_fields=["withdrawn_at"])
        _log(document, "comment.withdrawn", author, comment)
        ports.publish(
            topic="wiki.comment.withdrawn",
            payload={"comment": comment.pk, "document": document.pk, "clause": comment.clause_id},
            key=f"wiki.comment.withdrawn:{comment.pk}",
            queue="slow",
        )
        return comment


def announce_reply(comment: Comment) -> None:
    """Tell the site that somebody answered somebody else's comment, where the answer is public."""
    thread = comment.thread
    if thread is None or thread.author_id == comment.author_id or comment.held_by:
        return
    ports.publish(
        topic="wiki.comment.replied",
        payload={
            "comment": comment.pk,
            "thread": thread.pk,
            "author": thread.author_id,
            "document": comment.document_id,
            "clause": comment.clause_id,
        },
        key=f"wiki.comment.replied:{comment.pk}",
    )


def _check_words(text: str, stance: str) -> str:
    text = clean(text, name="评论", limit=REASON_LIMIT, field="text")
    if not text:
        raise InvalidText("评论不能是空的。", fields={"text": "请写下您的看法。"})
    if stance not in Comment.Stance.values:
        raise InvalidText("没有这种立场。", fields={"stance": "请选择支持、反对或中立。"})
    return text


def _check_thread(author: Account, clause: Clause, thread: Comment) -> None:
    thread.refresh_from_db(fields=["clause", "held_by", "withdrawn_at"])
    if thread.clause_id != clause.pk or thread.thread_id is not None:
        raise InvalidText("没有这段讨论。", fields={"thread": "没有这段讨论。"})
    if thread.withdrawn_at is not None or (thread.held_by and thread.author_id != author.pk):
        raise NotOpen("这条评论已经不公开了，不能再回复。")


def _lock(author: Account, comment: Comment) -> tuple[Document, Comment]:
    document = lock_document(comment.document_id)
    comment = Comment.objects.select_for_update(of=("self",)).select_related("clause").get(pk=comment.pk)
    if not author.is_authenticated or not author.is_active or comment.author_id != author.pk:
        raise NotAllowed("只能改动自己的评论。")
    return document, comment


def _log(document: Document, action: str, actor: Account, comment: Comment) -> None:
    record(document=document, action=action, actor=actor, clause_id=comment.clause_id, comment=comment.pk)


def _check_rate(author: Account) -> None:
    per_hour = getattr(settings, "WIKI_COMMENTS_PER_HOUR", PER_HOUR)
    recent = Comment.objects.filter(author=author, submitted_at__gt=timezone.now() - timedelta(hours=1))
    if recent.count() >= per_hour:
        raise TooMany(f"一小时内最多发 {per_hour} 条评论，请稍后再来。")
