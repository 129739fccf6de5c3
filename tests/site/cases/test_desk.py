"""The case desk in the admin: who opens it, what it shows, what a refusal leaves."""

from typing import Any

import pytest
from django.test import Client

from civic.accounts.roles import Role
from civic.cases.models import Case, Report, Step
from tests.factories import (
    DepartmentFactory,
    UserFactory,
    bring_to,
    make_analysis,
    make_photo,
    make_report,
    queries_of,
)

pytestmark = pytest.mark.django_db
QUEUE = "/admin/cases/"


def desk_of(role: str, **place: Any) -> Client:
    client = Client()
    client.force_login(UserFactory(roles=[role], **place))
    return client


def act(client: Client, report: Report, action: str, **data: Any) -> str:
    """Take an action on the page and return the page that follows."""
    response = client.post(f"{QUEUE}{report.case_id}/act/", {"action": action, **data}, follow=True)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    "role",
    [Role.CASE_CLERK, Role.SUPERVISOR, Role.DUTY_OFFICER, Role.DISTRICT_OFFICER, Role.DEPARTMENT_HANDLER],
)
def test_staff_of_the_desk_open_it(role: str) -> None:
    assert desk_of(role).get(QUEUE).status_code == 200


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.POLICY_WRITER])
def test_other_staff_do_not(role: str) -> None:
    report = make_report()
    client = desk_of(role)
    for address in (QUEUE, f"{QUEUE}{report.case_id}/"):
        response = client.get(address)
        assert response.status_code in {302, 403}
        assert report.text not in response.content.decode()
    assert client.post(f"{QUEUE}{report.case_id}/act/", {"action": "file"}).status_code in {302, 403}
    assert Case.objects.get().step == Step.INTAKE


def test_citizens_and_visitors_do_not() -> None:
    report = make_report()
    for client in (Client(), desk_of(Role.CITIZEN)):
        assert report.text not in client.get(QUEUE, follow=True).content.decode()


def test_what_is_urgent_and_open_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.analyze", lambda text: make_analysis(text, urgent="急" in text))
    urgent, closed, plain = make_report("急：井盖没了"), make_report("急：已办"), make_report("垃圾没人收")
    bring_to(closed, Step.CLOSED)
    page = desk_of(Role.CASE_CLERK).get(QUEUE).content.decode()
    assert page.index(urgent.number) < page.index(plain.number)
    assert closed.number not in page
    assert closed.number in desk_of(Role.CASE_CLERK).get(QUEUE, {"step": "all"}).content.decode()


def test_the_queue_is_filtered() -> None:
    one, two = make_report("井盖翘起来了"), make_report("路灯不亮了")
    bring_to(two, Step.FILING)
    client = desk_of(Role.CASE_CLERK)

    def found(**query: str) -> set[str]:
        page = client.get(QUEUE, query).content.decode()
        return {report.number for report in (one, two) if report.number in page}

    assert found(q="井盖") == {one.number}
    assert found(q=two.number[2:]) == {two.number}
    assert found(step="filing") == {two.number}
    assert found(district="110105") == {one.number, two.number}
    assert found(district="110101") == set()
    assert found(urgent="on") == set()
    assert found(step="nowhere") == found(q="\x00") == {one.number, two.number}


def test_the_queue_takes_the_same_queries_for_one_and_for_twenty() -> None:
    client = desk_of(Role.CASE_CLERK)
    make_report()
    one = queries_of(client, QUEUE)
    for n in range(19):
        make_report(f"第 {n} 件", photos=[make_photo()])
    assert queries_of(client, QUEUE) == one


def test_a_case_shows_what_was_said_why_it_was_sorted_so_and_what_may_be_done() -> None:
    report = make_report(photos=[make_photo()])
    page = desk_of(Role.CASE_CLERK).get(f"{QUEUE}{report.case_id}/").content.decode()
    for shown in (
        report.number,
        report.text,
        "暴露垃圾",
        "置信度",
        "/cases/photos/",
        "立案",
        "不予立案",
        "放行",
    ):
        assert shown in page
    page = desk_of(Role.SUPERVISOR).get(f"{QUEUE}{report.case_id}/").content.decode()
    assert "督办" in page
    assert "不予立案" not in page
    page = desk_of(Role.DUTY_OFFICER).get(f"{QUEUE}{report.case_id}/").content.decode()
    assert "这一步不由您的角色办理" in page


def test_a_case_on_another_desk_is_not_found() -> None:
    report = make_report()
    client = desk_of(Role.DISTRICT_OFFICER, district="海淀区")
    assert client.get(f"{QUEUE}{report.case_id}/").status_code == 404
    assert client.post(f"{QUEUE}{report.case_id}/act/", {"action": "file"}).status_code == 404
    assert client.get(f"{QUEUE}999999/").status_code == 404


def test_a_case_is_led_along_from_the_page() -> None:
    office = DepartmentFactory()
    clerk, handler = desk_of(Role.CASE_CLERK), desk_of(Role.DEPARTMENT_HANDLER, department=office)
    report = make_report()
    act(clerk, report, "file", expected_step="intake")
    act(clerk, report, "dispatch", department=office.code)
    act(handler, report, "accept")
    act(handler, report, "answer", reason="已清运")
    act(clerk, report, "verify")
    assert "已记录" in act(clerk, report, "close")
    assert Case.objects.get().step == Step.CLOSED


@pytest.mark.parametrize(
    ("step", "data", "words", "status"),
    [
        ("intake", {"action": "decline"}, "需要写明理由", 422),
        ("intake", {"action": "close"}, "不能做这一步", 409),
        ("intake", {"action": "file", "expected_step": "filing"}, "不能做这一步", 409),
        ("filing", {"action": "dispatch"}, "请选择承办部门", 422),
        ("filing", {"action": "dispatch", "department": "\x00"}, "请选择承办部门", 422),
        ("intake", {"action": "recode", "code": "99999"}, "没有这个事项代码", 422),
        ("intake", {"action": "\x00"}, "没有这个动作", 422),
    ],
)
def test_a_refusal_says_why_and_leaves_the_case(
    step: str, data: dict[str, str], words: str, status: int
) -> None:
    report = make_report()
    bring_to(report, step)
    response = desk_of(Role.CASE_CLERK).post(f"{QUEUE}{report.case_id}/act/", data)
    assert (response.status_code, words in response.content.decode()) == (status, True)
    assert Case.objects.get().step == step


def test_words_are_released_from_the_page() -> None:
    report = make_report(photos=[make_photo()])
    client = desk_of(Role.CASE_CLERK)
    act(client, report, "release", number=report.number, text="垃圾没人收，电话13800138000", with_photos="1")
    release = Report.objects.get().release
    assert release.text == "垃圾没人收，电话〔电话〕"
    assert release.with_photos
    for number in ("", "x", "\x00", "BJ2611220000000"):
        response = client.post(f"{QUEUE}{report.case_id}/act/", {"action": "release", "number": number})
        assert response.status_code == 404


def test_only_a_post_acts() -> None:
    report = make_report()
    assert desk_of(Role.CASE_CLERK).get(f"{QUEUE}{report.case_id}/act/").status_code == 405
