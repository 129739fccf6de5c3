"""Staff set or correct the place of a case: who may, what follows from it, and what is refused."""

from typing import Any

import pytest
from django.test import Client

from civic.accounts.models import District, User
from civic.accounts.roles import Role
from civic.cases.models import Case, CaseEvent, Report, Step
from civic.cases.services.relocation import Moved, correct_place
from civic.core import outbox
from civic.core.errors import DomainError
from civic.core.models import OutboxEvent
from civic.places.models import GridCell
from civic.places.snapping import snap
from tests.factories import ELSEWHERE, INSIDE, OUTSIDE, DepartmentFactory, UserFactory, bring_to, make_report

pytestmark = pytest.mark.django_db
THERE = {"lon": ELSEWHERE[0], "lat": ELSEWHERE[1]}  # 海淀区
WHY = "电话核实，反映人点错了"


def staff(role: str, **more: Any) -> User:
    return UserFactory(roles=[role], **more)


@pytest.fixture
def clerk() -> User:
    return staff(Role.CASE_CLERK)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def cell(code: str, district: str, point: tuple[float, float], half: float = 0.002) -> GridCell:
    west, south, east, north = point[0] - half, point[1] - half, point[0] + half, point[1] + half
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return GridCell.objects.create(
        code=code, name=f"网格 {code}", district=District.objects.get(name=district),
        polygon={"type": "Polygon", "coordinates": [ring]}, west=west, south=south, east=east, north=north,
        person="王建国", phone="010-00000001",
    )  # fmt: skip


def move(report: Report, actor: User, **where: Any) -> Moved:
    return correct_place(case_pk=report.case_id, actor=actor, **{"reason": WHY, **where})


def test_a_new_point_changes_everything_that_follows_from_it_and_is_recorded(clerk: User) -> None:
    cell("CY1", "朝阳区", INSIDE)
    there = cell("HD1", "海淀区", ELSEWHERE)
    report = make_report()
    outbox.drain()
    report.case.refresh_from_db()
    assert report.case.grid_cell.code == "CY1"
    OutboxEvent.objects.all().delete()
    case = move(report, clerk, **THERE).case
    case.refresh_from_db()
    assert (case.lon, case.lat) == ELSEWHERE
    assert (case.district.name, case.point_source, case.grid_cell) == ("海淀区", "pin", there)
    assert (case.public_lon, case.public_lat) == snap(*ELSEWHERE)
    event = CaseEvent.objects.get(kind="placed")
    assert (event.actor, event.reason, event.action) == (clerk, WHY, "correct_place")
    assert (event.data["from"]["district"], event.data["from"]["cell"]) == ("朝阳区", "CY1")
    assert (event.data["to"]["lon"], event.data["to"]["cell"]) == (ELSEWHERE[0], "HD1")
    assert OutboxEvent.objects.filter(topic="cases.report_changed").count() == 1
    # What the person said stays as it was said.
    report.refresh_from_db()
    assert (report.lon, report.lat) == INSIDE


def test_words_name_a_place_as_well(clerk: User) -> None:
    case = move(make_report(), clerk, address="海淀区中关村街道").case
    assert (case.district.name, case.street, case.point_source) == ("海淀区", "中关村街道", "address")


def test_a_case_without_a_place_gets_one_without_a_reason_even_a_district(clerk: User) -> None:
    report = make_report(lon=None, lat=None)
    assert report.case.district is None
    assert move(report, clerk, address="海淀区", reason="").case.district.name == "海淀区"
    assert move(report, clerk, address="中关村街道").case.street == "中关村街道"


@pytest.mark.parametrize(
    ("where", "code", "words"),
    [
        ({}, "no_place", "请在地图上选点"),
        ({**THERE, "address": "中关村"}, "two_places", "只给一个"),
        ({"lon": 116.4}, "bad_point", "一起给出"),
        ({"lon": float("nan"), "lat": 39.9}, "bad_point", "是数字"),
        ({"lon": 1e300, "lat": 39.9}, "outside_city", "不在北京市"),
        ({"lon": OUTSIDE[0], "lat": OUTSIDE[1]}, "outside_city", "不在北京市"),
        ({"address": "火星第三环"}, "unknown_place", "没有认出"),
        ({"address": "海淀区"}, "vague_place", "请写到街道"),
        ({"address": "长" * 201}, "invalid", "最多 200 字"),
        ({**THERE, "reason": ""}, "invalid", "理由"),
        ({**THERE, "reason": "长" * 2001}, "invalid", "最多 2000 字"),
        ({"lon": INSIDE[0], "lat": INSIDE[1]}, "same_place", "没有变化"),
    ],
)
def test_what_names_no_new_place_is_refused_and_changes_nothing(
    clerk: User, where: dict[str, Any], code: str, words: str
) -> None:
    report = make_report()
    before = Case.objects.filter(pk=report.case_id).values().get()
    with pytest.raises(DomainError, match=words) as refused:
        move(report, clerk, **where)
    assert refused.value.code == code
    assert Case.objects.filter(pk=report.case_id).values().get() == before
    assert not CaseEvent.objects.filter(kind="placed").exists()


