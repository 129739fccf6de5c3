"""Saying something of a clause or of words in it, and voting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from wiki import ports
from wiki.anchors import around, follow, locate
from wiki.cleaning import REASON_LIMIT, clean, tidy
from wiki.errors import ClauseGone, InvalidText, NotAllowed, NotOpen, TooMany
from wiki.models import Clause, ClauseVersion, Comment, Document, Suggestion, Vote
from wiki.policies import Account, can_comment, can_view
from wiki.services.ledger import open_line
from wiki.services.suggestions import closed_sentence
from wiki.services.versions import lock_document, record

PER_HOUR = 60
QUOTE_LIMIT = 500
Anchor = Comment.Anchor
Target = Clause | Suggestion | Comment


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
    text = clean(text, name="评论", limit=REASON_LIMIT, field="text")
    if not text:
        raise InvalidText("评论不能是空的。", fields={"text": "请写下您的看法。"})
    if stance not in Comment.Stance.values:
        raise InvalidText("没有这种立场。", fields={"stance": "请选择支持、反对或中立。"})
    with transaction.atomic():
        document = lock_document(clause.document_id)
        if not can_view(author, document) or not author.is_authenticated or not author.is_active:
            raise NotAllowed("登录后才能评论。")
        if not can_comment(author, document, timezone.now()):
            raise NotOpen(closed_sentence(document))
        if not 1 <= base_version <= document.version:
            raise InvalidText("版本号不对，请刷新页面后再试。", fields={"base_version": "没有这个版本。"})
        if thread is not None:
            if thread.clause_id != clause.pk or thread.thread_id is not None:
                raise InvalidText("没有这段讨论。", fields={"thread": "没有这段讨论。"})
            quote = ""
        anchored = _anchor(document, clause, tidy(quote)[:QUOTE_LIMIT], start, prefix, suffix, base_version)
        same = Comment.objects.filter(
            author=author, clause=clause, thread=thread, text=text, quote=anchored["quote"]
        ).first()
        if same is not None:
            return same
        _check_rate(author)
        comment = Comment.objects.create(
            document=document, clause=clause, thread=thread, author=author, stance=stance, text=text,
            base_version=base_version, **anchored,
        )  # fmt: skip
        if thread is None:
            open_line(comment=comment)
        record(
            document=document,
            action="comment.submitted",
            actor=author,
            clause_id=clause.pk,
            comment=comment.pk,
        )
        ports.publish(
            topic="wiki.comment.submitted",
            payload={"comment": comment.pk, "document": document.pk, "clause": clause.pk},
            key=f"wiki.comment.submitted:{comment.pk}",
        )
        return comment


def vote(*, voter: Account, target: Target, value: int) -> int:
    """Say yes (1), no (-1) or nothing (0) to a clause, a suggestion or a comment; return its score now.

    A second vote takes the place of the first. Raises NotAllowed, NotOpen, InvalidText.
    """
    if value not in (1, 0, -1):
        raise InvalidText("请选择赞成或反对。", fields={"value": "请选择赞成或反对。"})
    on: dict[str, Any] = {str(target._meta.model_name): target}
    with transaction.atomic():
        document = lock_document(target.document_id)
        if not can_view(voter, document) or not voter.is_authenticated or not voter.is_active:
            raise NotAllowed("登录后才能表态。")
        if not can_comment(voter, document, timezone.now()):
            raise NotOpen(closed_sentence(document))
        before = Vote.objects.filter(voter=voter, **on).first()
        was = before.value if before else 0
        if value == 0 and before is not None:
            before.delete()
        elif value:
            Vote.objects.update_or_create(voter=voter, **on, defaults={"value": value})
        if isinstance(target, Comment) and value != was:
            Comment.objects.filter(pk=target.pk).update(score=F("score") + value - was)
        votes = Vote.objects.filter(**on).values_list("value", flat=True)
        return sum(votes)


def _anchor(
    document: Document, clause: Clause, quote: str, start: int, prefix: str, suffix: str, base_version: int
) -> dict[str, object]:
    """Return the anchor's fields: where the quotation stood in the version read, and where it stands now."""
    rows = ClauseVersion.objects.filter(document=document, clause=clause)
    then, now = rows.at(base_version).first(), rows.current().first()
    if now is None or then is None:
        raise ClauseGone("这一条已经不在现行文本里，不能再评论。")
    if not quote:
        return {"quote": "", "anchor": Anchor.CLAUSE, "anchored_version": document.version}
    place = locate(then.text, quote, near=start, prefix=prefix, suffix=suffix)
    if place is None:
        message = "引用的文字不在这一条里，请重新选择。"
        raise InvalidText(message, fields={"quote": message})
    before, after = around(then.text, place)
    found = place if then.pk == now.pk else follow(then.text, now.text, place, quote=quote)
    standing = found or place
    return {
        "quote": quote,
        "prefix": before,
        "suffix": after,
        "start": place.start,
        "anchor": Anchor.QUOTE if found else Anchor.EARLIER,
        "anchored_version": document.version if found else base_version,
        "at": standing.start,
        "length": standing.end - standing.start,
    }


def _check_rate(author: Account) -> None:
    per_hour = getattr(settings, "WIKI_COMMENTS_PER_HOUR", PER_HOUR)
    recent = Comment.objects.filter(author=author, submitted_at__gt=timezone.now() - timedelta(hours=1))
    if recent.count() >= per_hour:
        raise TooMany(f"一小时内最多发 {per_hour} 条评论，请稍后再来。")
