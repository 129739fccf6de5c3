"""Importing a hotline's tickets: columns, times, coordinates, bad rows, and the same file twice."""

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from civic.accounts.models import User
from civic.cases.imports.columns import FIELDS, choose_columns, guess_columns, read_mapping
from civic.cases.imports.runs import prepare, run
from civic.cases.imports.times import parse_time
from civic.cases.models import Case, CaseEvent, Report
from civic.core.errors import InvalidInput
from civic.core.models import OutboxEvent
from civic.places.coordinates import bd09_from_wgs84, gcj02_from_wgs84
from tests.factories import ELSEWHERE, INSIDE, OUTSIDE

HEADINGS = ["工单编号", "诉求内容", "来电时间", "事发地址", "来电人", "联系电话", "坐席"]
ROW = ["GD001", "双井街道垃圾三天没人收", "2026-05-11 10:30", "朝阳区双井", "王先生", "13800000001", "007"]
NOW: datetime = parse_datetime("2026-05-20T12:00:00+08:00")


def table(folder: Path, *rows: list[Any], headings: list[str] | None = None, encoding: str = "utf-8") -> Path:
    path = folder / "tickets.csv"
    out = io.StringIO()
    csv.writer(out).writerows([headings or HEADINGS, *rows])
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def sheet(folder: Path, *rows: list[Any]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / "tickets.xlsx")
    return folder / "tickets.xlsx"


def load(path: Path, *options: str, bad: bool = False) -> tuple[str, str]:
    """Run the command and return what it said and complained of."""
    out, err = io.StringIO(), io.StringIO()
    arguments = ["import_reports", str(path), *options]
    if bad:
        with pytest.raises(CommandError) as raised:
            call_command(*arguments, stdout=out, stderr=err, verbosity=1)
        return out.getvalue(), err.getvalue() + str(raised.value)
    call_command(*arguments, stdout=out, stderr=err, verbosity=1)
    return out.getvalue(), err.getvalue()


