"""The reporter's doors: the progress page's buttons and the public API; who proves it, what others see."""

from typing import Any

import pytest
from django.test import Client

from civic.accounts.roles import Role
from civic.cases.models import Case, CaseEvent, Rating, Report, Step
from civic.cases.services import release_report
from tests.factories import UserFactory, make_analysis, make_report, queries_of
from tests.site.cases.closing import ANSWER, Office

pytestmark = pytest.mark.django_db
ACTIONS = ["urge", "add", "rate", "reopen"]
BODIES: dict[str, dict[str, Any]] = {
    "urge": {},
    "add": {"reason": "在桶站北侧"},
    "rate": {"solved": True, "stars": 5},
    "reopen": {"reason": "又出现了"},
}


@pytest.fixture
def office() -> Office:
    return Office()


def owner_of(report: Report) -> Client:
    client = Client()
    client.post(f"/cases/{report.number}/claim/", {"secret": report.secret})
    return client


def page_of(client: Client, report: Report) -> str:
    return client.get(f"/cases/{report.number}/").content.decode()


def press(client: Client, report: Report, action: str, **data: str) -> Any:
    return client.post(f"/cases/{report.number}/act/", {"action": action, **data}, follow=True)


def call(report: Report | str, action: str, client: Client | None = None, **body: Any) -> Any:
    number = report if isinstance(report, str) else report.number
    return (client or Client()).post(
        f"/api/v1/public/cases/{number}/{action}/", body, content_type="application/json"
    )


def step_of(report: Report) -> str:
    return Case.objects.get(reports=report).step


def test_the_whole_way_on_the_page(office: Office) -> None:
    report = make_report()
    owner = owner_of(report)
    assert "问题解决了吗" not in page_of(owner, report)
    office.handle(report)
    page = page_of(owner, report)
    assert "问题解决了吗" in page
    assert "已清运，桶旁加装了护栏" in page
    assert "13812345678" not in page
    refused = press(owner, report, "rate", solved="no", stars="2", words="")
    assert (refused.status_code, step_of(report)) == (400, Step.VERIFICATION)
    assert 'value="2" required checked' in refused.content.decode()
    press(owner, report, "rate", solved="no", stars="2", words="角落里还有")
    assert step_of(report) == Step.HANDLING
    desk = Client()
    desk.force_login(office.handler)
    seen = desk.get(f"/admin/cases/{report.case_id}/").content.decode()
    assert "角落里还有" in seen
    assert "0 位说解决了，1 位说没有解决" in seen
    office.answer(report)
    thanks = press(
        owner, report, "rate", solved="yes", stars="5", words="谢谢，我电话 13912345678"
    ).content.decode()
    assert "5 星" in thanks
    assert "13912345678" not in thanks
    assert step_of(report) == Step.CLOSED
    assert "13912345678" in Rating.objects.get().comment
    press(owner, report, "reopen", words="又堆上了")
    assert step_of(report) == Step.DISPATCH


def test_a_question_is_shown_and_answered(office: Office) -> None:
    report = make_report()
    office.take(report, "ask", reason="是几号楼门口？")
    owner = owner_of(report)
    assert "是几号楼门口？" in page_of(owner, report)
    assert "是几号楼门口？" not in page_of(Client(), report)
    press(owner, report, "add", words="三号楼东门")
    page = page_of(owner, report)
    assert "是几号楼门口？" not in page
    assert "三号楼东门" in page
    assert "三号楼东门" not in page_of(Client(), report)
    assert CaseEvent.objects.get(kind="added").reason == "三号楼东门"


@pytest.mark.usefixtures("still_clock")
def test_urging_twice_a_day_is_refused_with_a_sentence() -> None:
    report = make_report()
    owner = owner_of(report)
    assert "您已经催办" not in page_of(owner, report)
    press(owner, report, "urge")
    again = press(owner, report, "urge")
    assert again.status_code == 429
    assert "今天已经催办过了" in again.content.decode()
    assert Case.objects.get().urged == 1


def test_the_reason_of_a_refusal_is_for_the_reporter(office: Office) -> None:
    report = make_report()
    office.take(report, "decline", reason="属于小区物业，电话 13812345678")
    page = page_of(owner_of(report), report)
    assert "属于小区物业" in page
    assert "13812345678" not in page
    assert "申请重新受理" in page
    assert "属于小区物业" not in page_of(Client(), report)


