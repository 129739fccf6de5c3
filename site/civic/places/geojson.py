"""GeoJSON as RFC 7946 has it: lon, lat order, WGS-84, no `crs` member."""

from collections.abc import Iterable
from typing import Any

from rest_framework.renderers import JSONRenderer

MEDIA_TYPE = "application/geo+json"


class GeoJSONRenderer(JSONRenderer):
    """JSON under GeoJSON's own media type."""

    media_type = MEDIA_TYPE
    format = "geojson"


def point_feature(identifier: str, lon: float, lat: float, properties: dict[str, Any]) -> dict[str, Any]:
    """Return a point with its properties."""
    return {
        "type": "Feature",
        "id": identifier,
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": properties,
    }


def feature_collection(features: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return features in their order."""
    return {"type": "FeatureCollection", "features": list(features)}
