"""The staff API: who may take which action at which step, and on whose desk a case lies."""

from typing import Any

import pytest
from django.test import Client

from civic.accounts.models import Department, User
from civic.accounts.roles import Role
from civic.cases import workflow
from civic.cases.models import Case, CaseEvent, Report, Step
from civic.core.models import OutboxEvent
from tests.factories import (
    ELSEWHERE,
    DepartmentFactory,
    UserFactory,
    bring_to,
    make_analysis,
    make_report,
    queries_of,
)

pytestmark = pytest.mark.django_db
ACTIONS = sorted({row.action for row in workflow.TABLE})
STATES = [
    *(workflow.State(step, "", paused) for step in workflow.OPEN for paused in (False, True)),
    *(workflow.State(Step.CLOSED, outcome) for outcome in ("resolved", "declined", "referred")),
]
STAFF = [role for role in Role.values if role not in {Role.CITIZEN, Role.MODERATOR, Role.POLICY_WRITER}]


@pytest.fixture(autouse=True)
def _understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.analyze", make_analysis)


@pytest.fixture
def office() -> Department:
    return DepartmentFactory(code="chengguan")


def staff(role: str, office: Department | None = None, district: str | None = None) -> User:
    return UserFactory(roles=[role], department=office, district=district)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def act(user: User | Client, report: Report, action: str, **data: Any) -> Any:
    client = user if isinstance(user, Client) else client_of(user)
    return client.post(
        f"/api/v1/staff/cases/{report.number}/actions/",
        {"action": action, **data},
        content_type="application/json",
    )


@pytest.mark.parametrize("role", Role.values)
def test_every_role_at_every_step_can_do_what_the_table_says_and_nothing_else(
    role: str, office: Department
) -> None:
    """The permission matrix: role × step × action, through the door that staff use."""
    report = make_report()
    client = client_of(staff(role, office, "朝阳区"))
    on_desk = role in STAFF
    wrong = []
    for state in STATES:
        step = state.step
        for action in ACTIONS:
            Case.objects.update(
                step=step,
                outcome=state.outcome,
                closed_at=None if step != "closed" else report.received_at,
                department=office,
                paused_at=report.received_at if state.paused else None,
                due_at=None,
            )
            row = workflow.find(state, action)
            if not on_desk:
                expected = 403
            elif row is None:
                expected = 409
            else:
                expected = 200 if role in row.roles else 403
            response = act(
                client, report, action, reason="因为", department=office.code, referred_to="市水务局"
            )
            if response.status_code != expected:
                wrong.append((state, action, expected, response.status_code))
            case = Case.objects.get()
            if response.status_code == 200:
                assert row is not None
                assert (case.step, case.outcome) == (row.target, row.outcome)
            else:
                assert case.step == step
    assert wrong == []


def test_the_whole_line_from_intake_to_the_end_leaves_its_record(office: Department) -> None:
    clerk, handler = staff(Role.CASE_CLERK), staff(Role.DEPARTMENT_HANDLER, office)
    report = make_report()
    walk = [
        (clerk, "file", {}),
        (clerk, "dispatch", {"department": office.code}),
        (handler, "accept", {}),
        (handler, "answer", {"reason": "已清运"}),
        (clerk, "verify", {}),
        (clerk, "close", {}),
    ]
    for user, action, data in walk:
        response = act(user, report, action, **data)
        assert response.status_code == 200, response.content.decode()
    case = Case.objects.get()
    assert (case.step, case.outcome, case.department) == (Step.CLOSED, "resolved", office)
    assert case.closed_at is not None
    moves = CaseEvent.objects.filter(kind=CaseEvent.Kind.STEP)
    assert [(event.action, event.from_step, event.to_step) for event in moves] == [
        ("file", "intake", "filing"),
        ("dispatch", "filing", "dispatch"),
        ("accept", "dispatch", "handling"),
        ("answer", "handling", "feedback"),
        ("verify", "feedback", "verification"),
        ("close", "verification", "closed"),
    ]
    assert [event.actor for event in moves] == [user for user, _, _ in walk]
    assert OutboxEvent.objects.filter(topic="cases.report_changed").count() == len(walk)


