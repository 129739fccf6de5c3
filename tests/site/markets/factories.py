"""Markets for tests: a seeded scatter over the city, rows as a sender would write them."""

import random
from datetime import time

from civic.accounts.models import District
from civic.core.errors import InvalidInput
from civic.core.rows import Row
from civic.markets.models import Market
from civic.places.cells import cell_of
from civic.places.polygons import area_of

TIANANMEN = (116.3913, 39.9073)


def row(**changes: str) -> Row:
    """Return a good row with changes."""
    return {
        "id": "m1",
        "name": "红庙便民菜市场",
        "address": "朝阳区红庙路 5 号",
        "lon": "116.4790",
        "lat": "39.9170",
        "hours": "06:00-19:00",
        "products": "蔬菜、水果、水产",
        "note": "周二消毒，提前一小时关门",
        **changes,
    }


def make_market(number: int = 1, *, lon: float = 116.479, lat: float = 39.917, **changes: object) -> Market:
    """Store a market."""
    fields: dict[str, object] = {
        "slug": f"test-{number}",
        "name": f"测试菜市场{number}号",
        "lon": lon,
        "lat": lat,
        "cell": cell_of(lon, lat),
        "district": District.objects.get(name="朝阳区"),
        "opens": time(6),
        "closes": time(19),
        "source": "test",
        "source_id": str(number),
        **changes,
    }
    return Market.objects.create(**fields)


def points_in_city(count: int, seed: int = 7) -> list[tuple[float, float]]:
    """Return points that lie in the city, the same ones every time."""
    dice = random.Random(seed)
    points: list[tuple[float, float]] = []
    while len(points) < count:
        lon, lat = round(dice.uniform(115.5, 117.4), 5), round(dice.uniform(39.5, 41.0), 5)
        try:
            area_of(lon, lat)
        except InvalidInput:
            continue
        points.append((lon, lat))
    return points
