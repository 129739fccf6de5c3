"""A form of the case page that is refused comes back with what was typed, the sentence beside its field, and a status."""

import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from civic.accounts.models import Department
from civic.accounts.roles import Role
from civic.cases.desk.offers import leads_on
from civic.cases.models import Case, CaseEvent, CaseNote, Merge, Report, Step
from civic.cases.services import correct_code
from civic.cases.workflow import TABLE
from tests.factories import DepartmentFactory, UserFactory, bring_to, make_report

pytestmark = pytest.mark.django_db
TYPED = "写了很久的一段话<b>“引号”</b>"


@pytest.fixture
def office() -> Department:
    return DepartmentFactory()


def desk_of(role: str, **kwargs: Any) -> Client:
    client = Client()
    client.force_login(UserFactory(roles=[role], **kwargs))
    return client


def send(client: Client, report: Report, what: str = "act", **data: Any) -> tuple[int, str]:
    response = client.post(f"/admin/cases/{report.case_id}/{what}/", data)
    return response.status_code, response.content.decode()


def field(page: str, id_: str) -> tuple[str, str]:
    """Return a field's opening tag and what stands in it."""
    found = re.search(rf'<(?:textarea|input|select)\b[^>]*\bid="{id_}"[^>]*>', page)
    assert found, id_
    tag = found.group()
    if tag.startswith("<textarea"):
        return tag, unescape(page[found.end() : page.index("</textarea>", found.end())])
    value = re.search(r'value="([^"]*)"', tag)
    return tag, unescape(value.group(1)) if value else ""


def assert_wrong(page: str, id_: str, words: str) -> None:
    """The field says that it is wrong, and the sentence it names says why."""
    tag, _ = field(page, id_)
    assert 'aria-invalid="true"' in tag
    assert f'aria-describedby="{id_}-error"' in tag
    sentence = re.search(rf'id="{id_}-error">([^<]*)<', page)
    assert sentence
    assert words in unescape(sentence.group(1))


def test_an_answer_that_is_too_long_stays_in_its_field(office: Department) -> None:
    report = make_report()
    bring_to(report, Step.HANDLING, office)
    status, page = send(
        desk_of(Role.DEPARTMENT_HANDLER, department=office),
        report,
        action="answer",
        reason=TYPED + "长" * 2000,
    )
    assert status == 422
    assert field(page, "reason-answer")[1].startswith(TYPED)
    assert_wrong(page, "reason-answer", "最多 2000 字")
    assert Case.objects.get().step == Step.HANDLING


def test_a_photo_that_is_none_leaves_the_words(office: Department) -> None:
    report = make_report()
    bring_to(report, Step.HANDLING, office)
    broken = SimpleUploadedFile("x.jpg", b"no picture", content_type="image/jpeg")
    status, page = send(
        desk_of(Role.DEPARTMENT_HANDLER, department=office), report,
        action="answer", reason=TYPED, photos=[broken],
    )  # fmt: skip
    assert status == 422
    assert field(page, "reason-answer")[1] == TYPED
    assert "照片要重新选" in page
    assert not CaseEvent.objects.filter(action="answer").exists()


def test_an_office_is_missing_but_not_the_reason() -> None:
    status, page = send(desk_of(Role.CASE_CLERK), make_report(), action="refer", reason=TYPED)
    assert status == 422
    assert field(page, "reason-refer")[1] == TYPED
    assert_wrong(page, "referred-to", "请写明转往哪个部门")


def test_a_page_that_has_grown_stale_shows_the_case_as_it_is_and_gives_the_words_back(
    office: Department,
) -> None:
    report = make_report()
    bring_to(report, Step.FEEDBACK, office)
    handler = desk_of(Role.DEPARTMENT_HANDLER, department=office)
    status, page = send(handler, report, action="answer", reason=TYPED, expected_step="handling")
    assert status == 409
    assert "案件现在处于“反馈”" in page
    assert field(page, "kept-1")[1] == TYPED  # there is no form for an answer any more
    clerk = desk_of(Role.CASE_CLERK)
    bring_to(report, Step.FILING)
    status, page = send(
        clerk, report, action="refer", reason=TYPED, referred_to="供电局", expected_step="intake"
    )
    assert status == 409
    assert (field(page, "reason-refer")[1], field(page, "referred-to")[1]) == (TYPED, "供电局")
    assert 'name="expected_step" value="filing"' in page  # sent again, it is no longer stale


def test_a_role_that_may_not_is_told_so() -> None:
    status, page = send(desk_of(Role.SUPERVISOR), make_report(), action="decline", reason=TYPED)
    assert status == 403
    assert "您的角色不能" in page
    assert field(page, "kept-1")[1] == TYPED


def test_a_note_that_is_too_long_stays() -> None:
    status, page = send(desk_of(Role.CASE_CLERK), make_report(), "notes", text=TYPED + "长" * 2000)
    assert status == 422
    assert field(page, "note")[1].startswith(TYPED)
    assert_wrong(page, "note", "最多 2000 字")
    assert not CaseNote.objects.exists()


