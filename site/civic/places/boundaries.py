"""The outlines of districts and streets as the base map draws them: GeoJSON with a point for each label."""

import gzip
import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

LAYERS = ("districts", "towns")
LABEL_TOLERANCE = 0.002  # degrees; a label's place needs no more
SCHEME = "1"  # change it when `document` changes what it adds to the file


class Document(NamedTuple):
    """One layer ready to be sent."""

    body: bytes
    packed: bytes


def _path(layer: str) -> Path:
    return settings.CONTENT_DIR / "boundaries" / f"{layer}.geojson"


@lru_cache(maxsize=len(LAYERS))
def version(layer: str) -> str:
    """Return sixteen hex digits that change whenever the layer does; cheap, so that pages can ask."""
    return hashlib.sha256(SCHEME.encode() + _path(layer).read_bytes()).hexdigest()[:16]


@lru_cache(maxsize=len(LAYERS))
def document(layer: str) -> Document:
    """Return a layer with `label`, the centre of the largest circle inside each outline (lon, lat)."""
    import shapely  # with numpy a fifth of a second: not before the site answers

    collection = json.loads(_path(layer).read_text(encoding="utf-8"))
    features = collection["features"]
    shapes = shapely.from_geojson([json.dumps(feature["geometry"]) for feature in features])
    for feature, circle in zip(
        features, shapely.maximum_inscribed_circle(shapes, LABEL_TOLERANCE), strict=True
    ):
        feature["properties"]["label"] = [round(value, 5) for value in circle.coords[0]]
    body = json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()
    return Document(body, gzip.compress(body, mtime=0))
