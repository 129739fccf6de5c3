"""What the bot asks of markets: the nearest ones."""

from django.conf import settings
from django.utils import timezone

from bot.ports import MarketHit, PortError
from civic.core.errors import InvalidInput
from civic.markets.models import Market
from civic.places.polygons import area_of


def nearest_markets(*, lon: float, lat: float, limit: int = 3) -> list[MarketHit]:
    """Return the markets nearest to a point of the city; PortError says in Chinese that it lies outside."""
    try:
        area_of(lon, lat)
    except InvalidInput as error:
        raise PortError(error.message) from error
    now = timezone.now()
    return [
        MarketHit(
            name=market.name,
            address=market.address,
            distance_m=round(distance_m),
            open_now=market.is_open_at(now),
            hours=market.hours,
            url=settings.PUBLIC_BASE_URL.rstrip("/") + market.get_absolute_url(),
        )
        for market, distance_m in Market.objects.nearest(lon, lat, max(1, min(limit, 20)))
    ]
