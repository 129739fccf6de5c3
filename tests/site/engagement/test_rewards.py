"""Points follow what the city made of a report: filed, solved, rated, taken back when it was nothing."""

from datetime import timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from civic.accounts.models import User
from civic.cases.models import Report
from civic.cases.services import take_action
from civic.cases.services.closure import rate, reopen
from civic.cases.services.rewards import reward_reports
from civic.core import outbox
from civic.core.errors import DomainError
from civic.engagement.levels import amount_of, total_of
from civic.engagement.models import Point
from tests.factories import PASSWORD, UserFactory, make_report
from tests.site.cases.closing import Office

pytestmark = pytest.mark.django_db
FILED, SOLVED, RATED, RIGHT = (
    amount_of(reason) for reason in ("report_filed", "report_solved", "report_rated", "support_right")
)


@pytest.fixture
def citizen() -> User:
    return UserFactory()


def reasons() -> list[tuple[str, int]]:
    return list(Point.objects.order_by("id").values_list("reason", "amount"))


def test_a_report_that_was_solved_and_rated(citizen: User) -> None:
    office, report = Office(), make_report(reporter=citizen)
    outbox.drain()
    assert reasons() == [], "a report alone is worth nothing"
    office.take(report, "file")
    outbox.drain()
    assert reasons() == [("report_filed", FILED)]
    for action, more in (
        ("dispatch", {"department": office.department}),
        ("accept", {}),
        ("answer", {"reason": "已清运"}),
        ("verify", {}),
    ):
        office.take(report, action, **more)
    rate(report=report, solved=True, stars=5)
    outbox.drain()
    assert sorted(reasons()) == [("report_filed", FILED), ("report_rated", RATED), ("report_solved", SOLVED)]
    for _ in range(3):
        reward_reports([{"report": report.pk}])
    assert total_of(citizen) == FILED + SOLVED + RATED


def test_nothing_for_who_has_no_account_nor_for_partners() -> None:
    office = Office()
    for reporter in (None, UserFactory(kind=User.Kind.PARTNER)):
        office.take(make_report(reporter=reporter), "file")
    outbox.drain()
    assert reasons() == []


def test_what_turns_out_to_be_nothing_is_taken_back_and_may_be_earned_anew(citizen: User) -> None:
    office, report = Office(), make_report(reporter=citizen)
    office.take(report, "file")
    outbox.drain()
    office.take(report, "refer", reason="不归我们管", referred_to="铁路")
    reopen(report=Report.objects.get(pk=report.pk), reason="就是你们管")
    office.take(report, "decline", reason="核对后没有这件事")
    outbox.drain()
    assert reasons() == [("report_filed", FILED), ("report_declined", -FILED)]
    assert total_of(citizen) == 0
    reopen(report=Report.objects.get(pk=report.pk), reason="有照片为证")
    office.take(report, "file")
    outbox.drain()
    outbox.drain()
    assert total_of(citizen) == FILED


def test_a_support_that_was_right(citizen: User) -> None:
    office, report = Office(), make_report()
    for user in (citizen, UserFactory()):
        client = Client()
        client.login(username=user.username, password=PASSWORD)
        client.post(f"/cases/{report.number}/support/")
    other = Client()
    other.login(username=UserFactory(username="only-looks").username, password=PASSWORD)
    other.get(f"/cases/{report.number}/")
    office.accept(report)
    office.answer(report)
    office.take(report, "close")
    outbox.drain()
    outbox.drain()
    assert [point.reason for point in Point.objects.all()] == ["support_right"] * 2
    assert total_of(citizen) == RIGHT
    reopen(
        report=Report.objects.get(pk=report.pk),
        reason="又堆起来了",
        at=report.received_at + timedelta(hours=1),
    )


def solve(office: Office, report: Report) -> None:
    office.take(report, "accept")
    office.answer(report)
    office.take(report, "close")


def test_what_was_given_for_a_solution_is_taken_back_when_it_was_none(citizen: User) -> None:
    office, report = Office(), make_report(reporter=citizen)
    supporter = UserFactory()
    client = Client()
    client.force_login(supporter)
    client.post(f"/cases/{report.number}/support/")
    office.take(report, "file")
    office.take(report, "dispatch", department=office.department)
    solve(office, report)
    outbox.drain()
    assert (total_of(citizen), total_of(supporter)) == (FILED + SOLVED, RIGHT)
    for again in range(2):
        reopen(report=Report.objects.get(pk=report.pk), reason="又堆起来了")
        outbox.drain()
        reward_reports([{"report": report.pk}])
        assert (total_of(citizen), total_of(supporter)) == (FILED, 0), again
        solve(office, report)
        outbox.drain()
        reward_reports([{"report": report.pk}])
        assert (total_of(citizen), total_of(supporter)) == (FILED + SOLVED, RIGHT), again
    assert reasons().count(("case_reopened", -SOLVED)) == reasons().count(("case_reopened", -RIGHT)) == 2


class AnyCourseTest(TestCase):
    """Whatever happens to a report in whatever order, its points are never less than nothing."""

    @hypothesis_settings(max_examples=25)
    @given(st.lists(st.sampled_from(["file", "decline", "refer", "appeal", "reward"]), max_size=12))
    def test_points_of_a_report(self, course: list[str]) -> None:
        from unittest.mock import patch

        from tests.factories import make_analysis

        with patch("nlp.analyze", make_analysis):
            citizen, clerk = UserFactory(), UserFactory(roles=["case_clerk"])
            report = make_report(reporter=citizen)
        for action in course:
            if action == "reward":
                reward_reports([{"report": report.pk}])
                assert total_of(citizen) >= 0
                continue
            try:
                take_action(
                    case_pk=report.case_id, action=action, actor=clerk, reason="理由", referred_to="别处"
                )
            except DomainError:
                continue
        reward_reports([{"report": report.pk}])
        case = Report.objects.get(pk=report.pk).case
        actions = list(
            case.events.filter(action__in=["file", "decline"]).order_by("id").values_list("action", flat=True)
        )
        expected = FILED if actions and actions[-1] == "file" else 0
        assert total_of(citizen) == expected
