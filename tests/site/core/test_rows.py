"""Reading the files that people send: any bytes give rows or sentences, never a crash."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from civic.core.errors import InvalidInput
from civic.core.rows import open_table


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
@given(content=st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode)))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_give_rows_or_sentences(tmp_path, suffix, content):
    path = tmp_path / f"rows{suffix}"
    path.write_bytes(content)
    for line in open_table(path).rows:
        assert (line.row is None) == bool(line.problem)
        if line.row is not None:
            "".join(line.row.values()).encode()


def test_a_quoted_line_break_stays_in_its_cell(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text('名称,说明\n甲,"一\n二"\n乙,三\n', encoding="utf-8")
    lines = list(open_table(path).rows)
    assert [(line.number, line.row) for line in lines] == [
        (2, {"名称": "甲", "说明": "一\n二"}),
        (4, {"名称": "乙", "说明": "三"}),
    ]


def test_an_unknown_kind_of_file_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="只能读取"):
        open_table(tmp_path / "rows.xls")


def test_a_folder_is_refused(tmp_path: Path):
    (tmp_path / "rows.csv").mkdir()
    with pytest.raises(InvalidInput, match="打不开"):
        open_table(tmp_path / "rows.csv")


def test_a_quotation_mark_without_its_pair_takes_no_other_rows_with_it_in_silence(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text('编号,说明\nA1,"路灯不亮\nA2,垃圾\nA3,道路塌陷\n', encoding="utf-8")
    (line,) = list(open_table(path).rows)
    assert (line.number, line.row) == (2, None)
    assert "第 2 到 4 行没有读" in line.problem
