"""What is late, to whom it is charged: also where a step was left before the clock came by, and over holidays."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.utils.dateparse import parse_datetime

from civic.cases.evaluation import COUNTS, GROUPS, Row, among, judged, table
from civic.cases.models import CaseEvent, Report
from civic.cases.services.timekeeping import watch_deadlines
from civic.core.models import OutboxEvent
from tests.factories import DepartmentFactory, UserFactory, make_report
from tests.site.cases.closing import Office

pytestmark = pytest.mark.django_db
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)


def moment(text: str) -> datetime:
    found = parse_datetime(f"{text}+08:00")
    assert found is not None
    return found


MONDAY = moment("2026-05-11T10:00:00")  # four working hours for each first step, over lunch: due at 15:00


@pytest.fixture(autouse=True)
def _later() -> Iterator[None]:
    with time_machine.travel(MONDAY + 14 * DAY, tick=False):
        yield


@pytest.fixture
def office() -> Office:
    return Office()


def rows(office: Office, by: str) -> dict[str, Row]:
    return {row.name: row for row in table(judged(office.clerk, since=MONDAY - 200 * DAY), by)}


def late_steps() -> list[tuple[str, int]]:
    events = CaseEvent.objects.filter(kind="escalated").order_by("pk")
    return [(event.data["step"], event.data["level"]) for event in events]


def by_steps(report: Report, office: Office, *hours: float) -> Report:
    """File, dispatch, accept, answer and verify so many hours after ten o'clock on Monday."""
    for action, hour in zip(("file", "dispatch", "accept", "answer", "verify"), hours, strict=False):
        more = {"department": office.department} if action == "dispatch" else {}
        reason = "已清运" if action == "answer" else ""
        office.take(report, action, MONDAY + hour * HOUR, reason=reason, **more)
    return report


def test_a_step_that_is_left_too_late_is_on_record_though_the_clock_never_came_by(office: Office) -> None:
    report = by_steps(make_report(received_at=MONDAY), office, 5)
    (late,) = CaseEvent.objects.filter(kind="escalated")
    assert parse_datetime(late.data.pop("due_at")) == MONDAY + 5 * HOUR
    assert late.data == {"by": "platform", "step": "intake", "level": 1, "department_id": None}
    assert late.created_at == MONDAY + 5 * HOUR
    assert list(report.case.events.values_list("kind", flat=True))[-2:] == ["escalated", "step"]
    assert not OutboxEvent.objects.filter(topic="cases.deadline").exists()
    assert mail.outbox == []
    assert watch_deadlines(MONDAY + 5 * HOUR + MINUTE) == 0  # filing has its own time


def test_a_step_that_is_left_in_time_leaves_nothing(office: Office) -> None:
    make = make_report(received_at=MONDAY)
    office.take(make, "file", MONDAY + 5 * HOUR - MINUTE)
    assert late_steps() == []


def test_it_is_written_once_whoever_comes_first(office: Office) -> None:
    report = make_report(received_at=MONDAY)
    assert watch_deadlines(MONDAY + 5 * HOUR) == 1
    office.take(report, "file", MONDAY + 5 * HOUR + MINUTE)
    assert late_steps() == [("intake", 1)]


def test_a_question_after_the_deadline_hides_nothing(office: Office) -> None:
    report = by_steps(
        make_report(received_at=MONDAY), office, 0, 0
    )  # to accept within eight hours: Tuesday 10:00
    office.take(report, "ask", MONDAY + DAY + HOUR, reason="是哪一栋楼？")
    assert late_steps() == []
    office.take(report, "accept", MONDAY + DAY + 2 * HOUR)
    assert late_steps() == [("dispatch", 1)]


def test_a_question_in_time_stops_the_clock(office: Office) -> None:
    report = by_steps(make_report(received_at=MONDAY), office, 0, 0)
    office.take(report, "ask", MONDAY + HOUR, reason="是哪一栋楼？")
    office.take(report, "accept", MONDAY + 9 * DAY)
    assert late_steps() == []


