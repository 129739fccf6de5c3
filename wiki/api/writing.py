"""One's own suggestions, taking one back, wording one anew, drafts, and who is changing a clause."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from wiki.api.base import CLAUSE_ID, PAGING, WikiView, page_of
from wiki.api.suggestions import DecisionSerializer
from wiki.models import Clause, Document, Draft, Presence, Suggestion
from wiki.services import rebase_suggestion, withdraw_suggestion
from wiki.services.drafts import drop_draft, save_draft, token_of
from wiki.services.presence import editor_key, leave, stay

PK = OpenApiParameter("pk", int, OpenApiParameter.PATH)
KIND = OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=Suggestion.Kind.values)


class OwnSuggestionSerializer(serializers.ModelSerializer):
    """As its author wrote it: nothing is masked."""

    document = serializers.CharField(source="document.slug", read_only=True)
    decision = DecisionSerializer(allow_null=True, read_only=True, default=None)

    class Meta:
        model = Suggestion
        fields = [
            "id", "document", "clause", "kind", "status", "held_by", "base_version", "text", "parent", "after",
            "carried_version", "carried_text", "reason", "replaces", "submitted_at", "decision",
        ]  # fmt: skip


class RebaseSerializer(serializers.Serializer):
    text = serializers.CharField(allow_blank=True, trim_whitespace=False, default="")
    seen_version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class DraftInputSerializer(serializers.Serializer):
    base_version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    text = serializers.CharField(allow_blank=True, trim_whitespace=False, default="")
    reason = serializers.CharField(allow_blank=True, trim_whitespace=False, default="")
    to = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False, allow_null=True)
    inside = serializers.BooleanField(default=False)
    seen = serializers.CharField(allow_blank=True, default="", help_text="所知道的草稿的 token，没有则为空")


class DraftSerializer(serializers.ModelSerializer):
    document = serializers.CharField(source="clause.document.slug", read_only=True)
    token = serializers.SerializerMethodField()

    class Meta:
        model = Draft
        fields = [
            "document", "clause", "kind", "base_version", "text", "reason", "to", "inside", "other", "saved_at", "token",
        ]  # fmt: skip

    def get_token(self, draft: Draft) -> str:
        return token_of(draft)


class HeartbeatSerializer(serializers.Serializer):
    leave = serializers.BooleanField(default=False)


class EditorsSerializer(serializers.Serializer):
    editors = serializers.IntegerField()


class PresenceSerializer(serializers.Serializer):
    clauses = serializers.DictField(child=serializers.IntegerField(), help_text="条款编号 → 正在修改的人数")


class OwnSuggestions(WikiView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="wiki_own_suggestions",
        parameters=PAGING,
        responses=page_of("OwnSuggestionPage", OwnSuggestionSerializer),
    )
    def get(self, request: Request) -> Response:
        """List one's own suggestions, newest first, with their answers."""
        mine = Suggestion.objects.visible_to(request.user).filter(author=request.user.pk)
        rows = mine.select_related("document", "opinion__decision").order_by("-submitted_at", "-id")
        return self.page(request, rows, OwnSuggestionSerializer)


class Withdraw(WikiView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="wiki_withdraw", parameters=[PK], request=None, responses=OwnSuggestionSerializer
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """Take one's own suggestion back, which nobody has decided on yet."""
        found = withdraw_suggestion(author=request.user, suggestion=_own(request, slug, pk))
        return Response(OwnSuggestionSerializer(found).data)


class Rebase(WikiView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="wiki_rebase",
        parameters=[PK],
        request=RebaseSerializer,
        responses=OwnSuggestionSerializer,
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """Word one's own colliding suggestion anew on the text that is valid now."""
        given = RebaseSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        mine = _own(request, slug, pk)
        found = rebase_suggestion(author=request.user, suggestion=mine, **given.validated_data)
        return Response(OwnSuggestionSerializer(found).data)


class Drafts(WikiView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="wiki_drafts", parameters=PAGING, responses=page_of("DraftPage", DraftSerializer)
    )
    def get(self, request: Request) -> Response:
        """List what one is still writing, newest first."""
        readable = Document.objects.visible_to(request.user)
        mine = Draft.objects.filter(author=request.user.pk, clause__document__in=readable)
        rows = mine.select_related("clause__document").order_by("-saved_at", "-id")
        return self.page(request, rows, DraftSerializer)


class DraftDetail(WikiView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="wiki_save_draft",
        parameters=[CLAUSE_ID, KIND],
        request=DraftInputSerializer,
        responses=DraftSerializer,
    )
    def put(self, request: Request, slug: str, clause_id: int, kind: str) -> Response:
        """Keep a draft; what another device has saved in between is given back as `other`."""
        clause = _clause(request, slug, clause_id)
        given = DraftInputSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        words = dict(given.validated_data)
        to = words.pop("to", None)
        places = Clause.objects.filter(document=clause.document_id)
        draft = save_draft(
            author=request.user,
            clause=clause,
            kind=kind,
            to=get_object_or_404(places, pk=to) if to else None,
            **words,
        )
        return Response(DraftSerializer(draft).data)

    @extend_schema(operation_id="wiki_drop_draft", parameters=[CLAUSE_ID, KIND], responses={204: None})
    def delete(self, request: Request, slug: str, clause_id: int, kind: str) -> Response:
        """Forget a draft."""
        drop_draft(author=request.user, clause=_clause(request, slug, clause_id), kind=kind)
        return Response(status=status.HTTP_204_NO_CONTENT)


class DocumentPresence(WikiView):
    @extend_schema(operation_id="wiki_presence", responses=PresenceSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Return how many people are changing which clause now; clauses with none are left out."""
        found = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
        return Response({"clauses": Presence.objects.now().filter(document=found).by_clause()})


class ClausePresence(WikiView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="wiki_heartbeat",
        parameters=[CLAUSE_ID],
        request=HeartbeatSerializer,
        responses=EditorsSerializer,
    )
    def post(self, request: Request, slug: str, clause_id: int) -> Response:
        """Say that one is changing a clause (every 20 seconds; it lasts 60), or has left it."""
        clause = _clause(request, slug, clause_id)
        given = HeartbeatSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        editor = editor_key(clause_id=clause.pk, person=f"user:{request.user.pk}")
        if given.validated_data["leave"]:
            leave(clause=clause, editor=editor)
            return Response({"editors": Presence.objects.now().filter(clause=clause).count()})
        return Response({"editors": stay(clause=clause, editor=editor)})


def _clause(request: Request, slug: str, clause_id: int) -> Clause:
    found = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
    clause = get_object_or_404(Clause.objects.filter(document=found), pk=clause_id)
    clause.document = found
    return clause


def _own(request: Request, slug: str, pk: int) -> Suggestion:
    """Return one's own suggestion; another's is none."""
    mine = Suggestion.objects.visible_to(request.user).filter(author=request.user.pk, document__slug=slug)
    return get_object_or_404(mine.select_related("document", "opinion__decision"), pk=pk)
