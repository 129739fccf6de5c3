"""The rules of a consultation's dates, and what stands in the way of its next stage: pure, no database, no clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from wiki.workflow import StageAction

YEARS = range(2000, 2101)
MINIMUM_DAYS = 30
"""《规章制定程序条例》第二十一条、《重大行政决策程序暂行条例》第十五条：公开征求意见一般不少于三十日，少于的须说明理由。"""

OBJECTION_PERIOD = timedelta(days=3)
"""So long after words were kept back their author can object in time for the answers that are published."""


@dataclass(frozen=True)
class Facts:
    """What decides whether a document can take a step; `unanswered` counts the opinions without an answer,
    `held` those that a rule holds back and nobody has looked at, `objectable` those that were kept back so lately
    that their author may still object, `undone` those whose answer says adopted while a revert has taken the words
    out of the text again."""

    clauses: int
    opens_at: datetime | None
    closes_at: datetime | None
    short_reason: str = ""
    without_end: bool = False
    unanswered: int = 0
    held: int = 0
    objectable: int = 0
    undone: int = 0


@dataclass(frozen=True)
class Obstacle:
    """One thing in the way: a sentence, the field of the facts that it is about, and where its remedy is."""

    sentence: str
    field: str = ""
    code: str = ""


def days_open(opens_at: datetime, closes_at: datetime) -> int:
    """Return how many days people have, by the calendar of the city: to the same hour of the next day is one."""
    return (timezone.localtime(closes_at).date() - timezone.localtime(opens_at).date()).days


def is_short(opens_at: datetime | None, closes_at: datetime | None) -> bool:
    """Return whether people have fewer than thirty days, which needs a reason in public."""
    return opens_at is not None and closes_at is not None and days_open(opens_at, closes_at) < MINIMUM_DAYS


def check_dates(
    opens_at: datetime | None, closes_at: datetime | None, short_reason: str
) -> tuple[Obstacle, ...]:
    """Return what is wrong with the dates themselves, whatever the stage."""
    for moment, field in ((opens_at, "opens_at"), (closes_at, "closes_at")):
        if moment is not None and moment.year not in YEARS:
            return (Obstacle(f"年份应当在 {YEARS[0]} 到 {YEARS[-1]} 之间。", field, "year"),)
    if opens_at is None or closes_at is None:
        return ()
    if closes_at <= opens_at:
        return (Obstacle("截止时间必须在开始时间之后。", "closes_at", "order"),)
    if is_short(opens_at, closes_at) and not short_reason:
        days = days_open(opens_at, closes_at)
        return (
            Obstacle(
                f"征求意见只有 {days} 天，不足 {MINIMUM_DAYS} 天，须写明理由；理由会公开。",
                "short_reason",
                "short",
            ),
        )
    return ()


def obstacles(action: StageAction, facts: Facts, now: datetime) -> tuple[Obstacle, ...]:
    """Return everything in the way of a step that the table of stages has; empty where it can be taken.

    To open, a document needs words, a closing day (or to be said to have none), and a reason where people have
    fewer than thirty days. Answers are published when every opinion has one, somebody has looked at what was held
    back, and who was kept back has had time to object: released later, it would be an opinion without an answer.
    """
    if action in (StageAction.OPEN, StageAction.REOPEN):
        found: list[Obstacle] = []
        if not facts.clauses:
            found.append(Obstacle("还没有文字：请先导入文本，再开始征求意见。", code="empty"))
        if facts.closes_at is None:
            if not facts.without_end:
                found.append(Obstacle("请先定好截止日期，再开始征求意见。", "closes_at", "no_end"))
        elif facts.closes_at <= now:
            found.append(Obstacle("截止时间必须在现在和开始时间之后。", "closes_at", "past"))
        opens_at = facts.opens_at or now
        if not found:
            found += check_dates(opens_at, facts.closes_at, facts.short_reason)
        return tuple(found)
    if action == StageAction.ANSWER and facts.held:
        return (Obstacle(f"还有 {facts.held} 条被规则拦下的意见没有人看过，请先放行或拦下。", code="held"),)
    if action == StageAction.ANSWER and facts.objectable:
        return (
            Obstacle(
                f"有 {facts.objectable} 条内容刚刚拦下，提交的人在 {OBJECTION_PERIOD.days} 天内可以申诉；"
                "期满再公布，或者先放行。",
                code="objection",
            ),
        )
    if action == StageAction.ANSWER and facts.unanswered:
        return (
            Obstacle(
                f"还有 {facts.unanswered} 条意见没有答复，全部答复以后才能公布采纳情况。", code="unanswered"
            ),
        )
    if action == StageAction.ANSWER and facts.undone:
        return (
            Obstacle(f"有 {facts.undone} 条已采纳的意见，文字后来被恢复撤下，请更正答复。", code="undone"),
        )
    return ()
