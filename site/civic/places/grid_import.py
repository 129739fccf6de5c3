"""Importing responsible grid cells: each row is read, checked against the city and the other cells, and kept."""

import csv
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from civic.accounts.models import District
from civic.core.errors import InvalidInput
from civic.core.rows import open_table
from civic.places.grid import WIDEST, shape_of
from civic.places.models import GridCell
from civic.places.polygons import areas_of, streets_of

if TYPE_CHECKING:
    import shapely

COLUMNS = ("code", "name", "district", "street", "person", "phone")
LIMITS = {"code": 20, "name": 60, "street": 40, "person": 40, "phone": 30}
GEOMETRY = ("geometry", "wkt", "polygon")  # columns of a table, the first that is there
SLIVER = 0.02  # of the smaller cell: outlines drawn side by side never fit exactly
INSIDE = 0.9  # of a cell that must lie in its district: the city's outlines are as rough
CORNERS = 5000
PLACES = 6  # decimals of a degree, a tenth of a metre
GEOJSON = {".geojson", ".json"}
BATCH = 500


class CellOutcome(StrEnum):
    """What became of an imported row."""

    NEW = "新增"
    CHANGED = "更新"
    SAME = "未变"


@dataclass(frozen=True)
class Source:
    """A row and where it stands in its file, or the Chinese sentence that says why it cannot be read."""

    where: str
    row: Mapping[str, str] | None
    geometry: Any = None  # GeoJSON as data, or WKT or GeoJSON as text
    problem: str = ""


@dataclass(frozen=True)
class Result:
    """What happened to a row: an outcome, or a sentence that says why it was left out."""

    where: str
    outcome: CellOutcome | None = None
    problem: str = ""


@dataclass(frozen=True)
class _Cell:
    where: str
    values: dict[str, Any]
    shape: "shapely.Geometry"


def read_cells(path: Path) -> list[Source]:
    """Return the rows of a GeoJSON FeatureCollection or a table; InvalidInput when it cannot be read at all."""
    if path.suffix.lower() in GEOJSON:
        return list(_features(path))
    csv.field_size_limit(max(csv.field_size_limit(), 5_000_000))  # an outline is one long cell
    return [
        Source(f"第 {line.number} 行", line.row, _column(line.row or {}), line.problem)
        for line in open_table(path).rows
    ]


def _column(row: Mapping[str, str]) -> str:
    return next((row[name] for name in GEOMETRY if row.get(name)), "")


def _features(path: Path) -> Iterator[Source]:
    try:
        data = json.loads(path.read_bytes())
    except OSError as error:
        raise InvalidInput(f"打不开文件 {path}：{error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{path.name} 不是合格的 JSON") from error
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list):
        raise InvalidInput(f"{path.name} 不是 GeoJSON 的 FeatureCollection")
    for number, feature in enumerate(features, start=1):
        where = f"第 {number} 个"
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(properties, dict):
            yield Source(where, None, problem="不是带属性的 Feature")
            continue
        row = {
            str(key).lower(): "" if value is None else str(value).strip() for key, value in properties.items()
        }
        yield Source(where, row, feature.get("geometry"))


def import_cells(sources: Iterable[Source]) -> Iterator[Result]:
    """Check and store rows, yielding what happened to each as soon as it is certain.

    A cell whose code is known is the same cell. A row that overlaps another cell by more than a sliver is left out:
    the cells stored before it and those earlier in the file stand.
    """
    import shapely

    districts = {district.name: district for district in District.objects.all()}
    good: list[_Cell] = []
    seen: dict[str, str] = {}
    for source in sources:
        try:
            cell = _check(source, districts)
        except InvalidInput as error:
            yield Result(source.where, problem=error.message)
            continue
        code = cell.values["code"]
        if code in seen:
            yield Result(source.where, problem=f"编号与{seen[code]}重复")
            continue
        seen[code] = source.where
        good.append(cell)
    kept = {row.code: row for row in GridCell.objects.all()}
    others = [(code, shape_of(row.polygon)) for code, row in kept.items() if code not in seen]
    shapes = [shape for _, shape in others] + [cell.shape for cell in good]
    names = [code for code, _ in others] + [cell.values["code"] for cell in good]
    tree, left_out = shapely.STRtree(shapes), set[int]()
    pending: list[tuple[_Cell, CellOutcome]] = []
    for index, cell in enumerate(good, start=len(others)):
        before = (hit for hit in tree.query(cell.shape) if hit < index and hit not in left_out)
        overlapping = next((hit for hit in sorted(before) if _overlap(cell.shape, shapes[hit])), None)
        if overlapping is not None:
            left_out.add(index)
            yield Result(cell.where, problem=f"{cell.values['code']} 和网格 {names[overlapping]} 重叠")
            continue
        pending.append((cell, _outcome(cell, kept)))
        if len(pending) >= BATCH:
            yield from _store(pending, kept)
            pending = []
    yield from _store(pending, kept)