@pytest.mark.django_db
class TestCommand:
    def test_a_ticket_is_a_report_like_any_other(self, tmp_path: Path) -> None:
        said, complained = load(table(tmp_path, ROW))
        assert not [line for line in complained.splitlines() if "行：" in line]
        report = Report.objects.get()
        assert (report.channel, report.source_ref, report.text) == ("hotline", "GD001", ROW[1])
        assert report.partner == User.objects.get(username="partner:hotline12345")
        assert (report.contact_name, report.contact_phone, report.address) == (
            "王先生",
            "13800000001",
            ROW[3],
        )
        assert timezone.localtime(report.received_at).isoformat() == "2026-05-11T10:30:00+08:00"
        assert report.case.district.name == "朝阳区"
        assert report.case.matter_code
        assert CaseEvent.objects.filter(kind="received", report=report).exists()
        assert OutboxEvent.objects.filter(topic="cases.report_submitted").exists()
        assert "诉求内容（text）← 诉求内容" in said
        assert "不导入的列：坐席" in said
        assert "新收 1 行，已有 0 行，有问题 0 行" in said

    def test_twice_is_once(self, tmp_path: Path) -> None:
        path = table(tmp_path, ROW, ["GD002", *ROW[1:]])
        load(path)
        said, _ = load(path)
        assert "新收 0 行，已有 2 行" in said
        assert Report.objects.count() == Case.objects.count() == 2

    def test_a_row_without_a_number_is_taken_once_too(self, tmp_path: Path) -> None:
        path = table(tmp_path, ["", *ROW[1:]], ["", "另一件事", *ROW[2:]])
        load(path)
        said, _ = load(path)
        assert "新收 0 行，已有 2 行" in said
        assert Report.objects.count() == 2

    def test_the_same_number_with_other_words_is_named_and_not_stored(self, tmp_path: Path) -> None:
        load(table(tmp_path, ROW))
        _, complained = load(table(tmp_path, ["GD001", "换了说法", *ROW[2:]]), bad=True)
        assert "第 2 行：编号 GD001 已经用于另一件诉求" in complained
        assert Report.objects.get().text == ROW[1]

    def test_two_sources_may_use_the_same_number(self, tmp_path: Path) -> None:
        path = table(tmp_path, ROW)
        load(path, "--source", "hotline12345")
        load(path, "--source", "chengguan")
        assert Report.objects.filter(source_ref="GD001").count() == 2

    def test_bad_rows_are_named_and_the_rest_goes_on(self, tmp_path: Path) -> None:
        rows = [
            ["A1", "", *ROW[2:]],
            ["A2", "长" * 4001, *ROW[2:]],
            ["A3", ROW[1], "昨天", *ROW[3:]],
            ["A4", ROW[1], "2199-01-01 00:00", *ROW[3:]],
            ["A5", ROW[1], "1999-12-31 00:00", *ROW[3:]],
            ["编" * 81, *ROW[1:]],
            ["A7", *ROW[1:5], "1" * 31, "007"],
            ["A8", *ROW[1:], "多出一列"],
            ["A9", *ROW[1:]],
        ]
        said, complained = load(table(tmp_path, *rows), bad=True)
        numbers = [line.split("：")[0] for line in complained.splitlines() if line.startswith("第 ")]
        assert numbers == [f"第 {number} 行" for number in range(2, 10)]
        assert "新收 1 行，已有 0 行，有问题 8 行" in said
        assert "有 8 行没有导入" in complained
        assert Report.objects.get().source_ref == "A9"

    def test_a_dry_run_says_the_same_and_stores_nothing(self, tmp_path: Path) -> None:
        rows = [ROW, ["GD002", "", *ROW[2:]], ROW, ["GD001", "换了说法", *ROW[2:]]]
        tried, complained = load(table(tmp_path, *rows), "--dry-run", bad=True)
        assert "新收 1 行，已有 1 行，有问题 2 行" in tried
        assert not Report.objects.exists()
        assert not User.objects.filter(kind="partner", username__contains="hotline").exists()
        done, complained_then = load(table(tmp_path, *rows), bad=True)
        assert "新收 1 行，已有 1 行，有问题 2 行" in done
        assert [line[:6] for line in complained.splitlines() if line.startswith("第")] == [
            line[:6] for line in complained_then.splitlines() if line.startswith("第")
        ]
        again, _ = load(table(tmp_path, *rows), "--dry-run", bad=True)
        assert "新收 0 行，已有 2 行，有问题 2 行" in again

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_encodings(self, tmp_path: Path, encoding: str) -> None:
        load(table(tmp_path, ROW, encoding=encoding))
        assert Report.objects.get().text == ROW[1]

    def test_a_workbook_with_real_dates_and_numbers(self, tmp_path: Path) -> None:
        headings = [*HEADINGS, "经度", "纬度", "事项代码"]
        first = [
            2026050001.0,
            ROW[1],
            parse_datetime("2026-05-11 10:30"),
            ROW[3],
            "王先生",
            13800000001,
            None,
        ]
        second = [2026050002, ROW[1], 46153.4375, ROW[3], None, None, None, *INSIDE, 6010]
        load(sheet(tmp_path, headings, [], [*first, *INSIDE], second))
        one, two = Report.objects.order_by("source_ref")
        assert (one.source_ref, one.contact_phone) == ("2026050001", "13800000001")
        assert one.received_at == two.received_at == parse_datetime("2026-05-11T10:30:00+08:00")
        assert (two.case.matter_code, two.case.code_source) == ("06010", "citizen")
        assert two.case.point_source == "partner"

    @pytest.mark.parametrize(("crs", "given_point"), [
        ("wgs84", INSIDE), ("gcj02", gcj02_from_wgs84(*INSIDE)), ("bd09", bd09_from_wgs84(*INSIDE)),
    ])  # fmt: skip
    def test_coordinates_are_converted(
        self, tmp_path: Path, crs: str, given_point: tuple[float, float]
    ) -> None:
        headings = ["编号", "内容", "经度", "纬度"]
        load(table(tmp_path, ["1", "井盖坏了", *given_point], headings=headings), "--crs", crs)
        report = Report.objects.get()
        assert (report.lon, report.lat) == (
            pytest.approx(INSIDE[0], abs=1e-6),
            pytest.approx(INSIDE[1], abs=1e-6),
        )

    def test_points_that_are_none(self, tmp_path: Path) -> None:
        points = [OUTSIDE, (INSIDE[1], INSIDE[0]), ("x", "y"), (INSIDE[0], ""), ("nan", "nan"), (500, 500)]
        rows = [[index, "井盖坏了", *point] for index, point in enumerate(points)]
        rows.append([99, "井盖坏了", 0, 0])  # unknown, written as nought
        said, complained = load(table(tmp_path, *rows, headings=["编号", "内容", "经度", "纬度"]), bad=True)
        assert "新收 1 行，已有 0 行，有问题 6 行" in said
        assert "好像写反了" in complained
        assert Report.objects.get().lon is None

    def test_one_column_with_both(self, tmp_path: Path) -> None:
        load(
            table(
                tmp_path,
                ["1", "井盖坏了", f"{ELSEWHERE[0]}，{ELSEWHERE[1]}"],
                headings=["编号", "内容", "经纬度"],
            )
        )
        assert Report.objects.get().case.district.name == "海淀区"

    def test_columns_named_by_hand_and_by_file(self, tmp_path: Path) -> None:
        path = table(
            tmp_path, ["x1", "说了什么", "位于何处", "2026-05-11"], headings=["甲", "乙", "丙", "丁"]
        )
        _, complained = load(path, bad=True)
        assert "看不出哪一列是诉求内容" in complained
        assert "甲、乙、丙、丁" in complained
        mapping = tmp_path / "mapping.yaml"
        mapping.write_text("text: 乙\nsource_ref: 甲\naddress: 丙\n", encoding="utf-8")
        load(path, "--mapping", str(mapping), "--map", "time=丁")
        report = Report.objects.get()
        assert (report.text, report.source_ref, report.address) == ("说了什么", "x1", "位于何处")
        assert timezone.localtime(report.received_at).date().isoformat() == "2026-05-11"
        assert not Report.objects.filter(address="").exists()

    @pytest.mark.parametrize(
        "options",
        [("--map", "text"), ("--map", "nothing=诉求内容"), ("--map", "text=没有这列"), ("--source", " "),
         ("--map", "lon=坐席"), ("--mapping", "nowhere.yaml")],
    )  # fmt: skip
    def test_options_that_make_no_sense_are_refused_before_anything_is_read(
        self, tmp_path: Path, options: tuple[str, str]
    ) -> None:
        load(table(tmp_path, ROW), *options, bad=True)
        assert not Report.objects.exists()

    @pytest.mark.parametrize(
        ("name", "content"),
        [("a.csv", b""), ("a.csv", b"\n\n"), ("a.xlsx", b"no zip"), ("a.xlsx", b"PK\x03\x04broken"), ("a.xls", b"x"),
         ("a.csv", "诉求内容\n".encode("utf-16")), ("a.csv", "诉求内容,编号\n".encode())],
    )  # fmt: skip
    def test_files_that_hold_nothing_say_so(self, tmp_path: Path, name: str, content: bytes) -> None:
        path = tmp_path / name
        path.write_bytes(content)
        _, complained = load(path, bad=True)
        assert any("\u4e00" <= char <= "\u9fff" for char in complained)
        assert not Report.objects.exists()

    def test_a_run_that_was_stopped_goes_on_where_it_was(self, tmp_path: Path) -> None:
        path = table(tmp_path, *([f"GD{number}", *ROW[1:]] for number in range(5)))
        rows = run(prepare(path, source="hotline12345"))
        next(rows), next(rows)
        rows.close()
        assert Report.objects.count() == 2
        said, _ = load(path)
        assert "新收 3 行，已有 2 行" in said


