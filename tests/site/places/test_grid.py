"""Responsible grid cells: imported, checked, and found again by a point."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from civic.places.grid import GridIndex, cell_at
from civic.places.models import GridCell
from tests.factories import ELSEWHERE, INSIDE

pytestmark = pytest.mark.django_db
LON, LAT = INSIDE
STEP = 0.004


def square(column: int = 0, row: int = 0, step: float = STEP) -> dict[str, Any]:
    west, south = round(LON + column * step, 6), round(LAT + row * step, 6)
    return json.loads(shapely.to_geojson(shapely.box(west, south, west + step, south + step)))


def feature(code: str = "CY-1", geometry: Any = None, **more: Any) -> dict[str, Any]:
    properties = {
        "code": code,
        "name": f"网格{code}",
        "district": "朝阳区",
        "person": "王建国",
        "phone": "010-1",
        **more,
    }
    return {"type": "Feature", "properties": properties, "geometry": geometry or square()}


def run(path: Path, content: Any) -> tuple[str, str]:
    text = (
        content
        if isinstance(content, str)
        else json.dumps({"type": "FeatureCollection", "features": content})
    )
    path.write_text(text, "utf-8")
    out, err = StringIO(), StringIO()
    call_command("import_grid", str(path), stdout=out, stderr=err, verbosity=0)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def geojson(tmp_path: Path) -> Path:
    return tmp_path / "grid.geojson"


def test_a_file_is_imported_once_and_brings_cells_up_to_date(geojson: Path) -> None:
    features = [feature("CY-1"), feature("CY-2", square(1), street="双井街道")]
    assert "新增 2，更新 0，未变 0，有问题 0 个" in run(geojson, features)[0]
    cell = GridCell.objects.get(code="CY-2")
    assert (cell.district.name, cell.street, cell.person) == ("朝阳区", "双井街道", "王建国")
    assert (cell.west, cell.north) == pytest.approx((LON + STEP, LAT + STEP))
    assert "未变 2" in run(geojson, features)[0]
    features[0]["properties"]["person"] = "李秀英"
    features[1]["geometry"] = square(2)
    assert "更新 2" in run(geojson, features)[0]
    assert GridCell.objects.get(code="CY-1").person == "李秀英"
    assert cell_at(LON + 2.5 * STEP, LAT + STEP / 2) == cell
    assert cell_at(LON + 1.5 * STEP, LAT + STEP / 2) is None


@pytest.mark.parametrize("column", ["wkt", "geometry", "polygon"])
def test_a_table_may_hold_wkt_or_geojson(tmp_path: Path, column: str) -> None:
    shape = shapely.from_geojson(json.dumps(square()))
    for number, text in enumerate((shapely.to_wkt(shape, rounding_precision=6), shapely.to_geojson(shape))):
        quoted = text.replace('"', '""')
        out, err = run(
            tmp_path / f"{number}.csv", f'code,name,district,{column}\nCY-1,一号,朝阳区,"{quoted}"\n'
        )
        assert err == ""
        assert ("新增 1" if number == 0 else "未变 1") in out


def ring(*corners: tuple[float, float]) -> dict[str, Any]:
    moved = [[LON + x * STEP, LAT + y * STEP] for x, y in corners]
    return {"type": "Polygon", "coordinates": [[*moved, moved[0]]]}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (feature(geometry=ring((0, 0), (1, 1), (1, 0), (0, 1))), "边界自己相交"),
        (feature(geometry=ring((0, 0), (1, 0), (0, 0))), "不是合格的多边形"),
        (feature(geometry={"type": "Point", "coordinates": [LON, LAT]}), "应是多边形"),
        (feature(geometry={"type": "Polygon", "coordinates": []}), "应是多边形"),
        (feature(geometry={"type": "Polygon", "coordinates": [[["a", "b"]]]}), "读不出来"),
        (feature(geometry={"type": "Polygon", "coordinates": [[[1e400, 1], [2, 2], [3, 1], [1, 1]]]}), ""),
        (feature(geometry="POLYGON((nonsense"), "读不出来"),
        ({"type": "Feature", "properties": feature()["properties"], "geometry": None}, "没有范围"),
        (feature(geometry=json.loads(shapely.to_geojson(shapely.box(121.4, 31.2, 121.5, 31.3)))), "不在北京市内"),
        (feature(geometry=json.loads(shapely.to_geojson(shapely.box(LAT, LON, LAT + 0.01, LON + 0.01)))), "不在北京市内"),
        (feature(geometry=json.loads(shapely.to_geojson(shapely.box(116.2, 39.9, 116.5, 39.91)))), "请分开"),
        (feature(geometry=json.loads(shapely.to_geojson(shapely.box(115.45, 39.45, 115.5, 39.5)))), "不在北京市内"),
        (feature(district="海淀区"), "主要在朝阳区，不在海淀区"),
        (feature(district="浦东新区"), "没有这个区：浦东新区"),
        (feature(district=""), "缺少 district"),
        (feature(code=""), "缺少 code"),
        (feature(code="长" * 21), "最多 20"),
        (feature(name=None), "缺少 name"),
        (feature(name="一\u200b号"), "看不见的字符"),
        (feature(street="中关村街道"), "没有“中关村街道”"),
        (feature(phone="1" * 31), "最多 30"),
        ({"type": "Feature", "geometry": square()}, "不是带属性的 Feature"),
        ("x", "不是带属性的 Feature"),
        (feature("CY-0", square(5)), "编号与第 1 个重复"),
        (feature("CY-9", square(5)), "CY-9 和网格 CY-0 重叠"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_named_and_the_others_are_imported(geojson: Path, wrong: Any, words: str) -> None:
    features = [feature("CY-0", square(5)), wrong, feature("CY-10", square(8))]
    out, err = run(geojson, features)
    assert "第 2 个：" in err
    assert words in err
    assert "新增 2，更新 0，未变 0，有问题 1 个" in out
    assert set(GridCell.objects.values_list("code", flat=True)) == {"CY-0", "CY-10"}


def test_a_sliver_of_overlap_is_how_outlines_are(geojson: Path) -> None:
    def moved(by: float) -> list[dict[str, Any]]:
        return [feature("CY-1"), feature("CY-2", ring((1 - by, 0), (2 - by, 0), (2 - by, 1), (1 - by, 1)))]

    assert "有问题 1 个" in run(geojson, moved(0.05))[0]
    assert "有问题 0 个" in run(geojson, moved(0.01))[0]


def test_a_cell_is_compared_with_those_stored_before_but_not_with_what_it_replaces(geojson: Path) -> None:
    run(geojson, [feature("CY-1"), feature("CY-2", square(1))])
    _, err = run(geojson, [feature("CY-3"), feature("CY-4", square(4))])
    assert "CY-3 和网格 CY-1 重叠" in err
    # The two change places.
    assert "更新 2" in run(geojson, [feature("CY-1", square(1)), feature("CY-2")])[0]


@pytest.mark.parametrize("content", ["[]", "{", '{"type":"FeatureCollection"}', "[" * 100_000, "\x00", ""])
def test_a_file_that_is_no_collection_is_refused(geojson: Path, content: str) -> None:
    with pytest.raises(CommandError):
        run(geojson, content)


def test_a_file_without_one_cell_or_that_is_not_there_fails(geojson: Path) -> None:
    with pytest.raises(CommandError, match="没有一个网格能导入"):
        run(geojson, [feature(district="浦东新区")])
    with pytest.raises(CommandError, match="打不开"):
        call_command("import_grid", str(geojson.with_name("nowhere.geojson")), verbosity=0)


def test_the_lookup_takes_one_query_and_knows_shapes_not_only_boxes(geojson: Path) -> None:
    triangle = ring((0, 0), (1, 0), (0, 1))
    run(
        geojson,
        [feature("CY-1", triangle), feature("CY-2", square(1)), feature("HD-1", square(), district="朝阳区")],
    )
    assert GridCell.objects.count() == 2
    with CaptureQueriesContext(connection) as captured:
        assert cell_at(LON + 0.2 * STEP, LAT + 0.2 * STEP).code == "CY-1"
    assert len(captured) == 1
    assert cell_at(LON + 0.9 * STEP, LAT + 0.9 * STEP) is None
    assert cell_at(*ELSEWHERE) is None
    # On a common border the first by code.
    assert cell_at(round(LON + STEP, 6), LAT).code == "CY-1"
    for nothing in (float("nan"), float("inf"), -1e300):
        assert cell_at(nothing, LAT) is None


def test_a_wide_cell_is_found_from_its_far_side(geojson: Path) -> None:
    wide = shapely.box(116.5, 40.45, 116.69, 40.5)
    run(geojson, [feature("HR-1", json.loads(shapely.to_geojson(wide)), district="怀柔区")])
    assert cell_at(116.689, 40.48).code == "HR-1"
    assert cell_at(116.501, 40.48).code == "HR-1"


@given(st.floats(-0.5, 3.5), st.floats(-0.5, 2.5))
def test_the_index_in_memory_finds_what_the_database_finds(x: float, y: float) -> None:
    if not GridCell.objects.exists():
        cells = [(column, row) for column in range(3) for row in range(2)]
        shapes = [shapely.from_geojson(json.dumps(square(*at))) for at in cells]
        from civic.accounts.models import District

        GridCell.objects.bulk_create(
            GridCell(
                code=f"C{number}", name="格", district=District.objects.first(),
                polygon=json.loads(shapely.to_geojson(shape)),
                **dict(zip(("west", "south", "east", "north"), shape.bounds, strict=True)),
            )
            for number, shape in enumerate(shapes)
        )  # fmt: skip
    point = LON + x * STEP, LAT + y * STEP
    found = cell_at(*point)
    assert GridIndex().cell_at(*point) == (found.pk if found else None)
    assert (found is not None) == (0 <= x <= 3 and 0 <= y <= 2) or min(
        abs(x), abs(y), abs(x - 3), abs(y - 2)
    ) < 1e-3
