"""GeoJSON of the public map (RFC 7946: lon, lat order, no crs member)."""

import math
from typing import Any

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from civic.cases.matters import matter_name
from civic.cases.models import Report, Step
from civic.cases.presentation import public_case
from civic.core.errors import InvalidInput
from civic.maps.clusters import MAX_POINTS, Box, cases_in, clusters

POINTS_FROM_ZOOM = 15
COLLECTION = {
    "type": "object",
    "required": ["type", "features", "truncated"],
    "properties": {
        "type": {"type": "string", "enum": ["FeatureCollection"]},
        "truncated": {"type": "boolean", "description": "点太多，只给出最新的一部分"},
        "features": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "geometry", "properties"],
                "properties": {
                    "type": {"type": "string", "enum": ["Feature"]},
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
                                "description": "经度、纬度",
                            },
                        },
                    },
                    "properties": {
                        "type": "object",
                        "required": ["cluster"],
                        "properties": {
                            "cluster": {
                                "type": "boolean",
                                "description": "是聚合（有 count）还是一件（有编号）",
                            },
                            "count": {"type": "integer"},
                            "number": {"type": "string"},
                            "matter": {"type": "string"},
                            "matter_certain": {
                                "type": "boolean",
                                "description": "false：只是自动的初步判断，待人工确认",
                            },
                            "matter_confirmed": {"type": "boolean", "description": "是否由人给出"},
                            "matter_note": {"type": "string"},
                            "code": {"type": "string"},
                            "step": {"type": "string"},
                            "step_label": {"type": "string"},
                            "district": {"type": "string"},
                            "street": {"type": "string"},
                            "received_at": {"type": "string", "format": "date-time"},
                            "url": {"type": "string"},
                        },
                    },
                },
            },
        },
    },
}


def box_of(text: str) -> Box:
    """Parse `west,south,east,north`; InvalidInput with a sentence for anything else."""
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        values = []
    if len(values) != 4 or not all(math.isfinite(value) for value in values):
        raise InvalidInput("bbox 应为 西,南,东,北 四个十进制度数。", fields={"bbox": "应为 西,南,东,北。"})
    box = Box(*values)
    if not (-180 <= box.west <= box.east <= 180 and -90 <= box.south <= box.north <= 90):
        raise InvalidInput("bbox 的范围不对：西不大于东，南不大于北。", fields={"bbox": "范围不对。"})
    return box


def feature(lon: float, lat: float, properties: dict[str, Any]) -> dict[str, Any]:
    """Return one GeoJSON point."""
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]},
        "properties": properties,
    }


class MapCasesView(APIView):
    """Cases of a map view: clusters from afar, single reports from near."""

    @extend_schema(
        parameters=[
            OpenApiParameter("bbox", str, required=True, description="西,南,东,北（WGS-84）"),
            OpenApiParameter("zoom", int, description="地图级别 0–22，默认 11"),
            OpenApiParameter("step", str, enum=list(Step.values)),
        ],
        summary="地图上的公开案件：远看聚合，近看逐件",
        responses={(200, "application/geo+json"): COLLECTION},
        operation_id="map_cases",
    )
    def get(self, request: Request) -> Response:
        box = box_of(request.query_params.get("bbox", ""))
        zoom_text = request.query_params.get("zoom", "11")
        if not zoom_text.isdecimal() or len(zoom_text) > 4 or not 0 <= int(zoom_text) <= 22:
            raise InvalidInput("zoom 应为 0 到 22 的整数。", fields={"zoom": "应为 0 到 22 的整数。"})
        zoom = int(zoom_text)
        cases = cases_in(box)
        step = request.query_params.get("step", "")
        if step:
            if step not in Step.values:
                raise InvalidInput("没有这个步骤。", fields={"step": "没有这个步骤。"})
            cases = cases.filter(step=step)
        if zoom >= POINTS_FROM_ZOOM:
            reports = (
                Report.objects.filter(case__in=cases.values("pk"))
                .with_public_parts()
                .order_by("-received_at", "-pk")[: MAX_POINTS + 1]
            )
            rows = list(reports)
            features = [point_of(report) for report in rows[:MAX_POINTS]]
            truncated = len(rows) > MAX_POINTS
        else:
            features = [
                feature(item.lon, item.lat, {"cluster": True, "count": item.count})
                for item in clusters(cases, zoom)
            ]
            truncated = False
        body = {"type": "FeatureCollection", "features": features, "truncated": truncated}
        return Response(
            body, headers={"Cache-Control": "public, max-age=5"}, content_type="application/geo+json"
        )


def point_of(report: Report) -> dict[str, Any]:
    """Return a report's public face as a GeoJSON point."""
    face = public_case(report)
    return feature(
        face["lon"] or 0.0,
        face["lat"] or 0.0,
        {
            "cluster": False,
            "number": face["number"],
            "matter": face["matter"]["name"] if face["matter"] else matter_name(""),
            "matter_certain": face["matter"]["certain"] if face["matter"] else False,
            "matter_confirmed": face["matter"]["confirmed"] if face["matter"] else False,
            "matter_note": face["matter"]["note"] if face["matter"] else "",
            "code": face["matter"]["code"] if face["matter"] else "",
            "step": face["step"],
            "step_label": face["step_label"],
            "district": face["district"],
            "street": face["street"],
            "received_at": face["received_at"].isoformat(),
            "url": face["status_url"],
        },
    )


urlpatterns_public = [path("map/cases", MapCasesView.as_view(), name="map-cases")]
