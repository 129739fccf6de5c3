"""A case's clock: started with each step, set anew with the code, stopped while somebody is asked."""

from datetime import timedelta

import pytest
import yaml
from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from civic.accounts.models import Department
from civic.accounts.roles import Role
from civic.cases import deadlines
from civic.cases.models import Case, Step
from civic.cases.services import correct_code, take_action
from tests.factories import DepartmentFactory, UserFactory, make_analysis, make_report

pytestmark = pytest.mark.django_db
MONDAY = parse_datetime("2026-05-11T10:00:00+08:00")
FILE = settings.CONTENT_DIR / "deadlines" / "deadlines.yaml"


@pytest.fixture
def office() -> Department:
    return DepartmentFactory(code="chengguan")


def clerk():
    return UserFactory(roles=[Role.CASE_CLERK])


def test_every_step_has_its_own_clock(office: Department) -> None:
    case = make_report(received_at=MONDAY).case
    assert case.due_at == MONDAY + timedelta(hours=5)  # four working hours, over lunch
    for action, more in (("file", {}), ("dispatch", {"department": office})):
        case = take_action(case_pk=case.pk, action=action, actor=clerk(), at=MONDAY, **more)
        assert (case.step_at, case.due_at is not None) == (MONDAY, True)
    handler = UserFactory(roles=[Role.DEPARTMENT_HANDLER], department=office)
    case = take_action(case_pk=case.pk, action="accept", actor=handler, at=MONDAY)
    assert case.due_at == MONDAY + timedelta(hours=5)  # 暴露垃圾: four working hours
    case = correct_code(case_pk=case.pk, code="06011", actor=clerk())
    assert case.due_at == MONDAY + timedelta(days=2)  # 积存垃圾: sixteen
    case = take_action(case_pk=case.pk, action="answer", actor=handler, reason="清了", at=MONDAY)
    case = take_action(case_pk=case.pk, action="verify", actor=clerk(), at=MONDAY)
    case = take_action(case_pk=case.pk, action="close", actor=clerk(), at=MONDAY)
    assert case.due_at is None


def test_danger_counts_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.analyze", lambda text: make_analysis(text, urgent=True))
    sunday = MONDAY - timedelta(days=1)
    assert make_report(received_at=sunday).case.due_at == sunday + timedelta(minutes=30)


def test_the_clock_stands_still_while_somebody_is_asked() -> None:
    case = make_report(received_at=MONDAY).case
    case = take_action(
        case_pk=case.pk, action="ask", actor=clerk(), reason="几号楼？", at=MONDAY + timedelta(hours=1)
    )
    assert (case.due_at, case.left_seconds) == (None, 3 * 3600)
    tuesday = MONDAY + timedelta(days=1)
    case = take_action(case_pk=case.pk, action="resume", actor=clerk(), at=tuesday)
    assert case.due_at == tuesday + timedelta(hours=4)  # three working hours, over lunch
    assert case.step == Step.INTAKE


def test_a_new_step_starts_a_stopped_clock_anew() -> None:
    case = make_report(received_at=MONDAY).case
    take_action(case_pk=case.pk, action="ask", actor=clerk(), reason="几号楼？", at=MONDAY)
    case = take_action(case_pk=case.pk, action="file", actor=clerk(), at=MONDAY)
    assert case.paused_at is None
    assert case.due_at is not None


def test_a_reopened_case_goes_back_to_its_department(office: Department) -> None:
    case = make_report().case
    Case.objects.filter(pk=case.pk).update(
        step=Step.CLOSED, outcome="resolved", closed_at=timezone.now(), department=office, due_at=None
    )
    case = take_action(case_pk=case.pk, action="reopen", actor=clerk(), reason="又出现了")
    assert (case.step, case.outcome, case.department, case.reopened) == (Step.DISPATCH, "", office, 1)
    handler = UserFactory(roles=[Role.DEPARTMENT_HANDLER], department=office)
    assert Case.objects.on_desk_of(handler).filter(pk=case.pk).exists()
    assert case.due_at is not None


def test_a_referred_case_says_where_to() -> None:
    case = make_report().case
    case = take_action(
        case_pk=case.pk, action="refer", actor=clerk(), reason="不归城管", referred_to="市水务局"
    )
    assert (case.outcome, case.referred_to) == ("referred", "市水务局")
    case = take_action(case_pk=case.pk, action="appeal", actor=clerk(), reason="退回来了")
    assert (case.step, case.outcome, case.referred_to) == (Step.INTAKE, "", "")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"general": {"fly": 3}}, "no such step"),
        ({"general": {"closed": 3}}, "no such step"),
        ({"matters": {"06010": {"handling": -1}}}, "hours must be"),
        ({"urgent": {"intake": "soon"}}, "hours must be"),
        ({"office_hours": [["18:00", "09:00"]]}, "end after"),
    ],
)
def test_a_bad_file_is_refused_with_the_place(data: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        deadlines.read(data)


def test_every_code_in_the_shipped_file_exists() -> None:
    from civic.cases.matters import is_matter

    found = deadlines.read(yaml.safe_load(FILE.read_text("utf-8")))
    assert [code for code in found.matters if not is_matter(code)] == []
