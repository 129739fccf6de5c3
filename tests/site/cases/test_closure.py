"""What the person who reported does: urging, adding, judging, reopening; what follows; who else may not."""

from datetime import datetime, timedelta

import pytest
from django.utils.dateparse import parse_datetime

from civic.accounts.models import User
from civic.cases.models import Case, CaseEvent, Rating, Report, Step
from civic.cases.services.closure import rate, reopen, reporter_action
from civic.core.errors import Conflict, InvalidInput, NotAllowed, TooMany
from civic.core.models import OutboxEvent
from tests.factories import UserFactory, make_report
from tests.site.cases.closing import Office

pytestmark = pytest.mark.django_db
MONDAY: datetime = parse_datetime("2026-05-11T10:00:00+08:00")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def office() -> Office:
    return Office()


def case_of(report: Report) -> Case:
    return Case.objects.get(reports=report)


def kinds(report: Report) -> list[str]:
    return [event.action or event.kind for event in CaseEvent.objects.filter(report=report)]


def both_in_one_case() -> tuple[Report, Report]:
    one, two = make_report(received_at=MONDAY), make_report("这里的垃圾没人管", received_at=MONDAY)
    Report.objects.filter(pk=two.pk).update(case=one.case)
    return one, two


def test_urging_counts_once_a_day_of_the_city_and_is_in_the_record() -> None:
    report = make_report(received_at=MONDAY)
    reporter_action(report=report, action="urge", at=MONDAY + 13 * HOUR)  # 23:00
    with pytest.raises(TooMany) as refused:
        reporter_action(report=report, action="urge", at=MONDAY + 13.5 * HOUR)
    assert 0 < refused.value.retry_after <= 1801
    reporter_action(report=report, action="urge", at=MONDAY + 14 * HOUR)  # 00:00
    case = case_of(report)
    assert (case.urged, case.step) == (2, Step.INTAKE)
    event = CaseEvent.objects.filter(kind="urged").first()
    assert (event.report, event.data["by"]) == (report, "reporter")


def test_each_of_several_reporters_may_urge() -> None:
    one, two = both_in_one_case()
    reporter_action(report=one, action="urge", at=MONDAY)
    reporter_action(report=two, action="urge", at=MONDAY)
    assert case_of(one).urged == 2


def test_an_addition_answers_the_question_and_lets_the_clock_run_on(office: Office) -> None:
    report = make_report(received_at=MONDAY)
    office.take(report, "ask", MONDAY + HOUR, reason="几号楼？")
    reporter_action(report=report, action="add", reason="3 号楼\x00旁边", at=MONDAY + DAY)
    case = case_of(report)
    assert (case.paused_at, case.due_at) == (None, MONDAY + DAY + 4 * HOUR)
    assert CaseEvent.objects.get(kind="added").reason == "3 号楼旁边"
    with pytest.raises(InvalidInput):
        reporter_action(report=report, action="add", reason=" \n", at=MONDAY)
    with pytest.raises(InvalidInput):
        reporter_action(report=report, action="add", reason="长" * 2001, at=MONDAY)


def test_additions_end_somewhere() -> None:
    report = make_report(received_at=MONDAY)
    for _ in range(20):
        reporter_action(report=report, action="add", reason="再说一句", at=MONDAY)
    with pytest.raises(TooMany):
        reporter_action(report=report, action="add", reason="再说一句", at=MONDAY)


@pytest.mark.parametrize("action", ["file", "decline", "refer", "supervise", "ask"])
def test_what_staff_do_is_not_the_reporters(action: str) -> None:
    report = make_report()
    with pytest.raises(NotAllowed):
        reporter_action(report=report, action=action, reason="我来办")
    assert case_of(report).step == Step.INTAKE


def test_the_whole_way_with_one_no(office: Office) -> None:
    report = make_report(received_at=MONDAY)
    office.handle(report, MONDAY + HOUR)
    assert not rate(report=report, solved=False, stars=2, comment="味道还在", at=MONDAY + DAY).solved
    case = case_of(report)
    assert (case.step, case.step_at, case.reopened) == (Step.HANDLING, MONDAY + DAY, 0)
    assert CaseEvent.objects.get(action="dispute").reason == "味道还在"
    assert Case.objects.on_desk_of(office.handler).filter(pk=case.pk).exists()
    office.answer(report, MONDAY + 2 * DAY)
    rate(report=report, solved=True, stars=5, at=MONDAY + 3 * DAY)
    case = case_of(report)
    assert (case.step, case.outcome, case.closed_at) == (Step.CLOSED, "resolved", MONDAY + 3 * DAY)
    rating = Rating.objects.get()
    assert (rating.solved, rating.stars, rating.round) == (True, 5, 0)
    judged = [event.data["solved"] for event in CaseEvent.objects.filter(kind="rated")]
    assert judged == [False, True]
    assert OutboxEvent.objects.filter(topic="cases.report_changed", payload={"report": report.pk}).exists()


