"""What is worth how many points, and which sum is which level: data of the city, in content/engagement/points.yaml."""

from functools import lru_cache
from typing import Any, NamedTuple

import yaml
from django.conf import settings
from django.db.models import Sum

from civic.engagement.models import Point


class Level(NamedTuple):
    """A level and the sum from which one has it."""

    name: str
    least: int


class Standing(NamedTuple):
    """Where a person stands: the sum, the level, the next one (None at the top) and how much is missing."""

    total: int
    level: Level
    following: Level | None
    missing: int
    share: int  # per cent of the way from this level to the next


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    path = settings.CONTENT_DIR / "engagement" / "points.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def amount_of(reason: str) -> int:
    """Return what a reason is worth; KeyError for an unknown one."""
    return int(_data()["reasons"][reason]["points"])


def reason_name(reason: str) -> str:
    """Return a reason in Chinese."""
    data = _data()
    entry = data["reasons"].get(reason) or data["taken_back"].get(reason)
    return str(entry["name"]) if entry else reason


@lru_cache(maxsize=1)
def levels() -> tuple[Level, ...]:
    """Return all levels, the lowest first."""
    return tuple(
        sorted((Level(row["name"], row["from"]) for row in _data()["levels"]), key=lambda one: one.least)
    )


def total_of(user: Any) -> int:
    """Return a person's sum."""
    return Point.objects.filter(user=user).aggregate(sum=Sum("amount"))["sum"] or 0


def standing_of(total: int) -> Standing:
    """Return where a sum stands among the levels."""
    level = [one for one in levels() if one.least <= max(total, 0)][-1]
    following = next((one for one in levels() if one.least > max(total, 0)), None)
    if following is None:
        return Standing(total, level, None, 0, 100)
    way = following.least - level.least
    return Standing(
        total, level, following, following.least - total, round(100 * (total - level.least) / way)
    )
