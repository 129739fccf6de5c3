"""Pages of markets: the list beside its map, and one market."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from civic.core.errors import InvalidInput
from civic.markets.forms import parse_near
from civic.markets.models import Market
from civic.places.distances import say_distance
from civic.places.gazetteer import find_place

NEAREST = 30
PER_PAGE = 30
NEIGHBOURS = 3
QUERY_LIMIT = 40


@dataclass(frozen=True)
class Item:
    """A market as a list shows it."""

    market: Market
    open_now: bool | None
    distance: str


def _item(market: Market, now: datetime, distance_m: float | None = None) -> Item:
    return Item(market, market.is_open_at(now), "" if distance_m is None else say_distance(distance_m))


@require_safe
def market_list(request: HttpRequest) -> HttpResponse:
    """List markets: those near a point, nearest first, or all by district; by words and by clock."""
    query = request.GET.get("q", "").strip()[:QUERY_LIMIT]
    only_open = request.GET.get("open") == "1"
    near, problem = None, ""
    try:
        near = parse_near(request.GET.get("near", ""))
    except InvalidInput as error:
        problem = error.message
    now = timezone.now()
    markets = Market.objects.visible_to(request.user).matching(query)
    if only_open:
        markets = markets.open_at(now)
    page = None
    if near:
        items = [
            _item(market, now, metres) for market, metres in markets.nearest(near.lon, near.lat, NEAREST)
        ]
    else:
        page = Paginator(markets.select_related("district"), PER_PAGE).get_page(request.GET.get("page"))
        items = [_item(market, now) for market in page]
    near_text = f"{near.lon},{near.lat}" if near else ""
    context: dict[str, Any] = {
        "items": items,
        "page": page,
        "query": query,
        "only_open": only_open,
        "near": near,
        "near_text": near_text,
        "problem": problem,
        "place": _place_named(query) if query and not near else None,
        "without_near": urlencode(
            {key: value for key, value in (("q", query), ("open", "1" if only_open else "")) if value}
        ),
        "now": now,
    }
    return render(request, "markets/list.html", context, status=400 if problem else 200)


def _place_named(query: str) -> dict[str, str] | None:
    """Return the place that the words name and the address of the markets around it."""
    place = find_place(query)
    if place is None or place.lon is None or place.lat is None or place.precision == "district":
        return None
    return {"name": place.name or place.text, "near": f"{place.lon:.5f},{place.lat:.5f}"}


@require_safe
def market_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one market on the map with its facts and its neighbours."""
    markets = Market.objects.visible_to(request.user)
    market = get_object_or_404(markets.select_related("district"), slug=slug)
    now = timezone.now()
    around = markets.exclude(pk=market.pk).nearest(market.lon, market.lat, NEIGHBOURS)
    return render(
        request,
        "markets/detail.html",
        {
            "market": market,
            "open_now": market.is_open_at(now),
            "neighbours": [_item(neighbour, now, metres) for neighbour, metres in around],
        },
    )
