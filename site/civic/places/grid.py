"""From a point to the responsible grid cell that holds it: one query by the cells' boxes, then the shapes themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from civic.places.models import GridCell

if TYPE_CHECKING:
    import shapely

# The database looks through the boxes whose western edge is near the point. Almost all cells are narrow, so those are
# asked first; the few wide ones, in the mountains, only where none of them holds the point.
REACHES = (0.02, 0.2)  # degrees of longitude; a cell is no wider than the last, about 17 km in Beijing
WIDEST = REACHES[-1]
# Written out: every report asks, and building this query took five times as long as its answer.
BOXES = """
    SELECT * FROM places_gridcell
    WHERE west >= %s AND west <= %s AND east >= %s AND south <= %s AND north >= %s ORDER BY code
"""


def cell_at(lon: float, lat: float) -> GridCell | None:
    """Return the cell that holds a WGS-84 point; the first by code where two meet. One query where cells are narrow."""
    beyond = lon
    for reach in REACHES:
        rows = GridCell.objects.raw(BOXES, [lon - reach, beyond, lon, lat, lat])
        if (found := _holding(rows, lon, lat)) is not None:
            return found
        beyond = lon - reach
    return None


def _holding(rows: Iterable[GridCell], lon: float, lat: float) -> GridCell | None:
    candidates = list(rows)
    if not candidates:
        return None
    import shapely  # with numpy a fifth of a second: not before the site answers

    point = shapely.Point(lon, lat)
    return next((cell for cell in candidates if shape_of(cell.polygon).intersects(point)), None)


def shape_of(polygon: dict[str, Any]) -> shapely.Geometry:
    """Return a cell's GeoJSON geometry as a shape."""
    import shapely

    return shapely.from_geojson(json.dumps(polygon))


class GridIndex:
    """All cells in memory, for looking up many points."""

    def __init__(self) -> None:
        import shapely

        rows = list(GridCell.objects.order_by("code").values_list("pk", "polygon"))
        self._keys = [pk for pk, _ in rows]
        self._tree = shapely.STRtree([shape_of(polygon) for _, polygon in rows])

    def cell_at(self, lon: float, lat: float) -> int | None:
        """Return the key of the cell that holds a point, as the function of this name would."""
        import shapely

        hits = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        return self._keys[min(hits)] if len(hits) else None
