"""The staff API of the monitor: search in the opinion index, and the reading of any texts."""

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication, TokenAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

import nlp
from civic.cases.policies import can_use_desk
from civic.opinion.forms import parse_question
from civic.opinion.models import Document
from civic.opinion.policies import can_search
from civic.opinion.searching import Found, search
from civic.opinion.snippets import snippet
from civic.opinion.sources import source_label

TEXTS = 100


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


class MayAnalyze(BasePermission):
    """Those who work with people's words: the case desk and the duty officer."""

    message = "没有文本分析权限。"

    def has_permission(self, request: Request, view: APIView) -> bool:
        return can_search(request.user) or can_use_desk(request.user)


class AnalyzeInput(serializers.Serializer):
    """Texts to read."""

    texts = serializers.ListField(
        child=serializers.CharField(max_length=4000, allow_blank=True, trim_whitespace=False),
        min_length=1,
        max_length=TEXTS,
    )


class AnalyzeOutput(serializers.Serializer):
    """The analyses in the order of the texts, each as `python -m nlp analyze` writes it."""

    model_version = serializers.CharField()
    results = serializers.ListField(child=serializers.DictField())


class AnalyzeView(APIView):
    """Read texts as the platform reads reports; nothing is stored."""

    authentication_classes = [TokenAuthentication, SessionAuthentication]
    permission_classes = [MayAnalyze]

    @extend_schema(
        operation_id="staff_analyze",
        summary=f"分析文本：事项、主题、诉求类型、紧急、地点、时间、脱敏；一次最多 {TEXTS} 条，不保存",
        request=AnalyzeInput,
        responses=AnalyzeOutput,
    )
    def post(self, request: Request) -> Response:
        data = AnalyzeInput(data=request.data)
        data.is_valid(raise_exception=True)
        now = timezone.localtime().replace(tzinfo=None)
        results = [nlp.analyze(text, now=now).as_dict() for text in data.validated_data["texts"]]
        return Response(
            {"model_version": nlp.MODEL_VERSION, "results": results},
            headers={"Cache-Control": "private, no-store"},
        )


urlpatterns_public: list = []
urlpatterns_staff = [
    path("opinion/search/", OpinionSearchView.as_view(), name="opinion-search"),
    path("analyze/", AnalyzeView.as_view(), name="analyze"),
]