@pytest.mark.parametrize("user", [None, "citizen", "partner"])
def test_the_desk_is_closed_to_others(client: Client, user: str | None) -> None:
    make_report()
    if user:
        client.force_login(
            UserFactory(roles=[Role.CITIZEN], kind="partner" if user == "partner" else "person")
        )
    response = client.get("/api/v1/staff/cases/")
    assert response.status_code == (401 if user is None else 403)
    assert response.json()["error"]["message"]


def test_a_session_needs_the_cross_site_token() -> None:
    report = make_report()
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff(Role.CASE_CLERK))
    response = client.post(
        f"/api/v1/staff/cases/{report.number}/actions/", {"action": "file"}, content_type="application/json"
    )
    assert response.status_code == 403
    assert Case.objects.get().step == Step.INTAKE


def listed(user: User, **query: Any) -> list[dict[str, Any]]:
    response = client_of(user).get("/api/v1/staff/cases/", query)
    assert response.status_code == 200, response.content.decode()
    return response.json()


def test_whose_desk_a_case_lies_on(office: Department) -> None:
    here, there = make_report(), make_report(lon=ELSEWHERE[0], lat=ELSEWHERE[1])
    given = make_report("路灯不亮了")
    bring_to(given, Step.DISPATCH, office)
    other_office = DepartmentFactory()

    def numbers(user: User) -> set[str]:
        return {case["number"] for case in listed(user)}

    everything = {here.number, there.number, given.number}
    for role in (Role.CASE_CLERK, Role.SUPERVISOR, Role.DUTY_OFFICER):
        assert numbers(staff(role)) == everything
    assert numbers(UserFactory(is_superuser=True)) == everything
    assert numbers(staff(Role.DISTRICT_OFFICER, district="海淀区")) == {there.number}
    assert numbers(staff(Role.DISTRICT_OFFICER, district="朝阳区")) == {here.number, given.number}
    assert numbers(staff(Role.DISTRICT_OFFICER)) == set()
    assert numbers(staff(Role.DEPARTMENT_HANDLER, office)) == {given.number}
    assert numbers(staff(Role.DEPARTMENT_HANDLER, other_office)) == set()
    both = UserFactory(
        roles=[Role.DISTRICT_OFFICER, Role.DEPARTMENT_HANDLER], department=office, district="海淀区"
    )
    assert numbers(both) == {there.number, given.number}


def test_a_case_on_another_desk_is_not_found_whatever_is_asked(office: Department) -> None:
    report = make_report()
    bring_to(report, Step.DISPATCH, DepartmentFactory())
    handler = staff(Role.DEPARTMENT_HANDLER, office)
    for action in (*ACTIONS, "recode", "release"):
        response = act(handler, report, action, reason="因为", code="06010")
        assert response.status_code == 404
        assert report.text not in response.content.decode()
    assert Case.objects.get().step == Step.DISPATCH


def test_a_former_member_has_no_desk(office: Department) -> None:
    make_report()
    user = staff(Role.CASE_CLERK)
    user.is_active = False
    user.save()
    assert not Case.objects.on_desk_of(user).exists()


def test_visible_to_is_the_public_part_for_all_and_the_desk_for_staff(office: Department) -> None:
    public, hidden = make_report(), make_report("另一件")
    Case.objects.filter(pk=hidden.case_id).update(withheld=True)
    citizen, officer = UserFactory(roles=[Role.CITIZEN]), staff(Role.DISTRICT_OFFICER, district="朝阳区")
    elsewhere = staff(Role.DISTRICT_OFFICER, district="海淀区")
    from django.contrib.auth.models import AnonymousUser

    for user in (AnonymousUser(), citizen, elsewhere):
        assert set(Case.objects.visible_to(user)) == {public.case}
        assert set(Report.objects.visible_to(user)) == {public}
    assert set(Case.objects.visible_to(officer)) == {public.case, hidden.case}
    assert set(Report.objects.visible_to(officer)) == {public, hidden}
    assert set(Case.objects.all().open()) == {public.case, hidden.case}


