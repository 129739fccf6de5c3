"""The queue as CSV and XLSX: the same cases as on the page, nobody's contact by default, nothing that runs."""

import csv
import io
import logging
import tracemalloc
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from civic.accounts.roles import Role
from civic.cases import exporting
from civic.cases.exporting import CONTACT_HEADINGS, HEADINGS, table, workbook
from civic.cases.models import Case
from civic.cases.services import Contact
from tests.factories import ELSEWHERE, UserFactory, make_report
from tests.site.cases.closing import Office
from wiki.spreadsheets import csv_lines, harmless

MASKED = "请打电话 13812345678 找我，垃圾没人收"
ATTACKS = [
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", " =1", "\u3000=1", "＝1", "＋1", "－1", "＠a",
    "\u200b=1", "﹦1", "−1", "\n=1",
]  # fmt: skip


def reader(role: str, **kwargs: Any) -> Client:
    client = Client()
    client.force_login(UserFactory(roles=[role], **kwargs))
    return client


def csv_of(client: Client, query: str = "") -> list[dict[str, str]]:
    response = client.get(f"/admin/cases/export.csv{query}")
    assert response.status_code == 200
    content = b"".join(response).decode("utf-8")
    assert content[0] == "\ufeff"
    return list(csv.DictReader(io.StringIO(content[1:], newline="")))


def cells_of(client: Client, query: str = "") -> list[tuple[Any, ...]]:
    response = client.get(f"/admin/cases/export.xlsx{query}")
    assert response.status_code == 200
    return list(load_workbook(io.BytesIO(b"".join(response))).active.iter_rows())