def test_a_department_is_not_charged_with_what_others_took_too_long_for(office: Office) -> None:
    by_steps(make_report(received_at=MONDAY), office, 24, 25, 26)  # taken up a day late by the clerk
    department = rows(office, "department")[office.department.name]
    assert (department.counts["late"], department.on_time) == (0, 100)
    for by, name in (("district", "朝阳区"), ("code", "暴露垃圾")):
        row = rows(office, by)[name]
        assert (row.counts["late"], row.on_time) == (1, 0)


def test_a_department_is_charged_with_its_own_steps(office: Office) -> None:
    by_steps(make_report(received_at=MONDAY), office, 0, 0, 24 + 1)  # accepted on Tuesday after ten
    by_steps(
        make_report(received_at=MONDAY), office, 0, 0, 0, 6
    )  # dealt with in five hours, four are allowed
    by_steps(make_report(received_at=MONDAY), office, 0, 0, 0, 1, 72)  # the verifier came late
    assert sorted(late_steps()) == [("dispatch", 1), ("feedback", 1), ("handling", 1)]
    assert rows(office, "department")[office.department.name].counts["late"] == 2
    assert rows(office, "district")["朝阳区"].counts["late"] == 3


def test_the_next_department_is_not_charged_with_the_last_ones_delay(office: Office) -> None:
    report = by_steps(make_report(received_at=MONDAY), office, 0, 0)
    office.take(report, "return", MONDAY + 2 * DAY, reason="不归我们管")
    assert CaseEvent.objects.get(kind="escalated").data["department_id"] == office.department.pk
    assert rows(office, "department")[""].counts["late"] == 1  # back with the clerks: late where it lies
    other = DepartmentFactory()
    office.take(report, "dispatch", MONDAY + 2 * DAY, department=other)
    assert rows(office, "department")[other.name].counts["late"] == 0
    office.handler = UserFactory(roles=["department_handler"], department=other)
    office.take(report, "accept", MONDAY + 4 * DAY)
    assert rows(office, "department")[other.name].counts["late"] == 1


def test_an_entry_from_before_it_named_departments_is_the_present_departments(office: Office) -> None:
    report = by_steps(make_report(received_at=MONDAY), office, 0, 0)
    CaseEvent.objects.create(case=report.case, kind="escalated", data={"step": "dispatch", "level": 1})
    assert rows(office, "department")[office.department.name].counts["late"] == 1


def test_holidays_are_nobodys_delay(office: Office) -> None:
    # A Saturday that is worked, then Spring Festival: the four hours end on the 24th at noon.
    eve = moment("2026-02-14T17:00:00")
    intime, late = make_report(received_at=eve), make_report(received_at=eve)
    assert intime.case.due_at == moment("2026-02-24T12:00:00")
    assert watch_deadlines(moment("2026-02-24T11:59:00")) in {0, 2}  # warnings at most
    office.take(intime, "file", moment("2026-02-24T11:59:00"))
    office.take(late, "file", moment("2026-02-24T12:00:00"))
    assert late_steps() == [("intake", 1)]
    assert rows(office, "district")["朝阳区"].counts["late"] == 1
    assert rows(office, "department")[""].counts["late"] == 1


def test_every_count_opens_as_many_cases(office: Office) -> None:
    by_steps(make_report(received_at=MONDAY), office, 24, 25, 26)
    by_steps(make_report(received_at=MONDAY), office, 0, 0, 24 + 1)
    by_steps(make_report(received_at=MONDAY), office, 24)
    cases = judged(office.clerk, since=MONDAY - DAY)
    for by in GROUPS:
        assert sum(row.counts["late"] for row in table(cases, by)) == {"department": 2}.get(by, 3)
        for row in table(cases, by):
            for what in COUNTS:
                assert among(cases, by=by, key=row.key, what=what).count() == row.counts[what]
