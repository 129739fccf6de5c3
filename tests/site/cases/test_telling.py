"""What webhooks hear of cases: the partners that may, what they may, once each, and nobody's words too early."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civic.accounts.roles import Role
from civic.cases.models import Case, CaseEvent, Report
from civic.cases.services import Contact, correct_code, release_report, supply_place, take_action
from civic.cases.services.closure import rate, reopen, reporter_action
from civic.cases.services.sharing import merge_cases
from civic.core import outbox
from civic.core.models import OutboxEvent
from civic.partners.models import Delivery, Webhook
from civic.partners.services.webhooks import add_webhook
from tests.factories import INSIDE, DepartmentFactory, UserFactory, bring_to, make_analysis, make_report
from tests.site.cases.partners import Caller, caller, handling

pytestmark = pytest.mark.django_db
PRIVATE = ("13800138000", "13911112222", "张三丰", "z@example.org")
WORDS = "楼道灯坏了，请打13800138000找我"
CONTACT = Contact("张三丰", "13911112222", "z@example.org")


@pytest.fixture(autouse=True)
def _addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Webhooks lead somewhere public that nothing is sent to here: these tests look at what is to be sent."""
    monkeypatch.setattr("civic.partners.sending.resolve", lambda host, port: ["93.184.216.34"])
    monkeypatch.setattr("civic.partners.services.delivering.deliver_due", lambda payload: None)


def hook_of(one: Caller, **kwargs: Any) -> Webhook:
    return add_webhook(partner=one.partner, url=f"https://{one.partner.user_id}.example.org/hook", **kwargs)


def heard(hook: Webhook) -> list[dict[str, Any]]:
    """Let the workers do what there is to do and return what the webhook is told, oldest first."""
    outbox.drain()
    return list(hook.deliveries.order_by("pk").values_list("payload", flat=True))


def clerk():
    return UserFactory(roles=[Role.CASE_CLERK])


def test_a_sender_hears_of_each_step_of_its_report_with_its_own_number():
    hall = caller("hall")
    hook = hook_of(hall)
    report = make_report(partner=hall.partner.user, source_ref="H-7")
    assert heard(hook) == []  # it knows what it did itself
    who = clerk()
    take_action(case_pk=report.case_id, action="file", actor=who)
    office = DepartmentFactory()
    take_action(case_pk=report.case_id, action="dispatch", actor=who, department=office)
    told = heard(hook)
    assert [one["type"] for one in told] == ["case.step_changed"] * 2
    assert [one["data"]["event"]["to_step"] for one in told] == ["filing", "dispatch"]
    data = told[-1]["data"]
    assert data["reports"] == [{"number": report.number, "source_ref": "H-7"}]
    assert (data["step"], data["step_label"], data["role"], data["department"]) == (
        "dispatch", "派遣", "sender", office.name,
    )  # fmt: skip
    assert data["matter"]["code"] == "06010"
    assert data["event"]["at"].endswith("+08:00")


def test_the_office_that_gets_a_case_hears_of_it_and_the_sender_gets_its_answer_masked():
    hall, water = caller("hall"), caller("water", DepartmentFactory())
    hooks = hook_of(hall), hook_of(water)
    report = make_report(WORDS, partner=hall.partner.user, contact=CONTACT)
    assert heard(hooks[1]) == []
    bring_to(report, "filing")
    take_action(case_pk=report.case_id, action="dispatch", actor=clerk(), department=water.partner.department)
    [got] = heard(hooks[1])
    assert (got["data"]["role"], got["data"]["reports"][0]["number"]) == ("handler", report.number)
    assert water.update(report.number, ticket="W1", action="accept").status_code == 200
    assert water.update(report.number, action="answer", reason="已修好，回电13700137000").status_code == 200
    told = heard(hooks[0])
    assert told[-1]["data"]["event"]["words"].startswith("已修好")
    assert "13700137000" not in json.dumps(told)
    assert len(heard(hooks[1])) == 1  # not of what it did itself


def test_no_word_of_a_report_leaves_before_its_release_and_then_the_released_one(monkeypatch):
    hall = caller("hall")
    hook = hook_of(hall)
    report = make_report(WORDS, partner=hall.partner.user, contact=CONTACT)
    take_action(case_pk=report.case_id, action="file", actor=clerk())
    assert "楼道灯" not in json.dumps(heard(hook), ensure_ascii=False)
    release_report(report_pk=report.pk, actor=clerk())
    released = heard(hook)[-1]
    assert released["type"] == "case.released"
    assert released["data"]["texts"][0].startswith("楼道灯坏了")
    everything = json.dumps(heard(hook), ensure_ascii=False)
    assert not [private for private in (*PRIVATE, report.secret) if private in everything]


