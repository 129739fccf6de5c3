"""Cases of a map view, grouped by grid cell so that no view sends more than a screen can show."""

from dataclasses import dataclass

from django.db.models import Avg, BigIntegerField, Count, F, QuerySet, Value
from django.db.models.expressions import CombinedExpression

from civic.cases.models import Case
from civic.places.cells import shift_of

MAX_POINTS = 500
CELLS_PER_TILE = 2  # a 256 px tile is split 4 × 4: two levels below the map's zoom


@dataclass(frozen=True)
class Box:
    """A map view in degrees."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class Cluster:
    """Several cases near each other: their mean point and number."""

    lon: float
    lat: float
    count: int


def cases_in(box: Box) -> QuerySet[Case]:
    """Return the public cases of a view."""
    return (
        Case.objects.public()
        .placed()
        .filter(public_lon__range=(box.west, box.east), public_lat__range=(box.south, box.north))
    )


def clusters(cases: QuerySet[Case], zoom: int) -> list[Cluster]:
    """Group cases by the cell that fits the zoom; one query."""
    shift = shift_of(min(zoom + CELLS_PER_TILE, 31))
    cell = CombinedExpression(F("public_cell"), ">>", Value(shift), output_field=BigIntegerField())
    rows = (
        cases.annotate(cell=cell)
        .values("cell")
        .annotate(count=Count("pk"), lon=Avg("public_lon"), lat=Avg("public_lat"))
        .order_by()
    )
    return [Cluster(row["lon"], row["lat"], row["count"]) for row in rows]
