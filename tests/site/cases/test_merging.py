"""One event, many people: merging, taking apart again, and what the pages show of it."""

from typing import Any

import pytest
from django.forms.models import model_to_dict
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from civic.accounts.roles import Role
from civic.cases.models import Case, CaseEvent, Merge, Report, ReportAnalysis, Step, Support
from civic.cases.models.case import MANY
from civic.cases.services import Contact, take_action
from civic.cases.services.sharing import merge_cases, support_case, unmerge
from civic.core.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotFound
from civic.core.models import OutboxEvent
from tests.factories import (
    DepartmentFactory,
    UserFactory,
    bring_to,
    make_analysis,
    make_report,
)
from tests.site.cases.same_event import LAT, LON, SIMILAR, WORDS, by_browser, clerk, merged

pytestmark = pytest.mark.django_db


# Merging


def test_reports_and_supports_move_and_the_source_is_closed() -> None:
    source, target = make_report("甲：垃圾没人收"), make_report("乙：垃圾没人收")
    for report, token in ((source, "a"), (source, "b"), (target, "b"), (target, "c")):
        support_case(report=report, person=by_browser(token * 32))
    merge = merged(source, target)
    source.refresh_from_db()
    assert source.case_id == target.case_id
    old, new = merge.source, Case.objects.get(pk=target.case_id)
    assert (old.step, old.outcome, old.merged_into_id, old.due_at) == ("closed", "merged", new.pk, None)
    assert (old.public_cell, old.supports, new.supports) == (None, 1, 4)  # three said so, another reported it
    assert CaseEvent.objects.filter(kind="merged").values_list("case", flat=True).count() == 2
    assert set(new.reports.values_list("number", flat=True)) == {source.number, target.number}


def test_one_answer_goes_to_all(client: Client) -> None:
    source, target = make_report("甲：垃圾没人收"), make_report("乙：垃圾没人收")
    merged(source, target)
    OutboxEvent.objects.all().delete()
    office = DepartmentFactory()
    handler = UserFactory(roles=[Role.DEPARTMENT_HANDLER], department=office)
    for action, actor, more in (
        ("file", clerk(), {}),
        ("dispatch", clerk(), {"department": office}),
        ("accept", handler, {}),
        ("answer", handler, {"reason": "已清运干净"}),
    ):
        take_action(case_pk=target.case_id, action=action, actor=actor, **more)
    told = [row.payload["report"] for row in OutboxEvent.objects.filter(topic="cases.report_changed")]
    assert told.count(source.pk) == told.count(target.pk) == 4
    for report in (source, target):
        shown = client.get(f"/api/v1/public/cases/{report.number}/").json()
        assert (shown["number"], shown["step"]) == (report.number, "feedback")
        page = client.get(f"/cases/{report.number}/").content.decode()
        assert "反馈" in page.split('aria-current="step"')[1][:200]
        assert "2 件反映合在一起办理" in page


def test_what_the_reporter_added_before_stays_on_the_page(client: Client) -> None:
    user = UserFactory()
    source, target = make_report("甲：垃圾没人收", reporter=user), make_report("乙：垃圾没人收")
    client.force_login(user)
    client.post(f"/cases/{source.number}/act/", {"action": "add", "words": "就在三号门旁边"})
    merged(source, target)
    assert "就在三号门旁边" in client.get(f"/cases/{source.number}/").content.decode()
    assert "就在三号门旁边" not in client.get(f"/cases/{target.number}/").content.decode()


def test_danger_told_of_in_one_report_makes_the_whole_urgent(monkeypatch: pytest.MonkeyPatch) -> None:
    target = make_report()
    before = target.case.due_at
    monkeypatch.setattr("nlp.analyze", lambda text: make_analysis(text, urgent=True))
    source, third = make_report("甲"), make_report("丙")
    first, second = merged(source, target), merged(third, target)
    case = Case.objects.get(pk=target.case_id)
    assert case.urgent
    assert case.due_at is not None
    assert before is not None
    assert case.due_at < before
    unmerge(merge_pk=first.pk, actor=clerk())
    assert Case.objects.get(pk=target.case_id).urgent
    unmerge(merge_pk=second.pk, actor=clerk())
    case = Case.objects.get(pk=target.case_id)
    assert (case.urgent, case.due_at) == (False, before)


