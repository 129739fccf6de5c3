"""Versions in full: the text of one, any two compared, who wrote which words."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from wiki.api.base import WikiView
from wiki.api.documents import ClauseLineSerializer, VersionSerializer, since_opening
from wiki.conditional import unless_known
from wiki.models import Document, DocumentVersion
from wiki.outline import arrange
from wiki.policies import first_version
from wiki.presenters.parts import public_name
from wiki.selectors.attribution import attribution_of
from wiki.selectors.history import comparison_of, page_number, rows_at
from wiki.workflow import PUBLIC_STAGES

CHANGES = 50
DAY = 86400


class VersionDetailSerializer(VersionSerializer):
    clauses = ClauseLineSerializer(many=True, read_only=True)

    class Meta(VersionSerializer.Meta):
        fields = [*VersionSerializer.Meta.fields, "clauses"]


class SpanSerializer(serializers.Serializer):
    operation = serializers.ChoiceField(choices=["same", "ins", "del"])
    text = serializers.CharField()


class ChangeSerializer(serializers.Serializer):
    clause = serializers.IntegerField()
    change = serializers.ChoiceField(
        choices=["added", "removed", "changed", "moved", "relabelled", "split", "merged"]
    )
    moved = serializers.BooleanField()
    partners = serializers.ListField(child=serializers.IntegerField())
    old_label = serializers.CharField(allow_null=True)
    new_label = serializers.CharField(allow_null=True)
    spans = SpanSerializer(many=True)


class ComparisonSerializer(serializers.Serializer):
    old = serializers.IntegerField()
    new = serializers.IntegerField()
    count = serializers.IntegerField()
    next = serializers.IntegerField(allow_null=True)
    changes = ChangeSerializer(many=True)


class PieceSerializer(serializers.Serializer):
    text = serializers.CharField()
    version = serializers.IntegerField(allow_null=True)
    contributor = serializers.IntegerField()


class AttributedClauseSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    pieces = PieceSerializer(many=True)


class ContributorSerializer(serializers.Serializer):
    name = serializers.CharField(allow_null=True)
    origin = serializers.CharField(allow_null=True)
    characters = serializers.IntegerField()


class AttributionSerializer(serializers.Serializer):
    number = serializers.IntegerField()
    characters = serializers.IntegerField()
    contributors = ContributorSerializer(many=True)
    clauses = AttributedClauseSerializer(many=True)


class _OfVersion(WikiView):
    def found(self, request: Request, slug: str, *numbers: int) -> Document:
        document = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
        first = first_version(request.user, document)
        if not all(first <= number <= document.version for number in numbers):
            raise Http404
        self.public = document.stage in PUBLIC_STAGES and min(numbers) >= document.first_public
        return document

    def lasting(self, request: Request, data: Any, *, names: bool = False) -> Response:
        """Answer with what will never be otherwise: whoever may read a public version may keep it for a day.

        Where there are `names`, which people may change, callers ask each time whether it is still the same.
        """
        response = Response(data)
        if names or not self.public:
            patch_cache_control(response, private=True, no_cache=True)
        else:
            patch_cache_control(response, public=True, max_age=DAY, immutable=True)
        plain = request._request
        response.add_post_render_callback(lambda rendered: unless_known(plain, rendered))
        return response


class VersionDetail(_OfVersion):
    @extend_schema(operation_id="wiki_version", responses=VersionDetailSerializer)
    def get(self, request: Request, slug: str, number: int) -> Response:
        """Return one version with its clauses in reading order."""
        document = self.found(request, slug, number)
        version = get_object_or_404(DocumentVersion.objects.filter(document=document), number=number)
        lines = arrange(rows_at(document, number))
        if self.public:
            since_opening(lines, document)
        data = {**VersionSerializer(version).data, "clauses": ClauseLineSerializer(lines, many=True).data}
        return self.lasting(request, data)


class VersionComparison(_OfVersion):
    @extend_schema(
        operation_id="wiki_compare",
        parameters=[OpenApiParameter("start", int, description=f"从第几处改动开始，一次最多 {CHANGES} 处")],
        responses=ComparisonSerializer,
    )
    def get(self, request: Request, slug: str, old: int, new: int) -> Response:
        """Return the changes from one version to another, by clause and character, a page at a time."""
        document = self.found(request, slug, old, new)
        changes = list(comparison_of(document, old, new).changes.values())
        start = page_number(request.query_params.get("start")) or 0
        shown = changes[start : start + CHANGES]
        data = {
            "old": old,
            "new": new,
            "count": len(changes),
            "next": start + CHANGES if start + CHANGES < len(changes) else None,
            "changes": [
                {
                    "clause": change.clause_id,
                    "change": change.sort,
                    "moved": change.moved,
                    "partners": change.partners,
                    "old_label": change.old.label if change.old else None,
                    "new_label": change.new.label if change.new else None,
                    "spans": [{"operation": span.operation, "text": span.text} for span in change.spans],
                }
                for change in shown
            ],
        }
        return self.lasting(request, data)


class VersionAttribution(_OfVersion):
    @extend_schema(operation_id="wiki_attribution", responses=AttributionSerializer)
    def get(self, request: Request, slug: str, number: int) -> Response:
        """Return who wrote which words of a version; a piece's `contributor` is an index of `contributors`."""
        document = self.found(request, slug, number)
        found = attribution_of(document, number, first_version(request.user, document))
        place = {id(one): index for index, one in enumerate(found.contributors)}
        data = {
            "number": number,
            "characters": found.total,
            "contributors": [
                {
                    "name": public_name(one.user) if one.user is not None else None,
                    "origin": one.origin or None,
                    "characters": one.characters,
                }
                for one in found.contributors
            ],
            "clauses": [
                {
                    "id": line.row.clause_id,
                    "pieces": [
                        {
                            "text": piece.text,
                            "version": piece.version or None,
                            "contributor": place[id(piece.contributor)],
                        }
                        for piece in pieces
                    ],
                }
                for line, pieces in found.lines
            ],
        }
        return self.lasting(request, data, names=True)