@pytest.mark.django_db
class TestDoor:
    def test_a_row_a_case_with_what_the_queue_shows(self) -> None:
        report = make_report(MASKED, contact=Contact("王女士", "13900000009"), address="双井 13812345678")
        rows = csv_of(reader(Role.SUPERVISOR))
        assert [list(row) for row in rows] == [list(HEADINGS)]
        row = rows[0]
        assert (row["编号"], row["步骤"], row["区"]) == (report.number, "受理", "朝阳区")
        assert row["收到时间"] == f"{timezone.localtime(report.received_at):%Y-%m-%d %H:%M:%S}"
        assert "13812345678" not in "".join(row.values())
        assert "13900000009" not in "".join(row.values())

    def test_contact_only_when_asked_and_allowed(self) -> None:
        make_report(MASKED, contact=Contact("王女士", "13900000009", "a@example.org"))
        assert CONTACT_HEADINGS[1] not in csv_of(reader(Role.CASE_CLERK))[0]
        assert CONTACT_HEADINGS[1] not in csv_of(reader(Role.SUPERVISOR), "?contact=1")[0]
        row = csv_of(reader(Role.CASE_CLERK), "?contact=1")[0]
        assert [row[name] for name in CONTACT_HEADINGS] == ["王女士", "13900000009", "a@example.org"]
        assert row["原文"] == MASKED
        cells = cells_of(reader(Role.CASE_CLERK), "?contact=1")
        assert cells[1][-2].value == "13900000009"

    def test_the_filter_is_the_queues(self) -> None:
        office = Office()
        one, two = make_report(), make_report("另一处")
        office.accept(two)
        desk = reader(Role.CASE_CLERK)
        assert {row["编号"] for row in csv_of(desk)} == {one.number, two.number}
        assert [row["编号"] for row in csv_of(desk, "?step=handling")] == [two.number]
        assert [row["编号"] for row in csv_of(desk, f"?q={one.number}")] == [one.number]
        assert len(csv_of(desk, "?step=nonsense&page=99")) == 2

    def test_row_level_rights(self) -> None:
        here, there = make_report(), make_report(lon=ELSEWHERE[0], lat=ELSEWHERE[1])
        office = Office()
        office.accept(there)
        officer = reader(Role.DISTRICT_OFFICER, district="朝阳区")
        assert [row["编号"] for row in csv_of(officer, "?step=all")] == [here.number]
        assert [row[0].value for row in cells_of(officer, "?step=all")] == ["编号", here.number]
        handler = Client()
        handler.force_login(office.handler)
        assert [row["编号"] for row in csv_of(handler)] == [there.number]
        for path in ("export.csv", "export.xlsx"):
            assert reader("citizen").get(f"/admin/cases/{path}").status_code in {302, 403}
            assert Client().get(f"/admin/cases/{path}").status_code == 302
            assert reader(Role.CASE_CLERK).post(f"/admin/cases/{path}").status_code == 405

    def test_no_cell_is_a_formula(self) -> None:
        for attack in ATTACKS:
            make_report(f"{attack.strip()} x", contact=Contact("=1+1", "+8610"))
        desk = reader(Role.CASE_CLERK)
        for row in csv_of(desk, "?contact=1"):
            for value in row.values():
                assert value.strip()[:1] not in {*"=+-@＝＋－＠"}, value
            assert row["电话"] == "'+8610"
        cells = [cell for row in cells_of(desk, "?contact=1") for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f"]
        assert "+8610" in {cell.value for cell in cells}

    def test_too_many_rows_are_a_sentence_on_the_queue(self, monkeypatch: pytest.MonkeyPatch) -> None:
        make_report(), make_report("另一处")
        monkeypatch.setattr(exporting, "LIMITS", exporting.LIMITS)
        monkeypatch.setitem(exporting.LIMITS, "xlsx", 1)
        desk = reader(Role.CASE_CLERK)
        response = desk.get("/admin/cases/export.xlsx?step=intake", follow=True)
        assert response.redirect_chain == [("/admin/cases/?step=intake", 302)]
        page = response.content.decode()
        assert "符合条件的有 2 件，XLSX 一次最多导出 1 件" in page
        assert "改用 CSV" in page
        assert len(csv_of(desk)) == 2

    def test_who_exported_is_logged_without_anybodys_words(self, caplog: pytest.LogCaptureFixture) -> None:
        make_report()
        user = UserFactory(roles=[Role.CASE_CLERK])
        client = Client()
        client.force_login(user)
        with caplog.at_level(logging.INFO, logger="civic.cases"):
            csv_of(client, "?contact=1&q=垃圾")
        line = next(record for record in caplog.records if "exported" in record.message)
        assert (line.user_id, line.count) == (user.pk, 1)
        assert "csv, with contact details, narrowed by q" in line.message
        assert "垃圾" not in line.message

    def test_the_queue_offers_it_with_its_filter(self) -> None:
        make_report()
        page = reader(Role.CASE_CLERK).get("/admin/cases/?step=intake").content.decode()
        assert 'action="/admin/cases/export.csv"' in page
        assert 'formaction="/admin/cases/export.xlsx"' in page
        assert '<input type="hidden" name="step" value="intake">' in page
        assert 'name="contact"' in page
        assert 'name="contact"' not in reader(Role.SUPERVISOR).get("/admin/cases/").content.decode()

    def test_the_number_of_queries_does_not_grow(self, django_assert_max_num_queries: Any) -> None:
        for number in range(5):
            make_report(f"第 {number} 处")
        rows = table(Case.objects.all(), now=timezone.now(), with_contact=True)
        with django_assert_max_num_queries(4):
            assert len(list(rows)) == 6


@given(st.text(max_size=30))
def test_no_text_begins_like_a_formula(text: str) -> None:
    safe = harmless(text)
    assert safe in {text, f"'{text}"}
    assert not safe.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert safe[:1] not in {"\t", "\r", "\n"}


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_marked_as_text(attack: str) -> None:
    assert harmless(attack) == f"'{attack}"


@pytest.mark.parametrize("plain", ["", "路灯不亮", "3-5 号楼", "a=b", "'quoted", "（－）"])
def test_what_is_harmless_stays(plain: str) -> None:
    assert harmless(plain) == plain


@given(st.lists(st.lists(st.text(max_size=20), min_size=2, max_size=2), max_size=5))
def test_a_csv_is_read_back_as_it_was_written(rows: list[list[str]]) -> None:
    content = b"".join(csv_lines(iter(rows))).decode("utf-8").removeprefix("\ufeff")
    read = list(csv.reader(io.StringIO(content, newline="")))
    assert read == [[harmless(value).encode("utf-8", "replace").decode() for value in row] for row in rows]


@given(st.lists(st.lists(st.text(max_size=20), min_size=1, max_size=2), min_size=1, max_size=4))
def test_a_workbook_holds_texts_only(rows: list[list[str]]) -> None:
    with workbook(iter(rows)) as file:
        sheet = load_workbook(file).active
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
        assert not [cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, int | float)]


def test_memory_does_not_grow_with_the_rows() -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        for _ in csv_lines(["垃圾没人收" * 40, number] for number in range(count)):
            pass
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    peak(1000)
    assert peak(20_000) < 1.5 * peak(2_000)
