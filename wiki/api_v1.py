"""The native API: documents, versions, clauses with their opinions, and suggesting. The site mounts the paths."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, set_rollback

import wiki.converters  # noqa: F401  registers itself
from nlp import redact
from wiki.errors import StaleBase, WikiError
from wiki.models import Clause, ClauseVersion, Document, DocumentVersion, Suggestion
from wiki.outline import arrange
from wiki.presentation import public_name
from wiki.services import submit_suggestion

OPINIONS_SHOWN = 100
PAGING = [
    OpenApiParameter("limit", int, description="一次最多几条，最大 100"),
    OpenApiParameter("offset", int, description="从第几条开始"),
]

CLAUSE_ID = OpenApiParameter("clause_id", int, OpenApiParameter.PATH)


class DocumentSerializer(serializers.ModelSerializer):
    url = serializers.CharField(source="get_absolute_url", read_only=True)
    undecided_count = serializers.IntegerField(read_only=True)
    accepted_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = Document
        fields = [
            "slug", "title", "summary", "category", "issuer", "stage", "opens_at", "closes_at", "version",
            "updated_at", "url", "undecided_count", "accepted_count",
        ]  # fmt: skip


class ClauseLineSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="row.clause_id")
    parent = serializers.IntegerField(source="row.parent_id", allow_null=True)  # type: ignore[assignment]
    depth = serializers.IntegerField()
    kind = serializers.CharField(source="row.kind")
    label = serializers.CharField(source="row.label")  # type: ignore[assignment]
    text = serializers.CharField(source="row.text")
    since = serializers.IntegerField(source="row.since")


class DocumentDetailSerializer(DocumentSerializer):
    clauses = ClauseLineSerializer(many=True, read_only=True)

    class Meta(DocumentSerializer.Meta):
        fields = [*DocumentSerializer.Meta.fields, "clauses"]


class VersionSerializer(serializers.ModelSerializer):
    suggestion = serializers.IntegerField(source="suggestion_id", allow_null=True, read_only=True)

    class Meta:
        model = DocumentVersion
        fields = ["number", "origin", "made_at", "suggestion"]


class DecisionSerializer(serializers.Serializer):
    outcome = serializers.CharField()
    reason = serializers.CharField()
    version = serializers.IntegerField(allow_null=True)
    made_at = serializers.DateTimeField()


class OpinionSerializer(serializers.ModelSerializer):
    text = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField()
    author = serializers.SerializerMethodField()
    decision = DecisionSerializer(allow_null=True, read_only=True, default=None)

    class Meta:
        model = Suggestion
        fields = ["id", "status", "base_version", "text", "reason", "author", "submitted_at", "decision"]

    def get_text(self, suggestion: Suggestion) -> str:
        return redact(suggestion.text)

    def get_reason(self, suggestion: Suggestion) -> str:
        return redact(suggestion.reason)

    def get_author(self, suggestion: Suggestion) -> str:
        return public_name(suggestion.author)


class ClauseSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    document = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.CharField()
    text = serializers.CharField()
    since = serializers.IntegerField()
    until = serializers.IntegerField(allow_null=True)
    suggestions = OpinionSerializer(many=True)


class SuggestionInputSerializer(serializers.Serializer):
    """Lengths and characters are the service's affair, so that pages and API refuse alike."""

    text = serializers.CharField(allow_blank=True, trim_whitespace=False)
    reason = serializers.CharField(allow_blank=True, trim_whitespace=False)
    base_version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class SuggestionReceiptSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    status = serializers.CharField()
    base_version = serializers.IntegerField()
    submitted_at = serializers.DateTimeField()


class _Pages(LimitOffsetPagination):
    default_limit = 30
    max_limit = 100


class _WikiView(APIView):
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


