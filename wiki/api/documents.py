"""Documents and their versions."""

from collections.abc import Iterable

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from wiki.api.base import PAGING, WikiView, page_of
from wiki.models import ClauseVersion, Document, DocumentVersion
from wiki.outline import Line, arrange
from wiki.policies import first_version
from wiki.selectors.history import NewestFirst


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


class DocumentList(WikiView):
    @extend_schema(
        operation_id="wiki_documents",
        parameters=PAGING,
        responses=page_of("DocumentPage", DocumentSerializer),
    )
    def get(self, request: Request) -> Response:
        """List the documents this person may read, newest first."""
        documents = Document.objects.visible_to(request.user).with_counts().order_by("-created_at", "-id")
        return self.page(request, documents, DocumentSerializer)


class DocumentDetail(WikiView):
    @extend_schema(operation_id="wiki_document", responses=DocumentDetailSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Return a document with its clauses in reading order."""
        document = get_object_or_404(Document.objects.visible_to(request.user).with_counts(), slug=slug)
        data = DocumentSerializer(document).data
        lines = arrange(ClauseVersion.objects.filter(document=document).current())
        since_opening(lines, document)
        return Response({**data, "clauses": ClauseLineSerializer(lines, many=True).data})


class VersionList(WikiView):
    @extend_schema(
        operation_id="wiki_versions", parameters=PAGING, responses=page_of("VersionPage", VersionSerializer)
    )
    def get(self, request: Request, slug: str) -> Response:
        """List a document's versions, newest first."""
        document = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
        first = first_version(request.user, document)
        return self.page(request, NewestFirst(document, first), VersionSerializer)


def since_opening(lines: Iterable[Line], document: Document) -> None:
    """Say of wordings that are older than the public history that they are as old as that."""
    for line in lines:
        line.row.since = max(line.row.since, document.first_public)
