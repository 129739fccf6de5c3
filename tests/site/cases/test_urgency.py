"""Staff correct whether a case is urgent: who may, what follows from it, and what does not undo it."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils.dateparse import parse_datetime

from civic.accounts.models import User
from civic.accounts.roles import Role
from civic.cases.models import Case, CaseEvent, Report, Step
from civic.cases.services import analyse_report
from civic.cases.services.sharing import merge_cases, unmerge
from civic.cases.services.urgency import correct_urgency
from civic.cases.tasks import complete_analyses
from civic.core import outbox
from civic.core.errors import DomainError
from civic.core.models import OutboxEvent
from tests.factories import DepartmentFactory, UserFactory, bring_to, make_analysis, make_report

pytestmark = pytest.mark.django_db
MONDAY: datetime = parse_datetime("2026-05-11T10:00:00+08:00")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WHY = "电话核实，有人被压住"


@pytest.fixture
def clerk() -> User:
    return UserFactory(roles=[Role.CASE_CLERK])


@pytest.fixture
def officer() -> User:
    return UserFactory(roles=[Role.DUTY_OFFICER], email="duty@example.org")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def say(report: Report, actor: User, urgent: bool = True, **more: Any) -> Case:
    return correct_urgency(case_pk=report.case_id, urgent=urgent, actor=actor, **{"reason": WHY, **more})


def pages() -> list[Any]:
    outbox.drain()
    return [one for one in mail.outbox if "紧急" in one.subject]


def test_the_clock_and_the_record_follow_both_ways(clerk: User) -> None:
    report = make_report(received_at=MONDAY)
    usual = report.case.due_at
    assert usual == MONDAY + 5 * HOUR  # four hours over lunch
    OutboxEvent.objects.all().delete()
    say(report, clerk, at=MONDAY + MINUTE)
    case = Case.objects.get()
    assert (case.urgent, case.rank, case.updated_at) == (True, 1, MONDAY + MINUTE)
    assert case.due_at == MONDAY + 30 * MINUTE
    event = CaseEvent.objects.get(kind="urgency")
    assert (event.actor, event.reason, event.data, event.created_at) == (
        clerk, WHY, {"urgent": True}, MONDAY + MINUTE,
    )  # fmt: skip
    assert OutboxEvent.objects.filter(topic="cases.report_changed").count() == 1
    say(report, clerk, urgent=False, at=MONDAY + 2 * MINUTE)
    case = Case.objects.get()
    assert (case.urgent, case.due_at) == (False, usual)
    assert [one.data["urgent"] for one in CaseEvent.objects.filter(kind="urgency").order_by("pk")] == [
        True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "code", "status", "words"),
    [
        ({"reason": ""}, "invalid", 400, "理由"),
        ({"reason": " \u200b\x00 "}, "invalid", 400, "理由"),
        ({"reason": "长" * 2001}, "invalid", 400, "最多 2000 字"),
        ({"urgent": False}, "same_urgency", 409, "已经不是紧急案件"),
    ],
)
def test_what_is_refused_changes_nothing(
    clerk: User, more: dict[str, Any], code: str, status: int, words: str
) -> None:
    report = make_report()
    before = Case.objects.values().get()
    with pytest.raises(DomainError, match=words) as refused:
        say(report, clerk, **more)
    assert (refused.value.code, refused.value.status) == (code, status)
    assert Case.objects.values().get() == before
    assert not CaseEvent.objects.filter(kind="urgency").exists()


def test_a_second_click_is_a_conflict_and_a_closed_case_stays_as_it_is(clerk: User) -> None:
    report, closed = make_report(), make_report("已经清走的垃圾")
    say(report, clerk)
    with pytest.raises(DomainError, match="已经是紧急案件") as refused:
        say(report, clerk)
    assert refused.value.status == 409
    bring_to(closed, Step.CLOSED)
    with pytest.raises(DomainError, match="已经结案") as refused:
        say(closed, clerk)
    assert refused.value.status == 409
    assert CaseEvent.objects.filter(kind="urgency").count() == 1


ANSWERS = {
    "clerk": 200, "clerk here": 200, "clerk elsewhere": 404, "supervisor": 200, "officer": 403, "handler": 403,
    "duty": 403, "moderator": 403, "citizen": 403,
}  # fmt: skip


@pytest.mark.parametrize("step", [step for step in Step.values if step != Step.CLOSED])
def test_who_may(step: str) -> None:
    office = DepartmentFactory()
    people = {
        "clerk": UserFactory(roles=[Role.CASE_CLERK]),
        "clerk here": UserFactory(roles=[Role.CASE_CLERK], district="朝阳区"),
        "clerk elsewhere": UserFactory(roles=[Role.CASE_CLERK], district="海淀区"),
        "supervisor": UserFactory(roles=[Role.SUPERVISOR]),
        "officer": UserFactory(roles=[Role.DISTRICT_OFFICER], district="朝阳区"),
        "handler": UserFactory(roles=[Role.DEPARTMENT_HANDLER], department=office),
        "duty": UserFactory(roles=[Role.DUTY_OFFICER]),
        "moderator": UserFactory(roles=[Role.MODERATOR]),
        "citizen": UserFactory(roles=[Role.CITIZEN]),
    }
    assert set(people) == set(ANSWERS)
    for who, user in people.items():
        report = make_report()
        bring_to(report, step, office)
        address, sent = f"/api/v1/staff/cases/{report.number}/urgency/", {"urgent": True, "reason": WHY}
        response = client_of(user).post(address, sent, content_type="application/json")
        assert (who, response.status_code) == (who, ANSWERS[who])
        assert Case.objects.get(pk=report.case_id).urgent is (response.status_code == 200)


def test_whoever_is_on_duty_is_told_once(clerk: User, officer: User) -> None:
    report = make_report()
    assert pages() == []
    say(report, clerk)
    assert [one.bcc for one in pages()] == [[officer.email]]
    assert CaseEvent.objects.filter(kind="paged").count() == 1
    say(report, clerk, urgent=False)
    say(report, clerk)
    complete_analyses([{"report": report.pk}])
    assert len(pages()) == 1


def test_a_page_that_reached_nobody_does_not_stand_for_the_next(clerk: User, monkeypatch: Any) -> None:
    monkeypatch.setattr("nlp.analyze", lambda text: make_analysis(text, urgent=True))
    report = make_report()
    complete_analyses([{"report": report.pk}])
    say(report, clerk, urgent=False)
    UserFactory(roles=[Role.DUTY_OFFICER], email="duty@example.org")
    assert pages() == [], "it is nobody's danger any more"
    say(report, clerk)
    assert len(pages()) == 1


@pytest.mark.parametrize("self_harm", [True, False])
def test_late_analysis_does_not_overwrite_what_a_person_said(
    clerk: User, officer: User, monkeypatch: pytest.MonkeyPatch, self_harm: bool
) -> None:
    def fail(text: str) -> None:
        raise ValueError

    monkeypatch.setattr("nlp.analyze", fail)
    report, other = make_report(), make_report("没有人看过的一件")
    say(report, clerk)
    say(report, clerk, urgent=False)
    monkeypatch.setattr(
        "nlp.analyze", lambda text: make_analysis(text, urgent=not self_harm, self_harm=self_harm)
    )
    OutboxEvent.objects.all().delete()
    for one in (report, other):
        analyse_report(report=Report.objects.select_related("case").get(pk=one.pk))
    complete_analyses([{"report": report.pk}])
    case = Case.objects.get(pk=report.case_id)
    assert (case.urgent, case.withheld) == (False, self_harm)
    assert Case.objects.get(pk=other.case_id).urgent
    assert pages() == []


def test_taking_a_merge_apart_does_not_undo_what_a_person_said(
    clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = make_report()
    monkeypatch.setattr("nlp.analyze", lambda text: make_analysis(text, urgent=True))
    source = make_report("同一处，有危险")
    merge = merge_cases(source_pk=source.case_id, target_pk=target.case_id, actor=clerk)
    say(target, clerk, urgent=False)
    say(target, clerk)
    unmerge(merge_pk=merge.pk, actor=clerk)
    assert Case.objects.get(pk=target.case_id).urgent


def test_the_api_answers_with_the_case_and_names_what_is_wrong(clerk: User) -> None:
    report, client = make_report(), client_of(clerk)
    address = f"/api/v1/staff/cases/{report.number}/urgency/"
    sent = {"urgent": True, "reason": WHY}
    for wrong in (
        {}, {"urgent": True}, {"reason": WHY}, {"urgent": None, "reason": WHY}, {"urgent": "x", "reason": WHY},
        {"urgent": True, "reason": "  "}, {"urgent": True, "reason": []}, [], "x",
    ):  # fmt: skip
        response = client.post(address, wrong, content_type="application/json")
        assert response.status_code == 400, wrong
        assert response.json()["error"]["message"]
    assert not Case.objects.get().urgent
    body = client.post(address, sent, content_type="application/json").json()
    assert (body["number"], body["urgent"]) == (report.number, True)
    assert client.post(address, sent, content_type="application/json").status_code == 409
    unknown = client.post("/api/v1/staff/cases/BJ1/urgency/", sent, content_type="application/json")
    assert unknown.status_code == 404


def test_the_desks_form_offers_the_opposite_and_the_record_says_why(clerk: User) -> None:
    report, client = make_report(), client_of(clerk)
    address = f"/admin/cases/{report.case_id}/urgency/"
    page = client.get(f"/admin/cases/{report.case_id}/").content.decode()
    assert 'id="form-urgency-1"' in page
    page = client.post(address, {"urgent": "1", "reason": WHY}, follow=True).content.decode()
    assert re.search(rf"<strong>标为紧急</strong>.*?{WHY}", page)
    assert 'id="form-urgency-0"' in page
    assert 'id="form-urgency-1"' not in page
    client.post(address, {"urgent": "0", "reason": "看错了"})
    page = client.get(f"/admin/cases/{report.case_id}/").content.decode()
    assert "<strong>取消紧急</strong>" in page
    assert WHY not in Client().get(f"/cases/{report.number}/").content.decode()
    assert client.get(address).status_code == 405
    assert client.post("/admin/cases/999999/urgency/", {"urgent": "1", "reason": WHY}).status_code == 404


def test_a_refusal_keeps_what_was_typed_but_not_for_the_opposite(clerk: User) -> None:
    report, client = make_report(), client_of(clerk)
    address = f"/admin/cases/{report.case_id}/urgency/"
    response = client.post(address, {"urgent": "1", "reason": "这么写" + "长" * 2000})
    page = response.content.decode()
    assert response.status_code == 422
    assert re.search(r'<textarea id="reason-urgency"[^>]*aria-invalid="true"[^>]*>这么写', page)
    assert re.search(r'id="reason-urgency-error">[^<]*最多 2000 字', page)
    assert client.post(address, {"urgent": "x", "reason": WHY}).status_code == 422
    say(report, clerk)
    response = client.post(address, {"urgent": "1", "reason": "晚了一步的话"})
    page = response.content.decode()
    assert response.status_code == 409
    assert re.search(r'<textarea id="kept-1"[^>]*>晚了一步的话', page)
    assert re.search(r'<textarea id="reason-urgency"[^>]*></textarea>', page)


def test_the_form_is_only_there_for_those_who_may_and_while_the_case_is_open(clerk: User) -> None:
    office = DepartmentFactory()
    report = make_report()
    bring_to(report, Step.HANDLING, office)
    seen = {
        role: client_of(user).get(f"/admin/cases/{report.case_id}/").content.decode()
        for role, user in {
            "clerk": clerk,
            "supervisor": UserFactory(roles=[Role.SUPERVISOR]),
            "handler": UserFactory(roles=[Role.DEPARTMENT_HANDLER], department=office),
            "duty": UserFactory(roles=[Role.DUTY_OFFICER]),
        }.items()
    }
    assert {role for role, page in seen.items() if "标为紧急" in page} == {"clerk", "supervisor"}
    bring_to(report, Step.CLOSED)
    assert "标为紧急" not in client_of(clerk).get(f"/admin/cases/{report.case_id}/").content.decode()