def test_a_merged_case_keeps_its_place(clerk: User) -> None:
    report, main = make_report(), make_report()
    Case.objects.filter(pk=report.case_id).update(
        merged_into=main.case_id, outcome="merged", step="closed", closed_at=report.received_at
    )
    with pytest.raises(DomainError, match="并入") as refused:
        move(report, clerk, **THERE)
    assert refused.value.status == 409


def test_whoever_moves_a_case_to_another_district_is_told_who_sees_it_now(clerk: User) -> None:
    office = DepartmentFactory(district=District.objects.get(name="朝阳区"), name="朝阳城管")
    report = make_report()
    bring_to(report, Step.HANDLING, office)
    officer = staff(Role.DISTRICT_OFFICER, district="朝阳区")
    moved = move(report, officer, **THERE)
    assert not moved.on_desk
    told = "".join(moved.notices)
    for words in ("从朝阳区转到了海淀区", "不再在您的工作台上", "承办部门仍是朝阳城管"):
        assert words in told
    assert Case.objects.on_desk_of(staff(Role.DISTRICT_OFFICER, district="海淀区")).filter(pk=moved.case.pk)
    back = move(report, clerk, lon=INSIDE[0], lat=INSIDE[1])
    assert back.on_desk
    assert "".join(back.notices) == "案件从海淀区转到了朝阳区，由那里的工作人员看到。"
    assert move(report, clerk, lon=INSIDE[0] + 0.001, lat=INSIDE[1]).notices == []


def _people(district: str, department: Any) -> dict[str, User]:
    return {
        "clerk": staff(Role.CASE_CLERK),
        "officer": staff(Role.DISTRICT_OFFICER, district=district),
        "officer elsewhere": staff(Role.DISTRICT_OFFICER, district="海淀区"),
        "handler": staff(Role.DEPARTMENT_HANDLER, department=department),
        "handler elsewhere": staff(Role.DEPARTMENT_HANDLER, department=DepartmentFactory()),
        # Sees the case through the department, has an office in another district only.
        "officer elsewhere, handler": UserFactory(
            roles=[Role.DISTRICT_OFFICER, Role.DEPARTMENT_HANDLER], department=department, district="海淀区"
        ),
        "supervisor": staff(Role.SUPERVISOR),
        "duty": staff(Role.DUTY_OFFICER),
        "moderator": staff(Role.MODERATOR),
        "citizen": staff(Role.CITIZEN),
    }


ANSWERS = {
    "clerk": 200, "officer": 200, "officer elsewhere": 404, "handler": 403, "handler elsewhere": 404,
    "officer elsewhere, handler": 403, "supervisor": 403, "duty": 403, "moderator": 403, "citizen": 403,
}  # fmt: skip


@pytest.mark.parametrize("step", list(Step.values))
def test_who_may_correct_the_place(step: str) -> None:
    department = DepartmentFactory()
    people = _people("朝阳区", department)
    assert set(people) == set(ANSWERS)
    for who, user in people.items():
        report = make_report()
        bring_to(report, step, department)
        response = client_of(user).post(
            f"/api/v1/staff/cases/{report.number}/place/",
            {**THERE, "reason": WHY},
            content_type="application/json",
        )
        assert (who, response.status_code) == (who, ANSWERS[who])
        moved = Case.objects.get(pk=report.case_id).district.name == "海淀区"
        assert moved is (response.status_code == 200)


