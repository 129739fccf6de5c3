"""Responsible grid cells for the demo's streets: each street cut into four, clearly marked as no official grid."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import shapely
from django.conf import settings

from civic.accounts.models import District
from civic.core.errors import InvalidInput
from civic.places.grid_import import Source, import_cells

PEOPLE = ("小赵", "小钱", "小孙", "小李")
QUARTERS = ("西南", "东南", "西北", "东北")
SMALLEST = 1e-7  # square degrees, about 1,000 m²: what is less is a splinter of the outline


def load_grid(rows: Iterable[dict[str, str]]) -> int:
    """Store the demo's cells for the streets that the demo's cases name; return how many there are."""
    wanted = {(row["district"], row["street"]) for row in rows}
    count = 0
    for result in import_cells(list(_cells(wanted))):
        if result.outcome is None:
            raise InvalidInput(f"{result.where}：{result.problem}")
        count += 1
    return count


def _cells(wanted: set[tuple[str, str]]) -> Iterator[Source]:
    path = settings.CONTENT_DIR / "boundaries" / "towns.geojson"
    districts = dict(District.objects.values_list("name", "code"))
    for number, feature in enumerate(json.loads(path.read_text("utf-8"))["features"], start=1):
        about = feature["properties"]
        if (about["district"], about["street"]) not in wanted:
            continue
        outline = shapely.make_valid(shapely.from_geojson(json.dumps(feature["geometry"])))
        for quarter, shape in enumerate(_quarters(outline)):
            if shape is None:
                continue
            row = {
                "code": f"DEMO-{districts[about['district']]}-{number:03}{quarter + 1}",
                "name": f"{about['street']}{QUARTERS[quarter]}演示网格",
                "district": about["district"],
                "street": about["street"],
                "person": f"网格员{PEOPLE[(number + quarter) % len(PEOPLE)]}（演示）",
                "phone": f"010-0000{number:03}{quarter + 1}",
            }
            yield Source(row["name"], row, json.loads(shapely.to_geojson(shape)))


def _quarters(outline: Any) -> list[Any]:
    """Return an outline cut at the middle of its box: south-west, south-east, north-west, north-east."""
    west, south, east, north = outline.bounds
    x, y = (west + east) / 2, (south + north) / 2
    boxes = ((west, south, x, y), (x, south, east, y), (west, y, x, north), (x, y, east, north))
    return [_area_of(outline.intersection(shapely.box(*box))) for box in boxes]


def _area_of(shape: Any) -> Any:
    """Return the polygons of a shape, valid also when rounded to the decimals that are kept; None for a splinter."""
    rounded = shapely.set_precision(shape, 1e-6)
    parts = [
        part for part in shapely.get_parts(rounded) if part.geom_type == "Polygon" and part.area > SMALLEST
    ]
    return shapely.MultiPolygon(parts) if len(parts) > 1 else parts[0] if parts else None
