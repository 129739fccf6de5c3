"""A clerk whose membership names districts works with those alone: lists, counts, exports, API, map, figures, steps."""

import csv
import io
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from civic.accounts.models import District, Membership, User
from civic.accounts.roles import Role
from civic.cases.models import Case, Report
from civic.cases.services import correct_code, take_action
from civic.core.errors import NotFound
from tests.factories import ELSEWHERE, UserFactory, make_photo, make_report

pytestmark = pytest.mark.django_db
DESK = "/admin/cases/"


def clerk(*districts: str, roles: tuple[str, ...] = ()) -> User:
    user = UserFactory(roles=[Role.CASE_CLERK, *roles])
    for name in districts:
        Membership.objects.create(user=user, district=District.objects.get(name=name))
    return User.objects.get(pk=user.pk)


def at_desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def three() -> tuple[Report, Report, Report]:
    """One in 朝阳区, one in 海淀区, one that nobody has placed."""
    there = make_report("那里的井盖翘起来了", lon=ELSEWHERE[0], lat=ELSEWHERE[1])
    nowhere = make_report("不知道在哪里的路灯", lon=None, lat=None)
    assert nowhere.case.district is None
    return make_report("这里的垃圾没人收"), there, nowhere


def test_every_door_shows_the_districts_cases_alone(three: tuple[Report, Report, Report]) -> None:
    here, there, nowhere = three
    for user, expected in (
        (clerk("朝阳区"), {here}),
        (clerk("朝阳区", "海淀区"), {here, there}),
        (clerk("东城区"), set()),
        (clerk(), {here, there, nowhere}),
        (clerk("朝阳区", roles=(Role.SUPERVISOR,)), {here, there, nowhere}),
        (clerk("朝阳区", roles=(Role.DISTRICT_OFFICER,)), {here}),
        (clerk("朝阳区", roles=(Role.DEPARTMENT_HANDLER,)), {here}),
    ):
        client = at_desk(user)
        numbers = {report.number for report in expected}
        page = client.get(DESK).content.decode()
        assert {report.number for report in three if report.number in page} == numbers
        assert f"共 {len(expected)} 件" in page
        assert {row["number"] for row in client.get("/api/v1/staff/cases/").json()} == numbers
        exported = b"".join(client.get(f"{DESK}export.csv")).decode("utf-8-sig")
        assert {row["编号"] for row in csv.DictReader(io.StringIO(exported))} == numbers
        points = client.get(f"{DESK}points/").json()["features"]
        placed = {report.case_id for report in expected if report.case.lon is not None}
        assert {point["properties"]["case"] for point in points} == placed
        figures = client.get(f"{DESK}evaluation/cases/").content.decode()
        assert {report.number for report in three if report.number in figures} == numbers
        for report in three:
            seen = 200 if report in expected else 404
            assert client.get(f"{DESK}{report.case_id}/").status_code == seen
            assert client.get(f"/api/v1/staff/cases/{report.number}/").status_code == seen


def test_triage_and_its_quality_are_the_districts(three: tuple[Report, Report, Report]) -> None:
    here, there, _nowhere = three
    Case.objects.update(code_source="nlp", code_certain=False)
    client = at_desk(clerk("海淀区"))
    assert f'name="case" value="{there.case_id}"' in client.get(f"{DESK}triage/").content.decode()
    client.post(f"{DESK}triage/decide/", {"case": here.case_id, "code": "06010"})
    assert Case.objects.get(pk=here.case_id).code_source == "nlp"
    for report in (here, there):
        correct_code(case_pk=report.case_id, code="06010", actor=clerk())
    decided = client.get(f"{DESK}triage/quality/cases/").content.decode()
    assert there.number in decided
    assert here.number not in decided


def test_no_step_reaches_another_district(three: tuple[Report, Report, Report]) -> None:
    here, there, nowhere = three
    user = clerk("朝阳区")
    client = at_desk(user)
    for report in (there, nowhere):
        with pytest.raises(NotFound):
            take_action(case_pk=report.case_id, action="file", actor=user)
        assert client.post(f"{DESK}{report.case_id}/act/", {"action": "file"}).status_code == 404
    client.post(f"{DESK}bulk/", {"case": [one.case_id for one in three], "action": "file"})
    filed = Case.objects.filter(step="filing").values_list("pk", flat=True)
    assert list(filed) == [here.case_id]


def test_a_photo_of_another_district_stays_closed() -> None:
    report = make_report(photos=[make_photo()], lon=ELSEWHERE[0], lat=ELSEWHERE[1])
    address = f"/cases/photos/{report.photos.get().pk}/"
    assert at_desk(clerk("朝阳区")).get(address).status_code == 404
    shown = at_desk(clerk("海淀区")).get(address)
    assert shown.status_code == 200
    assert b"".join(shown.streaming_content)
    shown.close()


def test_importing_the_citys_tickets_is_for_the_citys_clerks() -> None:
    assert at_desk(clerk()).get(f"{DESK}imports/").status_code == 200
    client = at_desk(clerk("朝阳区"))
    assert client.get(f"{DESK}imports/").status_code in {302, 403}
    assert "导入工单" not in client.get(DESK).content.decode()


def test_the_task_counts_are_the_districts(three: tuple[Report, Report, Report]) -> None:
    from civic.pages.dashboard import tasks_of

    def first(user: User) -> Any:
        return next(task.count for task in tasks_of(user) if DESK in task.url)

    assert first(clerk()) == 3
    assert first(clerk("海淀区")) == 1


NAMES = ("朝阳区", "海淀区", "东城区")


@examples(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    roles=st.frozensets(st.sampled_from(Role.values)),
    districts=st.frozensets(st.sampled_from(NAMES)),
)
def test_roles_and_districts_decide_the_rows(roles: frozenset[str], districts: frozenset[str]) -> None:
    if not Report.objects.exists():
        make_report()
        make_report(lon=ELSEWHERE[0], lat=ELSEWHERE[1])
        make_report(lon=None, lat=None)
    user = UserFactory(roles=sorted(roles))
    for name in districts:
        Membership.objects.create(user=user, district=District.objects.get(name=name))
    seen = {case.district.name if case.district else None for case in Case.objects.on_desk_of(user)}
    everything = {"朝阳区", "海淀区", None}
    if roles & {Role.SUPERVISOR, Role.DUTY_OFFICER} or (Role.CASE_CLERK in roles and not districts):
        assert seen == everything
    elif roles & {Role.CASE_CLERK, Role.DISTRICT_OFFICER}:
        assert seen == everything & districts
    else:
        assert seen == set()