def test_a_reason_is_asked_for_and_bounded(office: Department) -> None:
    clerk, report = staff(Role.CASE_CLERK), make_report()
    for reason in ("", "   ", "长" * 2001):
        response = act(clerk, report, "decline", reason=reason)
        assert response.status_code == 400
        assert "reason" in response.json()["error"]["fields"]
    assert act(clerk, report, "decline", reason="长" * 2000).status_code == 200


def test_dispatch_needs_a_department_that_exists() -> None:
    clerk, report = staff(Role.CASE_CLERK), make_report()
    bring_to(report, Step.FILING)
    for department in ({}, {"department": ""}, {"department": "nowhere"}):
        response = act(clerk, report, "dispatch", **department)
        assert response.status_code == 400
        assert "department" in response.json()["error"]["fields"]


def test_a_returned_case_leaves_the_departments_desk(office: Department) -> None:
    report = make_report()
    bring_to(report, Step.DISPATCH, office)
    handler = staff(Role.DEPARTMENT_HANDLER, office)
    assert act(handler, report, "return", reason="不归我们管").status_code == 200
    assert listed(handler) == []
    assert act(handler, report, "accept").status_code == 404


def test_a_wrong_dispatch_is_taken_back(office: Department) -> None:
    report, clerk, supervisor = make_report(), staff(Role.CASE_CLERK), staff(Role.SUPERVISOR)
    bring_to(report, Step.DISPATCH, office)
    handler = staff(Role.DEPARTMENT_HANDLER, office)
    assert act(handler, report, "recall", reason="不归我们管").status_code == 403
    assert "reason" in act(clerk, report, "recall").json()["error"]["fields"]
    assert act(clerk, report, "recall", reason="应由水务部门办理").status_code == 200
    case = Case.objects.get(pk=report.case_id)
    assert (case.step, case.department) == (Step.FILING, None)
    assert case.events.get(action="recall").data["department"] == office.code
    assert listed(handler) == []
    bring_to(report, Step.HANDLING, office)
    assert act(clerk, report, "recall", reason="一直没有办理").status_code == 403
    assert act(supervisor, report, "recall", reason="一直没有办理").status_code == 200


@pytest.mark.parametrize("reason", ["\u200b\u2060", "\x00\x01", " \u3000\ufeff", "\u202e"])
def test_a_reason_must_be_something_to_read(reason: str) -> None:
    clerk, report = staff(Role.CASE_CLERK), make_report()
    response = act(clerk, report, "decline", reason=reason)
    assert response.status_code == 400
    assert "reason" in response.json()["error"]["fields"]
    assert Case.objects.get(pk=report.case_id).step == Step.INTAKE


def test_control_codes_do_not_reach_the_record() -> None:
    clerk, report = staff(Role.CASE_CLERK), make_report()
    assert act(clerk, report, "decline", reason="不属\x01于\x1b受理范围").status_code == 200
    event = Case.objects.get(pk=report.case_id).events.get(action="decline")
    assert event.reason == "不属于受理范围"


