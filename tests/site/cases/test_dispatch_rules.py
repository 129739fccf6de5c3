"""Dispatch rules at work: imported, tried, edited, and followed or not when a case is dispatched."""

from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from civic.accounts.models import Department, District, User
from civic.accounts.roles import Role
from civic.cases.models import Case, CaseEvent, DispatchRule, Report, Step
from civic.cases.services import take_action
from civic.core.errors import InvalidInput
from civic.demo import loading
from tests.factories import (
    ELSEWHERE,
    WASTE,
    DepartmentFactory,
    UserFactory,
    bring_to,
    make_report,
    queries_of,
)

pytestmark = pytest.mark.django_db
HEADER = "code_prefix,basis,district,street,days,starts,ends,department,priority,note\n"
TRIAL = "/admin/cases/dispatch/"


@pytest.fixture
def street_office() -> Department:
    return DepartmentFactory(code="street", name="双井街道办事处")


@pytest.fixture
def clerk() -> User:
    return UserFactory(roles=[Role.CASE_CLERK])


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def run(path: Path, content: str, encoding: str = "utf-8") -> tuple[str, str]:
    path.write_text(HEADER + content, encoding)
    out, err = StringIO(), StringIO()
    call_command("import_dispatch_rules", str(path), stdout=out, stderr=err, verbosity=0)
    return out.getvalue(), err.getvalue()


def rule_for(department: Department, **more: Any) -> DispatchRule:
    if name := more.pop("district", ""):
        more["district"] = District.objects.get(name=name)
    return DispatchRule.objects.create(department=department, **more)


def waiting(**more: Any) -> Report:
    report = make_report(**more)
    bring_to(report, Step.FILING)
    return report


def dispatched(report: Report) -> dict[str, Any]:
    return CaseEvent.objects.get(case=report.case_id, action="dispatch").data


def test_a_file_is_imported_once_and_brings_rules_up_to_date(
    tmp_path: Path, street_office: Department
) -> None:
    path, lines = (
        tmp_path / "rules.csv",
        "06,place,朝阳区,双井街道,working,9:00,24:00,street,5,白天\n,,,,,,,street,,\n",
    )
    assert "新增 2" in run(path, lines)[0]
    rule = DispatchRule.objects.get(code_prefix="06")
    assert (rule.street, rule.days, str(rule.starts), str(rule.ends), rule.priority) == (
        "双井街道", "working", "09:00:00", "00:00:00", 5,
    )  # fmt: skip
    assert "未变 2" in run(path, lines)[0]
    assert "更新 1，未变 1" in run(path, lines.replace(",5,白天", ",6,白天"))[0]
    assert set(DispatchRule.objects.values_list("priority", flat=True)) == {6, 100}


def test_all_day_written_with_hours_is_a_rule_without_hours(
    tmp_path: Path, street_office: Department
) -> None:
    run(tmp_path / "rules.csv", ",,,,,00:00,24:00,street,,\n")
    assert DispatchRule.objects.get().starts is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("06,,,,,,,nobody,,", "没有这个部门：nobody"),
        ("06,,,,,,,,,", "没有这个部门：（空）"),
        ("1,,,,,,,street,,", "没有以 1 开头的事项代码"),
        ("99,,,,,,,street,,", "没有以 99 开头的事项代码"),
        (",nobody,,,,,,street,,", "依据只能是"),
        (",,,,someday,,,street,,", "日子只能是"),
        (",,上海区,,,,,street,,", "没有这个区"),
        (",,,双井街道,,,,street,,", "写了街道就要写区"),
        (",,海淀区,双井街道,,,,street,,", "海淀区没有“双井街道”"),
        (",,,,,22:00,,street,,", "要么都写，要么都空"),
        (",,,,,08:00,08:00,street,,", "同一时刻"),
        (",,,,,24:00,06:00,street,,", "时刻要写成"),
        (",,,,,25:00,06:00,street,,", "时刻要写成"),
        (",,,,,,,street,-1,", "顺位应是"),
        (",,,,,,,street,１,", "顺位应是"),
        (f",,,,,,,street,,{'长' * 121}", "说明最多"),
    ],
)
def test_a_bad_row_is_named_and_the_others_are_imported(
    tmp_path: Path, street_office: Department, line: str, words: str
) -> None:
    out, err = run(tmp_path / "rules.csv", f"{line}\n07,,,,,,,street,,好的一行\n")
    assert "第 2 行" in err
    assert words in err
    assert "新增 1，更新 0，未变 0，有问题 1 行" in out
    assert DispatchRule.objects.get().note == "好的一行"


