"""The public API of markets: GeoJSON, nearest first."""

from typing import Any

from django.conf import settings
from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from civic.markets.forms import parse_limit, parse_near, parse_switch
from civic.markets.models import Market
from civic.places.geojson import MEDIA_TYPE, GeoJSONRenderer, feature_collection, point_feature

DEFAULT_LIMIT = 20
MOST = 200

MARKET_PROPERTIES: dict[str, Any] = {
    "slug": {"type": "string"},
    "name": {"type": "string"},
    "address": {"type": "string"},
    "district": {"type": "string"},
    "street": {"type": "string"},
    "hours": {"type": "string"},
    "open_now": {"type": "boolean", "nullable": True},
    "products": {"type": "array", "items": {"type": "string"}},
    "note": {"type": "string"},
    "distance_m": {"type": "integer", "nullable": True},
    "is_demo": {"type": "boolean"},
    "updated_at": {"type": "string", "format": "date-time"},
    "url": {"type": "string", "format": "uri"},
}
COLLECTION_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "features"],
    "properties": {
        "type": {"type": "string", "enum": ["FeatureCollection"]},
        "features": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "id", "geometry", "properties"],
                "properties": {
                    "type": {"type": "string", "enum": ["Feature"]},
                    "id": {"type": "string"},
                    "geometry": {
                        "type": "object",
                        "required": ["type", "coordinates"],
                        "properties": {
                            "type": {"type": "string", "enum": ["Point"]},
                            "coordinates": {
                                "type": "array",
                                "items": {"type": "number"},
                                "minItems": 2,
                                "maxItems": 2,
                            },
                        },
                    },
                    "properties": {
                        "type": "object",
                        "required": list(MARKET_PROPERTIES),
                        "properties": MARKET_PROPERTIES,
                    },
                },
            },
        },
    },
}
ERROR_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "fields"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "fields": {"type": "object", "additionalProperties": {"type": "string"}},
            },
        }
    },
}


class MarketListView(APIView):
    """Markets as GeoJSON."""

    renderer_classes = [JSONRenderer, GeoJSONRenderer]
    authentication_classes: list[type] = []

    @extend_schema(
        operation_id="markets_list",
        summary="菜市场，近的在前",
        parameters=[
            OpenApiParameter(
                "near", OpenApiTypes.STR, description="经度,纬度（WGS-84）；不给则按区和名称排列"
            ),
            OpenApiParameter("open_now", OpenApiTypes.STR, description="1 只要现在营业的", enum=["0", "1"]),
            OpenApiParameter(
                "limit", OpenApiTypes.INT, description=f"最多返回几个，1–{MOST}，默认 {DEFAULT_LIMIT}"
            ),
        ],
        responses={(200, MEDIA_TYPE): COLLECTION_SCHEMA, (400, "application/json"): ERROR_SCHEMA},
    )
    def get(self, request: Request) -> Response:
        near = parse_near(request.query_params.get("near", ""))
        limit = parse_limit(request.query_params.get("limit", ""), default=DEFAULT_LIMIT, most=MOST)
        now = timezone.now()
        markets = Market.objects.visible_to(request.user)
        if parse_switch(request.query_params.get("open_now", ""), "open_now"):
            markets = markets.open_at(now)
        found: list[tuple[Market, float | None]]
        if near:
            found = [(market, metres) for market, metres in markets.nearest(near.lon, near.lat, limit)]
        else:
            found = [(market, None) for market in markets.select_related("district")[:limit]]
        base = settings.PUBLIC_BASE_URL.rstrip("/")
        features = [
            point_feature(
                market.slug,
                market.lon,
                market.lat,
                {
                    "slug": market.slug,
                    "name": market.name,
                    "address": market.address,
                    "district": market.district.name,
                    "street": market.street,
                    "hours": market.hours,
                    "open_now": market.is_open_at(now),
                    "products": market.products,
                    "note": market.note,
                    "distance_m": None if metres is None else round(metres),
                    "is_demo": market.is_demo,
                    "updated_at": market.updated_at,
                    "url": base + market.get_absolute_url(),
                },
            )
            for market, metres in found
        ]
        return Response(feature_collection(features), content_type=MEDIA_TYPE)


urlpatterns_public = [path("markets/", MarketListView.as_view(), name="markets")]
urlpatterns_staff: list = []
