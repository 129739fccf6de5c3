"""What every view of the API shares: refusals in one shape, lists in pages."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView, set_rollback

from wiki.errors import StaleBase, WikiError

PAGING = [
    OpenApiParameter("limit", int, description="一次最多几条，最大 100"),
    OpenApiParameter("offset", int, description="从第几条开始"),
]
CLAUSE_ID = OpenApiParameter("clause_id", int, OpenApiParameter.PATH)


class _Pages(LimitOffsetPagination):
    default_limit = 30
    max_limit = 100


class Writing(UserRateThrottle):
    """So many calls of one person that only a program makes them."""

    scope = "wiki_writing"
    rate = "120/min"


class WikiView(APIView):
    """Answers the app's domain errors in the API's one shape; other errors are the site's handler's."""

    def handle_exception(self, exc: Exception) -> Response:
        if not isinstance(exc, WikiError):
            return super().handle_exception(exc)
        set_rollback()
        body: dict[str, Any] = {"code": exc.code, "message": exc.message, "fields": exc.fields}
        if isinstance(exc, StaleBase):
            body["current"] = {"text": exc.current_text, "version": exc.current_version}
        return Response({"error": body}, status=exc.status)

    def page(self, request: Request, queryset: Any, serializer: Any) -> Response:
        pages: Any = _Pages()
        rows = pages.paginate_queryset(queryset, request, view=self)
        return pages.get_paginated_response(serializer(rows, many=True).data)


def page_of(name: str, serializer: type[serializers.Serializer]) -> Any:
    """Return what one page of a list looks like, for the OpenAPI document."""
    fields: dict[str, Any] = {
        "count": serializers.IntegerField(),
        "next": serializers.CharField(allow_null=True),
        "previous": serializers.CharField(allow_null=True),
        "results": serializer(many=True),
    }
    return inline_serializer(name, fields)
