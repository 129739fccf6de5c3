"""Statements, answers to them, and the picture they make together."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated, IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from nlp import redact
from wiki.api.base import PAGING, WikiView, Writing, page_of
from wiki.models import Document, Landscape, Statement, StatementVote
from wiki.services.statements import TEXT_LIMIT, add_statement, answer_statement

STATEMENT_ID = OpenApiParameter("pk", int, OpenApiParameter.PATH)


class StatementSerializer(serializers.Serializer):
    """A statement as everybody reads it; `answer` is the caller's own, null without one."""

    id = serializers.IntegerField()
    text = serializers.SerializerMethodField()
    clause = serializers.IntegerField(source="clause_id", allow_null=True)
    answer = serializers.SerializerMethodField()

    def get_text(self, statement: Statement) -> str:
        return redact(statement.text)

    def get_answer(self, statement: Statement) -> int | None:
        answer: int | None = self.context.get("answers", {}).get(statement.pk)
        return answer


class StatementInputSerializer(serializers.Serializer):
    """What the service refuses is refused here in the same words."""

    text = serializers.CharField(help_text=f"最多 {TEXT_LIMIT} 个字", trim_whitespace=False)
    clause = serializers.IntegerField(required=False, allow_null=True)


class AnswerInputSerializer(serializers.Serializer):
    value = serializers.IntegerField(help_text="1 同意，-1 不同意，0 不好说")


class ShareSerializer(serializers.Serializer):
    """Shares in whole per cent of those who answered; `side` (1, -1) is where a statement tells one."""

    statement = serializers.IntegerField()
    agree = serializers.IntegerField()
    disagree = serializers.IntegerField()
    answered = serializers.IntegerField()
    side = serializers.IntegerField(required=False)


class SpotSerializer(serializers.Serializer):
    x = serializers.FloatField()
    y = serializers.FloatField()
    people = serializers.IntegerField()


class LandscapeGroupSerializer(serializers.Serializer):
    size = serializers.IntegerField()
    x = serializers.FloatField()
    y = serializers.FloatField()
    telling = ShareSerializer(many=True)
    shares = ShareSerializer(many=True)


class LandscapeSerializer(serializers.Serializer):
    """Counts and shares; nobody's own answers can be read out of it."""

    made_at = serializers.DateTimeField()
    people = serializers.IntegerField()
    placed = serializers.IntegerField()
    left_out = serializers.IntegerField()
    votes = serializers.IntegerField()
    statements = serializers.IntegerField()
    answered_share = serializers.IntegerField()
    explained = serializers.ListField(child=serializers.IntegerField())
    silhouette = serializers.FloatField()
    grid = serializers.IntegerField()
    scattered = serializers.IntegerField()
    groups = LandscapeGroupSerializer(many=True)
    spots = SpotSerializer(many=True)
    shares = ShareSerializer(many=True)
    consensus = ShareSerializer(many=True)
    divisive = ShareSerializer(many=True)


class StatementList(WikiView):
    permission_classes = [IsAuthenticatedOrReadOnly]

    def get_throttles(self) -> list[BaseThrottle]:
        return [Writing()] if self.request.method == "POST" else super().get_throttles()

    @extend_schema(
        operation_id="wiki_statements",
        parameters=PAGING,
        responses=page_of("StatementPage", StatementSerializer),
    )
    def get(self, request: Request, slug: str) -> Response:
        """List a document's statements, oldest first, with the caller's own answers."""
        document = _document(request, slug)
        statements = Statement.objects.filter(document=document).shown().order_by("pk")
        answers: dict[int, int] = {}
        if request.user.is_authenticated:
            rows = StatementVote.objects.filter(statement__document=document, voter=request.user)
            answers = dict(rows.values_list("statement_id", "value"))
        return self.page(
            request,
            statements,
            lambda rows, many: StatementSerializer(rows, many=many, context={"answers": answers}),
        )

    @extend_schema(
        operation_id="wiki_statement_add",
        request=StatementInputSerializer,
        responses={201: StatementSerializer},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Write a statement for others to answer; a citizen's is shown after a moderator has read it."""
        given = StatementInputSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        statement = add_statement(
            author=request.user,
            document=_document(request, slug),
            text=given.validated_data["text"],
            clause_id=given.validated_data.get("clause"),
        )
        return Response(StatementSerializer(statement).data, status=status.HTTP_201_CREATED)


class StatementAnswer(WikiView):
    permission_classes = [IsAuthenticated]
    throttle_classes = [Writing]

    @extend_schema(
        operation_id="wiki_statement_answer",
        parameters=[STATEMENT_ID],
        request=AnswerInputSerializer,
        responses=StatementSerializer,
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """Agree, disagree or neither; a second answer takes the first's place."""
        document = _document(request, slug)
        statement = get_object_or_404(Statement.objects.shown(), document=document, pk=pk)
        given = AnswerInputSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        value = given.validated_data["value"]
        answer_statement(voter=request.user, statement=statement, value=value)
        return Response(StatementSerializer(statement, context={"answers": {statement.pk: value}}).data)


class LandscapeDetail(WikiView):
    @extend_schema(
        operation_id="wiki_landscape",
        responses={200: LandscapeSerializer, 404: OpenApiResponse(description="还没有画出来")},
    )
    def get(self, request: Request, slug: str) -> Response:
        """Return the last picture of who agrees with whom; 404 before there is one."""
        found = get_object_or_404(Landscape, document=_document(request, slug))
        return Response({"made_at": found.made_at, **found.data})


def _document(request: Request, slug: str) -> Document:
    document: Document = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
    return document
