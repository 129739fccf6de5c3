"""The course of a consultation as the public reads it: openings, extensions, closings, answers, from the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from wiki.models import Document, Event
from wiki.workflow import Stage, StageAction

STAGE, DATES = "document.stage", "document.dates"
PUBLIC_ACTIONS = (STAGE, DATES)
SHOWN = 30


@dataclass(frozen=True)
class Step:
    """One line of the course: when, what, and the reason where one was due."""

    event: int
    at: datetime
    title: str
    detail: str = ""
    reason: str = ""


def steps_of(document: Document, limit: int = SHOWN) -> tuple[Step, ...]:
    """Return the document's course, newest first; one look into an index, however long the log is."""
    events = Event.objects.filter(document=document, action__in=PUBLIC_ACTIONS).order_by("-id")[:limit]
    return tuple(step_of(event) for event in events)


def step_of(event: Event) -> Step:
    """Return an event of one of PUBLIC_ACTIONS as the public reads it."""
    data = event.data
    if event.action == DATES:
        moved = data.get("moved", {})
        details = [
            f"{name}由 {_day(moved[field][0])} 改为 {_day(moved[field][1])}"
            for field, name in (("opens_at", "开始时间"), ("closes_at", "截止时间"))
            if field in moved
        ]
        longer = "closes_at" in moved and _later(*moved["closes_at"])
        title = "延长征求意见" if longer else "征求意见的日期有变"
        return Step(event.pk, event.at, title, "；".join(details), data.get("reason", ""))
    step = data.get("step") or _step_between(data.get("before", ""), data.get("after", ""))
    detail = ""
    if data.get("after") == Stage.OPEN:
        detail = f"截止时间 {_day(data['closes_at'])}" if data.get("closes_at") else ""
    elif data.get("after") == Stage.CLOSED and data.get("by"):
        detail = "到了截止时间"
    elif data.get("after") == Stage.CLOSED and data.get("closes_before"):
        detail = f"比原定的 {_day(data['closes_before'])} 提前"
    title = str(StageAction(step).label) if step in StageAction.values else "阶段变更"
    return Step(event.pk, event.at, title, detail, data.get("reason", ""))


def _step_between(before: str, after: str) -> str:
    from wiki.workflow import STAGES

    return next((a.value for (start, a), end in STAGES.items() if (start, end) == (before, after)), "")


def _later(before: str | None, after: str | None) -> bool:
    return before is not None and (after is None or after > before)


def _day(value: str | None) -> str:
    moment = parse_datetime(value) if value else None
    return f"{timezone.localtime(moment):%Y年%-m月%-d日 %H:%M}" if moment else "不设期限"
