"""Dispatch rules in the database: what they suggest for a case, and how they are checked and kept."""

from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from civic.accounts.models import Department, District
from civic.cases import deadlines
from civic.cases.dispatching import Rule, Situation, Verdict, choose, decide
from civic.cases.matters import matters
from civic.cases.models import Case, DispatchRule
from civic.core.errors import InvalidInput
from civic.places.polygons import streets_of

PRIORITY_LIMIT = 9999
NOTE_LIMIT = 120
NO_RULE = "没有适用的派遣规则，请选择承办部门。"


class Suggestion(NamedTuple):
    """What the rules say of one case; `rule` is None when none fits."""

    rule: DispatchRule | None
    verdict: Verdict

    @property
    def department(self) -> Department | None:
        """The department that the rules name."""
        return self.rule.department if self.rule else None


@dataclass(frozen=True)
class RuleBook:
    """The rules in force, read once: as rows, and as the pure module takes them."""

    rows: dict[int, DispatchRule] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()

    def suggest(self, situation: Situation) -> Suggestion:
        """Return the department for a situation, with reasons."""
        verdict = decide(self.rules, situation)
        return Suggestion(self.rows[verdict.chosen.id] if verdict.chosen else None, verdict)

    def choose(self, situation: Situation) -> DispatchRule | None:
        """Return the rule that decides, without reasons."""
        chosen = choose(self.rules, situation)
        return self.rows[chosen.id] if chosen else None


def rule_book() -> RuleBook:
    """Read the rules in force; one query."""
    rows = DispatchRule.objects.filter(active=True).select_related("department", "district")
    known = {row.pk: row for row in rows}
    return RuleBook(known, tuple(as_rule(row) for row in known.values()))


def as_rule(row: DispatchRule) -> Rule:
    """Return a row as the pure module takes it."""
    return Rule(
        id=row.pk, basis=row.basis, department=row.department.code, code_prefix=row.code_prefix,
        district=row.district.name if row.district else "", street=row.street, days=row.days,
        starts=row.starts, ends=row.ends, priority=row.priority,
    )  # fmt: skip


def situation_of(case: Case, at: datetime) -> Situation:
    """Return a case, with its district loaded, as the rules see it at a moment."""
    district = case.district.name if case.district else ""
    return Situation(
        case.matter_code, district, case.street, timezone.localtime(at), deadlines.default().hours
    )


def suggest(case: Case, at: datetime | None = None) -> Suggestion:
    """Return what the rules say of a case now."""
    return rule_book().suggest(situation_of(case, at or timezone.now()))


def deviation(suggestion: Suggestion, department: Department) -> dict[str, Any]:
    """Return what the record keeps of a dispatch: the rule that spoke, and what it said when it was not followed."""
    if suggestion.rule is None or suggestion.department is None:
        return {"rule": None}
    kept: dict[str, Any] = {"rule": suggestion.rule.pk}
    if suggestion.department != department:
        kept["suggested"] = suggestion.department.code
    return kept


class RuleOutcome(StrEnum):
    """What became of an imported row."""

    NEW = "新增"
    CHANGED = "更新"
    SAME = "未变"


def problems_of(
    *, code_prefix: str, district: str, street: str, starts: time | None, ends: time | None
) -> dict[str, str]:
    """Return what is wrong with a rule, a sentence for each field."""
    found: dict[str, str] = {}
    # A single digit is what a spreadsheet leaves of "01".
    if code_prefix and (len(code_prefix) < 2 or not any(code.startswith(code_prefix) for code in matters())):
        found["code_prefix"] = f"没有以 {code_prefix[:10]} 开头的事项代码。"
    if street and not district:
        found["street"] = "写了街道就要写区。"
    elif street and street not in streets_of(district):
        found["street"] = f"{district}没有“{street[:20]}”这个街道。"
    if (starts is None) != (ends is None):
        found["ends"] = "开始和结束时刻要么都写，要么都空。"
    elif starts is not None and starts == ends:
        found["ends"] = "开始和结束是同一时刻；全天有效请都留空。"
    return found


def identity(row: dict[str, str]) -> tuple[Any, ...]:
    """Return what makes two rows of a file the same rule: everything but what it decides; InvalidInput as `import_rule`."""
    return tuple(_key(row).values())


@transaction.atomic
def import_rule(row: dict[str, str]) -> RuleOutcome:
    """Store a row (code_prefix, basis, district, street, days, starts, ends, department, priority, note).

    A rule for the same codes, place and time is the same rule: its department, priority and note are brought up to
    date. Raises InvalidInput naming what is wrong.
    """
    key = _key(row)
    department = Department.objects.filter(code=row.get("department", "")).first()
    if department is None:
        raise InvalidInput(f"没有这个部门：{row.get('department', '')[:40] or '（空）'}")
    note = row.get("note", "")
    if len(note) > NOTE_LIMIT:
        raise InvalidInput(f"说明最多 {NOTE_LIMIT} 字。")
    values: dict[str, Any] = {
        "department": department, "priority": _priority(row.get("priority", "")), "note": note,
    }  # fmt: skip
    same = {name: value for name, value in key.items() if value is not None}
    empty = {f"{name}__isnull": True for name, value in key.items() if value is None}
    known = (
        DispatchRule.objects.select_for_update(of=("self",)).filter(**same, **empty).order_by("pk").first()
    )
    if known is None:
        DispatchRule.objects.create(**key, **values)
        return RuleOutcome.NEW
    if all(getattr(known, name) == value for name, value in values.items()):
        return RuleOutcome.SAME
    for name, value in values.items():
        setattr(known, name, value)
    known.save()
    return RuleOutcome.CHANGED


def _key(row: dict[str, str]) -> dict[str, Any]:
    district = None
    if name := row.get("district", ""):
        district = District.objects.filter(name=name).first()
        if district is None:
            raise InvalidInput(f"没有这个区：{name[:20]}")
    starts = _clock(row.get("starts", ""))
    midnight = row.get("ends", "") == "24:00"  # no time of day: kept as the start of the next
    ends = time(0) if midnight else _clock(row.get("ends", ""))
    if midnight and starts == time(0):
        starts = ends = None
    prefix, street = row.get("code_prefix", ""), row.get("street", "")
    wrong = problems_of(
        code_prefix=prefix,
        district=district.name if district else "",
        street=street,
        starts=starts,
        ends=ends,
    )
    if wrong:
        raise InvalidInput("".join(wrong.values()), fields=wrong)
    return {
        "code_prefix": prefix,
        "basis": _one_of(DispatchRule.Basis.values, row.get("basis", ""), "依据") or DispatchRule.Basis.PLACE,
        "days": _one_of(DispatchRule.Days.values, row.get("days", ""), "日子") or DispatchRule.Days.ANY,
        "district": district,
        "street": street,
        "starts": starts,
        "ends": ends,
    }


def _one_of(values: list[str], given: str, name: str) -> str:
    if given and given not in values:
        raise InvalidInput(f"{name}只能是 {'、'.join(values)} 或空：{given[:20]}")
    return given


def _clock(given: str) -> time | None:
    if not given:
        return None
    try:
        found = time.fromisoformat(given.zfill(5))
    except ValueError:
        raise InvalidInput(f"时刻要写成 22:00 这样：{given[:20]}") from None
    return found.replace(tzinfo=None)


def _priority(given: str) -> int:
    if not given:
        return 100
    if not (given.isascii() and given.isdecimal() and len(given) <= 6 and int(given) <= PRIORITY_LIMIT):
        raise InvalidInput(f"顺位应是 0 到 {PRIORITY_LIMIT} 的整数：{given[:20]}")
    return int(given)
