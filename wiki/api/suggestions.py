"""A clause with what people suggest for it, and suggesting."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from nlp import redact
from wiki import ports
from wiki.api.base import CLAUSE_ID, WikiView
from wiki.models import Clause, ClauseVersion, Document, Suggestion
from wiki.policies import first_version, takes_unsigned
from wiki.presenters.parts import public_name
from wiki.services import submit_suggestion

OPINIONS_SHOWN = 100


class DecisionSerializer(serializers.Serializer):
    outcome = serializers.CharField()
    reason = serializers.CharField()
    version = serializers.IntegerField(allow_null=True)
    undone_in = serializers.IntegerField(
        allow_null=True, help_text="写进的文字在哪一版撤下；没有撤下就是 null"
    )
    made_at = serializers.DateTimeField()


class OpinionSerializer(serializers.ModelSerializer):
    text = serializers.SerializerMethodField()
    carried_text = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField()
    author = serializers.SerializerMethodField()
    decision = DecisionSerializer(allow_null=True, read_only=True, default=None)

    class Meta:
        model = Suggestion
        fields = [
            "id", "kind", "status", "origin", "base_version", "text", "parent", "after", "carried_version", "carried_text",
            "reason", "author", "submitted_at", "decision",
        ]  # fmt: skip

    def get_text(self, suggestion: Suggestion) -> str:
        return redact(suggestion.text)

    def get_carried_text(self, suggestion: Suggestion) -> str:
        return redact(suggestion.carried_text)

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

    kind = serializers.ChoiceField(choices=Suggestion.Kind.choices, default=Suggestion.Kind.CHANGE)
    text = serializers.CharField(allow_blank=True, trim_whitespace=False, default="")
    to = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, required=False, allow_null=True, help_text="移动：放在哪一条旁边"
    )
    inside = serializers.BooleanField(default=False, help_text="增加、移动：放在下面排最前，不给则放在后面")
    replaces = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, required=False, allow_null=True, help_text="取代自己的哪一条建议"
    )
    reason = serializers.CharField(allow_blank=True, trim_whitespace=False)
    base_version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class SuggestionReceiptSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    status = serializers.CharField()
    held_by = serializers.CharField(help_text="拦下的规则；空的表示没有拦下")
    base_version = serializers.IntegerField()
    submitted_at = serializers.DateTimeField()


class ClauseDetail(WikiView):
    @extend_schema(operation_id="wiki_clause", parameters=[CLAUSE_ID], responses=ClauseSerializer)
    def get(self, request: Request, slug: str, clause_id: int) -> Response:
        """Return a clause's latest wording with its newest suggestions and what was decided on them.

        Suggestions still in review may be left out; their author sees them.
        """
        document = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
        clause = get_object_or_404(Clause.objects.filter(document=document), pk=clause_id)
        row = ClauseVersion.objects.filter(clause=clause).order_by("-since")[0]
        if row.until is not None and row.until <= first_version(request.user, document):
            raise Http404
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
                    "since": max(row.since, document.first_public),
                    "until": row.until,
                    "suggestions": suggestions[:OPINIONS_SHOWN],
                }
            ).data
        )


class MaySuggest(BasePermission):
    """People who have signed in, and everybody where the site takes unsigned suggestions."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user.is_authenticated) or takes_unsigned()


class SuggestionCreate(WikiView):
    permission_classes = [MaySuggest]

    @extend_schema(
        operation_id="wiki_suggest",
        parameters=[CLAUSE_ID],
        request=SuggestionInputSerializer,
        responses={201: SuggestionReceiptSerializer},
    )
    def post(self, request: Request, slug: str, clause_id: int) -> Response:
        """Suggest another wording for a clause, a new one beside it, its removal or another place for it.

        It is made while reading document version `base_version`. Where the site takes suggestions of people who have
        not signed in, theirs wait for a moderator before they are public, and one address sends so many an hour.
        """
        document = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
        clause = get_object_or_404(Clause.objects.filter(document=document), pk=clause_id)
        given = SuggestionInputSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        words = dict(given.validated_data)
        to, replaces = words.pop("to", None), words.pop("replaces", None)
        signed = request.user.is_authenticated
        if not signed:
            ports.limit(request._request, scope="suggest")
        mine = Suggestion.objects.filter(clause=clause, author=request.user.pk, author__isnull=False)
        suggestion = submit_suggestion(
            author=request.user if signed else None,
            clause=clause,
            to=get_object_or_404(Clause.objects.filter(document=document), pk=to) if to else None,
            replaces=get_object_or_404(mine, pk=replaces) if replaces else None,
            **words,
        )
        return Response(SuggestionReceiptSerializer(suggestion).data, status=status.HTTP_201_CREATED)