@pytest.mark.parametrize(
    ("data", "wrong", "words"),
    [
        ({"lon": "东边", "lat": "39.9", "reason": "电话"}, "place-lon", "经度应是数字"),
        ({"address": "没有这样的地方", "reason": "电话"}, "place-address", "没有认出"),
        ({"address": "双井街道"}, "place-reason", "写明理由"),
    ],
)
def test_a_place_that_is_refused_stays_in_the_form(data: dict[str, str], wrong: str, words: str) -> None:
    report = make_report()
    status, page = send(desk_of(Role.CASE_CLERK), report, "place", **data)
    assert status == 422
    for name, value in data.items():
        assert field(page, f"place-{name}")[1] == value
    assert_wrong(page, wrong, words)
    assert re.search(r"<details[^>]*data-desk-place[^>]* open>", page)


def test_a_number_that_no_case_has_stays_in_the_merge_form() -> None:
    status, page = send(
        desk_of(Role.CASE_CLERK), make_report(), "merge", number="BJ0000000000000", direction="in"
    )
    assert status == 422
    assert field(page, "merge-number")[1] == "BJ0000000000000"
    assert_wrong(page, "merge-number", "没有这个编号")
    assert not Merge.objects.exists()


def test_a_merge_with_a_closed_case_is_a_conflict() -> None:
    one, two = make_report(), make_report("二")
    bring_to(two, Step.CLOSED)
    status, page = send(desk_of(Role.CASE_CLERK), one, "merge", number=two.number, direction="in")
    assert (status, "已经结案，不能合并" in page) == (409, True)


def test_a_code_that_does_not_exist_is_named_beside_the_field() -> None:
    status, page = send(desk_of(Role.CASE_CLERK), make_report(), action="recode", code="99999")
    assert status == 422
    assert "请从列表里选择事项代码" in page


def test_words_for_the_public_stay_when_they_were_released_meanwhile() -> None:
    report = make_report()
    clerk = desk_of(Role.CASE_CLERK)
    correct_code(case_pk=report.case_id, code="06010", actor=UserFactory(roles=[Role.CASE_CLERK]))
    assert send(clerk, report, action="release", number=report.number, text="短一些")[0] == 302
    status, page = send(clerk, report, action="release", number=report.number, text=TYPED)
    assert (status, "已经放行过了" in page) == (409, True)
    assert field(page, "kept-1")[1] == TYPED


def test_what_was_typed_is_text_and_no_markup() -> None:
    _, page = send(
        desk_of(Role.CASE_CLERK), make_report(), action="refer", reason="<script>alert(1)</script>"
    )
    assert "<script>alert(1)" not in page


def test_the_step_that_leads_on_comes_first_and_sending_back_below(office: Department) -> None:
    report = make_report()
    for step, role, first, below in (
        (Step.INTAKE, Role.CASE_CLERK, "file", ("decline", "refer", "ask")),
        (Step.FILING, Role.CASE_CLERK, "dispatch", ("refer", "ask")),
        (Step.DISPATCH, Role.DEPARTMENT_HANDLER, "accept", ("return", "ask")),
        (Step.HANDLING, Role.DEPARTMENT_HANDLER, "answer", ("return", "ask")),
        (Step.VERIFICATION, Role.CASE_CLERK, "close", ("redo",)),
    ):
        bring_to(report, step, office)
        page = desk_of(role, department=office).get(f"/admin/cases/{report.case_id}/").content.decode()
        forms = re.findall(r'id="form-([a-z]+)"', page.split('id="next"')[1].split("</section>")[0])
        assert forms[0] == first
        assert set(below) <= set(forms[1:])
        # The main one needs no unfolding; the way to it is named at the foot of a telephone's screen.
        assert "<details" not in page.split('id="next"')[1].split(f'id="form-{first}"')[0]
        assert 'href="#next"' in page


def test_at_most_one_action_of_a_state_leads_on() -> None:
    for step in Step.values:
        rows = [row for row in TABLE if row.source == step and leads_on(row) and row.roles & set(Role.values)]
        assert len({row.action for row in rows}) <= 1


def test_each_report_leads_to_its_public_page(client: Client) -> None:
    report = make_report()
    page = desk_of(Role.CASE_CLERK).get(f"/admin/cases/{report.case_id}/").content.decode()
    assert f'href="/cases/{report.number}/"' in page
    Case.objects.update(withheld=True)
    page = desk_of(Role.CASE_CLERK).get(f"/admin/cases/{report.case_id}/").content.decode()
    assert f'href="/cases/{report.number}/"' not in page


def test_the_grid_cell_is_awaited_until_the_outbox_has_looked() -> None:
    from civic.core import outbox

    report, clerk = make_report(), desk_of(Role.CASE_CLERK)
    address = f"/admin/cases/{report.case_id}/"
    assert "正在划入责任网格" in clerk.get(address).content.decode()
    outbox.drain()
    page = clerk.get(address).content.decode()
    assert "还没有划入责任网格" in page
    assert "正在划入" not in page