def test_all_public_changes_go_to_who_asked_for_them_and_inner_ones_do_not():
    hall, city = caller("hall"), caller("city")
    own, public = (
        hook_of(city),
        add_webhook(partner=city.partner, url="https://all.example.org/", audience="public"),
    )
    report = make_report(WORDS, partner=hall.partner.user, contact=CONTACT, source_ref="H-7")
    [received] = heard(public)
    assert (received["type"], received["data"]["role"]) == ("case.received", "public")
    case = report.case
    assert (
        (received["data"]["lon"], received["data"]["lat"])
        == (case.public_lon, case.public_lat)
        != (case.lon, case.lat)
    )
    who = clerk()
    take_action(case_pk=case.pk, action="file", actor=who)
    correct_code(case_pk=case.pk, code="08001", actor=who)
    take_action(case_pk=case.pk, action="urge", actor=who)
    take_action(case_pk=case.pk, action="ask", actor=who, reason="请问在几号楼，电话13911112222对吗？")
    told = heard(public)
    assert [one["data"]["event"]["kind"] for one in told] == ["received", "step", "recoded"]
    assert heard(own) == []
    text = json.dumps(told, ensure_ascii=False)
    assert not [private for private in (*PRIVATE, "H-7", "几号楼", "楼道灯") if private in text]


@pytest.mark.parametrize("how", ["withheld", "accusation", "unread"])
def test_what_must_stay_quiet_goes_to_sender_and_handler_only_and_without_words_or_point(how, monkeypatch):
    kind = {"withheld": {"self_harm": True}, "accusation": {"request": "举报"}, "unread": {}}[how]
    monkeypatch.setattr("nlp.analyze", lambda text: make_analysis(text, **kind))
    hall, water = caller("hall"), caller("water", DepartmentFactory())
    city, stranger = caller("city"), caller("gas", DepartmentFactory())
    hooks = [hook_of(one, audience="public") for one in (hall, water, city, stranger)]
    report = make_report(WORDS, partner=hall.partner.user, contact=CONTACT)
    if how == "unread":
        report.analysis.delete()
        Case.objects.update(request_type="", code_source="citizen")
        monkeypatch.setattr("civic.cases.tasks.analyse_report", lambda **_: None)
    bring_to(report, "dispatch", water.partner.department)
    take_action(case_pk=report.case_id, action="urge", actor=clerk())
    bring_to(report, "intake", water.partner.department)
    take_action(
        case_pk=report.case_id, action="refer", actor=clerk(), reason="请张三丰到派出所", referred_to="公安"
    )
    told = [heard(hook) for hook in hooks]
    assert [bool(one) for one in told] == [True, True, False, False]
    for one in told[0] + told[1]:
        assert (one["data"]["lon"], one["data"]["lat"], one["data"]["texts"]) == (None, None, [])
        assert one["data"]["event"]["words"] == ""
        assert not [
            private for private in (*PRIVATE, "楼道") if private in json.dumps(one, ensure_ascii=False)
        ]


@pytest.mark.parametrize("trouble", ["fails", "late"])
def test_a_report_whose_analysis_came_late_is_told_to_all_as_soon_as_it_is_understood(
    trouble, monkeypatch, still_clock
):
    def broken(text):
        raise RuntimeError

    water, city = caller("water", DepartmentFactory()), caller("city")
    own, public = hook_of(water), hook_of(city, audience="public")
    with monkeypatch.context() as patch:
        patch.setattr("nlp.analyze", broken)
        report = make_report(WORDS, contact=CONTACT)
        if trouble == "fails":
            Case.objects.update(department=water.partner.department)
            assert heard(public) == []
            assert [one["type"] for one in heard(own)] == ["case.received"]  # who handles it need not wait
            assert OutboxEvent.objects.get(topic="cases.report_submitted").state == "pending"
    take_action(case_pk=report.case_id, action="file", actor=clerk())
    still_clock.shift(3600)
    heard(public)
    still_clock.shift(3600)
    assert sorted(one["type"] for one in heard(public)) == ["case.received", "case.step_changed"]
    assert [one["type"] for one in heard(own)].count("case.received") <= 1
    assert not OutboxEvent.objects.exclude(state="done").exists()