def test_the_same_rule_twice_in_a_file_is_a_mistake(tmp_path: Path, street_office: Department) -> None:
    DepartmentFactory(code="other")
    _, err = run(tmp_path / "rules.csv", "06,,,,,9:00,24:00,street,,\n06,place,,,any,09:00,24:00,other,,\n")
    assert "第 3 行：与第 2 行是同一条规则" in err
    assert DispatchRule.objects.get().department == street_office


def test_a_file_without_one_rule_fails(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="没有一条规则能导入"):
        run(tmp_path / "rules.csv", "06,,,,,,,nobody,,\n")


def test_the_demo_rules_send_cases_to_departments_where_somebody_works() -> None:
    loading.load_departments()
    loading.load_people()
    err = StringIO()
    path = settings.CONTENT_DIR / "demo" / "dispatch_rules.csv"
    call_command("import_dispatch_rules", str(path), stdout=StringIO(), stderr=err, verbosity=0)
    assert err.getvalue() == ""
    assert DispatchRule.objects.count() >= 10
    handlers = User.objects.filter(groups__name=Role.DEPARTMENT_HANDLER)
    offices = set(handlers.values_list("memberships__department__code", flat=True))
    assert set(DispatchRule.objects.values_list("department__code", flat=True)) <= offices


def test_a_dispatch_without_a_department_goes_by_rule(clerk: User, street_office: Department) -> None:
    rule = rule_for(street_office, district="朝阳区")
    report = waiting()
    case = take_action(case_pk=report.case_id, action="dispatch", actor=clerk)
    assert case.department == street_office
    assert dispatched(report) == {"department": "street", "rule": rule.pk}


def test_a_clerk_who_decides_otherwise_is_recorded(clerk: User, street_office: Department) -> None:
    rule, other = rule_for(street_office), DepartmentFactory(code="other")
    report = waiting()
    take_action(case_pk=report.case_id, action="dispatch", actor=clerk, department=other)
    assert dispatched(report) == {"department": "other", "rule": rule.pk, "suggested": "street"}
    page = client_of(clerk).get(f"/admin/cases/{report.case_id}/").content.decode()
    assert f"没有按规则 {rule.pk}（规则建议 双井街道办事处）" in page


def test_without_a_rule_that_fits_a_department_must_be_chosen(clerk: User, street_office: Department) -> None:
    rule_for(street_office, district="海淀区")
    rule_for(street_office, active=False)
    report = waiting()
    with pytest.raises(InvalidInput, match="没有适用的派遣规则，请选择承办部门"):
        take_action(case_pk=report.case_id, action="dispatch", actor=clerk)
    assert Case.objects.get(pk=report.case_id).step == Step.FILING
    take_action(case_pk=report.case_id, action="dispatch", actor=clerk, department=street_office)
    assert dispatched(report) == {"department": "street", "rule": None}


def test_the_hour_decides(clerk: User, street_office: Department) -> None:
    night = DepartmentFactory(code="night")
    rule_for(street_office)
    rule_for(night, starts="22:00", ends="06:00")
    for hour, office in ((23, night), (2, night), (12, street_office)):
        report = waiting()
        at = datetime.fromisoformat(f"2026-03-03T{hour:02}:30:00+08:00")
        assert take_action(case_pk=report.case_id, action="dispatch", actor=clerk, at=at).department == office


