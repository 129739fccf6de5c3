"""The best place that a text names, from nlp's gazetteer over the city's content."""

from nlp import Gazetteer
from nlp.places import Place

PRECISION = {"point": 0, "place": 1, "street": 2, "district": 3}


def find_place(text: str) -> Place | None:
    """Return the most precise place in the text that has a point; the longer name wins a tie."""
    hits = [place for place in Gazetteer.default().locate(text) if place.lon is not None]
    return min(hits, key=lambda place: (PRECISION.get(place.precision, 9), -len(place.text)), default=None)
