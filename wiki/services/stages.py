"""A document's way through its stages: by a person's step, or by itself when its dates come."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from wiki import ports
from wiki.consultation import Facts, obstacles
from wiki.errors import InvalidText, NotAllowed, StageBlocked, WikiError, WrongStage
from wiki.models import ClauseVersion, Document, Opinion
from wiki.policies import Account, can_manage
from wiki.services.versions import lock_document, record
from wiki.text.cleaning import REASON_LIMIT, REASON_MINIMUM, clean
from wiki.workflow import PUBLIC_STAGES, Stage, StageAction, next_stage

OPENING = frozenset({StageAction.OPEN, StageAction.REOPEN})
BY_SCHEDULE = "schedule"


def change_stage(
    *,
    actor: Account | None,
    document: Document,
    action: StageAction,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    short_reason: str | None = None,
    without_end: bool = False,
    reason: str = "",
) -> Document:
    """Move a document to its next stage; opening sets the dates given.

    To open needs words and a closing day, or `without_end`; fewer than thirty days need `short_reason`. Opening anew
    and closing before the day need a `reason`, which is public like the step itself. `actor` None is the operator at
    the command line. Raises NotAllowed, WrongStage, StageBlocked, InvalidText.
    """
    reason = clean(reason, name="理由", limit=REASON_LIMIT, field="reason")
    if short_reason is not None:
        short_reason = clean(short_reason, name="理由", limit=REASON_LIMIT, field="short_reason")
    if actor is not None and not can_manage(actor):
        raise NotAllowed("没有管理政策文件的权限。")
    with transaction.atomic():
        document = lock_document(document.pk)
        if next_stage(document.stage, action) is None:
            raise WrongStage(
                f"这份文件现在是“{document.get_stage_display()}”，不能“{StageAction(action).label}”。"
            )
        now = timezone.now()
        dates_before = document.closes_at
        if action in OPENING:
            document.opens_at = opens_at or document.opens_at or now
            document.closes_at = closes_at or document.closes_at
            if short_reason is not None:
                document.short_reason = short_reason
            if action == StageAction.REOPEN and closes_at is None and not without_end:
                raise InvalidText("请给出新的截止日期。", fields={"closes_at": "请给出新的截止日期。"})
            if without_end:
                document.closes_at = None
        early = action == StageAction.CLOSE and (document.closes_at is None or document.closes_at > now)
        if actor is not None and (action == StageAction.REOPEN or early) and len(reason) < REASON_MINIMUM:
            why = "提前结束" if early else "重新征求意见"
            raise InvalidText(
                f"{why}须写明理由，理由会公开。", fields={"reason": f"请写明{why}的理由，理由会公开。"}
            )
        _check(document, action, now, without_end=without_end)
        if early and (document.opens_at is None or document.opens_at < now):
            document.closes_at = now
        _move(document, action, actor, reason, dates_before)
    return document


def schedule_opening(*, actor: Account, document: Document, on: bool) -> Document:
    """Let a draft open by itself when its opening time comes, or no longer.

    Raises NotAllowed, WrongStage, StageBlocked; InvalidText where the opening time is not to come.
    """
    if not can_manage(actor):
        raise NotAllowed("没有管理政策文件的权限。")
    with transaction.atomic():
        document = lock_document(document.pk)
        if document.stage != Stage.DRAFT:
            raise WrongStage(f"这份文件现在是“{document.get_stage_display()}”，已经公开过了。")
        if document.scheduled == on:
            return document
        if on:
            if document.opens_at is None or document.opens_at <= timezone.now():
                message = "请先写好将来的开始时间。"
                raise InvalidText(message, fields={"opens_at": message})
            _check(document, StageAction.OPEN, document.opens_at)
        document.scheduled = on
        document.save(update_fields=["scheduled"])
        opens = document.opens_at.isoformat() if document.opens_at and on else None
        record(document=document, action="document.scheduled", actor=actor, on=on, opens_at=opens)
    return document


def keep_dates(now: datetime | None = None) -> list[int]:
    """Open what is scheduled and close what is over; return the documents that moved. May run as often as it likes.

    A draft that can no longer be opened (its text was taken out, its closing day has passed) stays a draft and is
    taken off the schedule, with a line in the log.
    """
    now = now or timezone.now()
    due = Q(stage=Stage.DRAFT, scheduled=True, opens_at__lte=now) | Q(stage=Stage.OPEN, closes_at__lte=now)
    return [pk for pk in Document.objects.filter(due).values_list("pk", flat=True) if _keep(pk, now)]


def _keep(pk: int, now: datetime) -> bool:
    with transaction.atomic():
        document = lock_document(pk)
        # Its dates may have been moved since the query: only the locked row counts.
        if document.stage == Stage.OPEN and document.closes_at and document.closes_at <= now:
            _move(document, StageAction.CLOSE, None, "", document.closes_at, by=BY_SCHEDULE)
            return True
        if document.stage != Stage.DRAFT or not document.scheduled:
            return False
        if document.opens_at is None or document.opens_at > now:
            return False
        try:
            _check(document, StageAction.OPEN, now)
        except WikiError as error:
            document.scheduled = False
            document.save(update_fields=["scheduled"])
            record(document=document, action="document.not_opened", actor=None, why=error.message)
            ports.publish(
                topic="wiki.document.not_opened",
                payload={"document": document.pk, "slug": document.slug, "why": error.message},
            )
            return False
        _move(document, StageAction.OPEN, None, "", document.closes_at, by=BY_SCHEDULE)
        return True


def facts_of(document: Document, *, without_end: bool = False) -> Facts:
    """Return what decides on the document's next step, counted now."""
    return Facts(
        clauses=ClauseVersion.objects.filter(document=document).current().count(),
        opens_at=document.opens_at,
        closes_at=document.closes_at,
        short_reason=document.short_reason,
        without_end=without_end,
        unanswered=Opinion.objects.unanswered().filter(document=document).count(),
        held=Opinion.objects.held_unseen().filter(document=document).count(),
        objectable=Opinion.objects.objectable(timezone.now()).filter(document=document).count(),
        undone=Opinion.objects.undone_uncorrected().filter(document=document).count(),
    )


def _check(document: Document, action: StageAction, now: datetime, *, without_end: bool = False) -> None:
    facts = facts_of(document)
    found = obstacles(action, replace(facts, without_end=without_end), now)
    if found:
        raise StageBlocked(found)


def _move(
    document: Document,
    action: StageAction,
    actor: Account | None,
    reason: str,
    closes_before: datetime | None,
    *,
    by: str = "",
) -> None:
    """Store the step, a line in the log and the event; the caller has checked that it may be taken."""
    stage = next_stage(document.stage, action)
    assert stage is not None
    before, document.stage, document.scheduled = document.stage, stage, False
    if stage in PUBLIC_STAGES and document.opened_version is None:
        document.opened_version = document.version
    document.save(
        update_fields=["stage", "scheduled", "opened_version", "opens_at", "closes_at", "short_reason"]
    )
    said: dict[str, Any] = {"before": before, "after": stage.value, "step": StageAction(action).value}
    if reason:
        said["reason"] = reason
    if by:
        said["by"] = by
    if stage == Stage.OPEN and document.closes_at:
        said["closes_at"] = document.closes_at.isoformat()
    if closes_before and closes_before != document.closes_at:
        said["closes_before"] = closes_before.isoformat()
    record(document=document, action="document.stage", actor=actor, **said)
    ports.publish(
        topic="wiki.document.stage",
        payload={"document": document.pk, "slug": document.slug, "stage": stage.value, "before": before},
    )