@pytest.mark.django_db(transaction=True)
def test_several_processes_take_a_file_once(tmp_path: Path) -> None:
    rows = [[f"GD{number % 100}", f"第 {number % 100} 处垃圾没人收", *ROW[2:]] for number in range(120)]
    rows[7][1] = ""
    rows.append(["GD3", "同一编号，换了说法", *ROW[2:]])
    said, complained = load(table(tmp_path, *rows), "--jobs", "2", bad=True)
    assert [line[:6] for line in complained.splitlines() if line.startswith("第 ")] == [
        "第 9 行：",
        "第 122 ",
    ]
    assert Report.objects.count() == 100
    assert "新收 100 行，已有 19 行，有问题 2 行" in said
    assert Case.objects.exclude(matter_code="").count() == 100


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-05-11 10:30:15", "2026-05-11T10:30:15+08:00"),
        ("2026-05-11T10:30:15+08:00", "2026-05-11T10:30:15+08:00"),
        ("2026-05-11T02:30:15Z", "2026-05-11T10:30:15+08:00"),
        ("2026-05-11 10:30:15.123", "2026-05-11T10:30:15+08:00"),
        ("2026/5/1 9:05", "2026-05-01T09:05:00+08:00"),
        ("2026.5.1", "2026-05-01T00:00:00+08:00"),
        ("2026年5月1日", "2026-05-01T00:00:00+08:00"),
        ("2026年5月1日 9时5分", "2026-05-01T09:05:00+08:00"),
        ("2026年05月01日 星期五 下午3:05", "2026-05-01T15:05:00+08:00"),
        ("2026/5/1 上午 12:05:00", "2026-05-01T00:05:00+08:00"),
        ("2026/5/1 3:05 PM", "2026-05-01T15:05:00+08:00"),
        ("２０２６－０５－０１ １０：３０", "2026-05-01T10:30:00+08:00"),
        ("20260501103015", "2026-05-01T10:30:15+08:00"),
        ("20260501", "2026-05-01T00:00:00+08:00"),
        ("46143.5", "2026-05-01T12:00:00+08:00"),
    ],
)
def test_times(written: str, meant: str) -> None:
    assert parse_time(written, now=NOW).replace(microsecond=0) == parse_datetime(meant)