def test_the_public_reads_the_answer_only_of_what_is_released(office: Office) -> None:
    report = make_report()
    office.handle(report)
    assert ANSWER[:3] not in page_of(Client(), report)
    release_report(report_pk=report.pk, actor=office.clerk)
    page = page_of(Client(), report)
    assert ANSWER[:3] in page
    assert "13812345678" not in page
    Case.objects.update(request_type="accusation")
    assert ANSWER[:3] not in page_of(Client(), report)


@pytest.mark.parametrize("action", ACTIONS)
def test_nobody_else_presses_the_buttons(office: Office, action: str) -> None:
    report = make_report()
    office.handle(report)
    for who in (Client(), owner_of(make_report())):
        assert press(who, report, action, words="我也要", solved="yes", stars="5").status_code == 404
    member = Client()
    member.force_login(office.clerk)
    assert press(member, report, action, words="我也要", solved="yes", stars="5").status_code == 404
    assert step_of(report) == Step.VERIFICATION
    assert not Rating.objects.exists()


@pytest.mark.parametrize("action", ["file", "close", "dispute", "", "nonsense"])
def test_the_page_takes_no_other_action(action: str) -> None:
    report = make_report()
    assert press(owner_of(report), report, action).status_code == 400
    assert step_of(report) == Step.INTAKE


def test_one_s_own_withheld_report_is_still_one_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.analyze", lambda text: make_analysis(text, self_harm=True))
    report = make_report()
    assert Client().get(f"/cases/{report.number}/").status_code == 404
    assert press(owner_of(report), report, "urge").status_code == 200
    assert call(report, "urge").status_code == 404


@pytest.mark.usefixtures("still_clock")
def test_the_whole_way_by_the_api(office: Office) -> None:
    report = make_report()
    secret = {"secret": report.secret.lower()}
    assert call(report, "urge", **secret).status_code == 200
    assert call(report, "urge", **secret).status_code == 429
    assert call(report, "add", reason="在桶站北侧", **secret).json()["step"] == "intake"
    assert call(report, "rate", solved=True, stars=5, **secret).status_code == 409
    office.handle(report)
    assert call(report, "rate", solved=False, stars=2, **secret).status_code == 400
    assert call(report, "rate", solved=False, stars=9, comment="没清", **secret).status_code == 400
    assert call(report, "rate", solved=False, stars=2, comment="没清", **secret).json()["step"] == "handling"
    office.answer(report)
    done = call(report, "rate", solved=True, stars=4, **secret).json()
    assert (done["step"], done["outcome"]) == ("closed", "resolved")
    assert "没清" not in str(done)
    assert call(report, "reopen", **secret).status_code == 400
    assert call(report, "reopen", reason="又出现了", **secret).json()["step"] == "dispatch"
    assert call(report, "reopen", reason="又出现了", **secret).status_code == 409


@pytest.mark.parametrize("action", ACTIONS)
def test_a_wrong_code_and_a_wrong_number_get_one_answer(action: str) -> None:
    report, other = make_report(), make_report()
    answers = [
        call(report, action, secret="AAAAAAAAAA", **BODIES[action]),
        call(report, action, secret=other.secret, **BODIES[action]),
        call(report, action, secret="", **BODIES[action]),
        call(report, action, **BODIES[action]),
        call(report, action, secret="密码", **BODIES[action]),
        call("BJ0000000000000", action, secret=report.secret, **BODIES[action]),
        call("nonsense", action, secret=report.secret, **BODIES[action]),
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}
    assert answers[0].json()["error"]["code"] == "unknown_report"
    assert not CaseEvent.objects.filter(kind__in=["urged", "added", "rated"]).exists()


@pytest.mark.usefixtures("still_clock")
def test_codes_cannot_be_tried_out() -> None:
    report = make_report()
    answers = [call(report, "urge", secret=str(n)).status_code for n in range(22)]
    assert (answers[0], answers[-1]) == (404, 429)


def test_who_is_signed_in_needs_no_code_for_own_reports_only() -> None:
    person = UserFactory()
    own, other = make_report(reporter=person), make_report()
    client = Client()
    client.force_login(person)
    assert call(own, "urge", client).status_code == 200
    assert call(other, "urge", client).status_code == 404
    clerk = Client()
    clerk.force_login(UserFactory(roles=[Role.CASE_CLERK]))
    assert call(own, "urge", clerk).status_code == 404


def test_the_owner_s_page_takes_as_many_queries_however_long_the_record(office: Office) -> None:
    report = make_report()
    owner, address = owner_of(report), f"/cases/{report.number}/"
    office.handle(report)
    few = queries_of(owner, address)
    for _ in range(3):
        press(owner, report, "rate", solved="no", stars="1", words="还没有")
        press(owner, report, "add", words="再说一句")
        office.answer(report)
    assert queries_of(owner, address) == few
