"""A document's text as data: any version, with the changes since another one or without."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from wiki.api.base import WikiView
from wiki.exporting import as_json
from wiki.pages.exports import contents_or_404
from wiki.pages.history import document_or_404

NUMBERS = [
    OpenApiParameter("version", int, description="第几版，默认现行版本"),
    OpenApiParameter("since", int, description="标出从第几版以来的改动"),
]


class ExportedClauseSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    parent = serializers.IntegerField(allow_null=True)  # type: ignore[assignment]
    depth = serializers.IntegerField()
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    text = serializers.CharField()
    change = serializers.ChoiceField(
        ["", "added", "removed", "changed", "moved"], required=False, help_text="只在给出 since 时有"
    )
    label_spans = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()), required=False
    )
    spans = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="[操作, 文字]，操作是 same、del 或 ins",
    )


class ExportSerializer(serializers.Serializer):
    format = serializers.CharField()
    schema = serializers.IntegerField()
    slug = serializers.CharField()
    title = serializers.CharField()
    category = serializers.CharField()
    issuer = serializers.CharField()
    summary = serializers.CharField()
    version = serializers.IntegerField()
    made_at = serializers.DateTimeField(allow_null=True)
    since = serializers.IntegerField(allow_null=True)
    clauses = ExportedClauseSerializer(many=True)


class DocumentExport(WikiView):
    @extend_schema(operation_id="wiki_export", parameters=NUMBERS, responses=ExportSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Return a document's text at one version, in the form that importing reads back."""
        asked: Any = request  # it answers what a page's request does, with the API's own sign-in
        return Response(as_json(contents_or_404(asked, document_or_404(asked, slug))))
