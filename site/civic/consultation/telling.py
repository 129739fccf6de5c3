"""Telling authors what became of their suggestions and comments: on the site, and by the ways they have asked for.

Who says something follows their own opinions on that document from then on; they leave it as they leave any other.
What is told is the answer, which is public, never the words of others. Told once, however often this runs.
"""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone

from civic.accounts.models import User
from civic.consultation.notes import tell_author
from civic.consultation.topics import own_subject, own_topic
from civic.engagement.models import Channel, Subscription
from civic.engagement.services import subscriptions
from wiki.models import Comment, Correction, Decision, Opinion, Suggestion
from wiki.querysets import CommentQuerySet

SHORT = 200


def follow_suggestions(payloads: Sequence[dict[str, Any]]) -> None:
    """Let the authors of new suggestions hear of them."""
    _follow(Suggestion.objects.filter(pk__in={payload["suggestion"] for payload in payloads}))


def follow_comments(payloads: Sequence[dict[str, Any]]) -> None:
    """Let the authors of new comments hear of them."""
    _follow(Comment.objects.filter(pk__in={payload["comment"] for payload in payloads}, thread=None))


def _follow(said: Any) -> None:
    for one in said.filter(author__kind=User.Kind.PERSON).select_related("document", "author"):
        known = Subscription.objects.filter(
            subject=own_subject(one.document_id, one.author_id), channel=Channel.SITE, user=one.author
        )
        if known.exists():  # also one that was ended: who has left is not brought back
            continue
        subscriptions.follow(
            topic=own_topic(one.document, one.author_id),
            channel=Channel.SITE,
            user=one.author,
            at=one.submitted_at,
        )


def tell_decisions(payloads: Sequence[dict[str, Any]]) -> None:
    """Tell the authors of decided suggestions."""
    pks = {payload["suggestion"] for payload in payloads}
    follow_suggestions(payloads)  # however the two events come in
    _tell(Opinion.objects.filter(suggestion__in=pks))


def tell_answers(payloads: Sequence[dict[str, Any]]) -> None:
    """Tell the authors of answered comments."""
    pks = {payload["opinion"] for payload in payloads}
    answered = Opinion.objects.filter(pk__in=pks, comment__isnull=False)
    _follow(Comment.objects.filter(opinion__in=answered, thread=None))
    _tell(answered)


def _tell(opinions: Any) -> None:
    answered = opinions.filter(decision__isnull=False, author__kind=User.Kind.PERSON)
    for opinion in answered.select_related("decision", "document", "author"):
        decision = opinion.decision
        what = _name_of(opinion)
        outcome = Decision.Outcome(decision.outcome).label
        text = f"您对《{opinion.document.title}》的{what}：{outcome}。"
        if decision.version:
            text += f"写进第 {decision.version} 版。"
        if decision.reason:
            text += f"理由：{_shortened(decision.reason)}"
        tell_author(
            opinion,
            key=f"decision:{decision.pk}",
            kind="decision",
            title=f"【{outcome}】您的{what}"[:120],
            text=text,
            path=_page_of(opinion),
            since=decision.made_at,
        )


def tell_collisions(payload: dict[str, Any]) -> None:
    """Tell authors whose waiting suggestions no longer fit the new text: they can word them anew on it."""
    collided = Suggestion.objects.filter(
        pk__in=payload["suggestions"], status="conflict", author__kind=User.Kind.PERSON
    )
    for one in collided.select_related("document", "author"):
        tell_author(
            one,
            key=f"conflict:{one.pk}:{payload['version']}",
            kind="conflict",
            title=f"【与新版本冲突】您的建议（第 {one.pk} 号）",
            text=f"《{one.document.title}》第 {payload['version']} 版改了同一处文字。您可以看看两种文字，"
            "把建议转到新文字上；不转的由审核人员对照处理。",
            path=reverse("wiki:rebase", args=[one.document.slug, one.pk]),
            since=one.submitted_at,
        )