def test_what_cannot_be_merged_is_refused_and_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, three = make_report("一"), make_report("二"), make_report("三")
    closed, quiet, unread = make_report("四"), make_report("五"), make_report("六")
    bring_to(closed, Step.CLOSED)
    Case.objects.filter(pk=quiet.case_id).update(withheld=True)
    ReportAnalysis.objects.filter(report=unread).delete()
    merged(one, two)
    old = Merge.objects.get().source_id
    for source, target, error in (
        (two.case_id, two.case_id, InvalidInput),
        (two.case_id, three.case_id, Conflict),  # one is in it
        (old, three.case_id, Conflict),
        (three.case_id, old, Conflict),
        (three.case_id, closed.case_id, Conflict),
        (closed.case_id, three.case_id, Conflict),
        (three.case_id, quiet.case_id, Conflict),
        (quiet.case_id, three.case_id, Conflict),
        (three.case_id, unread.case_id, Conflict),
        (three.case_id, 10**6, NotFound),
    ):
        with pytest.raises(error):
            merge_cases(source_pk=source, target_pk=target, actor=clerk())
    assert Merge.objects.count() == 1


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.CASE_CLERK])
def test_only_a_clerk_merges_and_takes_apart(role: str) -> None:
    source, target = make_report("一"), make_report("二")
    with pytest.raises((NotAllowed, NotFound)):
        merge_cases(source_pk=source.case_id, target_pk=target.case_id, actor=UserFactory(roles=[role]))
    merge = merged(source, target)
    with pytest.raises((NotAllowed, NotFound)):
        unmerge(merge_pk=merge.pk, actor=UserFactory(roles=[role]))


def snapshot() -> dict[str, Any]:
    changing = {"updated_at"}
    return {
        "cases": {
            case.pk: {k: v for k, v in model_to_dict(case).items() if k not in changing}
            for case in Case.objects.all()
        },
        "reports": list(Report.objects.order_by("pk").values("pk", "case", "number")),
        "supports": list(Support.objects.order_by("pk").values("pk", "case", "person")),
    }


@examples(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    steps=st.lists(st.sampled_from(["file", "ask", "supervise", "urge"]), max_size=3),
    supporters=st.lists(st.tuples(st.booleans(), st.sampled_from("abc")), max_size=5),
    urgent=st.booleans(),
)
def test_merging_and_taking_apart_gives_back_the_state(
    steps: list[str], supporters: list[tuple[bool, str]], urgent: bool
) -> None:
    source, target = make_report("甲：垃圾没人收"), make_report("乙：垃圾没人收")
    Case.objects.filter(pk=source.case_id).update(urgent=urgent)
    for which, who in supporters:
        support_case(report=source if which else target, person=by_browser(who * 32))
    everyone = UserFactory(roles=[Role.CASE_CLERK, Role.SUPERVISOR])
    for report in (source, target):
        for action in steps:
            try:
                take_action(case_pk=report.case_id, action=action, actor=everyone, reason="因为")
            except DomainError:
                continue
    before = snapshot()
    merge = merged(source, target)
    assert Case.objects.get(pk=target.case_id).supports == 1 + len({who for _which, who in supporters})
    unmerge(merge_pk=merge.pk, actor=everyone)
    assert snapshot() == before
    with pytest.raises(Conflict):
        unmerge(merge_pk=merge.pk, actor=everyone)


def test_several_reports_press_as_much_as_several_supports() -> None:
    target = make_report()
    before = Case.objects.get(pk=target.case_id).rank
    merges = [merged(make_report(f"第 {n} 位"), target) for n in range(MANY)]
    case = Case.objects.get(pk=target.case_id)
    assert case.supports == MANY
    assert case.rank < before
    other = make_report("只有一位")
    assert list(Case.objects.open().most_pressing_first()) == [case, other.case]
    unmerge(merge_pk=merges[0].pk, actor=clerk())
    case.refresh_from_db()
    assert (case.supports, case.rank) == (MANY - 1, before)


@pytest.mark.parametrize(
    "same", [{"sender": "d" * 64, "channel": "wechat"}, {"contact": Contact("甲", "13900000009")}]
)
def test_who_reports_again_and_again_is_one_person(same: dict[str, Any]) -> None:
    target = make_report("第一次", **same)
    for n in range(3):
        merged(make_report(f"又一次 {n}", **same), target)
    assert Case.objects.get(pk=target.case_id).supports == 0
    reporter = UserFactory()
    mine = make_report("登录的", reporter=reporter)
    merged(make_report("又登录的", reporter=reporter), mine)
    assert Case.objects.get(pk=mine.case_id).supports == 0


