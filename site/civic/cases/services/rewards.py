"""Points for what helped the city: a report that was filed, solved, rated, a "me too" that was right.

Derived from the record each time a report changes, so it may run at any time and as often as it likes. A report
that is declined takes its points back; filed again after an appeal it earns them anew, under keys of their own.
"""

from collections.abc import Sequence
from typing import Any

from civic.accounts.models import User
from civic.cases.models import Case, CaseEvent, Report, Step, Support
from civic.cases.services.following import subject_of
from civic.cases.services.sharing import Person
from civic.engagement.models import Channel, Subscription
from civic.engagement.services.points import award, take_back

FILED, SOLVED, RATED, SUPPORTED = "report_filed", "report_solved", "report_rated", "support_right"
DECLINED = "report_declined"


def reward_reports(payloads: Sequence[dict[str, Any]]) -> None:
    """Give and take back what the changed reports have earned."""
    pks = {payload["report"] for payload in payloads}
    for report in Report.objects.select_related("case", "reporter").filter(pk__in=pks):
        if report.reporter is not None and report.reporter.kind == User.Kind.PERSON:
            _reward_reporter(report, report.reporter)
        if _solved(report.case):
            _reward_supporters(report)


def _solved(case: Case) -> bool:
    return case.step == Step.CLOSED and case.outcome == Case.Outcome.RESOLVED


def _reward_reporter(report: Report, user: User) -> None:
    case, subject = report.case, subject_of(report.number)
    actions = list(
        CaseEvent.objects.filter(case=case, action__in=["file", "decline"])
        .order_by("created_at", "id")
        .values_list("action", flat=True)
    )
    declined = actions.count("decline")
    for past in range(declined):
        for reason in (FILED, SOLVED, RATED):
            take_back(key=_key(reason, report, past), reason=DECLINED)
    if not actions or actions[-1] != "file":
        return
    award(user=user, reason=FILED, key=_key(FILED, report, declined), subject=subject)
    if _solved(case):
        award(user=user, reason=SOLVED, key=_key(SOLVED, report, declined), subject=subject)
    if report.ratings.exists():
        award(user=user, reason=RATED, key=_key(RATED, report, declined), subject=subject)


def _key(reason: str, report: Report, declined: int) -> str:
    return f"{reason}:{report.pk}:{declined}"


def _reward_supporters(report: Report) -> None:
    """A support names nobody: who follows the report on the site is asked whether it is theirs."""
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
            key=f"{SUPPORTED}:{report.case_id}:{people[key].pk}",
            subject=subject,
        )