def test_what_was_accepted_by_mistake_goes_back_with_its_clock(office: Department) -> None:
    report, clerk = make_report(), staff(Role.CASE_CLERK)
    bring_to(report, Step.DISPATCH, office)
    handler = staff(Role.DEPARTMENT_HANDLER, office)
    act(handler, report, "accept")
    assert act(handler, report, "ask", reason="几号楼？").status_code == 200
    assert act(clerk, report, "return", reason="派错了").status_code == 403
    assert "reason" in act(handler, report, "return").json()["error"]["fields"]
    assert act(handler, report, "return", reason="接错了，不归我们管").status_code == 200
    case = Case.objects.get(pk=report.case_id)
    assert (case.step, case.department, case.paused_at, case.left_seconds) == (Step.FILING, None, None, None)
    assert case.due_at is not None
    assert listed(handler) == []
    again = act(clerk, report, "dispatch", department=DepartmentFactory().code)
    assert (again.status_code, again.json()["step"]) == (200, "dispatch")
    # The public steps show no time for what is to be reached again.
    steps = {
        one["step"]: one for one in Client().get(f"/api/v1/public/cases/{report.number}/").json()["steps"]
    }
    assert (steps["dispatch"]["state"], steps["handling"]["at"]) == ("current", None)


def test_a_page_that_has_grown_stale_is_a_conflict_that_names_the_present_step() -> None:
    clerk, report = staff(Role.CASE_CLERK), make_report()
    assert act(clerk, report, "file", expected_step="intake").status_code == 200
    response = act(clerk, report, "dispatch", expected_step="intake", department="x")
    assert response.status_code in {400, 409}
    response = act(clerk, report, "file", expected_step="intake")
    assert response.status_code == 409
    assert "立案" in response.json()["error"]["message"]
    assert response.json()["error"]["code"] == "wrong_step"


def test_a_code_is_corrected_by_a_clerk_only_and_recorded() -> None:
    report = make_report()
    assert act(staff(Role.SUPERVISOR), report, "recode", code="06011").status_code == 403
    clerk = staff(Role.CASE_CLERK)
    for code in ("", "99999", "x" * 500):
        assert act(clerk, report, "recode", code=code).status_code == 400
    response = act(clerk, report, "recode", code="06011")
    assert response.status_code == 200
    assert response.json()["matter_code"] == "06011"
    case, event = Case.objects.get(), CaseEvent.objects.get(kind=CaseEvent.Kind.RECODED)
    assert case.code_source == Case.CodeSource.CLERK
    assert event.data == {"from": "06010", "to": "06011"}
    assert report.analysis.matter_code == "06010"  # what nlp said stays what it said


def test_an_unknown_number_and_an_odd_body_are_refused() -> None:
    client = client_of(staff(Role.CASE_CLERK))
    for number in ("BJ0000000000000", "x", "BJ2611220011418"):
        response = client.post(
            f"/api/v1/staff/cases/{number}/actions/", {"action": "file"}, content_type="application/json"
        )
        assert response.status_code == 404
    report = make_report()
    for body in ("[]", '"file"', "{}", '{"action": {}}', '{"action": "nothing"}', '{"action": "\\u0000"}'):
        response = client.post(
            f"/api/v1/staff/cases/{report.number}/actions/", body, content_type="application/json"
        )
        assert response.status_code in {400, 409}
        assert response.json()["error"]["message"]


def test_the_queue_is_in_the_order_of_the_desk_in_pages_and_by_step() -> None:
    reports = [make_report(f"第 {n} 件：垃圾没人收") for n in range(55)]
    numbers = [report.number for report in reports]
    clerk = staff(Role.CASE_CLERK)
    first = listed(clerk)
    assert [case["number"] for case in first] == numbers[:50]  # the longest waiting first
    assert [case["number"] for case in listed(clerk, page=2)] == numbers[50:]
    Case.objects.filter(pk=reports[7].case_id).update(urgent=True)
    assert listed(clerk)[0]["number"] == numbers[7]
    bring_to(reports[0], Step.FILING)
    assert [case["number"] for case in listed(clerk, step="filing")] == [numbers[0]]
    assert first[0]["actions"] == ["file", "decline", "refer", "urge", "ask"]
    assert "contact_phone" not in first[0]