def test_the_desk_proposes_the_department_with_its_reason(clerk: User, street_office: Department) -> None:
    DepartmentFactory(code="other")
    rule = rule_for(street_office, code_prefix=WASTE[:2])
    report, desk = waiting(), client_of(clerk)
    page = desk.get(f"/admin/cases/{report.case_id}/").content.decode()
    assert '<option value="street" selected>' in page
    assert f"按规则 {rule.pk}：双井街道办事处" in page
    DispatchRule.objects.all().delete()
    page = desk.get(f"/admin/cases/{report.case_id}/").content.decode()
    assert "没有适用的派遣规则" in page
    assert 'value="street" selected' not in page


@pytest.mark.parametrize("department", ["nowhere", "\x00"])
def test_a_department_that_does_not_exist_is_never_replaced_by_the_rules(
    clerk: User, street_office: Department, department: str
) -> None:
    rule_for(street_office)
    report, client = waiting(), client_of(clerk)
    answer = client.post(
        f"/admin/cases/{report.case_id}/act/", {"action": "dispatch", "department": department}, follow=True
    )
    assert "没有这个部门" in answer.content.decode()
    response = client.post(
        f"/api/v1/staff/cases/{report.number}/actions/",
        {"action": "dispatch", "department": department},
        content_type="application/json",
    )
    assert response.status_code == 400
    assert Case.objects.get(pk=report.case_id).step == Step.FILING


def test_the_api_dispatches_by_rule(clerk: User, street_office: Department) -> None:
    rule_for(street_office)
    report = waiting()
    response = client_of(clerk).post(
        f"/api/v1/staff/cases/{report.number}/actions/",
        {"action": "dispatch"},
        content_type="application/json",
    )
    assert response.status_code == 200
    assert Case.objects.get(pk=report.case_id).department == street_office


def test_the_trial_shows_the_rule_that_decides_and_why_the_others_do_not(
    clerk: User, street_office: Department
) -> None:
    owner = rule_for(street_office, basis="owner")
    local = rule_for(DepartmentFactory(name="朝阳城管"), district="朝阳区", note="属地")
    rule_for(street_office, district="海淀区")
    at = "2026-03-07T10:00"
    page = client_of(clerk).get(TRIAL, {"code": WASTE, "place": "双井街道", "at": at}).content.decode()
    assert "派给 朝阳城管" in page
    assert f"规则 {local.pk}（属地）" in page
    assert "朝阳区双井街道" in page
    assert "休息日" in page
    assert "<strong>不在此区</strong>：规则管海淀区，这件在朝阳区" in page
    assert "<strong>依据在后</strong>" in page
    page = client_of(clerk).get(TRIAL, {"code": "01037", "lon": ELSEWHERE[0], "lat": ELSEWHERE[1]})
    assert f"规则 {owner.pk}" in page.content.decode()
    assert "派给 双井街道办事处" in page.content.decode()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"code": "99999"}, "没有这个事项代码"),
        ({"place": "火星第三环"}, "没有认出这个地方"),
        ({"lon": "121.47", "lat": "31.23"}, "不在北京市范围内"),
        ({"lon": "116.4"}, "经"),
        ({"lon": "nan", "lat": "nan"}, ""),
        ({"at": "明天"}, "时间要写成"),
        ({"place": "\x00"}, ""),
    ],
)
def test_the_trial_says_what_it_cannot_read(clerk: User, asked: dict[str, str], words: str) -> None:
    response = client_of(clerk).get(TRIAL, asked)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert "派给" not in response.content.decode().split("<form", 1)[1]


