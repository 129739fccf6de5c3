"""The queue: what narrows it, its order, kept filters, and steps for several cases at once."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from civic.accounts.models import User
from civic.accounts.roles import Role
from civic.cases.models import Case, CaseEvent, Report, SavedFilter, Step
from civic.cases.services import correct_code
from civic.cases.services.bulk import BULK_LIMIT, take_together
from civic.core.errors import InvalidInput
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
QUEUE = "/admin/cases/"


@pytest.fixture
def clerk() -> User:
    return UserFactory(roles=[Role.CASE_CLERK])


def at_desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def change(report: Report, **fields: Any) -> Report:
    Case.objects.filter(pk=report.case_id).update(**fields)
    report.case.refresh_from_db()
    return report


def test_each_filter_finds_its_cases(clerk: User) -> None:
    now, office = timezone.now(), DepartmentFactory()
    plain, marked = make_report("路灯不亮了"), make_report("井盖翘起来了", channel="api")
    change(
        marked, urgent=True, code_source="nlp", code_certain=False, supervised_at=now, urged=2, department=office,
        street="望京街道", matter_code="01037", due_at=now - timedelta(hours=1),
    )  # fmt: skip
    change(plain, due_at=now + timedelta(days=3), street="三里屯街道")
    client = at_desk(clerk)

    def found(**query: str) -> set[str]:
        page = client.get(QUEUE, query).content.decode()
        return {report.number for report in (plain, marked) if report.number in page}

    for query in (
        {"urgent": "on"}, {"unconfirmed": "on"}, {"supervised": "on"}, {"urged": "on"}, {"overdue": "on"},
        {"street": "望京"}, {"department": office.code}, {"code": "01037"}, {"channel": "api"},
        {"urgent": "on", "overdue": "on", "district": "110105"},
    ):  # fmt: skip
        assert found(**query) == {marked.number}, query
    assert found(near="on") == found(mine="on") == set()
    change(plain, due_at=now + timedelta(hours=1))
    assert found(near="on") == {plain.number}
    correct_code(case_pk=plain.case_id, code="06010", actor=clerk)
    assert found(mine="on") == {plain.number}
    assert found(code="nonsense", channel="x") == {plain.number, marked.number}


def test_urgent_first_then_deadline_then_age(clerk: User) -> None:
    now = timezone.now()
    old = make_report("最早", received_at=now - timedelta(days=3))
    young = make_report("较晚", received_at=now - timedelta(days=1))
    due = make_report("快到期")
    urgent = make_report("紧急的")
    change(old, due_at=None)
    change(young, due_at=None)
    change(due, due_at=now + timedelta(hours=1))
    change(urgent, urgent=True, due_at=now + timedelta(days=9))
    page = at_desk(clerk).get(QUEUE).content.decode()
    places = [page.index(report.number) for report in (urgent, due, old, young)]
    assert places == sorted(places)


def test_a_row_says_what_presses(clerk: User) -> None:
    now = timezone.now()
    change(make_report(), due_at=now - timedelta(hours=1), supervised_at=now, urged=3, supports=7)
    page = at_desk(clerk).get(QUEUE).content.decode()
    for mark in ("已超期", "督办", "催办 3", "同感 7", "暴露垃圾"):
        assert mark in page


def test_nothing_here_and_nothing_found_read_differently(clerk: User) -> None:
    client = at_desk(clerk)
    assert "现在没有要办的案件" in client.get(QUEUE).content.decode()
    assert "放宽筛选条件" in client.get(QUEUE, {"urgent": "on"}).content.decode()


def test_rows_and_counts_are_those_of_ones_own_desk() -> None:
    make_report()
    make_report(lon=ELSEWHERE[0], lat=ELSEWHERE[1])
    for query in ({}, {"step": "all"}, {"district": "110105"}):
        page = at_desk(UserFactory(roles=[Role.DISTRICT_OFFICER], district="海淀区")).get(QUEUE, query)
        assert page.context["page"].paginator.count == (0 if "district" in query else 1)


def test_the_queue_takes_few_queries_with_every_filter(clerk: User) -> None:
    client = at_desk(clerk)
    for n in range(3):
        make_report(f"第 {n} 件")
    every = "?q=第&step=intake&district=110105&channel=web&code=06010&mine=on&street=x"
    for address in (QUEUE, QUEUE + every, QUEUE + "?step=all"):
        assert queries_of(client, address) < 15


def test_a_filter_is_kept_listed_and_forgotten_by_its_owner(clerk: User) -> None:
    client, other = at_desk(clerk), at_desk(UserFactory(roles=[Role.CASE_CLERK]))
    query = "urgent=on&page=3&nonsense=1&district=110105"
    client.post(f"{QUEUE}filters/", {"name": "朝阳紧急", "query": query})
    saved = SavedFilter.objects.get()
    assert (saved.owner, saved.query) == (clerk, "district=110105&urgent=on")
    assert "朝阳紧急" in client.get(QUEUE).content.decode()
    assert "朝阳紧急" not in other.get(QUEUE).content.decode()
    assert "不是您的" in other.post(f"{QUEUE}filters/", {"forget": saved.pk}, follow=True).content.decode()
    client.post(f"{QUEUE}filters/", {"name": "朝阳紧急", "query": "overdue=on"})
    assert SavedFilter.objects.get().query == "overdue=on"
    client.post(f"{QUEUE}filters/", {"forget": saved.pk})
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": "", "query": "urgent=on"}, "起个名字"),
        ({"name": "空的", "query": "nonsense=1"}, "没有筛选条件"),
        ({"name": "x" * 41, "query": "urgent=on"}, "最多 40 字"),
        ({"forget": "²"}, "没有这个筛选"),
    ],
)
def test_a_filter_that_cannot_be_kept(clerk: User, data: dict[str, str], words: str) -> None:
    assert words in at_desk(clerk).post(f"{QUEUE}filters/", data, follow=True).content.decode()
    assert not SavedFilter.objects.exists()


def test_several_cases_take_a_step_and_each_refusal_is_told(clerk: User) -> None:
    one, two, late = make_report("一"), make_report("二"), make_report("三")
    bring_to(late, Step.HANDLING)
    page = (
        at_desk(clerk)
        .post(
            f"{QUEUE}bulk/",
            {"action": "file", "case": [one.case_id, two.case_id, late.case_id, "x"], "query": "urgent=on"},
            follow=True,
        )
        .content.decode()
    )
    assert "已办 2 件" in page
    assert f"{late.number} 没有办" in page
    assert "处置" in page
    steps = dict(Case.objects.values_list("pk", "step"))
    assert steps == {one.case_id: "filing", two.case_id: "filing", late.case_id: "handling"}


def test_several_cases_are_dispatched_and_confirmed(clerk: User) -> None:
    office, reports = DepartmentFactory(), [make_report("一"), make_report("二")]
    pks = [report.case_id for report in reports]
    assert not any(done.refusal for done in take_together(case_pks=pks, action="confirm", actor=clerk))
    assert "已由人工确认过" in take_together(case_pks=pks, action="confirm", actor=clerk)[0].refusal
    take_together(case_pks=pks, action="file", actor=clerk)
    # Without a department each goes by the rules; here there are none.
    refused = take_together(case_pks=pks, action="dispatch", actor=clerk)
    assert all("请选择承办部门" in done.refusal for done in refused)
    take_together(case_pks=pks, action="dispatch", actor=clerk, department=office)
    assert set(Case.objects.values_list("step", "department")) == {("dispatch", office.pk)}
    for report in reports:
        kinds = CaseEvent.objects.filter(case=report.case_id, actor=clerk).values_list("kind", flat=True)
        assert sorted(kinds) == ["recoded", "step", "step"]


def test_each_condition_is_a_chip_that_takes_it_away(clerk: User) -> None:
    make_report()
    client = at_desk(clerk)
    page = client.get(
        QUEUE, {"q": "垃圾&", "step": "intake", "code": "06010", "urgent": "on"}
    ).content.decode()
    bar = page.split('class="desk-chips"')[1].split("</ul>")[0]
    for words in ("编号或原文：垃圾&amp;", "步骤：受理", "事项：暴露垃圾", "紧急"):
        assert words in bar
    links = re.findall(r'class="desk-chip" href="([^"]+)"', bar)
    left = [set(parse_qs(urlsplit(unescape(link)).query)) for link in links]
    everything = {"q", "step", "code", "urgent"}
    assert left == [everything - {name} for name in ("q", "step", "code", "urgent")]
    assert all(client.get(unescape(link)).status_code == 200 for link in links)
    assert "更多条件（1）" in page  # of those that are folded away, the code
    assert "desk-chips" not in client.get(QUEUE, {"step": "nonsense", "page": "2"}).content.decode()


def test_a_bulk_step_that_fails_keeps_what_was_marked_and_typed(clerk: User) -> None:
    reports = [make_report("一"), make_report("二")]
    pks = [report.case_id for report in reports]
    client = at_desk(clerk)
    sent = {"action": "refer", "case": pks, "reason": "不是城市管理", "query": "step=intake"}
    refused = client.post(f"{QUEUE}bulk/", sent)
    page = refused.content.decode()
    assert (refused.status_code, "请写明转往哪个部门" in page) == (409, True)
    assert 'value="不是城市管理"' in page
    assert '<option value="refer" selected>' in page
    assert all(f'name="case" value="{pk}" checked' in page for pk in pks)
    assert "步骤：受理" in page  # under the same filter
    none = client.post(f"{QUEUE}bulk/", {**sent, "case": []})
    assert (none.status_code, 'value="不是城市管理"' in none.content.decode()) == (422, True)
    assert set(Case.objects.values_list("step", flat=True)) == {"intake"}


def test_pages_of_the_queue_keep_the_filter(clerk: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("civic.cases.desk.queue.ROWS", 1)
    for words in ("一", "二", "三"):
        make_report(words)
    page = at_desk(clerk).get(QUEUE, {"step": "intake", "page": "2"}).content.decode()
    for number in (1, 3):
        assert f'href="{QUEUE}?step=intake&amp;page={number}"' in page


def test_what_is_on_another_desk_stays_there_and_unnamed() -> None:
    report = make_report()
    officer = UserFactory(roles=[Role.CASE_CLERK, Role.DISTRICT_OFFICER], district="海淀区")
    officer.groups.remove(officer.groups.get(name=Role.CASE_CLERK))
    done = take_together(case_pks=[report.case_id], action="file", actor=officer)[0]
    assert "不在您的办理范围" in done.refusal
    assert report.number not in done.number
    assert Case.objects.get().step == Step.INTAKE


@pytest.mark.parametrize(
    ("pks", "action", "words"),
    [([], "file", "先勾选"), (list(range(BULK_LIMIT + 1)), "file", "一次最多"), ([1], "close", "不能成批")],
)
def test_a_bulk_step_that_makes_no_sense_does_nothing(
    clerk: User, pks: list[int], action: str, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        take_together(case_pks=pks, action=action, actor=clerk)


def test_those_without_a_desk_reach_none_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.analyze", lambda text: make_analysis(text, certain=False))
    report = make_report()
    for client in (Client(), at_desk(UserFactory(roles=[Role.MODERATOR]))):
        for path in ("bulk/", "filters/", "triage/decide/", "triage/skip/", f"{report.case_id}/notes/"):
            assert client.post(QUEUE + path, {"case": report.case_id}).status_code in {302, 403}
        for path in ("codes/", "triage/", "triage/quality/", "triage/quality/cases/"):
            page = client.get(QUEUE + path)
            assert page.status_code in {302, 403}
            assert report.number not in page.content.decode()
    assert not CaseEvent.objects.exclude(kind__in=["received", "analysed"]).exists()