@pytest.mark.parametrize(("stars", "comment"), [(0, "话"), (6, "话"), (3, ""), (3, "  "), (3, "长" * 501)])
def test_a_judgement_that_says_too_little_changes_nothing(office: Office, stars: int, comment: str) -> None:
    report = make_report()
    office.handle(report)
    with pytest.raises(InvalidInput):
        rate(report=report, solved=False, stars=stars, comment=comment)
    assert not Rating.objects.exists()
    assert case_of(report).step == Step.VERIFICATION


def test_nothing_is_judged_before_there_is_a_result(office: Office) -> None:
    report = make_report()
    office.accept(report)
    with pytest.raises(Conflict):
        rate(report=report, solved=True, stars=5)
    office.take(report, "answer", reason="办了")
    with pytest.raises(Conflict):
        rate(report=report, solved=True, stars=5)
    assert not Rating.objects.exists()


def test_one_yes_of_several_is_kept_and_one_no_decides(office: Office) -> None:
    one, two = both_in_one_case()
    office.handle(one, MONDAY)
    rate(report=one, solved=True, stars=5, at=MONDAY + HOUR)
    assert case_of(one).step == Step.VERIFICATION
    with pytest.raises(Conflict):
        rate(report=one, solved=True, stars=5, at=MONDAY + HOUR)
    with pytest.raises(Conflict):
        reporter_action(report=one, action="confirm", at=MONDAY + HOUR)
    rate(report=two, solved=False, stars=1, comment="我这头还堆着", at=MONDAY + 2 * HOUR)
    assert case_of(one).step == Step.HANDLING
    office.answer(one, MONDAY + 3 * HOUR)
    rate(report=one, solved=True, stars=4, at=MONDAY + 4 * HOUR)  # another result, another judgement
    assert [r.stars for r in Rating.objects.order_by("report")] == [4, 1]


def test_after_closing_a_no_opens_it_again_and_a_new_round_begins(office: Office) -> None:
    report = make_report(received_at=MONDAY)
    office.handle(report, MONDAY)
    office.take(report, "close", MONDAY + HOUR)
    rate(report=report, solved=False, stars=1, comment="根本没清", at=MONDAY + DAY)
    case = case_of(report)
    assert (case.step, case.outcome, case.reopened, case.department) == (
        Step.DISPATCH, "", 1, office.department,
    )  # fmt: skip
    office.take(report, "accept", MONDAY + DAY)
    office.answer(report, MONDAY + 2 * DAY)
    rate(report=report, solved=True, stars=5, at=MONDAY + 2 * DAY)
    assert list(Rating.objects.order_by("round").values_list("round", "solved")) == [(0, False), (1, True)]


def test_a_yes_after_closing_is_only_kept_and_may_still_turn(office: Office) -> None:
    report = make_report(received_at=MONDAY)
    office.handle(report, MONDAY)
    office.take(report, "close", MONDAY)
    rate(report=report, solved=True, stars=5, at=MONDAY + DAY)
    with pytest.raises(Conflict):
        rate(report=report, solved=True, stars=4, at=MONDAY + DAY)
    assert case_of(report).step == Step.CLOSED
    rate(report=report, solved=False, stars=2, comment="又堆上了", at=MONDAY + 2 * DAY)
    assert case_of(report).step == Step.DISPATCH


def test_the_days_for_reopening_end(office: Office) -> None:
    report = make_report(received_at=MONDAY)
    office.handle(report, MONDAY)
    office.take(report, "close", MONDAY)
    late = MONDAY + 15 * DAY + timedelta(seconds=1)
    for late_act in (
        lambda: reopen(report=report, reason="又出现了", at=late),
        lambda: rate(report=report, solved=False, stars=1, comment="又出现了", at=late),
        lambda: rate(report=report, solved=True, stars=5, at=late),
    ):
        report.refresh_from_db()
        with pytest.raises(Conflict) as refused:
            late_act()
        assert refused.value.code == "too_late"
    assert not Rating.objects.exists()
    reopen(report=report, reason="又出现了", at=MONDAY + 15 * DAY)
    assert case_of(report).step == Step.DISPATCH


def test_a_declined_report_may_be_taken_up_again(office: Office) -> None:
    report = make_report(received_at=MONDAY)
    office.take(report, "decline", MONDAY, reason="重复")
    report = Report.objects.select_related("case").get(pk=report.pk)
    with pytest.raises(Conflict):
        rate(report=report, solved=False, stars=1, comment="不重复", at=MONDAY)
    reopen(report=report, reason="不是同一处", at=MONDAY + DAY)
    assert (case_of(report).step, case_of(report).outcome) == (Step.INTAKE, "")


def test_who_acted_is_in_the_record_when_it_is_known() -> None:
    person: User = UserFactory()
    report = make_report(reporter=person)
    reporter_action(report=report, action="urge")
    assert CaseEvent.objects.get(kind="urged").actor == person