def test_the_queue_is_narrowed_as_on_the_desk() -> None:
    far = make_report("永定门外大街井盖坏了", lon=ELSEWHERE[0], lat=ELSEWHERE[1])
    near = make_report("垃圾没人收")
    clerk = staff(Role.CASE_CLERK)
    assert far.case.district != near.case.district
    for query, wanted in (
        ({"district": near.case.district.code}, near),
        ({"q": "井盖"}, far),
        ({"q": near.number.lower()}, near),
    ):
        assert [case["number"] for case in listed(clerk, **query)] == [wanted.number]


@pytest.mark.parametrize(
    "query",
    [
        {"step": "nowhere"}, {"page": "x"}, {"page": "9" * 19}, {"page": "-1"}, {"page": "0"}, {"district": "999999"},
        {"code": "99999"}, {"channel": "pigeon"}, {"q": "长" * 41},
    ],
)  # fmt: skip
def test_a_wrong_filter_is_named(client: Client, query: dict[str, str]) -> None:
    client.force_login(staff(Role.CASE_CLERK))
    response = client.get("/api/v1/staff/cases/", query)
    assert response.status_code == 400
    assert set(response.json()["error"]["fields"]) == set(query)


def test_one_case_with_its_record(client: Client) -> None:
    report = make_report()
    address = f"/api/v1/staff/cases/{report.number}/"
    clerk = staff(Role.CASE_CLERK)
    assert act(clerk, report, "file").status_code == 200
    client.force_login(clerk)
    body = client.get(address).json()
    assert body["number"] == report.number
    assert body["reports"] == [report.number]
    headings = [entry["heading"] for entry in body["record"]]
    assert headings[0] == "收到诉求"
    assert "立案" in headings
    outsider = client_of(staff(Role.DEPARTMENT_HANDLER, DepartmentFactory(code="elsewhere")))
    assert outsider.get(address).status_code == 404
    assert client.get("/api/v1/staff/cases/BJ2601010000001/").status_code == 404


def together(user: User, **data: Any) -> Any:
    return client_of(user).post("/api/v1/staff/cases/bulk/", data, content_type="application/json")


def test_several_cases_at_once_each_for_itself() -> None:
    ready, done = make_report(), make_report()
    bring_to(done, Step.FILING)
    response = together(staff(Role.CASE_CLERK), numbers=[ready.number.lower(), done.number], action="file")
    assert response.status_code == 200
    first, second = response.json()
    assert first == {"number": ready.number.lower(), "done": True, "refusal": ""}
    assert (second["done"], "立案" in second["refusal"]) == (False, True)
    assert set(Case.objects.values_list("step", flat=True)) == {Step.FILING}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"numbers": []}, "cases"),
        ({"numbers": ["BJ2601010000001"]}, "numbers"),
        ({"numbers": [f"x{n}" for n in range(101)]}, "cases"),
        ({"action": "close"}, "action"),
        ({"action": "dispatch", "department": "nobody"}, "department"),
    ],
)
def test_what_cannot_be_done_to_several_is_refused_whole(changes: dict[str, Any], field: str) -> None:
    report = make_report()
    response = together(staff(Role.CASE_CLERK), **{"numbers": [report.number], "action": "file", **changes})
    assert response.status_code == 400
    assert field in response.json()["error"]["fields"]
    assert Case.objects.get().step == Step.INTAKE


def test_several_cases_of_another_desk_stay_as_they_are(office: Department) -> None:
    report = make_report()
    bring_to(report, Step.DISPATCH)
    outsider = staff(Role.DEPARTMENT_HANDLER, DepartmentFactory(code="elsewhere"))
    (row,) = together(outsider, numbers=[report.number], action="accept").json()
    assert row["done"] is False
    assert Case.objects.get().step == Step.DISPATCH


def test_the_queue_takes_the_same_queries_for_one_and_for_twenty(client: Client) -> None:
    client.force_login(staff(Role.CASE_CLERK))
    make_report()
    one = queries_of(client, "/api/v1/staff/cases/")
    for n in range(19):
        make_report(f"第 {n} 件")
    assert queries_of(client, "/api/v1/staff/cases/") == one <= 8
