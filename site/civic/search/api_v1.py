"""The public API of site search."""

from django.conf import settings
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from civic.core.throttling import check_rate
from civic.search.groups import parse_query, search
from civic.search.views import RATE


class HitPieceOutput(serializers.Serializer):
    """A stretch of text; `hit` where the query's words stand."""

    text = serializers.CharField()
    hit = serializers.BooleanField()


class HitOutput(serializers.Serializer):
    """One result."""

    title = serializers.CharField()
    url = serializers.CharField()
    snippet = HitPieceOutput(many=True)
    meta = serializers.ListField(child=serializers.CharField())


class GroupOutput(serializers.Serializer):
    """One kind of result; `problem` is a sentence when it cannot be searched now."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # Field.label is not this column
    total = serializers.IntegerField()
    problem = serializers.CharField(allow_blank=True)
    results = HitOutput(many=True)


class SiteSearchOutput(serializers.Serializer):
    """Results by kind."""

    query = serializers.CharField()
    total = serializers.IntegerField()
    groups = GroupOutput(many=True)


class SiteSearchView(APIView):
    """Search everything public."""

    # What a visitor finds does not depend on who asks: no session is read, so answers are the public's.
    authentication_classes: list[type] = []

    @extend_schema(
        operation_id="search",
        summary="全站搜索：政务维基、菜市场、问答、公开案件",
        parameters=[OpenApiParameter("q", str, required=True, description="要找的字词，两个字就能查")],
        responses=SiteSearchOutput,
    )
    def get(self, request: Request) -> Response:
        check_rate(request._request, scope="search", rate=RATE)
        query = parse_query(request.query_params.get("q", ""), request.user)
        groups = search(query)
        base = settings.PUBLIC_BASE_URL.rstrip("/")
        return Response(
            {
                "query": query.text,
                "total": sum(group.found.total for group in groups),
                "groups": [
                    {
                        "key": group.key,
                        "label": group.label,
                        "total": group.found.total,
                        "problem": group.problem,
                        "results": [
                            {
                                "title": hit.title,
                                "url": base + hit.url,
                                "snippet": [{"text": piece.text, "hit": piece.hit} for piece in hit.pieces],
                                "meta": list(hit.meta),
                            }
                            for hit in group.found.hits
                        ],
                    }
                    for group in groups
                ],
            }
        )


urlpatterns_public = [path("search/", SiteSearchView.as_view(), name="search")]
urlpatterns_staff: list = []