@pytest.mark.parametrize(
    "written",
    ["", "昨天", "2026-13-01", "2026-02-30", "2026-05-01 25:00", "05/01/2026", "99999.9", "2026-05-20 12:06", "1970-01-01"],
)  # fmt: skip
def test_times_that_are_none(written: str) -> None:
    with pytest.raises(InvalidInput):
        parse_time(written, now=NOW)


@given(st.text(max_size=40))
def test_no_text_breaks_the_clock(text: str) -> None:
    try:
        moment = parse_time(text, now=NOW)
    except InvalidInput:
        return
    assert 2000 <= moment.year <= NOW.year


@given(st.datetimes(parse_datetime("2000-01-01 00:00"), parse_datetime("2026-05-19 00:00")))
def test_what_is_written_is_read_back(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    aware = timezone.make_aware(moment)
    for form in ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y年%m月%d日 %H时%M分%S秒", "%Y%m%d%H%M%S"):
        assert parse_time(moment.strftime(form), now=NOW) == aware


@given(st.lists(st.text(max_size=12), max_size=12))
def test_guesses_are_columns_of_the_table_each_taken_once(headings: list[str]) -> None:
    guessed = guess_columns(headings)
    assert set(guessed) <= set(FIELDS)
    assert set(guessed.values()) <= set(headings)
    assert len(set(guessed.values())) == len(guessed)
    assert ("lon" in guessed) == ("lat" in guessed)


def test_headings_with_brackets_and_full_width_are_known() -> None:
    columns = choose_columns(["诉求内容（必填）", "联系电话(手机)", "ＩＤ"], {})
    assert columns == {"text": "诉求内容（必填）", "phone": "联系电话(手机)", "source_ref": "ＩＤ"}


def test_a_column_given_to_one_field_is_no_longer_guessed_for_another() -> None:
    assert choose_columns(["内容", "编号"], {"text": "编号"}) == {"text": "编号"}
    assert choose_columns(["内容", "编号"], {"source_ref": ""}) == {"text": "内容"}


@pytest.mark.parametrize("content", ["- 一\n- 二\n", "text: [", "!!python/object:os.system x", "\udcff"])
def test_a_mapping_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(InvalidInput):
        read_mapping(path)


def test_a_mapping_may_be_json(tmp_path: Path) -> None:
    path = tmp_path / "mapping.json"
    path.write_text(json.dumps({"text": "内容"}), encoding="utf-8")
    assert read_mapping(path) == {"text": "内容"}