def _overlap(one: "shapely.Geometry", other: "shapely.Geometry") -> bool:
    return bool(one.intersection(other).area > SLIVER * min(one.area, other.area))


def _outcome(cell: _Cell, kept: Mapping[str, GridCell]) -> CellOutcome:
    known = kept.get(cell.values["code"])
    if known is None:
        return CellOutcome.NEW
    same = all(getattr(known, name) == value for name, value in cell.values.items())
    return CellOutcome.SAME if same else CellOutcome.CHANGED


def _store(pending: list[tuple[_Cell, CellOutcome]], kept: Mapping[str, GridCell]) -> Iterator[Result]:
    new = [GridCell(**cell.values) for cell, outcome in pending if outcome is CellOutcome.NEW]
    changed = []
    for cell, outcome in pending:
        if outcome is CellOutcome.CHANGED:
            row = kept[cell.values["code"]]
            for name, value in cell.values.items():
                setattr(row, name, value)
            changed.append(row)
    with transaction.atomic():
        GridCell.objects.bulk_create(new)
        if changed:
            fields = [field.name for field in GridCell._meta.fields if field.name not in {"id", "code"}]
            GridCell.objects.bulk_update(changed, fields)
    for cell, outcome in pending:
        yield Result(cell.where, outcome)


def _check(source: Source, districts: Mapping[str, District]) -> _Cell:
    if source.row is None:
        raise InvalidInput(source.problem)
    row = {name: " ".join(source.row.get(name, "").split()) for name in COLUMNS}
    for name, limit in LIMITS.items():
        if len(row[name]) > limit:
            raise InvalidInput(f"{name} 最多 {limit} 个字符")
    for name in ("code", "name", "district"):
        if not row[name]:
            raise InvalidInput(f"缺少 {name}")
    if any(not char.isprintable() for value in row.values() for char in value):
        raise InvalidInput("含有看不见的字符")
    district = districts.get(row["district"])
    if district is None:
        raise InvalidInput(f"没有这个区：{row['district'][:20]}")
    if row["street"] and row["street"] not in streets_of(district.name):
        raise InvalidInput(f"{district.name}没有“{row['street'][:20]}”这个街道")
    shape = _shape(source.geometry)
    _check_shape(shape, district.name)
    west, south, east, north = (float(edge) for edge in shape.bounds)
    values = {
        **row, "district": district, "polygon": _as_data(shape),
        "west": west, "south": south, "east": east, "north": north,
    }  # fmt: skip
    return _Cell(source.where, values, shape)


def _shape(geometry: Any) -> "shapely.Geometry":
    """Return a polygon from GeoJSON or WKT, its corners rounded, so that importing again gives the same."""
    import shapely

    if not geometry:
        raise InvalidInput("没有范围（geometry）")
    text = geometry if isinstance(geometry, str) else json.dumps(geometry)
    try:
        shape = shapely.from_geojson(text) if text.lstrip().startswith("{") else shapely.from_wkt(text)
    except (shapely.errors.ShapelyError, ValueError, TypeError):
        raise InvalidInput("范围读不出来：应是 GeoJSON 或 WKT 的多边形") from None
    if shape is None or shape.geom_type not in {"Polygon", "MultiPolygon"} or shape.is_empty:
        raise InvalidInput("范围应是多边形（Polygon 或 MultiPolygon）")
    if shapely.get_num_coordinates(shape) > CORNERS:
        raise InvalidInput(f"范围的角点超过 {CORNERS} 个")
    return shapely.transform(shapely.force_2d(shape), lambda corners: corners.round(PLACES))


def _check_shape(shape: "shapely.Geometry", district: str) -> None:
    import shapely

    if not all(math.isfinite(edge) for edge in shape.bounds):
        raise InvalidInput("范围里有不是数字的坐标")
    if not shape.is_valid or shape.area == 0:
        raise InvalidInput(f"范围不是合格的多边形（边界自己相交或重合）：{shapely.is_valid_reason(shape)}")
    west, south, east, north = shape.bounds
    city = settings.CITY_BBOX
    if west < city[0] or south < city[1] or east > city[2] or north > city[3]:
        raise InvalidInput(f"范围不在{settings.CITY_NAME}市内（坐标应是 WGS-84 的经度、纬度）")
    if east - west > WIDEST:
        raise InvalidInput(f"范围东西超过 {WIDEST} 度，网格不应这么大，请分开")
    shares = areas_of(shape)
    if sum(shares.values()) < INSIDE:
        raise InvalidInput(f"范围有一部分不在{settings.CITY_NAME}市内")
    if shares.get(district, 0.0) < INSIDE:
        most = max(shares, key=lambda name: shares[name])
        raise InvalidInput(f"范围主要在{most}，不在{district}")


def _as_data(shape: "shapely.Geometry") -> dict[str, Any]:
    import shapely

    data: dict[str, Any] = json.loads(shapely.to_geojson(shape))
    return data
