"""Importing markets: repeatable, naming what it cannot read, never stopping at it."""

from datetime import time
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from civic.core.errors import InvalidInput
from civic.markets.models import Market
from civic.markets.services import CoordinateSystem, Outcome, import_market
from tests.site.markets.factories import row

pytestmark = pytest.mark.django_db
HEADER = "id,name,address,lon,lat,hours,products,note\n"


def run(path: Path, **options) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_markets", str(path), stdout=out, stderr=err, verbosity=0, **options)
    return out.getvalue(), err.getvalue()


def test_a_row_becomes_a_placed_market():
    market, outcome = import_market(row=row(), source="名录")
    assert outcome is Outcome.CREATED
    assert (market.name, market.district.name) == ("红庙便民菜市场", "朝阳区")
    assert market.street
    assert (market.opens, market.closes) == (time(6), time(19))
    assert market.products == ["蔬菜", "水果", "水产"]


def test_the_same_row_again_changes_nothing_and_a_changed_one_updates():
    first, _ = import_market(row=row(), source="名录")
    again, outcome = import_market(row=row(), source="名录")
    assert outcome is Outcome.UNCHANGED
    assert again.updated_at == first.updated_at
    moved, outcome = import_market(row=row(name="红庙菜市场", hours="05:30-20:00"), source="名录")
    assert outcome is Outcome.UPDATED
    assert (moved.pk, moved.slug, moved.name) == (first.pk, first.slug, "红庙菜市场")
    assert Market.objects.count() == 1


def test_the_same_number_of_another_source_is_another_market():
    import_market(row=row(), source="甲")
    import_market(row=row(), source="乙")
    assert Market.objects.count() == 2


def test_a_row_without_number_is_known_by_name_and_address():
    import_market(row=row(id=""), source="名录")
    _, outcome = import_market(row=row(id="", hours="全天"), source="名录")
    assert outcome is Outcome.UPDATED
    assert Market.objects.get().hours == "全天营业"


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"name": ""}, "缺少名称"),
        ({"name": "市" * 81}, "名称超过"),
        ({"lon": "abc"}, "不是数字"),
        ({"lon": "nan"}, "经纬度不对"),
        ({"lat": "inf"}, "经纬度不对"),
        ({"lon": "", "lat": ""}, "不是数字"),
        ({"lon": "39.9170", "lat": "116.4790"}, "经纬度不对"),
        ({"lon": "121.47", "lat": "31.23"}, "不在北京"),
        ({"hours": "早上到晚上"}, "营业时间"),
        ({"hours": "25:00-26:00"}, "营业时间"),
        ({"hours": "", "opens": "06:00"}, "一起给"),
    ],
)
def test_what_cannot_be_a_market_is_refused_in_chinese(changes, word):
    with pytest.raises(InvalidInput) as refused:
        import_market(row=row(**changes), source="名录")
    assert word in refused.value.message
    assert not Market.objects.exists()


def test_chinese_headers_and_separate_clock_columns():
    market, _ = import_market(
        row={
            "编号": "7",
            "名称": "望京市场",
            "经度": "116.4700",
            "纬度": "39.9960",
            "开门": "5:30",
            "关门": "24:00",
        },
        source="名录",
    )
    assert (market.opens, market.closes, market.hours) == (time(5, 30), time(0), "05:30–24:00")


def test_coordinates_of_other_systems_are_converted():
    # GCJ-02 of 天安门 as in STANDARDS.md section 5
    market, _ = import_market(
        row=row(lon="116.39754", lat="39.90870"), source="名录", coordinates=CoordinateSystem.GCJ02
    )
    assert abs(market.lon - 116.3913) < 2e-4
    assert abs(market.lat - 39.9073) < 2e-4


def test_a_known_district_in_the_row_comes_before_the_outlines():
    market, _ = import_market(row=row(district="通州区", street="新街道"), source="名录")
    assert (market.district.name, market.street) == ("通州区", "新街道")
    other, _ = import_market(row=row(id="m2", district="不存在区"), source="名录")
    assert other.district.name == "朝阳区"


def test_a_file_twice_makes_no_duplicates(tmp_path):
    path = tmp_path / "markets.csv"
    path.write_text(
        "\ufeff"
        + HEADER
        + "1,甲市场,地址甲,116.4790,39.9170,06:00-19:00,蔬菜,\n2,乙市场,地址乙,116.3000,39.9600,,,\n",
        encoding="utf-8",
    )
    out, err = run(path)
    assert "新增 2，更新 0，未变 0，有问题 0 行" in out
    assert err == ""
    out, _ = run(path)
    assert "新增 0，更新 0，未变 2" in out
    assert set(Market.objects.values_list("source", flat=True)) == {"markets"}


def test_bad_rows_are_named_by_line_and_the_rest_goes_on(tmp_path):
    path = tmp_path / "markets.csv"
    path.write_text(
        HEADER
        + "1,甲市场,,116.4790,39.9170,,,\n"
        + "2,乙市场,,999,39.9170,,,\n"
        + '3,"丙\n市场",,116.4790,39.9180,,,\n'
        + "4,丁市场,,116.4790,39.9170,,,,多了,两列\n"
        + "1,甲市场又一次,,116.4790,39.9170,,,\n"
        + "6,己市场,,116.4790,39.9190,,,\n",
        encoding="utf-8",
    )
    out, err = run(path, source="名录", demo=True)
    assert "新增 3" in out
    assert "有问题 3 行" in out
    assert [line.split("：")[0] for line in err.splitlines()] == ["第 3 行", "第 6 行", "第 7 行"]
    assert "编号与第 2 行重复" in err
    assert set(Market.objects.values_list("is_demo", flat=True)) == {True}


def test_one_broken_byte_spoils_one_row_not_the_file(tmp_path):
    path = tmp_path / "markets.csv"
    rows = [f"{n},第{n}市场,,116.4790,39.9170,,,\n".encode() for n in range(1, 6)]
    rows[2] = rows[2].replace("第".encode(), b"\xe7\xac")
    path.write_bytes(HEADER.encode() + b"".join(rows))
    out, err = run(path)
    assert "新增 4" in out
    assert err.startswith("第 4 行：")


def test_a_file_in_gb18030_is_read(tmp_path):
    path = tmp_path / "markets.csv"
    path.write_text(HEADER + "1,马家堡菜市场,丰台区,116.3700,39.8500,,,\n", encoding="gb18030")
    run(path)
    assert Market.objects.get().name == "马家堡菜市场"


@pytest.mark.parametrize("content", ["", HEADER, HEADER + "1,,,,,,,\n", "胡言乱语\n"])
def test_a_file_without_one_good_row_fails(tmp_path, content):
    path = tmp_path / "markets.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError, match="没有一行能导入"):
        run(path)


@pytest.mark.parametrize("name", ["missing.csv", "markets.pdf"])
def test_a_file_that_cannot_be_opened_fails(tmp_path, name):
    (tmp_path / "markets.pdf").write_bytes(b"%PDF")
    with pytest.raises(CommandError):
        run(tmp_path / name)