def test_what_turns_out_to_be_quiet_is_not_told_when_it_is_understood(monkeypatch, still_clock):
    public = hook_of(caller("city"), audience="public")
    with monkeypatch.context() as patch:
        patch.setattr("nlp.analyze", lambda text: 1 / 0)
        make_report(WORDS)
        assert heard(public) == []
    monkeypatch.setattr("nlp.analyze", lambda text: make_analysis(text, self_harm=True))
    still_clock.shift(3600)
    assert heard(public) == []
    assert OutboxEvent.objects.get(topic="cases.report_submitted").state == "done"


def test_a_handler_runs_twice_and_tells_once():
    water, report = handling()
    outbox.drain()
    hook = hook_of(water)
    from civic.cases.services.telling import tell_of_events

    take_action(case_pk=report.case_id, action="urge", actor=clerk())
    once = heard(hook)
    tell_of_events([{"event": CaseEvent.objects.order_by("-pk").first().pk}] * 2)
    assert heard(hook) == once
    assert len(once) == 1


def test_a_webhook_hears_of_the_kinds_that_it_asked_for():
    water, report = handling()
    outbox.drain()
    hook = hook_of(water, kinds=["case.step_changed"])
    take_action(case_pk=report.case_id, action="urge", actor=clerk())
    assert heard(hook) == []


def test_what_the_reporter_does_is_told():
    water, report = handling()
    outbox.drain()
    hook = hook_of(water)
    reporter_action(report=report, action="urge")
    assert [one["data"]["event"]["kind"] for one in heard(hook)] == ["urged"]


def test_a_place_that_the_reporter_sends_later_is_told():
    hall = caller("hall")
    hook = hook_of(hall)
    report = make_report(partner=hall.partner.user, address="北京")
    assert supply_place(report=report, lon=INSIDE[0], lat=INSIDE[1], source="gps")
    [told] = heard(hook)
    assert (told["data"]["event"]["kind"], told["data"]["district"]) == ("placed", "朝阳区")


def test_merged_reports_are_told_of_with_the_case_that_they_are_in():
    hall = caller("hall")
    hook = hook_of(hall)
    report, target = make_report(partner=hall.partner.user, source_ref="H-1"), make_report()
    who = clerk()
    merge_cases(source_pk=report.case_id, target_pk=target.case_id, actor=who)
    take_action(case_pk=target.case_id, action="file", actor=who)
    told = heard(hook)
    assert [one["data"]["event"]["kind"] for one in told] == ["merged", "step"]
    assert {one["data"]["reports"][0]["source_ref"] for one in told} == {"H-1"}
    assert target.number not in json.dumps(told)  # another person's number is not the sender's business


def test_nothing_is_stored_where_nobody_listens():
    _, report = handling()
    take_action(case_pk=report.case_id, action="urge", actor=clerk())
    outbox.drain()
    assert not Delivery.objects.exists()


@settings(max_examples=40)
@given(data=st.data())
def test_whatever_happens_no_stranger_hears_of_a_quiet_case(data):
    """Over who sent, who handles, who asked for all, and what the case is."""
    offices = [DepartmentFactory() for _ in range(2)]
    partners = [caller(f"p{n}", data.draw(st.sampled_from([None, *offices]))) for n in range(2)]
    Webhook.objects.all().delete()
    hooks = [hook_of(one, audience=data.draw(st.sampled_from(["own", "public"]))) for one in partners]
    sender = data.draw(st.sampled_from([None, *partners]))
    report = make_report(WORDS, contact=CONTACT, partner=sender and sender.partner.user)
    office = data.draw(st.sampled_from([None, *offices]))
    case = bring_to(report, "filing", office)
    quiet = data.draw(st.sampled_from(["", "withheld", "accusation"]))
    Case.objects.filter(pk=case.pk).update(
        withheld=quiet == "withheld", request_type="accusation" if quiet == "accusation" else "complaint"
    )
    outbox.drain()
    Delivery.objects.all().delete()
    take_action(
        case_pk=case.pk, action="refer", actor=clerk(), reason="另有主管，电话13911112222", referred_to="水务"
    )
    for one, hook in zip(partners, hooks, strict=True):
        partner = one.partner
        handles = partner.department is not None and partner.department == office
        own = handles or (sender is not None and sender.partner.pk == partner.pk)
        expected = own or (hook.audience == "public" and not quiet)
        told = heard(hook)
        assert bool(told) == expected
        text = json.dumps(told, ensure_ascii=False)
        assert not [
            private
            for private in (*PRIVATE, "楼道灯", Report.objects.get(pk=report.pk).secret)
            if private in text
        ]
        assert not (quiet and "主管" in text)