def test_who_joined_after_the_merge_stays_with_the_target() -> None:
    source, target = make_report("一"), make_report("二")
    support_case(report=source, person=by_browser())
    merge = merged(source, target)
    support_case(report=Report.objects.get(pk=source.pk), person=by_browser("b" * 32))
    unmerge(merge_pk=merge.pk, actor=clerk())
    assert Case.objects.get(pk=merge.source_id).supports == 1
    assert Case.objects.get(pk=target.case_id).supports == 1


# Pages


def desk(role: str = Role.CASE_CLERK) -> Client:
    client = Client()
    client.force_login(UserFactory(roles=[role]))
    return client


def test_a_visitor_says_me_too_on_the_page(client: Client) -> None:
    report = make_report()
    address = f"/cases/{report.number}/"
    assert "我也遇到" in client.get(address).content.decode()
    page = client.post(f"{address}support/", follow=True).content.decode()
    assert "1 人也遇到" in page
    assert "已算上您" in page
    assert ">我也遇到<" not in page
    assert client.post("/cases/BJ0000000000000/support/").status_code == 404


def test_the_reporter_gets_no_button_but_sees_what_is_near(client: Client) -> None:
    earlier = make_report()
    response = client.post("/report/", {"text": WORDS, "lon": LON, "lat": LAT}, follow=True)
    page = response.content.decode()
    assert ">我也遇到<" not in page
    assert "附近有相似的案件" in page
    assert earlier.number in page
    assert Report.objects.count() == 2


def test_the_form_offers_it_beside_what_is_typed(client: Client) -> None:
    page = client.get("/report/").content.decode()
    assert f'data-url="{SIMILAR}"' in page
    assert 'id="support-form"' in page


def test_the_desk_merges_and_takes_apart() -> None:
    one, two = make_report(), make_report("门口垃圾没人收，味道大")
    client = desk()
    page = client.get(f"/admin/cases/{one.case_id}/").content.decode()
    assert "可能是同一件事" in page
    assert two.number in page
    response = client.post(
        f"/admin/cases/{one.case_id}/merge/", {"number": two.number, "direction": "in"}, follow=True
    )
    page = response.content.decode()
    assert "已合并" in page
    assert two.number in page
    merge = Merge.objects.get()
    assert (merge.source_id, merge.target_id) == (two.case_id, one.case_id)
    assert "本案已并入" in client.get(f"/admin/cases/{two.case_id}/").content.decode()
    page = client.post(f"/admin/cases/{one.case_id}/merges/{merge.pk}/undo/", follow=True).content.decode()
    assert "已拆分" in page
    two.refresh_from_db()
    assert two.case_id == merge.source_id


def test_what_many_met_comes_first() -> None:
    plain, many = make_report("一"), make_report("二")
    for who in "abcde":
        support_case(report=many, person=by_browser(who * 32))
    page = desk().get("/admin/cases/").content.decode()
    assert "同感 5" in page
    assert page.index(many.number) < page.index(plain.number)


def test_a_refused_merge_says_why_on_the_desk() -> None:
    one, two = make_report(), make_report()
    client = desk()
    for number in ("", "\x00", "BJ0000000000000"):
        page = client.post(f"/admin/cases/{one.case_id}/merge/", {"number": number}, follow=True)
        assert "没有这个编号" in page.content.decode()
    handler = desk(Role.SUPERVISOR)
    page = handler.post(f"/admin/cases/{one.case_id}/merge/", {"number": two.number}, follow=True)
    assert "不能合并" in page.content.decode()
    assert Client().post(f"/admin/cases/{one.case_id}/merge/", {"number": two.number}).status_code in {
        302,
        403,
    }
    assert not Merge.objects.exists()


def test_a_merged_case_leaves_the_public_map_and_the_lists_stay_whole(client: Client) -> None:
    one, two = make_report(), make_report("二")
    merged(one, two)
    assert [case.pk for case in Case.objects.public().placed()] == [two.case_id]
    page = client.get("/cases/").content.decode()
    assert one.number in page
    assert two.number in page
    staff = desk()
    assert staff.get("/admin/cases/").status_code == 200
    assert staff.get("/admin/cases/?step=all").status_code == 200
    assert len(staff.get("/api/v1/staff/cases/").json()) == 1
