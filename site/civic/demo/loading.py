"""Makes the demo's accounts, departments and cases from content/demo; repeatable without duplicates."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from civic.accounts.models import Department, District, Membership, User
from civic.accounts.roles import Role
from civic.cases.models import Case, Channel, IdempotencyKey, Report, Step
from civic.cases.policies import may_be_released
from civic.cases.services import Idempotency, correct_code, release_report, submit_report, take_action
from civic.cases.services.closure import rate
from civic.cases.services.results import release_results
from civic.core.demo import ACCOUNT_PREFIX, ADMIN, PASSWORD
from civic.demo.rows import rows_of
from civic.demo.stories import Story, not_later

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
    known = User.objects.filter(username=username).first()
    return known or User.objects.create(
        username=username, display_name=display_name, password=_hashed_password(), **flags
    )


@lru_cache(maxsize=1)
def _hashed_password() -> str:
    """Return the password that everyone knows, hashed once: hashing is slow on purpose."""
    return make_password(PASSWORD)


@transaction.atomic
def load_case(row: dict[str, str]) -> Report | None:
    """Store one demo case, lead it to its step at plausible times and tell its story; None when it was there before.

    One transaction a case: nobody else writes while the demo is made, and ten commits would take ten times as long.
    """
    received, story = _moment(row), Story(row["id"])
    receipt = submit_report(
        text=row["text"],
        channel=Channel.DEMO,
        lon=float(row["lon"]),
        lat=float(row["lat"]),
        idempotency=Idempotency("demo", row["id"]),
        received_at=received,
        **({} if _known(row) else story.submission()),
    )
    if receipt.repeated:  # stored with all that happened to it, in one transaction
        return None
    report = receipt.report
    case = Case.objects.get(pk=report.case_id)
    clerk = _actor(Role.CASE_CLERK)
    decided = not_later(received + timedelta(minutes=40))
    # A clerk agreed with the automatic code or corrected it. What is doubtful and new still waits for one.
    waits = row["step"] in {Step.INTAKE, Step.FILING, Step.DISPATCH} and not case.code_certain
    if not waits and (row["step"] != Step.INTAKE or case.matter_code != row["matter_code"]):
        case = correct_code(case_pk=case.pk, code=row["matter_code"], actor=clerk, at=decided)
    if row["outcome"] == Case.Outcome.DECLINED:
        reason = "经核对不属于受理范围（演示）。"
        at = not_later(received + timedelta(hours=5))
        case = take_action(case_pk=case.pk, action="decline", actor=clerk, reason=reason, at=at)
    else:
        case = _lead(case, row["step"], received, story)
    report.refresh_from_db()
    if case.outcome == Case.Outcome.RESOLVED and not story.rated:
        _rate(report, int(row["id"][-3:]))
    if row["step"] != Step.INTAKE and may_be_released(report):
        at = not_later(received + timedelta(hours=1))
        release_report(report_pk=report.pk, actor=clerk, with_photos=story.has_photos(), at=at)
    story.tell(report, case.updated_at)
    return report


def _known(row: dict[str, str]) -> bool:
    return IdempotencyKey.objects.filter(scope="demo", key=row["id"]).exists()


def _lead(case: Case, target: str, moment: datetime, story: Story) -> Case:
    if story.reopened:
        case = _lead_on(case, Step.CLOSED, moment, story)
        at = not_later(case.updated_at + timedelta(days=2))
        report = case.reports.get()
        words = story.reopened["text"]
        rate(report=report, solved=False, stars=int(story.reopened["value"]), comment=words, at=at)
        case.refresh_from_db()
        moment = at
    return _lead_on(case, target, moment, story)


def _lead_on(case: Case, target: str, moment: datetime, story: Story) -> Case:
    order = [choice.value for choice in Step]
    handler, clerk = _handler_of(case), _actor(Role.CASE_CLERK)
    while order.index(case.step) < order.index(target):
        action, role, hours = PATH[case.step]
        moment = not_later(moment + timedelta(hours=hours))
        actor = handler if role == Role.DEPARTMENT_HANDLER else clerk
        kwargs: dict[str, Any] = {}
        if action == "dispatch":
            kwargs["department"] = Department.objects.filter(memberships__user=handler).first()
        if action == "answer":
            kwargs["reason"] = "已到现场处理完毕（演示）。"
            kwargs["photos"] = story.answer_photos
        case = take_action(case_pk=case.pk, action=action, actor=actor, at=moment, **kwargs)
        if action == "answer" and kwargs["photos"] and story.results_public:
            release_results(case_pk=case.pk, actor=clerk, at=moment)
    return case


def _rate(report: Report, chance: int) -> None:
    """Let two of three reporters judge the result, as `chance` decides."""
    if chance % 3 and report.case.closed_at is not None:
        rate(
            report=report,
            solved=True,
            stars=STARS[chance % len(STARS)],
            at=not_later(report.case.closed_at + timedelta(hours=1)),
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
    return not_later(
        day.replace(hour=int(row["hour"]), minute=int(row.get("minute") or 0), second=0, microsecond=0)
    )
