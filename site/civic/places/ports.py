"""What the bot asks of places: a place that a sentence names."""

from bot.ports import PlaceHit
from civic.places.gazetteer import find_place


def locate(*, text: str) -> PlaceHit | None:
    """Return the most precise place that the text names, or None."""
    place = find_place(text)
    if place is None or place.lon is None or place.lat is None:
        return None
    return PlaceHit(
        name=place.name,
        district=place.district,
        street=place.street,
        lon=place.lon,
        lat=place.lat,
        precision=place.precision,
    )
