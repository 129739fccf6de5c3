"""Answering opinions: one, or all that say the same; a suggestion's answer comes with the decision on its words."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from wiki import ports
from wiki.errors import AlreadyDecided, InvalidText, NotAllowed, NothingChanged, NotOpen
from wiki.models import ClauseVersion, Correction, Decision, Document, Event, Opinion, OpinionGroup
from wiki.policies import Account, can_answer, can_moderate
from wiki.services.letters import take_in_opinion as take_in_opinion
from wiki.services.versions import lock_document, record
from wiki.text.cleaning import REASON_LIMIT, REASON_MINIMUM, clean

BATCH = 500
Outcome = Decision.Outcome


def answer_opinions(
    *,
    moderator: Account,
    opinions: Sequence[Opinion],
    outcome: str,
    reason: str,
    version: int | None = None,
    clause_id: int | None = None,
) -> list[Decision]:
    """Give one answer to opinions of one document that are no suggestions; all get it or none does.

    `version` is where an adopted opinion's words stand, when they stand somewhere; `clause_id` names the clause
    where that is another than the opinion's. Raises NotAllowed, NotOpen, InvalidText, AlreadyDecided.
    """
    reason = _check_answer(outcome, reason)
    if not can_moderate(moderator):
        raise NotAllowed("没有答复意见的权限。")
    documents = {opinion.document_id for opinion in opinions}
    if not documents:
        raise InvalidText("请先选择要答复的意见。")
    if len(documents) != 1:
        raise InvalidText("一次只能答复同一份文件的意见。")
    with transaction.atomic():
        document = lock_document(documents.pop())
        if not can_answer(moderator, document):
            raise NotOpen(f"这份文件现在是“{document.get_stage_display()}”，不能再答复意见。")
        _check_place(document, outcome, version, clause_id)
        locked = list(
            Opinion.objects.select_for_update(of=("self",))
            .filter(pk__in=[one.pk for one in opinions])
            .order_by("pk")
        )
        for opinion in locked:
            _check_unanswered(opinion)
        return _answer_all(document, moderator, locked, outcome, reason, version, clause_id)


def answer_group(
    *,
    moderator: Account,
    group: OpinionGroup,
    outcome: str,
    reason: str,
    version: int | None = None,
    clause_id: int | None = None,
) -> list[Decision]:
    """Give one answer to all of a group that still wait for one; suggestions in it are decided by themselves.

    Raises as `answer_opinions`, and AlreadyDecided where nobody waits.
    """
    with transaction.atomic():
        lock_document(group.document_id)
        waiting = list(group.opinions.unanswered().filter(suggestion=None))
        if not waiting:
            raise AlreadyDecided("这一组里没有等待答复的意见；修改建议请在修改审核里决定。")
        return answer_opinions(
            moderator=moderator,
            opinions=waiting,
            outcome=outcome,
            reason=reason,
            version=version,
            clause_id=clause_id,
        )


def correct_answer(
    *,
    moderator: Account,
    opinion: Opinion,
    outcome: str,
    reason: str,
    why: str,
    version: int | None = None,
    clause_id: int | None = None,
) -> Decision:
    """Change the answer to an opinion, publicly: what it said before stays beside it with `why` it was changed.

    A suggestion that was accepted stays accepted, wholly or in part, in the version it made; one that was rejected
    stays rejected. Raises NotAllowed, NotOpen, InvalidText, NothingChanged.
    """
    reason = _check_answer(outcome, reason)
    why = clean(why, name="更正的原因", limit=REASON_LIMIT, field="why")
    if len(why) < REASON_MINIMUM:
        raise InvalidText("请写明为什么更正。", fields={"why": "请写明更正的原因，原因会公开。"})
    if not can_moderate(moderator):
        raise NotAllowed("没有更正答复的权限。")
    with transaction.atomic():
        document = lock_document(opinion.document_id)
        if not can_answer(moderator, document):
            raise NotOpen(f"这份文件现在是“{document.get_stage_display()}”，不能再更正答复。")
        decision = (
            Decision.objects.select_for_update(of=("self",))
            .select_related("opinion")
            .filter(opinion=opinion)
            .first()
        )
        if decision is None:
            raise InvalidText("这条意见还没有答复，请直接答复。")
        if decision.opinion.suggestion_id is not None:
            if (outcome == Outcome.REJECTED) != (decision.outcome == Outcome.REJECTED):
                message = "修改建议的采纳与否随文本的版本而定，这里只能更正理由和采纳的程度。"
                raise InvalidText(message, fields={"outcome": message})
            version, clause_id = decision.version, decision.clause_id
        else:
            _check_place(document, outcome, version, clause_id)
        after = (outcome, reason, version, clause_id)
        if after == (decision.outcome, decision.reason, decision.version, decision.clause_id):
            raise NothingChanged("答复没有变化。")
        Correction.objects.create(
            decision=decision,
            outcome=decision.outcome,
            reason=decision.reason,
            version=decision.version,
            why=why,
            actor=moderator,
        )
        before, place = decision.outcome, (decision.version, decision.clause_id)
        decision.outcome, decision.reason, decision.version, decision.clause_id = after
        if (version, clause_id) != place:
            decision.undone_in = None
        decision.save(update_fields=["outcome", "reason", "version", "clause", "undone_in"])
        record(
            document=document,
            action="opinion.corrected",
            actor=moderator,
            clause_id=decision.opinion.clause_id,
            suggestion=decision.opinion.suggestion,
            opinion=decision.opinion,
            before=before,
            after=outcome,
            version=version,
        )
        ports.publish(
            topic="wiki.opinion.corrected",
            payload={"opinion": opinion.pk, "document": document.pk, "outcome": outcome},
            key=f"wiki.opinion.corrected:{opinion.pk}:{decision.corrections.count()}",
        )
        return decision


def put_together(
    *, moderator: Account, opinions: Sequence[Opinion], name: str = "", group: OpinionGroup | None = None
) -> OpinionGroup:
    """Put opinions of one document into a group, an existing one or a new one under a name people can read."""
    name = " ".join(clean(name, name="名称", limit=60, field="name").split())
    if group is None and not name:
        raise InvalidText("请给这组意见一个名称。", fields={"name": "请写名称。"})
    if not can_moderate(moderator):
        raise NotAllowed("没有整理意见的权限。")
    if not opinions:
        raise InvalidText("请先选择意见。")
    documents = {opinion.document_id for opinion in opinions} | ({group.document_id} if group else set())
    if len(documents) != 1:
        raise InvalidText("一组意见必须属于同一份文件。")
    with transaction.atomic():
        document = lock_document(opinions[0].document_id)
        if group is None:
            clauses = {opinion.clause_id for opinion in opinions}
            group = OpinionGroup.objects.create(
                document=document, name=name, clause_id=clauses.pop() if len(clauses) == 1 else None
            )
        elif group.automatic:
            OpinionGroup.objects.filter(pk=group.pk).update(automatic=False)
        chosen = Opinion.objects.filter(pk__in=[opinion.pk for opinion in opinions])
        chosen.update(group=group, placed_by_hand=True)
        record(
            document=document,
            action="opinions.grouped",
            actor=moderator,
            clause_id=group.clause_id,
            group=group.pk,
            opinions=len(opinions),
        )
        return group


def take_apart(*, moderator: Account, opinions: Sequence[Opinion]) -> int:
    """Let opinions of one document stand alone again; return how many were in a group. Raises NotAllowed."""
    if not can_moderate(moderator):
        raise NotAllowed("没有整理意见的权限。")
    if len({opinion.document_id for opinion in opinions}) != 1:
        raise InvalidText("一次只能整理同一份文件的意见。")
    with transaction.atomic():
        document = lock_document(opinions[0].document_id)
        chosen = Opinion.objects.filter(pk__in=[one.pk for one in opinions], group__isnull=False)
        number = chosen.update(group=None, placed_by_hand=True)
        if number:
            record(document=document, action="opinions.ungrouped", actor=moderator, opinions=number)
        return number


def _check_answer(outcome: str, reason: str) -> str:
    reason = clean(reason, name="理由", limit=REASON_LIMIT, field="reason")
    if outcome not in Outcome.values:
        raise InvalidText("请选择采纳、部分采纳或不采纳。", fields={"outcome": "请选择答复。"})
    if len(reason) < REASON_MINIMUM:
        raise InvalidText("答复须写明理由。", fields={"reason": "请写明理由，理由会公开。"})
    return reason


def _check_place(document: Document, outcome: str, version: int | None, clause_id: int | None) -> None:
    """Refuse a version or a clause in which the words cannot stand."""
    if version is None:
        if clause_id is not None:
            message = "写进了哪一条，要同时写明是第几版。"
            raise InvalidText(message, fields={"version": message})
        return
    if outcome == Outcome.REJECTED:
        message = "不采纳的意见没有写进文本，请不要填版本。"
        raise InvalidText(message, fields={"version": message})
    if not 1 <= version <= document.version:
        message = f"没有第 {version} 版，现在是第 {document.version} 版。"
        raise InvalidText(message, fields={"version": message})
    if clause_id is not None:
        rows = ClauseVersion.objects.filter(document=document, clause_id=clause_id)
        if not rows.at(version).exists():
            message = f"第 {version} 版里没有这一条。"
            raise InvalidText(message, fields={"clause": message})


def _check_unanswered(opinion: Opinion) -> None:
    if opinion.suggestion_id is not None:
        raise InvalidText(f"第 {opinion.pk} 号意见是修改建议，请在修改审核里决定。")
    if opinion.answered_at is not None:
        raise AlreadyDecided(f"第 {opinion.pk} 号意见已经答复过。")
    if opinion.withdrawn_at is not None:
        raise InvalidText(f"第 {opinion.pk} 号意见已由本人撤回，不用答复。")
    if opinion.held_by:
        raise InvalidText(f"第 {opinion.pk} 号意见被拦下，放行后才能答复。")


def _answer_all(
    document: Document,
    moderator: Account,
    opinions: list[Opinion],
    outcome: str,
    reason: str,
    version: int | None,
    clause_id: int | None,
) -> list[Decision]:
    """Write the answers and their lines in the log in a few statements, however many opinions there are."""
    now = timezone.now()
    decisions = Decision.objects.bulk_create(
        [
            Decision(
                opinion=opinion,
                moderator=moderator,
                outcome=outcome,
                reason=reason,
                version=version,
                clause_id=None if clause_id == opinion.clause_id else clause_id,
            )
            for opinion in opinions
        ],
        batch_size=BATCH,
    )
    for opinion in opinions:
        # A clock that was set back must not make an answer older than what it answers.
        opinion.answered_at = max(now, opinion.submitted_at)
    Opinion.objects.bulk_create(
        opinions,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["answered_at"],
    )
    Event.objects.bulk_create(
        [
            Event(
                document=document,
                clause_id=opinion.clause_id,
                opinion=opinion,
                actor=moderator,
                action=f"opinion.{outcome}",
                data={"version": version},
            )
            for opinion in opinions
        ],
        batch_size=BATCH,
    )
    for opinion in opinions:
        ports.publish(
            topic="wiki.opinion.answered",
            payload={"opinion": opinion.pk, "document": document.pk, "outcome": outcome},
            key=f"wiki.opinion.answered:{opinion.pk}",
        )
    return decisions
