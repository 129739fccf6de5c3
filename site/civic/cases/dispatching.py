"""Which department a case goes to, by rules; and of each rule that does not decide, why not. Pure.

A part that is faulty (majors 01–05) belongs to its owner before the place where it stands; other matters belong to
the place before an owner. Then the more specific rule wins: the longer code, street before district before city,
a time before none; then the smaller priority, then the older rule. The order of the rules is irrelevant.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from civic.cases.worktime import Hours

OWNER, PLACE = "owner", "place"
ANY, WORKING, RESTING = "any", "working", "resting"
PARTS = frozenset({"01", "02", "03", "04", "05"})  # majors whose matters say that a part is faulty
BASES = {OWNER: "权属单位", PLACE: "属地"}


class Loss(StrEnum):
    """Why a rule does not decide."""

    CODE = "代码不符"
    DISTRICT = "不在此区"
    STREET = "不在此街道"
    TIME = "时间不符"
    BASIS = "依据在后"
    UNSPECIFIC = "不够具体"
    PRIORITY = "顺位在后"


@dataclass(frozen=True)
class Rule:
    """A rule as data; empty fields fit everything. Hours that end before they start run into the next day."""

    id: int
    basis: str
    department: str
    code_prefix: str = ""
    district: str = ""
    street: str = ""
    days: str = ANY
    starts: time | None = None
    ends: time | None = None
    priority: int = 100

    @property
    def timed(self) -> bool:
        """Whether the rule holds at certain times only."""
        return self.days != ANY or self._hours is not None

    @property
    def _hours(self) -> tuple[time, time] | None:
        # Hours that end where they start are the whole day.
        if self.starts is None or self.ends is None or self.starts == self.ends:
            return None
        return self.starts, self.ends

    def holds_at(self, moment: datetime, hours: Hours) -> bool:
        """Whether a local moment lies in the rule's time; hours over midnight belong to the day they start on."""
        day, clock, span = moment.date(), moment.time(), self._hours
        if span is not None:
            starts, ends = span
            if starts < ends:
                if not starts <= clock < ends:
                    return False
            elif clock < ends:
                day -= timedelta(days=1)
            elif clock < starts:
                return False
        return self.days == ANY or hours.is_working_day(day) == (self.days == WORKING)

    @property
    def specificity(self) -> tuple[int, int, int]:
        """How much the rule asks of code, place and time."""
        place = 2 if self.street else 1 if self.district else 0
        return len(self.code_prefix), place, int(self.timed)


class Situation(NamedTuple):
    """A case as the rules see it; district and street "" where the place is not known."""

    code: str
    district: str
    street: str
    moment: datetime  # local
    hours: Hours


class Judged(NamedTuple):
    """A rule that does not decide, and why; one that would fit comes before those that do not."""

    rule: Rule
    loss: Loss
    because: str
    fits: bool


class Verdict(NamedTuple):
    """The rule that decides, why, and the others in their order."""

    chosen: Rule | None
    because: str
    others: tuple[Judged, ...]


def first_basis(code: str) -> str:
    """Return what is asked first for a code: the owner of a part, else the place."""
    return OWNER if code[:2] in PARTS else PLACE


def decide(rules: Iterable[Rule], situation: Situation) -> Verdict:
    """Return the rule that decides, and for every other rule why it does not."""
    fitting: list[Rule] = []
    unfit: list[Judged] = []
    for rule in rules:
        failed = _misfit(rule, situation)
        if failed is None:
            fitting.append(rule)
        else:
            unfit.append(Judged(rule, *failed, fits=False))
    first = first_basis(situation.code)
    fitting.sort(key=lambda rule: _order(rule, first))
    unfit.sort(key=lambda judged: _order(judged.rule, first))
    if not fitting:
        return Verdict(None, "没有一条规则适用。", tuple(unfit))
    chosen, *rest = fitting
    beaten = [Judged(rule, *_beaten(rule, chosen, first), fits=True) for rule in rest]
    return Verdict(chosen, because(chosen, situation.code), (*beaten, *unfit))


def choose(rules: Iterable[Rule], situation: Situation) -> Rule | None:
    """Return the rule that decides, without reasons."""
    first = first_basis(situation.code)
    fitting = (rule for rule in rules if _misfit(rule, situation) is None)
    return min(fitting, key=lambda rule: _order(rule, first), default=None)


def because(rule: Rule, code: str) -> str:
    """Return why a rule decides, as a phrase."""
    first = first_basis(code)
    basis = f"{'部件问题先看权属' if first == OWNER else '事件先看属地'}，这条依据{BASES.get(rule.basis, rule.basis)}"
    parts = [
        f"代码 {rule.code_prefix}" if rule.code_prefix else "不限代码",
        f"{rule.district}{rule.street}" or "全市",
        when(rule) or "不限时间",
    ]
    return f"{basis}；{'、'.join(parts)}"


def when(rule: Rule) -> str:
    """Return a rule's time in words, "" for always."""
    days = {WORKING: "工作日", RESTING: "休息日"}.get(rule.days, "")
    if rule.starts is None or rule.ends is None or rule.starts == rule.ends:
        return days
    until = (
        "24:00" if rule.ends == time(0) else f"{'次日 ' if rule.ends < rule.starts else ''}{rule.ends:%H:%M}"
    )
    return f"{days} {rule.starts:%H:%M}–{until}".strip()


def _order(rule: Rule, first: str) -> tuple[int, ...]:
    code, place, timed = rule.specificity
    return int(rule.basis != first), -code, -place, -timed, rule.priority, rule.id


def _misfit(rule: Rule, situation: Situation) -> tuple[Loss, str] | None:
    """Return in what a rule does not fit a case, None when it fits."""
    if not situation.code.startswith(rule.code_prefix):
        return Loss.CODE, f"规则管 {rule.code_prefix}，这件是 {situation.code or '未判定的代码'}"
    if rule.district and rule.district != situation.district:
        return Loss.DISTRICT, f"规则管{rule.district}，这件在{situation.district or '未知的区'}"
    if rule.street and rule.street != situation.street:
        return Loss.STREET, f"规则管{rule.street}，这件在{situation.street or '未知的街道'}"
    if not rule.holds_at(situation.moment, situation.hours):
        return Loss.TIME, f"规则在{when(rule)}有效，这时是 {situation.moment:%m-%d %H:%M}"
    return None


def _beaten(rule: Rule, chosen: Rule, first: str) -> tuple[Loss, str]:
    """Return why a fitting rule comes after the chosen one."""
    if rule.basis != chosen.basis:
        return Loss.BASIS, f"这类问题先看{BASES[first]}，这条依据{BASES.get(rule.basis, rule.basis)}"
    names = ("代码更长", "地点更细", "限定了时间")
    for name, mine, others in zip(names, rule.specificity, chosen.specificity, strict=True):
        if mine != others:
            return Loss.UNSPECIFIC, f"规则 {chosen.id} {name}"
    if rule.priority != chosen.priority:
        return Loss.PRIORITY, f"顺位 {rule.priority}，规则 {chosen.id} 是 {chosen.priority}"
    return Loss.PRIORITY, f"顺位相同，规则 {chosen.id} 在先"
