"""Giving a case its place: the true point for staff, the public point for everyone else."""

from dataclasses import dataclass
from functools import lru_cache

from django.db import transaction
from django.utils import timezone

from civic.accounts.models import District
from civic.cases.matters import is_street_facility
from civic.cases.models import Case, CaseEvent, PointSource, Report, Step
from civic.core import outbox
from civic.places.cells import cell_of
from civic.places.gazetteer import find_place
from civic.places.grid import cell_at
from civic.places.polygons import OutsideCity, area_of
from civic.places.snapping import snap


@dataclass(frozen=True)
class Placement:
    """Where a case is, as far as is known."""

    lon: float | None = None
    lat: float | None = None
    district: str = ""
    street: str = ""
    source: str = PointSource.NONE


NOWHERE = Placement()


def place_by_point(point: tuple[float, float], source: str) -> Placement:
    """Return district and street of a point; raise OutsideCity when the city does not hold it."""
    lon, lat = point
    area = area_of(lon, lat)
    return Placement(lon, lat, area.district, area.street, source)


def place_by_text(text: str, source: str) -> Placement:
    """Return the place that a text names, or NOWHERE; a district alone gives no point on the map."""
    place = find_place(text) if text else None
    if place is None or place.lon is None or place.lat is None:
        return NOWHERE
    if place.precision == "district":
        return Placement(district=place.district, source=source)
    try:
        area = area_of(place.lon, place.lat)
    except OutsideCity:
        return NOWHERE
    return Placement(place.lon, place.lat, area.district, area.street, source)


def set_place(case: Case, placement: Placement) -> None:
    """Write a placement into a case that the caller saves."""
    case.lon, case.lat = placement.lon, placement.lat
    case.street, case.point_source = placement.street, placement.source
    case.district = district_named(placement.district)
    set_public_point(case)


def set_grid_cell(case: Case) -> None:
    """Write the responsible grid cell of a case's point into the case, which the caller saves.

    At intake nobody waits for it: the outbox does it for new reports.
    """
    case.grid_cell = None if case.lon is None or case.lat is None else cell_at(case.lon, case.lat)


def set_public_point(case: Case) -> None:
    """Derive the public point: exact for street facilities, else the centre of its 100 m square; none when merged."""
    if case.lon is None or case.lat is None or case.merged_into_id is not None:
        case.public_lon = case.public_lat = case.public_cell = None
        return
    exact = is_street_facility(case.matter_code)
    case.public_lon, case.public_lat = (case.lon, case.lat) if exact else snap(case.lon, case.lat)
    case.public_cell = cell_of(case.public_lon, case.public_lat)


@lru_cache(maxsize=64)
def _known_district(name: str) -> District:
    return District.objects.get(name=name)


def district_named(name: str) -> District | None:
    """Return the district of that name; districts change only when the city's content is loaded."""
    if not name:
        return None
    try:
        return _known_district(name)
    except District.DoesNotExist:
        return None


@transaction.atomic
def supply_place(*, report: Report, lon: float, lat: float, source: str) -> bool:
    """Give a case the point that the person sent after reporting; return whether it still needed one.

    Raises OutsideCity. A case that has a point, or that staff already work on, keeps what it has: the report
    itself never changes.
    """
    placement = place_by_point((lon, lat), source)
    case = Case.objects.select_for_update().get(pk=report.case_id)
    if case.lon is not None or case.step != Step.INTAKE:
        return False
    set_place(case, placement)
    set_grid_cell(case)
    case.updated_at = timezone.now()
    case.save()
    event = CaseEvent.objects.create(
        case=case,
        report=report,
        kind=CaseEvent.Kind.PLACED,
        data={"source": source},
        created_at=case.updated_at,
    )
    outbox.publish(topic="cases.report_changed", payload={"report": report.pk})
    outbox.publish(topic="cases.case_event", payload={"event": event.pk}, key=f"event:{event.pk}")
    return True
