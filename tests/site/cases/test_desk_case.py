"""The case page: notes, templates, answers of similar cases, and a record that reads well."""

import pytest
from django.test import Client

from civic.accounts.models import Department, User
from civic.accounts.roles import Role
from civic.cases.answers import similar_solved
from civic.cases.models import AnswerTemplate, Case, CaseNote, Report, Step
from civic.cases.services import correct_code, take_action
from tests.factories import DepartmentFactory, UserFactory, bring_to, make_report, queries_of

pytestmark = pytest.mark.django_db
QUEUE = "/admin/cases/"


@pytest.fixture
def office() -> Department:
    return DepartmentFactory(name="环卫中心")


@pytest.fixture
def clerk() -> User:
    return UserFactory(roles=[Role.CASE_CLERK])


@pytest.fixture
def handler(office: Department) -> User:
    return UserFactory(roles=[Role.DEPARTMENT_HANDLER], department=office)


def page_of(user: User, report: Report, query: str = "") -> str:
    client = Client()
    client.force_login(user)
    return client.get(f"{QUEUE}{report.case_id}/{query}").content.decode()


def solve(report: Report, clerk: User, handler: User, office: Department, answer: str) -> None:
    """Lead a case along all steps with this answer."""
    for action, actor, more in (
        ("file", clerk, {}), ("dispatch", clerk, {"department": office}), ("accept", handler, {}),
        ("answer", handler, {"reason": answer}), ("verify", clerk, {}), ("close", clerk, {}),
    ):  # fmt: skip
        take_action(case_pk=report.case_id, action=action, actor=actor, **more)


def test_a_note_is_added_for_staff_and_stays_among_them(clerk: User) -> None:
    report, client = make_report(), Client()
    client.force_login(clerk)
    client.post(f"{QUEUE}{report.case_id}/notes/", {"text": "已电话联系过物业"})
    assert CaseNote.objects.get().author == clerk
    assert "已电话联系过物业" in page_of(clerk, report)
    assert "已电话联系过物业" not in Client().get(f"/cases/{report.number}/").content.decode()
    for text, words in (("  ", "备注是空的"), ("长" * 2001, "最多 2000 字")):
        response = client.post(f"{QUEUE}{report.case_id}/notes/", {"text": text}, follow=True)
        assert words in response.content.decode()
    assert CaseNote.objects.count() == 1


def test_no_note_on_a_case_of_another_desk() -> None:
    report, client = make_report(), Client()
    client.force_login(UserFactory(roles=[Role.DISTRICT_OFFICER], district="海淀区"))
    assert client.post(f"{QUEUE}{report.case_id}/notes/", {"text": "看看"}).status_code == 404
    assert not CaseNote.objects.exists()


def test_an_answer_starts_from_a_template(handler: User, office: Department) -> None:
    report = make_report()
    bring_to(report, Step.HANDLING, office)
    mine = AnswerTemplate.objects.create(title="已清运", text="垃圾已清运完毕。", matter_code="06010")
    AnswerTemplate.objects.create(title="路灯的", text="灯已修好", matter_code="01037")
    AnswerTemplate.objects.create(title="别的部门的", text="x", department=DepartmentFactory())
    page = page_of(handler, report)
    assert "已清运" in page
    assert "路灯的" not in page
    assert "别的部门的" not in page
    assert ">垃圾已清运完毕。</textarea>" in page_of(handler, report, f"?answer=t{mine.pk}")
    assert "垃圾已清运完毕。</textarea>" not in page_of(handler, report, "?answer=t999")


def test_similar_solved_cases_suggest_their_answers(clerk: User, handler: User, office: Department) -> None:
    solved = make_report("小区门口垃圾堆了一个星期没人清运")
    solve(solved, clerk, handler, office, "已清运，联系人电话13800138000")
    other = make_report("学校后墙外的杂物和废家具")
    solve(other, clerk, handler, office, "已联系产权单位")
    report = make_report("我们小区门口垃圾没人清运，臭得很")
    bring_to(report, Step.HANDLING, office)
    found = similar_solved(report.case, report.text, handler)
    assert found[0].number == solved.number
    assert found[0].answer == "已清运，联系人电话〔电话〕"
    page = page_of(handler, report)
    assert "相似的已结案件" in page
    assert "已清运，联系人电话〔电话〕</textarea>" in page_of(
        handler,
        report,
        f"?answer=c{solved.case_pk}" if hasattr(solved, "case_pk") else f"?answer=c{solved.case_id}",
    )
    stranger = UserFactory(roles=[Role.DEPARTMENT_HANDLER], department=DepartmentFactory())
    assert similar_solved(report.case, report.text, stranger) == []


def test_another_code_or_a_withheld_case_is_no_example(
    clerk: User, handler: User, office: Department
) -> None:
    for n, change in enumerate(({"matter_code": "01037"}, {"withheld": True}, {"outcome": "declined"})):
        solved = make_report(f"小区门口垃圾没人清运 {n}")
        solve(solved, clerk, handler, office, "办好了")
        Case.objects.filter(pk=solved.case_id).update(**change)
    report = make_report("小区门口垃圾没人清运")
    assert similar_solved(report.case, report.text, clerk) == []


def test_the_record_names_codes_and_departments(clerk: User, handler: User, office: Department) -> None:
    report = make_report()
    correct_code(case_pk=report.case_id, code="01037", actor=clerk)
    take_action(case_pk=report.case_id, action="file", actor=clerk)
    take_action(case_pk=report.case_id, action="dispatch", actor=clerk, department=office)
    take_action(case_pk=report.case_id, action="urge", actor=clerk)
    page = page_of(clerk, report)
    for words in ("派给 环卫中心", "立案 → 派遣", "催办", "暴露垃圾（06010）", "（01037）"):
        assert words in page


def test_the_case_page_takes_the_same_queries_however_much_there_is(
    clerk: User, handler: User, office: Department
) -> None:
    solve(make_report("小区门口垃圾没人清运"), clerk, handler, office, "办好了")
    report, client = make_report("小区门口垃圾没人清运啊"), Client()
    bring_to(report, Step.HANDLING, office)
    client.force_login(handler)
    address = f"{QUEUE}{report.case_id}/"
    client.post(f"{address}notes/", {"text": "一"})
    before = queries_of(client, address)
    for n in range(5):
        solve(make_report(f"小区门口垃圾没人清运 {n}"), clerk, handler, office, "办好了")
        client.post(f"{address}notes/", {"text": f"备注 {n}"})
        AnswerTemplate.objects.create(title=f"模板 {n}", text="x")
    assert queries_of(client, address) == before


def test_templates_are_kept_by_clerks_in_the_admin(clerk: User, handler: User) -> None:
    client = Client()
    client.force_login(clerk)
    client.post(
        "/admin/snippets/cases/answertemplate/add/",
        {"title": "已清运", "text": "垃圾已清运。", "matter_code": "06010", "department": ""},
    )
    assert AnswerTemplate.objects.get().matter_code == "06010"
    client.force_login(handler)
    assert client.get("/admin/snippets/cases/answertemplate/add/").status_code in {302, 403}
