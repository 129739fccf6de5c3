"""What time does: warnings and escalations once each, over holidays, by two workers, after a crash; lapsing; paging."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.utils.dateparse import parse_datetime

from civic.accounts.roles import Role
from civic.cases.models import Case, CaseEvent, Report, Step
from civic.cases.services import paging, timekeeping
from civic.cases.services.closure import rate, reporter_action
from civic.cases.services.paging import page_urgent, send_page
from civic.cases.services.timekeeping import end_pauses, lapse_verifications, watch_deadlines
from civic.cases.tasks import complete_analyses
from civic.core import health, outbox, schedule
from civic.core.models import OutboxEvent
from tests.factories import UserFactory, make_analysis, make_report
from tests.site.cases.closing import Office

pytestmark = pytest.mark.django_db
MONDAY: datetime = parse_datetime("2026-05-11T10:00:00+08:00")
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)


def marks() -> list[tuple[str, int]]:
    events = CaseEvent.objects.filter(kind__in=["warned", "escalated"]).order_by("pk")
    return [(event.kind, event.data["level"]) for event in events]


def deadline_rows() -> list[tuple[int, str, int]]:
    rows = OutboxEvent.objects.filter(topic="cases.deadline").order_by("pk")
    return [(row.payload["case"], row.payload["step"], row.payload["level"]) for row in rows]


def moment(text: str) -> datetime:
    found = parse_datetime(f"{text}+08:00")
    assert found is not None
    return found


def test_a_warning_comes_when_less_than_a_fifth_is_left_and_once() -> None:
    case = make_report(received_at=MONDAY).case  # four hours over lunch: due at 15:00, a fifth is 48 minutes
    assert case.due_at == MONDAY + 5 * HOUR
    assert watch_deadlines(MONDAY + 4 * HOUR + 12 * MINUTE) == 0
    assert watch_deadlines(MONDAY + 4 * HOUR + 13 * MINUTE) == 1
    assert watch_deadlines(MONDAY + 4 * HOUR + 14 * MINUTE) == 0
    assert marks() == [("warned", 0)]
    assert deadline_rows() == [(case.pk, Step.INTAKE, 0)]
    assert Case.objects.get().warned_at == MONDAY + 4 * HOUR + 13 * MINUTE


def test_overdue_escalates_at_the_deadline_and_again_after_eight_working_hours() -> None:
    case = make_report(received_at=MONDAY).case
    assert watch_deadlines(MONDAY + 5 * HOUR) == 1
    assert watch_deadlines(MONDAY + 5 * HOUR) == 0
    tuesday = MONDAY + DAY
    assert watch_deadlines(tuesday + 5 * HOUR - MINUTE) == 0  # Tuesday 14:59
    assert watch_deadlines(tuesday + 5 * HOUR) == 1
    assert watch_deadlines(tuesday + 9 * DAY) == 0
    assert marks() == [("escalated", 1), ("escalated", 2)]
    assert deadline_rows() == [(case.pk, Step.INTAKE, 1), (case.pk, Step.INTAKE, 2)]
    assert Case.objects.get().escalation == 2


def test_after_a_long_silence_both_levels_come_in_one_run() -> None:
    make_report(received_at=MONDAY)
    assert watch_deadlines(MONDAY + 10 * DAY) == 2
    assert marks() == [("escalated", 1), ("escalated", 2)]


def test_a_weekend_is_not_time_that_passed() -> None:
    friday = moment("2026-05-15T14:30:00")
    assert make_report(received_at=friday).case.due_at == moment("2026-05-18T09:30:00")
    assert watch_deadlines(moment("2026-05-15T17:41:00")) == 0  # 49 minutes are left
    assert watch_deadlines(moment("2026-05-17T12:00:00")) == 1  # Sunday: the 30 minutes of Monday are left
    assert watch_deadlines(moment("2026-05-18T09:29:00")) == 0
    assert watch_deadlines(moment("2026-05-18T09:30:00")) == 1
    assert watch_deadlines(moment("2026-05-19T09:29:00")) == 0
    assert watch_deadlines(moment("2026-05-19T09:30:00")) == 1


def test_spring_festival_is_not_time_that_passed() -> None:
    # The holiday of 2026 is from 15 to 23 February; Saturday the 14th and the 28th are worked.
    due = make_report(received_at=moment("2026-02-14T17:00:00")).case.due_at
    assert due == moment("2026-02-24T12:00:00")
    for day in range(15, 24):
        assert watch_deadlines(moment(f"2026-02-{day}T12:00:00")) == 0
    assert watch_deadlines(due) == 1
    assert watch_deadlines(moment("2026-02-25T11:59:00")) == 0
    assert watch_deadlines(moment("2026-02-25T12:00:00")) == 1
    assert marks() == [("escalated", 1), ("escalated", 2)]


def test_danger_is_counted_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.analyze", lambda text: make_analysis(text, urgent=True))
    sunday = moment("2026-05-10T02:00:00")
    make_report(received_at=sunday)
    assert watch_deadlines(sunday + 24 * MINUTE) == 0
    assert watch_deadlines(sunday + 25 * MINUTE) == 1
    assert watch_deadlines(sunday + 30 * MINUTE) == 1
    assert watch_deadlines(sunday + 30 * MINUTE + 8 * HOUR) == 1
    assert marks() == [("warned", 0), ("escalated", 1), ("escalated", 2)]


def test_a_stopped_clock_and_a_closed_case_are_left_alone() -> None:
    office = Office()
    stopped, declined = make_report(received_at=MONDAY), make_report(received_at=MONDAY)
    office.take(stopped, "ask", MONDAY, reason="几号楼？")
    office.take(declined, "decline", MONDAY, reason="重复")
    assert watch_deadlines(MONDAY + 30 * DAY) == 0


def test_a_step_entered_again_has_a_deadline_of_its_own() -> None:
    office, report = Office(), make_report(received_at=MONDAY)
    office.accept(report, MONDAY)
    assert watch_deadlines(MONDAY + 5 * HOUR) == 1
    office.answer(report, MONDAY + 6 * HOUR)
    rate(report=report, solved=False, stars=1, comment="没清", at=MONDAY + DAY)
    assert Case.objects.get().escalation == 0
    assert watch_deadlines(MONDAY + DAY + 5 * HOUR) == 1
    assert [row[1:] for row in deadline_rows()] == [(Step.HANDLING, 1), (Step.HANDLING, 1)]


def test_batches_and_a_crash_between_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timekeeping, "BATCH", 2)
    cases = [make_report(received_at=MONDAY).case for _ in range(5)]
    real, told = outbox.publish, []

    def dies_at_the_fourth(**row: Any) -> None:
        told.append(row)
        if len(told) == 4:
            raise KeyboardInterrupt
        real(**row)

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "publish", dies_at_the_fourth)
        with pytest.raises(KeyboardInterrupt):
            watch_deadlines(MONDAY + 5 * HOUR)
    assert len(marks()) == len(deadline_rows()) == Case.objects.filter(escalation=1).count() == 2
    assert watch_deadlines(MONDAY + 5 * HOUR) == 3
    assert sorted(row[0] for row in deadline_rows()) == [case.pk for case in cases]
    assert len(marks()) == 5


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_do_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timekeeping, "BATCH", 3)
    office = Office()
    reports = [make_report(received_at=MONDAY) for _ in range(8)]
    for report in reports[:3]:
        office.handle(report, MONDAY)
    barrier, done = threading.Barrier(2), []

    def work() -> None:
        try:
            barrier.wait(30)
            late = MONDAY + 8 * DAY
            done.append((lapse_verifications(late), watch_deadlines(late)))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(one[0] for one in done) == 3
    assert CaseEvent.objects.filter(action="lapse").count() == 3
    # Those that lapsed were late as well: noted as they were closed, and nobody was told.
    assert sum(one[1] for one in done) == len(marks()) - 3 == len(deadline_rows())
    assert len(set(deadline_rows())) == len(deadline_rows())
    assert Case.objects.filter(step=Step.INTAKE, escalation=2).count() == 5


def test_a_verification_that_nobody_answers_lapses_and_says_so() -> None:
    office, report = Office(), make_report(received_at=MONDAY)
    office.handle(report, MONDAY)
    assert lapse_verifications(MONDAY + 7 * DAY - MINUTE) == 0
    assert lapse_verifications(MONDAY + 7 * DAY) == 1
    assert lapse_verifications(MONDAY + 7 * DAY) == 0
    case = Case.objects.get()
    assert (case.step, case.outcome) == (Step.CLOSED, "resolved")
    event = CaseEvent.objects.get(action="lapse")
    assert "没有评价" in event.reason
    assert (event.actor, event.data["by"]) == (None, "platform")
    rate(report=report, solved=False, stars=1, comment="出差刚回来，没清", at=MONDAY + 8 * DAY)
    assert Case.objects.get().step == Step.DISPATCH


def asked(report: Report, at: datetime) -> None:
    Office().take(report, "ask", at, reason="几号楼？")


def test_a_question_that_nobody_answers_ends_after_five_working_days() -> None:
    report = make_report(received_at=MONDAY)
    asked(report, MONDAY + HOUR)  # three of four working hours are left
    next_monday = MONDAY + 7 * DAY + HOUR  # a weekend lies between
    assert end_pauses(next_monday - MINUTE) == 0
    assert end_pauses(next_monday) == 1
    assert end_pauses(next_monday) == 0
    case = Case.objects.get()
    assert (case.step, case.paused_at, case.due_at) == (Step.INTAKE, None, next_monday + 4 * HOUR)
    event = CaseEvent.objects.get(action="overdue_resume")
    assert (event.kind, event.actor, event.data["by"]) == ("resumed", None, "platform")
    assert "5 个工作日内没有补充" in event.reason
    assert watch_deadlines(case.due_at) == 1  # what waited is escalated again
    reporter_action(
        report=report, action="add", reason="三号楼", at=next_monday + HOUR
    )  # late is not too late


def test_a_holiday_is_no_time_to_answer(settings: Any) -> None:
    settings.CASE_PAUSE_DAYS = 1
    asked(make_report(received_at=moment("2026-02-14T10:00:00")), moment("2026-02-14T11:00:00"))
    assert end_pauses(moment("2026-02-24T10:59:00")) == 0  # Spring Festival, and Saturday the 14th was worked
    assert end_pauses(moment("2026-02-24T11:00:00")) == 1


def test_what_was_answered_taken_on_or_closed_meanwhile_is_left_alone() -> None:
    reports = [make_report(received_at=MONDAY) for _ in range(4)]
    for report in reports:
        asked(report, MONDAY)
    reporter_action(report=reports[0], action="add", reason="三号楼", at=MONDAY + HOUR)
    Office().take(reports[1], "file", MONDAY + HOUR)
    Office().take(reports[2], "decline", MONDAY + HOUR, reason="重复")
    assert end_pauses(MONDAY + 30 * DAY) == 1
    assert CaseEvent.objects.get(action="overdue_resume").case == reports[3].case


def test_pauses_are_ended_by_the_schedule() -> None:
    assert schedule._jobs["cases.end_pauses"] == (
        timedelta(minutes=5),
        "civic.cases.services.timekeeping.end_pauses",
    )


def test_a_lapse_tells_of_those_who_did_answer() -> None:
    office, one, two = Office(), make_report(received_at=MONDAY), make_report(received_at=MONDAY)
    Report.objects.filter(pk=two.pk).update(case=one.case)
    office.handle(one, MONDAY)
    rate(report=one, solved=True, stars=5, at=MONDAY + HOUR)
    assert lapse_verifications(MONDAY + 7 * DAY) == 1
    assert CaseEvent.objects.get(action="lapse").reason.startswith("1 位反映人评价已解决")


def run_outbox() -> None:
    while events := outbox.claim(worker="test", queue="urgent"):
        outbox.run_all(events)


WORDS = "燃气泄漏，我是王建国，电话 13812345678"


def test_danger_pages_the_duty_officer_once_without_personal_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.analyze", lambda text: make_analysis(text, urgent=True))
    UserFactory(roles=[Role.DUTY_OFFICER], email="duty@example.org")
    UserFactory(roles=[Role.DUTY_OFFICER], email="")
    UserFactory(roles=[Role.DUTY_OFFICER], email="gone@example.org", is_active=False)
    UserFactory(roles=[Role.CASE_CLERK], email="clerk@example.org")
    report = make_report(WORDS)
    run_outbox()
    assert len(mail.outbox) == 1
    message = mail.outbox[0]
    assert message.recipients() == ["duty@example.org"]
    for part in (report.number, "暴露垃圾", "朝阳区", "受理", f"/admin/cases/{report.case_id}/"):
        assert part in message.body
    assert not any(word in message.subject + message.body for word in ("王建国", "13812345678", "燃气"))
    paged = CaseEvent.objects.get(kind="paged")
    assert paged.data == {"by": "platform", "to": 1, "whom": "duty_officer"}
    assert "邮件发给 1 位值班员" in desk_page(report)
    complete_analyses([{"report": report.pk}])
    assert page_urgent([report.pk]) == 0
    run_outbox()
    assert len(mail.outbox) == 1


def desk_page(report: Report) -> str:
    client = Client()
    client.force_login(UserFactory(roles=[Role.CASE_CLERK]))
    return client.get(f"/admin/cases/{report.case_id}/").content.decode()


def queue_page(*roles: str) -> str:
    cache.clear()  # what the desk is told is remembered for a little while
    client = Client()
    client.force_login(UserFactory(roles=[*roles]))
    return client.get("/admin/cases/").content.decode()


@pytest.fixture
def danger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.analyze", lambda text: make_analysis(text, urgent=True))


@pytest.mark.usefixtures("danger")
def test_nothing_is_put_down_before_it_is_sent_and_what_was_sent_is_not_sent_again() -> None:
    person(Role.DUTY_OFFICER, "duty@example.org")
    report = make_report()
    page_urgent([report.pk])
    assert not CaseEvent.objects.filter(kind="paged").exists()
    payload = OutboxEvent.objects.get(topic="cases.urgent").payload
    for _ in range(2):
        send_page(payload)
    assert len(mail.outbox) == CaseEvent.objects.filter(kind="paged").count() == 1


@pytest.mark.usefixtures("danger")
def test_without_a_duty_officers_address_the_supervisors_are_told_and_then_those_of_the_setting(
    settings: Any,
) -> None:
    settings.DUTY_EMAILS = ["hall@example.org"]
    person(Role.DUTY_OFFICER, "")
    first = make_report()
    run_outbox()
    person(Role.SUPERVISOR, "above@example.org")
    second = make_report("又一件")
    run_outbox()
    assert [one.bcc for one in mail.outbox] == [["hall@example.org"], ["above@example.org"]]
    told = [report.case.events.get(kind="paged").data["whom"] for report in (first, second)]
    assert told == ["setting", "supervisor"]
    assert "邮件发给 1 位主管" in desk_page(second)


@pytest.mark.usefixtures("danger")
def test_where_nobody_has_an_address_the_record_the_desk_and_health_say_so_and_the_outbox_comes_again() -> (
    None
):
    report = make_report()
    run_outbox()
    row = OutboxEvent.objects.get(topic="cases.urgent")
    assert (row.state, row.error, mail.outbox) == ("pending", "NobodyToTell", [])
    with time_machine.travel(row.next_at + MINUTE):
        run_outbox()
    assert CaseEvent.objects.get(kind="paged").data["to"] == 0  # put down once, however often it is tried
    assert "没有人登记邮箱，没有通知到人" in desk_page(report)
    assert paging.check() == {"status": "degraded", "mail": True, "to": 0, "unsent": 1}
    assert "没有一位值班员或主管登记了邮箱" in queue_page(Role.CASE_CLERK)
    assert "没有一位值班员" not in queue_page(Role.DEPARTMENT_HANDLER)
    person(Role.DUTY_OFFICER, "duty@example.org")
    assert "有 1 件紧急案件的通知没有发出去" in queue_page(Role.DUTY_OFFICER)
    OutboxEvent.objects.filter(pk=row.pk).update(state="dead")
    assert paging.check()["unsent"] == 1
    outbox.revive(row)
    run_outbox()
    assert [one.bcc for one in mail.outbox] == [["duty@example.org"]]
    assert [event.data["to"] for event in CaseEvent.objects.filter(kind="paged")] == [0, 1]
    assert paging.check() == {"status": "ok", "mail": True, "to": 1, "unsent": 0}
    assert "没有发出去" not in queue_page(Role.DUTY_OFFICER)


@pytest.mark.usefixtures("danger")
def test_without_a_mail_server_the_record_says_so_and_nothing_is_tried_in_vain(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    settings.DEMO = False
    person(Role.DUTY_OFFICER, "duty@example.org")
    report = make_report()
    run_outbox()
    assert OutboxEvent.objects.get(topic="cases.urgent").state == "done"
    assert "没有配置发邮件的服务器，没有通知到人" in desk_page(report)
    assert paging.check() == {"status": "ok", "mail": False}
    assert "EMAIL_HOST" in queue_page(Role.CASE_CLERK)
    settings.DEMO = True
    assert "EMAIL_HOST" not in queue_page(Role.CASE_CLERK)


@pytest.mark.usefixtures("danger")
def test_a_case_that_was_closed_before_anybody_could_be_told_pages_nobody() -> None:
    report = make_report()
    page_urgent([report.pk])
    Office().take(report, "decline", reason="重复")
    person(Role.DUTY_OFFICER, "duty@example.org")
    run_outbox()
    assert not [one for one in mail.outbox if "紧急" in one.subject]


def test_health_looks_after_paging() -> None:
    assert health._checks["paging"] == "civic.cases.services.paging.check"


def test_what_is_not_urgent_pages_nobody() -> None:
    UserFactory(roles=[Role.DUTY_OFFICER], email="duty@example.org")
    make_report()
    run_outbox()
    assert mail.outbox == []
    assert not CaseEvent.objects.filter(kind="paged").exists()


def person(role: str, address: str, **place: Any) -> None:
    UserFactory(roles=[role], email=address, **place)


def test_a_deadline_is_told_to_those_who_must_act_and_when_it_has_passed_to_those_above() -> None:
    office = Office()
    person(Role.CASE_CLERK, "clerk@example.org")
    person(Role.SUPERVISOR, "above@example.org")
    person(Role.DISTRICT_OFFICER, "district@example.org", district="朝阳区")
    person(Role.DISTRICT_OFFICER, "elsewhere@example.org", district="海淀区")
    person(Role.DEPARTMENT_HANDLER, "handler@example.org", department=office.department)
    person(Role.DEPARTMENT_HANDLER, "other@example.org")
    report = make_report("我叫王小明，垃圾没人收", received_at=MONDAY)
    watch_deadlines(MONDAY + 4 * HOUR + 30 * MINUTE)
    run_outbox()
    assert [(mail.outbox[0].subject[:4], mail.outbox[0].bcc)] == [("【临期】", ["clerk@example.org"])]
    assert "王小明" not in mail.outbox[0].body
    watch_deadlines(MONDAY + 5 * HOUR)
    run_outbox()
    assert mail.outbox[1].subject.startswith("【超期】")
    assert mail.outbox[1].bcc == ["above@example.org", "clerk@example.org", "district@example.org"]
    Case.objects.update(
        step=Step.HANDLING, department=office.department, step_at=MONDAY, escalation=0, warned_at=None
    )
    watch_deadlines(MONDAY + 4 * HOUR + 40 * MINUTE)
    run_outbox()
    assert mail.outbox[2].bcc == ["handler@example.org"]
    assert report.number in mail.outbox[2].body


def test_a_districts_clerk_is_told_of_the_districts_deadlines() -> None:
    person(Role.CASE_CLERK, "here@example.org", district="朝阳区")
    person(Role.CASE_CLERK, "there@example.org", district="海淀区")
    person(Role.CASE_CLERK, "city@example.org")
    make_report(received_at=MONDAY)
    make_report("不知道在哪里", received_at=MONDAY, lon=None, lat=None)
    watch_deadlines(MONDAY + 4 * HOUR + 30 * MINUTE)
    run_outbox()
    assert sorted(sorted(one.bcc) for one in mail.outbox) == [
        ["city@example.org"],
        ["city@example.org", "here@example.org"],
    ]


def test_a_case_that_has_left_the_step_is_not_told_of() -> None:
    person(Role.CASE_CLERK, "clerk@example.org")
    make_report(received_at=MONDAY)
    watch_deadlines(MONDAY + 4 * HOUR + 30 * MINUTE)
    Case.objects.update(step=Step.FILING)
    run_outbox()
    assert mail.outbox == []


def test_a_mail_server_that_fails_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.analyze", lambda text: make_analysis(text, urgent=True))
    UserFactory(roles=[Role.DUTY_OFFICER], email="duty@example.org")
    make_report()

    def refuses(self: Any, messages: Any) -> int:
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuses)
        run_outbox()
    assert OutboxEvent.objects.get(topic="cases.urgent").state == "pending"
    with time_machine.travel(OutboxEvent.objects.get(topic="cases.urgent").next_at + MINUTE):
        run_outbox()
    assert len(mail.outbox) == 1