def test_a_note_for_the_desk_is_told_to_nobody_and_a_status_is():
    """The one that sent the report hears how far the other is, never what it wrote for the desk."""
    office = DepartmentFactory()
    sender, handler = caller("hotline"), caller("water", office)
    report = make_report(partner=sender.partner.user)
    bring_to(report, "handling", office)
    outbox.drain()
    hook = hook_of(sender)
    assert handler.update(report.number, status="已派车", note="先拖着").status_code == 200
    (message,) = heard(hook)
    assert message["data"]["event"]["words"] == "已派车"
    assert "先拖着" not in json.dumps(message, ensure_ascii=False)


def test_the_department_hears_what_was_asked_of_it_and_a_mere_sender_does_not():
    office = DepartmentFactory()
    hall, water = caller("hall"), caller("water", office)
    report = make_report(WORDS, partner=hall.partner.user, contact=CONTACT)
    bring_to(report, "handling", office)
    outbox.drain()
    hooks = hook_of(hall), hook_of(water)
    reporter_action(report=report, action="add", reason="又坏了一盏，找13911112222")
    supervisor = UserFactory(roles=[Role.SUPERVISOR])
    take_action(case_pk=report.case_id, action="supervise", actor=supervisor, reason="三天内修好")
    bring_to(report, "closed")
    reopen(report=Report.objects.get(pk=report.pk), reason="灯还是不亮，电话13911112222")
    words = [[one["data"]["event"]["words"] for one in heard(hook)] for hook in hooks]
    assert words[0] == ["", "", ""]
    assert [said[:5] for said in words[1]] == ["又坏了一盏", "三天内修好", "灯还是不亮"]
    assert "13911112222" not in str(words)
    said = water.get(f"{report.number}/").json()["said"]
    assert [(one["action"], one["text"]) for one in said] == [
        ("add", words[1][0]), ("supervise", words[1][1]), ("reopen", words[1][2]),
    ]  # fmt: skip
    assert hall.get(f"{report.number}/").json()["said"] == []


@pytest.mark.parametrize("quiet", [{"withheld": True}, {"request_type": "accusation"}])
def test_of_a_quiet_case_the_department_hears_no_words_either(quiet):
    water, report = handling()
    bring_to(report, "handling")
    Case.objects.update(**quiet)
    outbox.drain()
    hook = hook_of(water)
    reporter_action(report=report, action="add", reason="张三丰收了钱")
    [told] = heard(hook)
    assert (told["data"]["event"]["action"], told["data"]["event"]["words"]) == ("add", "")
    assert water.get(f"{report.number}/").json()["said"] == []


def test_a_judgement_that_moves_the_case_is_told_with_its_stars_before_the_step():
    water, report = handling()
    bring_to(report, "verification")
    outbox.drain()
    hook = hook_of(water)
    rate(report=report, solved=False, stars=2, comment="还漏水")
    judged, sent_back = (one["data"]["event"] for one in heard(hook))
    assert (judged["kind"], judged["solved"], judged["stars"]) == ("rated", False, 2)
    assert (sent_back["action"], sent_back["words"]) == ("dispute", "还漏水")


def test_a_judgement_with_words_that_moves_nothing_is_told_once():
    water, report = handling()
    bring_to(report, "closed")
    outbox.drain()
    hook = hook_of(water)
    rate(report=report, solved=True, stars=5, comment="修得很快", at=report.case.closed_at)
    [judged] = (one["data"]["event"] for one in heard(hook))
    assert (judged["stars"], judged["words"]) == (5, "修得很快")


def test_a_status_that_comes_with_a_step_is_told_beside_it():
    office = DepartmentFactory()
    sender, handler = caller("hotline"), caller("water", office)
    report = make_report(partner=sender.partner.user)
    bring_to(report, "dispatch", office)
    outbox.drain()
    hook = hook_of(sender)
    assert handler.update(report.number, action="accept", status="已派车", note="先拖着").status_code == 200
    told = [one["data"]["event"] for one in heard(hook)]
    assert [(one["kind"], one["action"]) for one in told] == [("external", ""), ("step", "accept")]
    assert told[0]["words"] == "已派车"
    assert "先拖着" not in json.dumps(told, ensure_ascii=False)
