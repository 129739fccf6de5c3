"""What speaks against a case's place: a photo taken elsewhere, or words that name another district. Computed, not kept."""

from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings

from civic.cases.models import Case, PointSource, Report
from civic.cases.services.photo_place import apart
from civic.places.distances import metres, say_distance
from civic.places.gazetteer import find_place

WORDS_FAR_M = 3000  # the gazetteer's points are rough: nearer than this it says nothing


class Doubt(NamedTuple):
    """One sentence for staff, and where the other place is."""

    sentence: str
    lon: float
    lat: float


def doubts(case: Case, reports: Sequence[Report]) -> list[Doubt]:
    """Return what speaks against the place of a case whose reports and photos are loaded."""
    if case.lon is None or case.lat is None:
        return []
    found: list[Doubt] = []
    for report in reports:
        found += _photos(case, report)
        found += _words(case, report)
    return found


def _photos(case: Case, report: Report) -> list[Doubt]:
    assert case.lon is not None
    assert case.lat is not None
    found = []
    for number, photo in enumerate(report.photos.all(), start=1):
        if photo.taken_lon is None or photo.taken_lat is None:
            continue
        pin, taken = (case.lon, case.lat), (photo.taken_lon, photo.taken_lat)
        if apart(pin, taken) > settings.CASE_PHOTO_DISTANCE_M:
            away = say_distance(metres(*pin, *taken))
            sentence = f"第 {number} 张照片是在离这里约 {away}的地方拍的。"
            found.append(Doubt(sentence, photo.taken_lon, photo.taken_lat))
    return found


def _words(case: Case, report: Report) -> list[Doubt]:
    """Return the place that the words name, when it is far from the case's and in another district."""
    assert case.lon is not None
    assert case.lat is not None
    if case.point_source in {PointSource.ADDRESS, PointSource.TEXT}:
        return []
    place = find_place(f"{report.address}，{report.text}")
    if place is None or place.lon is None or place.lat is None or place.precision == "district":
        return []
    here = case.district.name if case.district else ""
    away = metres(case.lon, case.lat, place.lon, place.lat)
    if not place.district or place.district == here or away <= WORDS_FAR_M:
        return []
    sentence = f"文字说的是“{place.text}”（{place.district}{place.street}），图钉在{here}{case.street}，相距约 {say_distance(away)}。"
    return [Doubt(sentence, place.lon, place.lat)]
