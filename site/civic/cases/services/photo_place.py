"""A photo's own position beside the pin: where they differ by far, the person who reported is asked which is meant."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from PIL import Image

from civic.cases.exif import position_of
from civic.cases.models import Case, CaseEvent, Photo, PointSource, Report, Step
from civic.cases.services.photos import FORMATS, CheckedPhoto
from civic.cases.services.placing import NOWHERE, Placement, place_by_point, set_grid_cell, set_place
from civic.core import outbox
from civic.core.errors import Conflict, InvalidInput
from civic.places.coordinates import wgs84_from_gcj02
from civic.places.distances import metres
from civic.places.polygons import OutsideCity, area_of

PIN, PHOTO = "pin", "photo"
CHOICES = (PIN, PHOTO)
ANSWERED = "answer_place"
BY_STAFF = "correct_place"
NO_POSITION = "照片里没有本市范围内的位置，请在地图上选点。"
Point = tuple[float, float]


@dataclass(frozen=True)
class PlaceQuestion:
    """Where the photo was taken that lies nearest to the pin, and how far that is."""

    distance_m: int
    lon: float
    lat: float


def taken_at(files: Sequence[UploadedFile]) -> list[Point]:
    """Return the positions that files hold, without decoding them; what is no photo holds none."""
    found = []
    for file in files[: settings.PHOTO_LIMIT_COUNT]:
        try:
            file.seek(0)
            with Image.open(file, formats=list(FORMATS)) as image:
                small = image.width * image.height <= settings.PHOTO_LIMIT_PIXELS
                position = position_of(image) if small else None
        except Exception:  # whoever checks the photos says what is wrong with them
            position = None
        finally:
            file.seek(0)
        if position is not None:
            found.append(position)
    return found


def positions_of(photos: Iterable[CheckedPhoto]) -> list[Point]:
    """Return the positions of photos that were checked."""
    return [photo.taken for photo in photos if photo.taken is not None]


def question_about(positions: Iterable[Point], pin: Point | None) -> PlaceQuestion | None:
    """Return what to ask when no photo was taken near the pin; None when one was, or none was in the city."""
    if pin is None:
        return None
    far = [(apart(pin, position), position) for position in positions if _in_city(position)]
    if not far:
        return None
    away, (lon, lat) = min(far)
    if away <= settings.CASE_PHOTO_DISTANCE_M:
        return None
    return PlaceQuestion(round(metres(*pin, lon, lat)), lon, lat)


def place_by_photos(positions: Iterable[Point]) -> Placement:
    """Return the place of the first photo taken in the city, for a report that has no other."""
    for position in positions:
        if _in_city(position):
            return place_by_point(position, PointSource.GPS)
    return NOWHERE


def point_of_choice(choice: str, positions: Sequence[Point], pin: Point | None) -> Point | None:
    """Return the point that the person means; InvalidInput for another answer, or a photo without a position."""
    if choice not in {"", *CHOICES}:
        message = "请回答 pin（图钉处）或 photo（照片拍摄处）。"
        raise InvalidInput(message, code="bad_choice", fields={"place_confirmed": message})
    if choice != PHOTO:
        return pin
    inside = [position for position in positions if _in_city(position)]
    if not inside:
        raise InvalidInput(NO_POSITION, code="no_photo_place", fields={"place_confirmed": NO_POSITION})
    return inside[0] if pin is None else min(inside, key=lambda position: apart(pin, position))


def apart(pin: Point, position: Point) -> float:
    """Return metres at the least: some telephones write GCJ-02 into photos, half a kilometre off, which means nothing."""
    return min(metres(*pin, *position), metres(*pin, *wgs84_from_gcj02(*position)))


def _in_city(position: Point) -> bool:
    try:
        area_of(*position)
    except OutsideCity:
        return False
    return True


def open_question(report: Report) -> PlaceQuestion | None:
    """Return what the person may still be asked about a stored report."""
    if report.lon is None or report.lat is None or report.case.step != Step.INTAKE:
        return None
    if CaseEvent.objects.filter(case=report.case_id, kind=CaseEvent.Kind.PLACED).exists():
        return None
    return question_about(_stored_positions(report), (report.lon, report.lat))


def _stored_positions(report: Report) -> list[Point]:
    rows = Photo.objects.filter(report=report, event=None, taken_lon__isnull=False).order_by(
        "created_at", "pk"
    )
    found = rows.values_list("taken_lon", "taken_lat")
    return [(lon, lat) for lon, lat in found if lon is not None and lat is not None]


def answer_place(*, report: Report, choice: str, at: datetime | None = None) -> Case:
    """Let the person who reported say whether the pin or the photo shows the place, while nobody works on the case.

    Raises InvalidInput (no such answer, no photo with a position) and Conflict (the case is past intake, or in
    another's).
    """
    if not choice:
        message = "请选择图钉处或照片拍摄处。"
        raise InvalidInput(message, fields={"place": message})
    pin = None if report.lon is None or report.lat is None else (report.lon, report.lat)
    point = point_of_choice(choice, _stored_positions(report), pin)
    if point is None:
        message = "这条反映没有图钉，请选照片拍摄处。"
        raise InvalidInput(message, code="no_pin", fields={"place": message})
    placement = place_by_point(point, PointSource.GPS if choice == PHOTO else PointSource.PIN)
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=report.case_id)
        if case.step != Step.INTAKE:
            raise Conflict("案件已经开始办理，位置请在补充说明里写。", code="wrong_step")
        if case.reports.order_by("received_at", "pk").values_list("pk", flat=True)[0] != report.pk:
            raise Conflict("这条反映已并入另一件，位置以那一件为准。", code="merged")
        if CaseEvent.objects.filter(case=case, action=BY_STAFF).exists():
            raise Conflict("受理员已经核实过位置，要更正请在补充说明里写。", code="already_placed")
        if (case.lon, case.lat) == point and CaseEvent.objects.filter(case=case, action=ANSWERED).exists():
            return case
        set_place(case, placement)
        set_grid_cell(case)
        case.updated_at = at or timezone.now()
        case.save()
        event = CaseEvent.objects.create(
            case=case, report=report, kind=CaseEvent.Kind.PLACED, action=ANSWERED, actor=report.reporter,
            data={"source": placement.source, "choice": choice}, created_at=case.updated_at,
        )  # fmt: skip
        outbox.publish(topic="cases.report_changed", payload={"report": report.pk})
        outbox.publish(topic="cases.case_event", payload={"event": event.pk}, key=f"event:{event.pk}")
    return case
