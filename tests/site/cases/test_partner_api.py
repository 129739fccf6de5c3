"""Other city systems: the cases they sent or handle, their own numbers, what they report back, and nothing else."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from civic.accounts.roles import Role
from civic.cases import for_partner, workflow
from civic.cases.for_partner import cases_of, find_case, roles_of
from civic.cases.models import Case, CaseEvent, ExternalTicket, IdempotencyKey, Photo, Step, private_storage
from civic.cases.services import take_action
from civic.cases.services.intake import forget_idempotency_keys
from civic.cases.services.sharing import merge_cases
from civic.partners.models import Partner, Scope
from tests.factories import DepartmentFactory, UserFactory, bring_to, make_photo, make_report, queries_of
from tests.site.cases.partners import caller, fresh, handling

pytestmark = pytest.mark.django_db


def test_a_partner_takes_a_case_through_its_steps_with_its_own_ticket():
    water, report = handling()
    answer = water.update(report.number, ticket="W-1/3", action="accept", update_id="u1")
    assert answer.status_code == 200, answer.content
    data = answer.json()
    assert (data["step"], data["ticket"], data["role"], data["repeated"]) == (
        "handling",
        "W-1/3",
        "handler",
        False,
    )
    assert set(data["actions"]) >= {"answer", "ask", "return"}
    answer = water.update(
        report.number, action="answer", reason="井盖已更换", status="已办结", note="联系人 13800138000"
    )
    assert answer.json()["step"] == "feedback"
    case = fresh(report)
    assert list(case.events.filter(actor=water.partner.user).values_list("kind", "action", "reason")) == [
        ("step", "accept", ""), ("external", "", "已办结：联系人 13800138000"), ("step", "answer", "井盖已更换"),
    ]  # fmt: skip


def test_numbers_lead_both_ways():
    water, report = handling()
    water.update(report.number, ticket="W1")
    by_ticket = water.get("W1/").json()
    assert by_ticket["number"] == report.number
    assert water.get(f"{report.number.lower()}/").json()["ticket"] == "W1"
    assert [one["number"] for one in water.get(ref="W1").json()["cases"]] == [report.number]
    assert water.update("W1", status="已派车").status_code == 200


def test_a_sender_finds_its_report_by_its_own_number_and_may_only_look():
    hall = caller("hall")
    report = make_report(partner=hall.partner.user, source_ref="H/2026-7")
    row = hall.get(ref="H/2026-7").json()["cases"][0]
    assert (row["role"], row["reports"], row["actions"]) == (
        "sender", [{"number": report.number, "source_ref": "H/2026-7"}], [],
    )  # fmt: skip
    bring_to(report, "dispatch", DepartmentFactory())
    answer = hall.update(report.number, action="accept")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_handler")
    assert fresh(report).step == "dispatch"


def test_another_partner_sees_and_changes_nothing():
    water, report = handling()
    water.update(report.number, ticket="W1")
    for stranger in (caller("gas", DepartmentFactory()), caller("hall")):
        for ref in (report.number, "W1", "nothing"):
            assert stranger.get(f"{ref}/").status_code == 404
            answer = stranger.update(ref, action="accept")
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_case")
        assert stranger.get().json()["cases"] == []
    assert fresh(report).step == "dispatch"


@pytest.mark.parametrize("step", [step for step in Step if step not in {"dispatch", "handling"}])
@pytest.mark.parametrize("action", ["accept", "return", "answer"])
def test_a_step_that_the_case_does_not_have_is_refused_with_its_present_one(step, action):
    water, report = handling()
    bring_to(report, step)
    answer = water.update(report.number, action=action, reason="理由", ticket="W9")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["fields"]["step"]) == (409, "wrong_step", step)
    assert not ExternalTicket.objects.exists()  # all of it or nothing
    assert not CaseEvent.objects.filter(actor=water.partner.user).exists()


def test_a_stale_update_is_refused():
    water, report = handling()
    answer = water.update(report.number, action="accept", expected_step="handling")
    assert (answer.status_code, answer.json()["error"]["fields"]) == (409, {"step": "dispatch"})


@pytest.mark.parametrize(
    "action", sorted({row.action for row in workflow.TABLE} - {"accept", "return", "answer", "ask", "resume"})
)
def test_what_is_no_handlers_step_is_not_a_partners(action):
    water, report = handling()
    for step in Step:
        bring_to(report, step)
        before = fresh(report).updated_at
        assert water.update(report.number, action=action, reason="理由").status_code in {403, 409}
        Case.objects.update(closed_at=None, outcome="", step="dispatch")
        report.refresh_from_db()
        assert fresh(report).updated_at == before


def test_giving_a_case_back_ends_the_partners_part_in_it():
    water, report = handling()
    assert water.update(report.number, action="return").json()["error"]["fields"]["reason"]
    answer = water.update(report.number, action="return", reason="不在供水范围", update_id="r1")
    assert (answer.status_code, answer.json()["step"], answer.json()["actions"]) == (200, "filing", [])
    assert water.get(f"{report.number}/").status_code == 404
    again = water.update(report.number, action="return", reason="不在供水范围", update_id="r1")
    assert (again.status_code, again.json()["repeated"]) == (200, True)
    assert fresh(report).events.filter(action="return").count() == 1


def test_what_a_partner_accepted_by_mistake_is_given_back_too():
    water, report = handling()
    water.update(report.number, action="accept", ticket="W8")
    answer = water.update(report.number, action="return", reason="接错了")
    assert (answer.status_code, answer.json()["step"]) == (200, "filing")
    assert fresh(report).department is None
    assert water.get(f"{report.number}/").status_code == 404


@pytest.mark.parametrize("how", ["given_back", "handed_on", "merged"])
def test_a_repeat_shows_nothing_of_a_case_that_has_gone_to_others(how):
    water, report = handling()
    sent = {
        "action": "return" if how == "given_back" else "accept",
        "reason": "不在供水范围",
        "update_id": "r1",
    }
    assert water.update(report.number, **sent).status_code == 200
    clerk, other = UserFactory(roles=[Role.CASE_CLERK]), DepartmentFactory()
    if how == "given_back":
        take_action(case_pk=fresh(report).pk, action="dispatch", actor=clerk, department=other)
    elif how == "handed_on":
        Case.objects.update(department=other)
    else:
        target = make_report("同一件事")
        bring_to(target, "handling", other)
        merge_cases(source_pk=report.case_id, target_pk=target.case_id, actor=clerk)
    again = water.update(report.number, **sent)
    assert (again.status_code, again.json()["error"]["code"]) == (404, "no_longer_yours")
    assert "早已收到" in again.json()["error"]["message"]
    assert not {"step", "number", "street", "status_url"} & set(again.json())
    assert CaseEvent.objects.filter(actor=water.partner.user).count() == 1


@pytest.mark.parametrize("in_header", [True, False])
def test_an_update_that_comes_again_is_done_once(in_header):
    water, report = handling()
    given = {"key": "u1"} if in_header else {"update_id": "u1"}
    water.update(report.number, action="accept", **given)
    again = water.update(report.number, action="accept", **given)
    assert (again.status_code, again.json()["repeated"]) == (200, True)
    other = water.update(report.number, note="另一回事", **given)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency_key_reused")
    assert fresh(report).events.filter(actor=water.partner.user).count() == 1
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(days=30))
    forget_idempotency_keys()  # a partner's system may have been away for weeks
    assert water.update(report.number, action="accept", **given).json()["repeated"]


@pytest.mark.django_db(transaction=True)
def test_the_same_update_many_times_at_once_is_done_once():
    water, report = handling()

    def send(_: int) -> tuple[int, bool]:
        try:
            answer = water.update(report.number, action="accept", ticket="W1", update_id="u1")
            return answer.status_code, answer.json()["repeated"]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(8)))
    assert sorted(answers) == [(200, False)] + [(200, True)] * 7
    assert fresh(report).events.filter(actor=water.partner.user).count() == 1


def test_the_same_update_id_of_two_partners_is_two_updates():
    water, report = handling()
    gas = caller("gas", DepartmentFactory())
    other = make_report()
    bring_to(other, "dispatch", gas.partner.department)
    water.update(report.number, action="accept", update_id="1")
    assert gas.update(other.number, action="accept", update_id="1").json()["repeated"] is False


@pytest.mark.parametrize("hours", [-48, -1])
def test_what_happened_earlier_is_noted_and_sets_no_clock_back(hours):
    water, report = handling()
    begun = timezone.now()
    said = begun + timedelta(hours=hours)
    assert water.update(report.number, action="accept", time=said.isoformat()).status_code == 200
    case = fresh(report)
    event = case.events.get(action="accept")
    assert event.created_at >= begun
    assert case.step_at >= begun
    assert datetime.fromisoformat(event.data["reported_at"]) == said


@pytest.mark.parametrize("ref", ["%00", "W%001", "%F0%9F%92%A9", "' OR 1=1", "x" * 500])
def test_a_strange_number_is_not_found(ref):
    water, _ = handling()
    assert water.get(f"{ref}/").status_code == 404
    assert water.update(ref, status="已派车").status_code == 404


def test_tickets_belong_to_one_case_and_stay():
    water, report = handling()
    other = make_report()
    bring_to(other, "dispatch", water.partner.department)
    assert water.update(report.number, ticket="W1").status_code == 200
    assert water.update(report.number, ticket="W1").status_code == 200
    assert water.update(report.number, ticket="W2").json()["error"]["code"] == "other_ticket"
    assert water.update(other.number, ticket="W1").json()["error"]["code"] == "ticket_taken"
    assert list(ExternalTicket.objects.values_list("ref", flat=True)) == ["W1"]


@pytest.mark.parametrize(
    "fields",
    [{}, {"note": "  "}, {"ticket": "x" * 81}, {"note": "长" * 1001}, {"status": "长" * 41}, {"action": "fly"},
     {"note": "x", "expected_step": "nowhere"}, {"note": "x", "update_id": "长" * 201}, {"note": "x", "time": "2199-01-01T00:00:00Z"},
     {"note": "x", "time": "昨天"}, {"note": 5, "action": []}, {"action": "answer", "reason": "长" * 2001}],
)  # fmt: skip
def test_bad_updates_are_refused_in_chinese_and_change_nothing(fields):
    water, report = handling()
    if "reason" in fields:
        bring_to(report, "handling")
    answer = water.update(report.number, **fields)
    assert answer.status_code == 400, answer.content
    assert any("\u4e00" <= char <= "\u9fff" for char in answer.json()["error"]["message"])
    assert not CaseEvent.objects.filter(actor=water.partner.user).exists()


def kept_files() -> list[str]:
    """Return the originals in private storage."""
    storage = private_storage()
    folders = storage.listdir("photos")[0] if storage.exists("photos") else []
    return [name for folder in folders for name in storage.listdir(f"photos/{folder}")[1]]


def test_an_answer_brings_photos_of_the_result_once():
    water, report = handling()
    bring_to(report, "handling")
    before = len(kept_files())
    for repeated in (False, True):
        answer = water.update_with_photos(
            report.number,
            make_photo(),
            make_photo(size=(20, 20)),
            action="answer",
            reason="已换",
            update_id="u1",
        )
        assert (answer.status_code, answer.json()["repeated"]) == (200, repeated), answer.content
    photos = Photo.objects.filter(event=fresh(report).events.get(action="answer"))
    assert [(photo.report, photo.public_copy.name) for photo in photos] == [(report, "")] * 2
    assert len(kept_files()) == before + 2
    other = water.update_with_photos(
        report.number, make_photo(size=(9, 9)), action="answer", reason="已换", update_id="u1"
    )
    assert other.status_code == 422  # the same number with another picture is another update
    assert len(kept_files()) == before + 2


@pytest.mark.parametrize(
    "fields", [{"action": "accept"}, {"status": "已派车"}, {"action": "answer", "reason": ""}]
)
def test_photos_that_cannot_be_taken_are_refused_and_not_dropped(fields):
    water, report = handling()
    if fields.get("action") == "answer":
        bring_to(report, "handling")
    before = len(kept_files())
    answer = water.update_with_photos(report.number, make_photo(), **fields)
    assert answer.status_code == 400
    assert set(answer.json()["error"]["fields"]) == {"reason" if "reason" in fields else "photos"}
    assert len(kept_files()) == before
    assert not CaseEvent.objects.filter(actor=water.partner.user).exists()


def test_a_file_that_is_no_photo_changes_nothing():
    water, report = handling()
    bring_to(report, "handling")
    text = SimpleUploadedFile("a.jpg", b"no picture", content_type="image/jpeg")
    answer = water.update_with_photos(report.number, text, action="answer", reason="已换")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "not_a_photo")
    assert fresh(report).step == "handling"


def test_a_case_without_words_for_others_goes_to_its_handler_without_them():
    water, report = handling()
    whole = water.get(f"{report.number}/").json()
    assert whole["texts"] == [report.text]
    Case.objects.update(request_type="accusation")
    assert water.get(f"{report.number}/").json()["texts"] == []
    Case.objects.update(request_type="complaint", withheld=True)
    assert water.get(f"{report.number}/").json()["texts"] == []


def test_words_are_masked_and_contacts_stay():
    from civic.cases.services import Contact

    water, _ = handling()
    report = make_report(
        "楼道灯坏了，请打13800138000找我", contact=Contact("张三", "13911112222", "z@example.org")
    )
    bring_to(report, "handling", water.partner.department)
    water.update(report.number, action="answer", reason="已修好，请回电 13700137000")
    body = water.get(f"{report.number}/").content.decode()
    for private in ("13800138000", "13911112222", "张三", "z@example.org", "13700137000", report.secret):
        assert private not in body
    assert "楼道灯坏了" in body


@pytest.mark.parametrize("few", [0, 5000])
def test_the_list_is_read_on_from_where_it_ended(few, monkeypatch):
    monkeypatch.setattr(for_partner, "FEW", few)  # both ways to find a page find the same
    water, _ = handling()
    hall = caller("hall")
    for n in range(5):
        report = make_report(partner=hall.partner.user)
        if n < 4:
            bring_to(report, "dispatch", water.partner.department)
    same = timezone.now()
    Case.objects.update(updated_at=same)
    seen, cursor = [], ""
    while True:
        page = water.get(limit=2, cursor=cursor).json()
        seen += [case["number"] for case in page["cases"]]
        cursor = page["cursor"]
        if not page["more"]:
            break
    assert len(seen) == len(set(seen)) == 5
    assert water.get(cursor=cursor).json() == {"cases": [], "cursor": cursor, "more": False}
    changed = Case.objects.filter(department=water.partner.department).first()
    Case.objects.filter(pk=changed.pk).update(updated_at=same + timedelta(seconds=1))
    assert len(water.get(cursor=cursor).json()["cases"]) == 1
    assert len(water.get(updated_since=(same + timedelta(seconds=1)).isoformat()).json()["cases"]) == 1
    assert len(hall.get(role="sender").json()["cases"]) == 5
    assert hall.get(role="handler").json()["cases"] == []
    assert len(water.get(role="handler", step="dispatch").json()["cases"]) == 5


@pytest.mark.parametrize(
    "query",
    [{"cursor": "x"}, {"cursor": "1-"}, {"cursor": "9" * 18 + "-1"}, {"cursor": "１-１"}, {"limit": "0"}, {"limit": "201"}, {"limit": "-1"},
     {"limit": "二"}, {"updated_since": "昨天"}, {"updated_since": "2026-13-01"}, {"role": "boss"}, {"step": "nowhere"}],
)  # fmt: skip
def test_bad_queries_are_refused(query):
    water, _ = handling()
    answer = water.get(**query)
    assert answer.status_code == 400
    assert set(answer.json()["error"]["fields"]) == set(query)


def test_a_merged_case_is_followed_into_the_other():
    water, report = handling()
    water.update(report.number, ticket="W1")
    target = make_report()
    bring_to(target, "handling", water.partner.department)
    clerk = UserFactory(roles=[Role.CASE_CLERK])
    merge_cases(source_pk=fresh(report).pk, target_pk=target.case_id, actor=clerk)
    for ref in (report.number, "W1", target.number):
        assert water.get(f"{ref}/").json()["step"] == "handling"
    numbers = {one["number"] for one in water.get("W1/").json()["reports"]}
    assert numbers == {report.number, target.number}


def test_a_list_takes_as_many_queries_for_many_as_for_one(client):
    water, _ = handling()
    client.defaults["HTTP_AUTHORIZATION"] = f"Api-Key {water.key}"
    one = queries_of(client, "/api/v1/partner/cases/")
    for n in range(5):
        report = make_report()
        bring_to(report, "dispatch", water.partner.department)
        water.update(report.number, ticket=f"W{n}")
    assert queries_of(client, "/api/v1/partner/cases/") == one < 8


def test_scopes_decide_what_a_key_does():
    office = DepartmentFactory()
    report = make_report()
    bring_to(report, "dispatch", office)
    meter = caller("meter", office, scopes=[Scope.SENSOR])
    for path in (f"{report.number}/", ""):
        assert meter.get(path).json()["error"]["code"] == "scope_missing"
    reader = caller("water", office, scopes=[Scope.REPORT])
    assert reader.get(f"{report.number}/").status_code == 200
    assert reader.update(report.number, action="accept").json()["error"]["code"] == "scope_missing"


@settings(max_examples=60)
@given(data=st.data())
def test_a_partner_reaches_a_case_if_and_only_if_it_sent_or_handles_it(data):
    """Over partners with and without a department and cases sent by any of them and handled by any department."""
    offices = [DepartmentFactory() for _ in range(2)]
    partners = [caller(f"p{n}", data.draw(st.sampled_from([None, *offices]))).partner for n in range(3)]
    senders = data.draw(st.lists(st.sampled_from([None, *partners]), min_size=1, max_size=3))
    reports = [make_report(partner=sender and sender.user) for sender in senders]
    for report in reports:
        bring_to(report, "dispatch", data.draw(st.sampled_from([None, *offices])))
    for partner in Partner.objects.filter(pk__in=[one.pk for one in partners]):
        for report, sender in zip(reports, senders, strict=True):
            case = fresh(report)
            handles = partner.department is not None and case.department == partner.department
            own = handles or (sender is not None and sender.pk == partner.pk)
            assert (find_case(partner, report.number) is not None) == own
            assert cases_of(partner).filter(pk=case.pk).exists() == own
            assert bool(roles_of(partner, case)) == handles
