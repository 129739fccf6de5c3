"""Comments as pages and the API show them: whose words are there to be read, votes, answers, what one may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from nlp import redact
from wiki.models import ClauseVersion, Comment, Decision, Holding
from wiki.models.holding import rule_label
from wiki.policies import can_change_comment
from wiki.presenters import parts
from wiki.selectors.naming import full_names
from wiki.services.votes import Tally, votes_of
from wiki.text.anchors import without_marks

REPLIES_SHOWN = 3
SORTS = {"new": "最新", "agreed": "最多人支持", "contested": "争议最大"}


@dataclass
class Shown:
    """One comment as one person sees it; `words` is None where they are not to be read."""

    comment: Comment
    author: str
    words: str | None
    note: str
    tally: Tally
    mine: bool
    can_edit: bool
    can_withdraw: bool
    decision: Decision | None = None
    clause: str = ""
    holding: int | None = None
    """Where its author reads why it is held back, and may object."""
    reply_count: int = 0
    replies: list[Shown] = field(default_factory=list)

    @property
    def html(self) -> SafeString:
        return mark_safe(str(escape(self.words or "")).replace("\n", "<br>"))

    @property
    def quote(self) -> str:
        return redact(without_marks(self.comment.quote)[0])

    @property
    def more(self) -> int:
        """How many answers are not shown here."""
        return self.reply_count - len(self.replies)


def shown(comments: Sequence[Comment], user: Any, now: datetime) -> list[Shown]:
    """Return comments, loaded with their authors, as this person sees them.

    One query, for their own votes; one more where something of theirs is held back.
    """
    mine = votes_of(user, "comment", [comment.pk for comment in comments])
    out = [_shown(comment, user, now, mine.get(comment.pk, 0)) for comment in comments]
    if own := {one.comment.pk: one for one in out if one.mine and one.note}:
        for pk, comment_id, state in Holding.objects.filter(comment__in=own).values_list(
            "pk", "comment_id", "state"
        ):
            mine_held = own[comment_id or 0]
            mine_held.holding = pk
            if state == Holding.State.KEPT and mine_held.comment.held_by not in Comment.HiddenFor.values:
                rule = rule_label(mine_held.comment.held_by)
                mine_held.note = f"这条评论被拦下了（{rule}），不公开。只有您能看到它。"
    return out


def with_replies(threads: Sequence[Comment], user: Any, now: datetime) -> list[Shown]:
    """Return threads with how many answers they have, and the first of those; the same queries for any number."""
    ids = [thread.pk for thread in threads]
    answers = Comment.objects.filter(thread_id__in=ids).shown_to(user)
    counts = dict(answers.order_by().values_list("thread_id").annotate(n=Count("id")))
    place = Window(RowNumber(), partition_by=F("thread_id"), order_by=F("id").asc())
    first = list(
        answers.annotate(place=place)
        .filter(place__lte=REPLIES_SHOWN)
        .select_related("author", "opinion__decision")
        .order_by("id")
    )
    every = shown([*threads, *first], user, now)
    out = every[: len(threads)]
    by_id = {one.comment.pk: one for one in out}
    for one in out:
        one.reply_count = counts.get(one.comment.pk, 0)
    for reply in every[len(threads) :]:
        assert reply.comment.thread_id is not None
        by_id[reply.comment.thread_id].replies.append(reply)
    return out


def name_clauses(items: Sequence[Shown]) -> None:
    """Say beside every comment what its clause is called; a constant number of queries."""
    rows = ClauseVersion.objects.filter(clause_id__in={one.comment.clause_id for one in items})
    names = full_names({row.clause_id: row for row in rows.order_by("since")}.values())
    for one in items:
        one.clause = names.get(one.comment.clause_id, "")


def _shown(comment: Comment, user: Any, now: datetime, mine: int) -> Shown:
    own = bool(user.is_authenticated) and comment.author_id == user.pk
    withdrawn = comment.withdrawn_at is not None
    readable = comment.is_public or (own and not withdrawn)
    line = getattr(comment, "opinion", None)
    answered = line is not None and line.answered_at is not None
    return Shown(
        comment=comment,
        author=parts.public_name(comment.author) if comment.is_public or own else "",
        words=redact(comment.text) if readable else None,
        note=_note(comment, own),
        tally=Tally(comment.ups, comment.downs, mine),
        mine=own,
        can_edit=can_change_comment(user, comment, now),
        can_withdraw=own and not withdrawn and not answered,
        decision=getattr(line, "decision", None) if readable and answered else None,
    )


def _note(comment: Comment, own: bool) -> str:
    """Return why a comment is not what everybody reads, as a sentence; nothing where it is."""
    if comment.withdrawn_at is not None:
        return "评论人已撤回这条评论。"
    if not comment.held_by:
        return ""
    if not own:
        return "这条评论没有公开。"
    rule = rule_label(comment.held_by)
    if comment.held_by in Comment.HiddenFor.values:
        return f"审核人员隐藏了这条评论（{rule}）：{comment.held_reason.rstrip('。')}。只有您能看到它。"
    return f"系统暂时拦下了这条评论（{rule}），有人看过后再公开。只有您能看到它。"
