"""Answering opinions: one, or all that say the same; a suggestion's answer comes with the decision on its words."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from wiki import ports
from wiki.cleaning import REASON_LIMIT, REASON_MINIMUM, clean
from wiki.errors import AlreadyDecided, InvalidText, NotAllowed, NotOpen
from wiki.models import Decision, Opinion, OpinionGroup
from wiki.policies import Account, can_moderate
from wiki.services.ledger import answer
from wiki.services.versions import lock_document, record
from wiki.workflow import ANSWERING_STAGES

Outcome = Decision.Outcome


def answer_opinions(
    *, moderator: Account, opinions: Sequence[Opinion], outcome: str, reason: str, version: int | None = None
) -> list[Decision]:
    """Give one answer to opinions of one document that are no suggestions; all get it or none does.

    `version` is where an adopted opinion's words stand, when they stand somewhere. Raises NotAllowed, NotOpen,
    InvalidText, AlreadyDecided.
    """
    reason = clean(reason, name="理由", limit=REASON_LIMIT, field="reason")
    if outcome not in Outcome.values:
        raise InvalidText("请选择采纳、部分采纳或不采纳。", fields={"outcome": "请选择答复。"})
    if len(reason) < REASON_MINIMUM:
        raise InvalidText("答复须写明理由。", fields={"reason": "请写明理由，理由会公开。"})
    if not can_moderate(moderator):
        raise NotAllowed("没有答复意见的权限。")
    documents = {opinion.document_id for opinion in opinions}
    if len(documents) != 1:
        raise InvalidText("一次只能答复同一份文件的意见。")
    with transaction.atomic():
        document = lock_document(documents.pop())
        if document.stage not in ANSWERING_STAGES:
            raise NotOpen(f"这份文件现在是“{document.get_stage_display()}”，不能再答复意见。")
        if version is not None and not (1 <= version <= document.version and outcome != Outcome.REJECTED):
            raise InvalidText("版本号不对。", fields={"version": "没有这个版本。"})
        locked = list(
            Opinion.objects.select_for_update().filter(pk__in=[one.pk for one in opinions]).order_by("pk")
        )
        for opinion in locked:
            if opinion.suggestion_id is not None:
                raise InvalidText(f"第 {opinion.pk} 号意见是修改建议，请在修改审核里决定。")
            if opinion.answered_at is not None:
                raise AlreadyDecided(f"第 {opinion.pk} 号意见已经答复过。")
        decisions = [
            answer(opinion=opinion, moderator=moderator, outcome=outcome, reason=reason, version=version)
            for opinion in locked
        ]
        for opinion in locked:
            record(
                document=document,
                action=f"opinion.{outcome}",
                actor=moderator,
                clause_id=opinion.clause_id,
                opinion=opinion,
                version=version,
            )
            ports.publish(
                topic="wiki.opinion.answered",
                payload={"opinion": opinion.pk, "document": document.pk, "outcome": outcome},
                key=f"wiki.opinion.answered:{opinion.pk}",
            )
        return decisions


def take_in_opinion(
    *,
    actor: Account,
    document_id: int,
    text: str,
    channel: str,
    clause_id: int | None = None,
    source_ref: str = "",
    name: str = "",
    stance: str = "",
) -> Opinion:
    """Give a line to an opinion that came by letter, chat or from the case desk; the same source gives the same line.

    Raises NotAllowed, InvalidText.
    """
    text = clean(text, name="意见", limit=REASON_LIMIT * 4, field="text")
    name = " ".join(clean(name, name="署名", limit=60, field="name").split())
    if not text:
        raise InvalidText("意见不能是空的。", fields={"text": "请写出意见。"})
    if not can_moderate(actor):
        raise NotAllowed("没有登记意见的权限。")
    with transaction.atomic():
        document = lock_document(document_id)
        if clause_id is not None and not document.clauses.filter(pk=clause_id).exists():
            raise InvalidText("这份文件里没有这一条。", fields={"clause": "没有这一条。"})
        same = Opinion.objects.filter(document=document, channel=channel, source_ref=source_ref).first()
        if same is not None and source_ref:
            return same
        opinion = Opinion.objects.create(
            document=document,
            clause_id=clause_id,
            channel=channel,
            source_ref=source_ref[:100],
            name=name,
            stance=stance,
            text=text,
            submitted_at=timezone.now(),
        )
        record(
            document=document,
            action="opinion.taken_in",
            actor=actor,
            clause_id=clause_id,
            opinion=opinion,
            channel=channel,
        )
        return opinion


def put_together(*, moderator: Account, opinions: Sequence[Opinion], name: str) -> OpinionGroup:
    """Make a group of opinions of one document under a name people can read."""
    name = " ".join(clean(name, name="名称", limit=60, field="name").split())
    if not name:
        raise InvalidText("请给这组意见一个名称。", fields={"name": "请写名称。"})
    if not can_moderate(moderator):
        raise NotAllowed("没有整理意见的权限。")
    if len({opinion.document_id for opinion in opinions}) != 1:
        raise InvalidText("一组意见必须属于同一份文件。")
    with transaction.atomic():
        document = lock_document(opinions[0].document_id)
        clauses = {opinion.clause_id for opinion in opinions}
        group = OpinionGroup.objects.create(
            document=document, name=name, clause_id=clauses.pop() if len(clauses) == 1 else None
        )
        Opinion.objects.filter(pk__in=[opinion.pk for opinion in opinions]).update(group=group)
        return group