def tell_passings(payload: dict[str, Any]) -> None:
    """Tell authors whose waiting suggestions went with their words to another clause: nothing is asked of them."""
    passed = Suggestion.objects.filter(
        pk__in=payload["suggestions"], clause=payload["clause"], author__kind=User.Kind.PERSON
    )
    for one in passed.select_related("document", "author"):
        tell_author(
            one,
            key=f"passed:{one.pk}:{payload['version']}",
            kind="passed",
            title=f"【转到另一条】您的建议（第 {one.pk} 号）",
            text=f"《{one.document.title}》第 {payload['version']} 版拆开或合并了条款，您的建议已随文字转到另一条，"
            "继续等待审核，不用您做什么。",
            path=reverse("wiki:suggestion", args=[one.document.slug, one.pk]),
            since=one.submitted_at,
        )


def tell_correction(payload: dict[str, Any]) -> None:
    """Tell an author that the answer to their opinion has been put right: what it said, what it says now, and why."""
    known = Opinion.objects.filter(pk=payload["opinion"], author__kind=User.Kind.PERSON)
    opinion = known.select_related("document").first()
    if opinion is None:
        return
    correction = (
        Correction.objects.filter(decision__opinion=opinion).select_related("decision").order_by("pk").last()
    )
    if correction is None:
        return
    decision, what = correction.decision, _name_of(opinion)
    before, after = (Decision.Outcome(one).label for one in (correction.outcome, decision.outcome))
    text = f"对您在《{opinion.document.title}》的{what}的答复已更正："
    text += f"由“{before}”改为“{after}”。" if before != after else f"结果仍是“{after}”。"
    if decision.reason:
        text += f"现在的理由：{_shortened(decision.reason)} "
    text += f"更正的原因：{_shortened(correction.why)}"
    tell_author(
        opinion,
        key=f"correction:{correction.pk}",
        kind="correction",
        title=f"【答复已更正】您的{what}"[:120],
        text=text,
        path=_page_of(opinion),
        since=correction.made_at,
    )


def tell_reply(payload: dict[str, Any]) -> None:
    """Tell who began a thread that somebody has answered there; the words are read where they can be taken back."""
    reply = _comments().filter(pk=payload["comment"]).first()
    thread = _comments().filter(pk=payload["thread"], author__kind=User.Kind.PERSON).first()
    if reply is None or thread is None or not reply.is_public or thread.withdrawn_at is not None:
        return
    follow_comments([{"comment": thread.pk}])
    tell_author(
        thread,
        key=f"reply:{reply.pk}",
        kind="reply",
        title="【新回复】您的评论",
        text=f"有人回复了您对《{thread.document.title}》的评论。",
        path=_page_of_comment(thread),
        since=reply.submitted_at,
    )


def tell_hidden(payload: dict[str, Any]) -> None:
    """Tell an author that a moderator took their comment out of sight, for which rule and why."""
    comment = _comments().filter(pk=payload["comment"], author__kind=User.Kind.PERSON).first()
    if comment is None or comment.held_by != payload["rule"] or comment.withdrawn_at is not None:
        return  # let go or taken back meanwhile
    _follow(Comment.objects.filter(pk=comment.pk))
    rule = Comment.HiddenFor(comment.held_by).label
    tell_author(
        comment,
        key=f"hidden:{comment.pk}:{payload['at']}",
        kind="hidden",
        title="【已隐藏】您的评论",
        text=f"您对《{comment.document.title}》的评论不再公开，只有您自己看得到。"
        f"依据：{rule}。理由：{_shortened(comment.held_reason)} 如果看错了，可以申诉一次，三天以内一定来得及。",
        path=_page_of_holding(comment),
        since=timezone.now(),
    )


def _comments() -> CommentQuerySet:
    return Comment.objects.select_related("document", "author")


def _page_of_holding(comment: Comment) -> str:
    return reverse("wiki:holding", args=[comment.document.slug, comment.holding.pk])


def _page_of_comment(comment: Comment) -> str:
    return reverse("wiki:comment", args=[comment.document.slug, comment.pk])


def _name_of(opinion: Opinion) -> str:
    return f"建议（第 {opinion.suggestion_id} 号）" if opinion.suggestion_id else "评论"


def _page_of(opinion: Opinion) -> str:
    if opinion.suggestion_id:
        return reverse("wiki:suggestion", args=[opinion.document.slug, opinion.suggestion_id])
    if opinion.comment_id:
        return reverse("wiki:comment", args=[opinion.document.slug, opinion.comment_id])
    return reverse("wiki:clause", args=[opinion.document.slug, opinion.clause_id])


def _shortened(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[:SHORT]}…"