def test_the_api_answers_where_the_case_is_now(clerk: User) -> None:
    cell("HD1", "海淀区", ELSEWHERE)
    report, client = make_report(), client_of(clerk)
    address = f"/api/v1/staff/cases/{report.number}/place/"
    body = client.post(address, {**THERE, "reason": WHY}, content_type="application/json").json()
    assert (body["district"], body["lon"], body["grid_cell"], body["on_desk"]) == (
        "海淀区", ELSEWHERE[0], "HD1", True,
    )  # fmt: skip
    assert body["notices"]
    for wrong in (
        {"lon": "x", "lat": 1},
        {"lon": [], "lat": {}},
        {"address": ["a"]},
        [],
        "x",
        {"reason": None},
    ):
        response = client.post(address, wrong, content_type="application/json")
        assert response.status_code == 400
        assert response.json()["error"]["message"]
    assert (
        client.post("/api/v1/staff/cases/BJ1/place/", THERE, content_type="application/json").status_code
        == 404
    )
    assert Client().post(address, THERE, content_type="application/json").status_code in {401, 403}


def test_the_desk_shows_cell_person_and_telephone_to_those_who_may_know(clerk: User) -> None:
    cell("CY1", "朝阳区", INSIDE)
    office = DepartmentFactory()
    report = make_report()
    outbox.drain()
    report.case.refresh_from_db()
    bring_to(report, Step.HANDLING, office)
    seen = {
        role: client_of(user).get(f"/admin/cases/{report.case_id}/").content.decode()
        for role, user in {
            "clerk": clerk,
            "handler": staff(Role.DEPARTMENT_HANDLER, department=office),
            "officer": staff(Role.DISTRICT_OFFICER, district="朝阳区"),
            "supervisor": staff(Role.SUPERVISOR),
        }.items()
    }
    assert all("网格 CY1" in page for page in seen.values())
    assert {role for role, page in seen.items() if "010-00000001" in page} == {"clerk", "handler"}
    assert {role for role, page in seen.items() if "王建国" in page} == {"clerk", "handler"}
    assert {role for role, page in seen.items() if "更正位置" in page} == {"clerk", "officer"}


def test_the_desks_form_works_with_numbers_or_words_alone(clerk: User) -> None:
    report, client = make_report(), client_of(clerk)
    address = f"/admin/cases/{report.case_id}/place/"
    page = client.post(address, {**THERE, "reason": WHY}, follow=True).content.decode()
    assert "从朝阳区转到了海淀区" in page
    assert "更正位置" in page
    assert Case.objects.get().street
    page = client.post(address, {"address": "双井街道", "reason": WHY}, follow=True).content.decode()
    assert "位置已记录" in page
    assert Case.objects.get().street == "双井街道"
    for wrong, words in (
        ({"lon": "东", "lat": "北"}, "经度应是数字"),
        ({"address": "\x00"}, ""),
        ({}, "请在地图上选点"),
    ):
        assert words in client.post(address, wrong, follow=True).content.decode()
    assert Case.objects.get().street == "双井街道"
    assert client.get(address).status_code == 405
    assert client.post("/admin/cases/999999/place/", THERE).status_code == 404


def test_an_officer_who_moves_a_case_away_returns_to_the_queue() -> None:
    report, client = make_report(), client_of(staff(Role.DISTRICT_OFFICER, district="朝阳区"))
    response = client.post(f"/admin/cases/{report.case_id}/place/", {**THERE, "reason": WHY}, follow=True)
    assert response.redirect_chain[-1][0] == "/admin/cases/"
    assert "不再在您的工作台上" in response.content.decode()


def test_the_desk_notes_words_that_name_another_district(clerk: User) -> None:
    client = client_of(clerk)
    far = make_report("中关村大街路口的井盖翘起来了")
    page = client.get(f"/admin/cases/{far.case_id}/").content.decode()
    assert "文字说的是“中关村" in page
    assert "图钉在朝阳区" in page
    for near in (
        make_report("双井街道的井盖翘起来了"),
        make_report("海淀区的朋友来我家看到的"),
        make_report("中关村大街路口的井盖", lon=None, lat=None),
    ):
        assert "文字说的是" not in client.get(f"/admin/cases/{near.case_id}/").content.decode()


def test_the_queue_is_narrowed_by_a_grid_cell(clerk: User) -> None:
    cell("CY1", "朝阳区", INSIDE)
    here, there = make_report(), make_report(lon=ELSEWHERE[0], lat=ELSEWHERE[1])
    outbox.drain()
    client = client_of(clerk)
    assert "/admin/cases/?grid=CY1" in client.get(f"/admin/cases/{here.case_id}/").content.decode()
    page = client.get("/admin/cases/?grid=CY1").content.decode()
    assert here.number in page
    assert there.number not in page
    found = client.get("/api/v1/staff/cases/?grid=CY1").json()
    assert [case["number"] for case in found] == [here.number]
    assert here.number not in client.get("/admin/cases/?grid=CY2").content.decode()
