"""From a point to its district and street, by the city's polygons."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings

from civic.core.errors import InvalidInput

if TYPE_CHECKING:
    import shapely


class Area(NamedTuple):
    """The district and street that hold a point."""

    district: str
    street: str


class OutsideCity(InvalidInput):
    """The point is not in the city, or not a point on Earth."""

    default_code = "outside_city"


class _Index(NamedTuple):
    tree: shapely.STRtree
    areas: list[Area]


@lru_cache(maxsize=1)
def _index() -> _Index:
    import shapely  # with numpy a fifth of a second: not before the site answers

    path: Path = settings.CONTENT_DIR / "boundaries" / "towns.geojson"
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    shapes = shapely.from_geojson([json.dumps(feature["geometry"]) for feature in features])
    shapely.prepare(shapes)
    areas = [Area(feature["properties"]["district"], feature["properties"]["street"]) for feature in features]
    return _Index(shapely.STRtree(shapes), areas)


def area_of(lon: float, lat: float) -> Area:
    """Return the district and street of a WGS-84 point; raise OutsideCity where there is none.

    A point on a shared border belongs to the first polygon of the file.
    """
    west, south, east, north = settings.CITY_BBOX
    # Written so that NaN fails as well: every comparison with NaN is false.
    if not (west <= lon <= east and south <= lat <= north):
        raise OutsideCity(_outside_message(), fields={"lon": _outside_message()})
    import shapely

    index = _index()
    hits = index.tree.query(shapely.Point(lon, lat), predicate="intersects")
    if not len(hits):
        raise OutsideCity(_outside_message(), fields={"lon": _outside_message()})
    return index.areas[min(hits)]


def areas_of(shape: shapely.Geometry) -> dict[str, float]:
    """Return how a shape is shared among the districts, as parts of its area; what lies outside the city is left out."""
    index, shares = _index(), dict[str, float]()
    for hit in index.tree.query(shape, predicate="intersects"):
        part = index.tree.geometries[hit].intersection(shape).area / shape.area
        district = index.areas[hit].district
        shares[district] = shares.get(district, 0.0) + part
    return shares


@lru_cache(maxsize=64)
def streets_of(district: str) -> frozenset[str]:
    """Return the streets of a district, by its polygons."""
    return frozenset(area.street for area in _index().areas if area.district == district)


def streets_beginning(given: str, districts: Iterable[str]) -> list[str]:
    """Return the streets of some districts whose names begin so: an index finds each, but not a beginning."""
    known = frozenset[str]().union(*map(streets_of, districts))
    return sorted(street for street in known if street.startswith(given))


def _outside_message() -> str:
    return f"这个位置不在{settings.CITY_NAME}市范围内。"
