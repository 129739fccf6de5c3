"""The staff API of the opinion index: search."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication, TokenAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from civic.opinion.forms import parse_question
from civic.opinion.models import Document
from civic.opinion.policies import can_search
from civic.opinion.searching import Found, search
from civic.opinion.snippets import snippet
from civic.opinion.sources import source_label


class MaySearch(BasePermission):
    """Holders of opinion.view_document."""

    message = "没有舆情检索权限。"

    def has_permission(self, request: Request, view: APIView) -> bool:
        return can_search(request.user)


class PieceOutput(serializers.Serializer):
    """A stretch of text; `hit` where the query's words stand."""

    text = serializers.CharField()
    hit = serializers.BooleanField()


class DocumentOutput(serializers.Serializer):
    """A masked document."""

    source = serializers.CharField()  # type: ignore[assignment]  # Field.source is not this column
    source_label = serializers.CharField()
    source_id = serializers.CharField()
    reference = serializers.CharField(allow_blank=True)
    title = serializers.CharField(allow_blank=True)
    text = serializers.CharField()
    snippet = PieceOutput(many=True)
    district = serializers.CharField(allow_blank=True)
    street = serializers.CharField(allow_blank=True)
    code = serializers.CharField(allow_blank=True)
    occurred_at = serializers.DateTimeField()
    public_url = serializers.CharField(allow_blank=True)


class CountOutput(serializers.Serializer):
    """How many hits have a name."""

    name = serializers.CharField(allow_blank=True)
    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField()


class SearchOutput(serializers.Serializer):
    """A page of hits with the counts of all of them."""

    total = serializers.IntegerField()
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    sources = CountOutput(many=True)
    districts = CountOutput(many=True)
    results = DocumentOutput(many=True)


def document_data(document: Document, found: Found) -> dict[str, Any]:
    """Return a hit as data."""
    pieces = snippet(document.text, found.query)
    return {
        "source": document.source,
        "source_label": source_label(document.source),
        "source_id": document.source_id,
        "reference": document.reference,
        "title": document.title,
        "text": document.text,
        "snippet": [{"text": piece.text, "hit": piece.hit} for piece in pieces],
        "district": document.district.name if document.district else "",
        "street": document.street,
        "code": document.code,
        "occurred_at": document.occurred_at,
        "public_url": document.public_url,
    }


class OpinionSearchView(APIView):
    """Search what people say, masked."""

    authentication_classes = [TokenAuthentication, SessionAuthentication]
    permission_classes = [MaySearch]

    @extend_schema(
        operation_id="staff_opinion_search",
        summary="舆情检索",
        parameters=[
            OpenApiParameter("q", str, description="字词；不给则按时间列出全部"),
            OpenApiParameter("district", str, description="区划代码或区名"),
            OpenApiParameter("source", str, description="来源，如 report"),
            OpenApiParameter("code", str, description="事项代码"),
            OpenApiParameter("since", str, description="起始日期或时间（含）"),
            OpenApiParameter("until", str, description="截止日期（含当天）或时间（不含）"),
            OpenApiParameter("order", str, enum=["rank", "newest"]),
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int, description="1–100，默认 20"),
        ],
        responses=SearchOutput,
    )
    def get(self, request: Request) -> Response:
        question = parse_question(request.query_params)
        found = search(question.text, question.filters, question.page)
        return Response(
            {
                "total": found.total,
                "page": question.page.number,
                "page_size": question.page.size,
                "sources": [
                    {"name": name, "label": source_label(name), "count": count}
                    for name, count in found.by_source.items()
                ],
                "districts": [
                    {
                        "name": district.code if district else "",
                        "label": district.name if district else "未定位",
                        "count": count,
                    }
                    for district, count in found.by_district.items()
                ],
                "results": [document_data(document, found) for document in found.documents],
            },
            headers={"Cache-Control": "private, no-store"},
        )


urlpatterns_public: list = []
urlpatterns_staff = [path("opinion/search/", OpinionSearchView.as_view(), name="opinion-search")]
