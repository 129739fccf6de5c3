"""Template variables that every page needs."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """Return what the base template shows: the demo banner and the map's tile source."""
    return {
        "DEMO": settings.DEMO,
        "CITY_NAME": settings.CITY_NAME,
        "MAP_TILE_URL": settings.MAP_TILE_URL,
        "MAP_TILE_ATTRIBUTION": settings.MAP_TILE_ATTRIBUTION,
    }
