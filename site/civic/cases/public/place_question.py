"""The question of the report form whose photos were taken far from its pin."""

from typing import Any, NamedTuple

from civic.cases.public.held_photos import hold
from civic.cases.services.checking import check_point
from civic.cases.services.photo_place import CHOICES, question_about, taken_at
from civic.places.distances import say_distance
from civic.places.polygons import area_of


class Asked(NamedTuple):
    """What the page asks: how far, where the photo was taken, and the photos that wait for the answer."""

    distance: str
    where: str
    held: str
    photos: int


def ask_about_place(data: dict[str, Any]) -> Asked | None:
    """Return the question that a valid form raises, its photos kept meanwhile; None when there is none or it is answered."""
    if data["place_choice"] in CHOICES or not data["photos"]:
        return None
    pin = check_point(data["lon"], data["lat"])
    question = question_about(taken_at(data["photos"]), pin)
    if question is None:
        return None
    area = area_of(question.lon, question.lat)
    held = hold(data["photos"])
    return Asked(
        say_distance(question.distance_m), f"{area.district}{area.street}", held, len(data["photos"])
    )