def _page_of(name: str, serializer: type[serializers.Serializer]) -> Any:
    """Return what one page of a list looks like, for the OpenAPI document."""
    fields: dict[str, Any] = {
        "count": serializers.IntegerField(),
        "next": serializers.CharField(allow_null=True),
        "previous": serializers.CharField(allow_null=True),
        "results": serializer(many=True),
    }
    return inline_serializer(name, fields)


class DocumentList(_WikiView):
    @extend_schema(
        operation_id="wiki_documents",
        parameters=PAGING,
        responses=_page_of("DocumentPage", DocumentSerializer),
    )
    def get(self, request: Request) -> Response:
        """List the documents this person may read, newest first."""
        documents = Document.objects.visible_to(request.user).with_counts().order_by("-created_at", "-id")
        return self.page(request, documents, DocumentSerializer)


class DocumentDetail(_WikiView):
    @extend_schema(operation_id="wiki_document", responses=DocumentDetailSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Return a document with its clauses in reading order."""
        document = get_object_or_404(Document.objects.visible_to(request.user).with_counts(), slug=slug)
        data = DocumentSerializer(document).data
        lines = arrange(ClauseVersion.objects.filter(document=document).current())
        return Response({**data, "clauses": ClauseLineSerializer(lines, many=True).data})


class VersionList(_WikiView):
    @extend_schema(
        operation_id="wiki_versions", parameters=PAGING, responses=_page_of("VersionPage", VersionSerializer)
    )
    def get(self, request: Request, slug: str) -> Response:
        """List a document's versions, newest first."""
        document = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
        return self.page(
            request, DocumentVersion.objects.filter(document=document).order_by("-number"), VersionSerializer
        )


class ClauseDetail(_WikiView):
    @extend_schema(operation_id="wiki_clause", parameters=[CLAUSE_ID], responses=ClauseSerializer)
    def get(self, request: Request, slug: str, clause_id: int) -> Response:
        """Return a clause's latest wording with its newest suggestions and what was decided on them.

        Suggestions still in review may be left out; their author sees them.
        """
        document = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
        clause = get_object_or_404(Clause.objects.filter(document=document), pk=clause_id)
        row = ClauseVersion.objects.filter(clause=clause).order_by("-since")[0]
        shown = Suggestion.objects.filter(clause=clause).shown_to(request.user)
        suggestions = shown.select_related("author", "opinion__decision").order_by("-submitted_at", "-id")
        return Response(
            ClauseSerializer(
                {
                    "id": clause.pk,
                    "document": document.slug,
                    "label": row.label,
                    "kind": row.kind,
                    "text": row.text,
                    "since": row.since,
                    "until": row.until,
                    "suggestions": suggestions[:OPINIONS_SHOWN],
                }
            ).data
        )


class SuggestionCreate(_WikiView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="wiki_suggest",
        parameters=[CLAUSE_ID],
        request=SuggestionInputSerializer,
        responses={201: SuggestionReceiptSerializer},
    )
    def post(self, request: Request, slug: str, clause_id: int) -> Response:
        """Suggest a wording for a clause, made while reading document version `base_version`."""
        document = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
        clause = get_object_or_404(Clause.objects.filter(document=document), pk=clause_id)
        given = SuggestionInputSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        suggestion = submit_suggestion(author=request.user, clause=clause, **given.validated_data)
        return Response(SuggestionReceiptSerializer(suggestion).data, status=status.HTTP_201_CREATED)


urlpatterns_public = [
    path("wiki/documents/", DocumentList.as_view(), name="wiki-documents"),
    path("wiki/documents/<slug:slug>/", DocumentDetail.as_view(), name="wiki-document"),
    path("wiki/documents/<slug:slug>/versions/", VersionList.as_view(), name="wiki-versions"),
    path(
        "wiki/documents/<slug:slug>/clauses/<number:clause_id>/", ClauseDetail.as_view(), name="wiki-clause"
    ),
    path(
        "wiki/documents/<slug:slug>/clauses/<number:clause_id>/suggestions/",
        SuggestionCreate.as_view(),
        name="wiki-suggestions",
    ),
]
