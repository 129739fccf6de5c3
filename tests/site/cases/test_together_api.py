"""The staff API beside the steps: merging, taking apart, notes; who may, and what is refused."""

from typing import Any

import pytest
from django.test import Client

from civic.accounts.roles import Role
from civic.cases.models import Case, CaseNote, Merge, Report
from tests.factories import ELSEWHERE, UserFactory, bring_to, make_report, queries_of

pytestmark = pytest.mark.django_db
BASE = "/api/v1/staff/cases"


def client_of(role: str = Role.CASE_CLERK, **kwargs: Any) -> Client:
    client = Client()
    client.force_login(UserFactory(roles=[role], **kwargs))
    return client


def post(client: Client, report: Report, what: str, **data: Any) -> Any:
    return client.post(f"{BASE}/{report.number}/{what}/", data, content_type="application/json")


def test_cases_are_merged_and_taken_apart_by_their_numbers() -> None:
    clerk, source, target = client_of(), make_report("甲"), make_report("乙")
    old = source.case_id
    merged = post(clerk, source, "merge", into=target.number.lower())
    assert merged.status_code == 200, merged.content.decode()
    assert (merged.json()["id"], set(merged.json()["reports"])) == (
        target.case_id,
        {source.number, target.number},
    )
    source.refresh_from_db()
    assert source.case_id == target.case_id
    assert post(clerk, target, "unmerge").json()["error"]["code"] == "not_merged"
    apart = post(clerk, source, "unmerge")
    assert (apart.status_code, apart.json()["id"], apart.json()["reports"]) == (200, old, [source.number])
    again = post(clerk, source, "unmerge")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "not_merged")


@pytest.mark.parametrize("into", ["", "没有", "BJ-99999999-9999", "自己"])
def test_a_merge_that_makes_no_sense_is_refused(into: str) -> None:
    report = make_report()
    answer = post(client_of(), report, "merge", into=report.number if into == "自己" else into)
    assert answer.status_code == 400
    assert answer.json()["error"]["fields"]
    assert not Merge.objects.exists()


def test_a_closed_case_is_not_merged() -> None:
    source, target = make_report("甲"), make_report("乙")
    bring_to(target, "closed")
    answer = post(client_of(), source, "merge", into=target.number)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "wrong_step")


@pytest.mark.parametrize("role", sorted(set(Role.values) - {Role.CASE_CLERK}))
def test_only_a_clerk_merges_and_takes_apart(role: str) -> None:
    source, target = make_report("甲"), make_report("乙")
    person = client_of(role, district="朝阳区")
    assert post(person, source, "merge", into=target.number).status_code in {400, 403, 404}
    assert not Merge.objects.exists()
    post(client_of(), source, "merge", into=target.number)
    assert post(person, source, "unmerge").status_code in {403, 404}
    assert Merge.objects.get().undone_at is None


def test_a_districts_clerk_merges_nothing_of_another_district() -> None:
    here, there = make_report("甲"), make_report("乙", lon=ELSEWHERE[0], lat=ELSEWHERE[1])
    clerk = client_of(district="朝阳区")
    assert post(clerk, there, "merge", into=here.number).status_code == 404
    refused = post(clerk, here, "merge", into=there.number)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "unknown_number")
    assert not Merge.objects.exists()


def test_notes_are_added_and_listed_for_staff() -> None:
    report, clerk = make_report(), client_of()
    for words in ("电话核实过", "  第二条  "):
        assert post(clerk, report, "notes", text=words).status_code == 201
    listed = client_of(Role.SUPERVISOR).get(f"{BASE}/{report.number}/notes/").json()
    assert [note["text"] for note in listed] == ["电话核实过", "第二条"]
    assert all(note["author"] and note["created_at"] for note in listed)
    assert "电话核实过" not in Client().get(f"/api/v1/public/cases/{report.number}/").content.decode()


@pytest.mark.parametrize("text", ["", "   ", "\x00", "长" * 2001])
def test_an_empty_or_endless_note_is_refused(text: str) -> None:
    answer = post(client_of(), make_report(), "notes", text=text)
    assert answer.status_code == 400
    assert "text" in answer.json()["error"]["fields"]
    assert not CaseNote.objects.exists()


def test_notes_of_another_desk_are_not_found() -> None:
    report = make_report()
    post(client_of(), report, "notes", text="内部的话")
    stranger = client_of(Role.DISTRICT_OFFICER, district="海淀区")
    for answer in (stranger.get(f"{BASE}/{report.number}/notes/"), post(stranger, report, "notes", text="x")):
        assert answer.status_code == 404
        assert "内部的话" not in answer.content.decode()
    for person in (Client(), client_of(Role.CITIZEN), client_of(Role.POLICY_WRITER)):
        assert person.get(f"{BASE}/{report.number}/notes/").status_code in {401, 403}
        assert post(person, report, "notes", text="x").status_code in {401, 403}
    assert CaseNote.objects.count() == 1


def test_many_notes_take_as_many_queries_as_one() -> None:
    report, clerk = make_report(), client_of()
    post(clerk, report, "notes", text="一")
    one = queries_of(clerk, f"{BASE}/{report.number}/notes/")
    for n in range(5):
        post(client_of(), report, "notes", text=f"第 {n} 条")
    assert queries_of(clerk, f"{BASE}/{report.number}/notes/") == one
    assert Case.objects.count() == 1
