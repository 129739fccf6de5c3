"""Points for what helped the city: a report that was filed, solved, rated, a "me too" that was right.

Derived from the record each time a report changes, so it may run at any time and as often as it likes. A report
that is declined takes its points back; filed again after an appeal it earns them anew, under keys of their own.
What was given for a solution is taken back when the case is opened again, and given when it is solved indeed.
"""

from collections.abc import Sequence
from typing import Any

from civic.accounts.models import User
from civic.cases.models import Case, CaseEvent, Report, Step, Support
from civic.cases.services.following import subject_of
from civic.cases.services.sharing import Person
from civic.engagement.models import Channel, Point, Subscription
from civic.engagement.services.points import award, take_back

FILED, SOLVED, RATED, SUPPORTED = "report_filed", "report_solved", "report_rated", "support_right"
DECLINED, REOPENED = "report_declined", "case_reopened"


def reward_reports(payloads: Sequence[dict[str, Any]]) -> None:
    """Give and take back what the changed reports have earned."""
    pks = {payload["report"] for payload in payloads}
    for report in Report.objects.select_related("case", "reporter").filter(pk__in=pks):
        if report.reporter is not None and report.reporter.kind == User.Kind.PERSON:
            _reward_reporter(report, report.reporter)
        _reward_supporters(report)


def _solved(case: Case) -> bool:
    return case.step == Step.CLOSED and case.outcome == Case.Outcome.RESOLVED


def _reward_reporter(report: Report, user: User) -> None:
    case, subject = report.case, subject_of(report.number)
    actions = list(
        CaseEvent.objects.filter(case=case, action__in=["file", "decline", "reopen"])
        .order_by("created_at", "id")
        .values_list("action", flat=True)
    )
    declined, reopened = actions.count("decline"), actions.count("reopen")
    for past in range(declined):
        for reason in (FILED, RATED):
            take_back(key=_key(reason, report, past), reason=DECLINED)
        for solution in range(reopened + 1):
            take_back(key=_key(SOLVED, report, past, solution), reason=DECLINED)
    for solution in range(reopened):
        take_back(key=_key(SOLVED, report, declined, solution), reason=REOPENED)
    if not actions or actions[-1] == "decline":
        return
    award(user=user, reason=FILED, key=_key(FILED, report, declined), subject=subject)
    if _solved(case):
        award(user=user, reason=SOLVED, key=_key(SOLVED, report, declined, reopened), subject=subject)
    if report.ratings.exists():
        award(user=user, reason=RATED, key=_key(RATED, report, declined), subject=subject)


def _key(reason: str, report: Report, declined: int, solution: int = 0) -> str:
    return _of_round(f"{reason}:{report.pk}:{declined}", solution)


def _of_round(key: str, solution: int) -> str:
    """Return the key of a case's first, second … solution; the first has none of its own."""
    return f"{key}:again{solution}" if solution else key


def _reward_supporters(report: Report) -> None:
    """A support names nobody: who follows the report on the site is asked whether it is theirs."""
    case = report.case
    if case.reopened:
        given = Point.objects.filter(key__startswith=f"{SUPPORTED}:{case.pk}:", takes_back=None)
        for key in given.values_list("key", flat=True):
            if not key.endswith(_of_round("", case.reopened)):
                take_back(key=key, reason=REOPENED)
    if not _solved(case):
        return
    subject = subject_of(report.number)
    followers = Subscription.objects.filter(
        subject=subject, channel=Channel.SITE, ended_at=None
    ).select_related("user")
    people = {Person(user=one.user).key: one.user for one in followers if one.user is not None}
    right = Support.objects.filter(case=report.case, person__in=list(people))
    for key in right.values_list("person", flat=True):
        award(
            user=people[key],
            reason=SUPPORTED,
            key=_of_round(f"{SUPPORTED}:{case.pk}:{people[key].pk}", case.reopened),
            subject=subject,
        )