@pytest.mark.parametrize(
    ("role", "tries", "edits"),
    [
        (Role.CASE_CLERK, 200, 302), (Role.SUPERVISOR, 200, 200), (Role.DEPARTMENT_HANDLER, 302, 302),
        (Role.DISTRICT_OFFICER, 302, 302), (Role.DUTY_OFFICER, 302, 302), (Role.MODERATOR, 302, 302),
    ],
)  # fmt: skip
def test_who_tries_the_rules_and_who_edits_them(
    street_office: Department, role: str, tries: int, edits: int
) -> None:
    client, rule = client_of(UserFactory(roles=[role])), rule_for(street_office)
    assert client.get(TRIAL).status_code == tries
    assert client.get(f"/admin/snippets/cases/dispatchrule/edit/{rule.pk}/").status_code == edits


def test_a_supervisor_edits_a_rule_and_is_told_what_could_never_fit(street_office: Department) -> None:
    client, rule = client_of(UserFactory(roles=[Role.SUPERVISOR])), rule_for(street_office)
    fields = {
        "code_prefix": "99", "basis": "place", "street": "双井街道", "days": "any", "starts": "08:00", "ends": "08:00",
        "department": street_office.pk, "priority": 5, "active": "on", "note": "", "district": "",
    }  # fmt: skip
    address = f"/admin/snippets/cases/dispatchrule/edit/{rule.pk}/"
    page = client.post(address, fields).content.decode()
    for words in ("没有以 99 开头", "写了街道就要写区", "同一时刻"):
        assert words in page
    chaoyang = District.objects.get(name="朝阳区").pk
    fields |= {"code_prefix": "06", "district": chaoyang, "starts": "22:00", "ends": "06:00"}
    assert client.post(address, fields).status_code == 302
    rule.refresh_from_db()
    assert (rule.code_prefix, rule.street, rule.priority) == ("06", "双井街道", 5)


def test_the_latest_dispatches_are_compared_with_the_rules(clerk: User, street_office: Department) -> None:
    other = DepartmentFactory(name="别的部门")
    reports = [waiting() for _ in range(3)]
    for report, office in zip(reports, (street_office, other, other), strict=True):
        take_action(case_pk=report.case_id, action="dispatch", actor=clerk, department=office)
    away = waiting(lon=ELSEWHERE[0], lat=ELSEWHERE[1])
    take_action(case_pk=away.case_id, action="dispatch", actor=clerk, department=other)
    rule_for(street_office, district="朝阳区")
    client = client_of(clerk)
    page = client.get(TRIAL, {"compare": 1}).content.decode()
    assert "最近派遣过的 4 件" in page
    assert "2 件会派给别的部门，1 件没有适用的规则" in page
    assert reports[1].number in page
    assert reports[0].number not in page
    before = queries_of(client, f"{TRIAL}?compare=1")
    for _ in range(4):
        take_action(case_pk=waiting().case_id, action="dispatch", actor=clerk, department=other)
    rule_for(other, district="海淀区")
    assert queries_of(client, f"{TRIAL}?compare=1") == before


def test_several_cases_go_each_by_its_rule(clerk: User, street_office: Department) -> None:
    haidian = DepartmentFactory(code="haidian")
    rule_for(street_office, district="朝阳区")
    rule_for(haidian, district="海淀区")
    here, there, nowhere = waiting(), waiting(lon=ELSEWHERE[0], lat=ELSEWHERE[1]), waiting(lon=None, lat=None)
    client, pks = client_of(clerk), [report.case_id for report in (here, there, nowhere)]
    data = {"action": "dispatch", "case": pks, "department": "\x00"}
    assert "没有这个部门" in client.post("/admin/cases/bulk/", data, follow=True).content.decode()
    assert set(Case.objects.values_list("step", flat=True)) == {Step.FILING}
    page = client.post("/admin/cases/bulk/", {**data, "department": ""}, follow=True).content.decode()
    assert "已办 2 件" in page
    assert "没有适用的派遣规则" in page
    offices = dict(Case.objects.values_list("pk", "department__code"))
    assert offices == {here.case_id: "street", there.case_id: "haidian", nowhere.case_id: None}
