"""All reading of markets: by words, by clock, nearest first."""

from datetime import datetime, time
from typing import TYPE_CHECKING, NamedTuple

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from civic.places.distances import box_around, metres

if TYPE_CHECKING:
    from civic.markets.models import Market

FIRST_RADIUS_M = 1500.0
GROWTH = 3.0
LAST_RADIUS_M = 300_000.0  # farther than any two points of a city


class Nearby(NamedTuple):
    """A market and how far it is from the point that was asked about."""

    market: "Market"
    distance_m: float


class MarketQuerySet(models.QuerySet["Market"]):
    """Reads of markets."""

    def visible_to(self, user: object) -> "MarketQuerySet":
        """Markets are public: everyone sees all of them."""
        return self.all()

    def matching(self, text: str) -> "MarketQuerySet":
        """Markets whose name, place or goods hold every word of `text`."""
        found = self.all()
        for word in text.split()[:8]:
            found = found.filter(
                Q(name__icontains=word)
                | Q(address__icontains=word)
                | Q(street__icontains=word)
                | Q(district__name__icontains=word)
                | Q(goods__icontains=word)
            )
        return found

    def open_at(self, moment: datetime) -> "MarketQuerySet":
        """Markets whose hours hold the moment by the city's clock; those of unknown hours are left out."""
        now: time = timezone.localtime(moment).time()
        by_day = Q(opens__lt=F("closes"), opens__lte=now, closes__gt=now)
        over_midnight = Q(opens__gt=F("closes")) & (Q(opens__lte=now) | Q(closes__gt=now))
        return self.filter(Q(opens=F("closes")) | by_day | over_midnight)

    def nearest(self, lon: float, lat: float, limit: int) -> list[Nearby]:
        """Return up to `limit` markets nearest first, each with its distance.

        A box over the indexed columns grows until the circle in it holds enough: at most six queries whatever
        the number of markets.
        """
        radius = FIRST_RADIUS_M
        while True:
            box = box_around(lon, lat, radius)
            inside = self.filter(lat__range=(box.south, box.north), lon__range=(box.west, box.east))
            measured = (
                Nearby(market, metres(lon, lat, market.lon, market.lat))
                for market in inside.select_related("district").order_by("pk")
            )
            found = [nearby for nearby in measured if nearby.distance_m <= radius]
            if len(found) >= limit or radius >= LAST_RADIUS_M:
                return sorted(found, key=lambda nearby: (nearby.distance_m, nearby.market.pk))[:limit]
            radius = min(radius * GROWTH, LAST_RADIUS_M)
