"""Makes the demo's accounts, departments and cases from content/demo; repeatable without duplicates."""

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from civic.accounts.models import Department, District, Membership, User
from civic.accounts.roles import Role
from civic.cases.models import Case, Channel, Report, Step
from civic.cases.policies import may_be_released
from civic.cases.services import Idempotency, correct_code, release_report, submit_report, take_action
from civic.cases.services.closure import rate
from civic.core.demo import ACCOUNT_PREFIX, ADMIN, PASSWORD

STARS = (5, 4, 5, 3, 5, 4, 5, 2)
MUNICIPAL = {"01", "02", "03"}  # classes of street parts; the rest is management of what people do
# The path a case takes from one step to the next in the demo: (action, role of the actor, hours it takes).
PATH: dict[str, tuple[str, str, int]] = {
    Step.INTAKE: ("file", Role.CASE_CLERK, 1),
    Step.FILING: ("dispatch", Role.CASE_CLERK, 1),
    Step.DISPATCH: ("accept", Role.DEPARTMENT_HANDLER, 3),
    Step.HANDLING: ("answer", Role.DEPARTMENT_HANDLER, 5),
    Step.FEEDBACK: ("verify", Role.CASE_CLERK, 4),
    Step.VERIFICATION: ("close", Role.CASE_CLERK, 12),
}


def rows_of(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of one of the demo's files."""
    path: Path = settings.CONTENT_DIR / "demo" / name
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


@transaction.atomic
def load_departments() -> int:
    """Store the demo's departments."""
    districts = {district.name: district for district in District.objects.all()}
    count = 0
    for row in rows_of("departments.csv"):
        Department.objects.update_or_create(
            code=row["code"], defaults={"name": row["name"], "district": districts.get(row["district"])}
        )
        count += 1
    return count


@transaction.atomic
def load_people() -> int:
    """Store the demo's accounts with their roles and memberships, and one administrator."""
    districts = {district.name: district for district in District.objects.all()}
    departments = {department.code: department for department in Department.objects.all()}
    count = 0
    for row in rows_of("people.csv"):
        user = _account(ACCOUNT_PREFIX + row["username"], row["display_name"])
        user.groups.set([Group.objects.get(name=row["role"])])
        district, department = districts.get(row["district"]), departments.get(row["department"])
        if district or department:
            Membership.objects.get_or_create(user=user, district=district, department=department)
        count += 1
    _account(ADMIN, "演示管理员", is_staff=True, is_superuser=True)
    return count + 1


def _account(username: str, display_name: str, **flags: bool) -> User:
    user, created = User.objects.get_or_create(
        username=username, defaults={"display_name": display_name, **flags}
    )
    if created:
        user.set_password(PASSWORD)
        user.save()
    return user


@transaction.atomic
def load_case(row: dict[str, str]) -> bool:
    """Store one demo case and lead it to its step at plausible times; return whether it is new.

    One transaction a case: nobody else writes while the demo is made, and ten commits would take ten times as long.
    """
    received = _moment(row)
    receipt = submit_report(
        text=row["text"],
        channel=Channel.DEMO,
        lon=float(row["lon"]),
        lat=float(row["lat"]),
        idempotency=Idempotency("demo", row["id"]),
        received_at=received,
    )
    case = Case.objects.get(pk=receipt.report.case_id)
    clerk = _actor(Role.CASE_CLERK)
    if not receipt.repeated and case.matter_code != row["matter_code"]:
        case = correct_code(case_pk=case.pk, code=row["matter_code"], actor=clerk)
    if row["outcome"] == Case.Outcome.DECLINED and case.step == Step.INTAKE:
        reason = "经核对不属于受理范围（演示）。"
        take_action(
            case_pk=case.pk, action="decline", actor=clerk, reason=reason, at=received + timedelta(hours=5)
        )
    else:
        _lead(case, row["step"], received)
    report = receipt.report
    report.case.refresh_from_db()
    if not receipt.repeated and report.case.outcome == Case.Outcome.RESOLVED:
        _rate(report, int(row["id"][-3:]))
    if not receipt.repeated and row["step"] != Step.INTAKE and may_be_released(report):
        release_report(report_pk=report.pk, actor=clerk)
    return not receipt.repeated


def _lead(case: Case, target: str, moment: datetime) -> None:
    order = [choice.value for choice in Step]
    while order.index(case.step) < order.index(target):
        action, role, hours = PATH[case.step]
        moment = min(moment + timedelta(hours=hours), timezone.now())
        handler = _handler_of(case)
        actor = handler if role == Role.DEPARTMENT_HANDLER else _actor(role)
        kwargs: dict[str, Any] = {}
        if action == "dispatch":
            kwargs["department"] = Department.objects.filter(memberships__user=handler).first()
        if action == "answer":
            kwargs["reason"] = "已到现场处理完毕（演示）。"
        case = take_action(case_pk=case.pk, action=action, actor=actor, at=moment, **kwargs)


def _rate(report: Report, chance: int) -> None:
    """Let two of three reporters judge the result, as `chance` decides; nobody reopens in the demo."""
    if chance % 3 and report.case.closed_at is not None:
        rate(
            report=report,
            solved=True,
            stars=STARS[chance % len(STARS)],
            at=report.case.closed_at + timedelta(hours=1),
        )


def _handler_of(case: Case) -> User:
    """Return the demo handler of a case: its district's where it has one, else by the kind of matter."""
    handlers = User.objects.filter(
        groups__name=Role.DEPARTMENT_HANDLER, username__startswith=ACCOUNT_PREFIX
    ).order_by("pk")
    local = handlers.filter(memberships__district__isnull=False, memberships__district=case.district_id)
    of_kind = "city-municipal" if case.matter_code[:2] in MUNICIPAL else "city-management"
    return local.first() or handlers.get(memberships__department__code=of_kind)


def _actor(role: str) -> User:
    return User.objects.filter(groups__name=role, username__startswith=ACCOUNT_PREFIX).earliest("pk")


def _moment(row: dict[str, str]) -> datetime:
    day = timezone.localtime() - timedelta(days=int(row["days_ago"]))
    return min(
        day.replace(hour=int(row["hour"]), minute=int(row.get("minute") or 0), second=0, microsecond=0),
        timezone.now(),
    )
