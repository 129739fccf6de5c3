"""opinion_ingest and rebuild_opinion_index: repeatable, masked, naming the bad row and going on."""

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from civic.core.errors import InvalidInput
from civic.opinion.ingest import parse_time
from civic.opinion.models import Document
from civic.opinion.searching import search

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_index(settings):
    settings.ELASTICSEARCH_URL = ""


def run(path: Path, **options) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("opinion_ingest", str(path), stdout=out, stderr=err, verbosity=0, **options)
    return out.getvalue(), err.getvalue()


def write_lines(path: Path, rows: list) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def test_a_csv_twice(tmp_path):
    path = tmp_path / "hotline.csv"
    path.write_text(
        "text,time,source\n望京街道的路灯不亮，电话13800138000,2026-11-01 08:30,热线\n井盖坏了,2026/11/2,\n",
        encoding="utf-8",
    )
    out, err = run(path)
    assert "新增 2，更新 0，未变 0，有问题 0 行" in out
    assert err == ""
    assert "新增 0，更新 0，未变 2" in run(path)[0]
    first = search("路灯").documents[0]
    assert "13800138000" not in first.text
    assert first.district.name == "朝阳区"
    assert first.occurred_at == datetime(2026, 11, 1, 0, 30, tzinfo=UTC)
    assert search("井盖").documents[0].source == "hotline"
    assert not Document.objects.filter(is_public=True).exists()


def test_json_lines_with_numbers_update(tmp_path):
    rows = [
        {
            "id": 7,
            "text": "电梯停运",
            "time": "2026-11-01T08:30:00+08:00",
            "district": "海淀区",
            "code": "06101",
        }
    ]
    path = write_lines(tmp_path / "forum.jsonl", rows)
    run(path, source="论坛")
    rows[0]["text"] = "电梯又停运"
    assert "更新 1" in run(write_lines(path, rows), source="论坛")[0]
    document = Document.objects.get()
    assert (document.source, document.source_id, document.text) == ("论坛", "7", "电梯又停运")
    assert (document.district.name, document.code) == ("海淀区", "06101")


def test_bad_rows_are_named_and_the_rest_goes_on(tmp_path):
    good = {"text": "暖气不热", "time": "2026-11-01"}
    rows = [
        good,
        {**good, "text": ""},
        {**good, "time": "昨天"},
        {**good, "time": ""},
        {**good, "source": "report"},
        {**good, "district": "上海"},
        {**good, "code": "暴露垃圾"},
        {**good, "url": "javascript:alert(1)"},
        {**good, "text": "字" * 20_001},
        ["不是对象"],
        {**good, "text": "水管漏了"},
    ]
    path = write_lines(tmp_path / "x.jsonl", rows)
    with path.open("a", encoding="utf-8") as file:
        file.write("{坏的\n")
    out, err = run(path)
    assert "新增 2" in out
    assert "有问题 10 行" in out
    named = [line.split("：")[0] for line in err.splitlines()]
    assert named == [f"第 {number} 行" for number in (2, 3, 4, 5, 6, 7, 8, 9, 10, 12)]


@pytest.mark.parametrize("name", ["missing.csv", "empty.csv", "notes.txt"])
def test_nothing_readable_fails(tmp_path, name):
    (tmp_path / "empty.csv").write_text("text,time\n")
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(CommandError):
        run(tmp_path / name)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-11-01 08:30", (2026, 11, 1, 0, 30)),
        ("2026/11/1 8:30", (2026, 11, 1, 0, 30)),
        ("2026年11月1日", (2026, 10, 31, 16, 0)),
        ("2026-11-01T00:30:00Z", (2026, 11, 1, 0, 30)),
        ("2026-11-01T08:30:15+08:00", (2026, 11, 1, 0, 30, 15)),
    ],
)
def test_times_as_files_write_them(text, hour):
    assert parse_time(text) == datetime(*hour, tzinfo=UTC)


@given(st.text(max_size=30))
def test_any_other_time_is_refused(text):
    try:
        assert parse_time(text).tzinfo is not None
    except InvalidInput as refused:
        assert "时间" in refused.message  # noqa: PT017


def test_rebuilding_by_command(tmp_path):
    path = tmp_path / "hotline.csv"
    path.write_text("text,time\n路灯不亮,2026-11-01\n井盖坏了,2026-11-01\n", encoding="utf-8")
    run(path)
    Document.objects.filter(text="井盖坏了").update(terms_version="old")
    for options, count in (({"stale": True}, "：1 条"), ({}, " 条")):
        out = StringIO()
        call_command("rebuild_opinion_index", stdout=out, verbosity=0, **options)
        assert count in out.getvalue()
    assert search("井盖").total == 1
