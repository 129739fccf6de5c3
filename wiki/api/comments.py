"""Comments by the API: listing, one thread, saying something, answering, taking back, voting."""

from django.db.models import Case, F, QuerySet, When
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from wiki.api.base import CLAUSE_ID, WikiView, Writing
from wiki.models import Clause, Comment, Document, Suggestion
from wiki.presenters.discussions import SORTS, Shown, shown, with_replies
from wiki.services.comments import submit_comment, withdraw_comment
from wiki.services.votes import Target, vote

COMMENT_ID = OpenApiParameter("pk", int, OpenApiParameter.PATH)
LIMIT = OpenApiParameter("limit", int, description="一次最多几条，最大 100")
CURSOR = OpenApiParameter("cursor", str, description="上一页给出的位置")
SORT = OpenApiParameter("sort", str, enum=list(SORTS), description="排序")
STANCE = OpenApiParameter("stance", str, enum=list(Comment.Stance.values), description="只看一种态度")
CLAUSE = OpenApiParameter("clause", int, description="只看一条的评论")
LARGEST = 2**63 - 1


class DecisionSerializer(serializers.Serializer):
    outcome = serializers.CharField()
    reason = serializers.CharField()
    version = serializers.IntegerField(allow_null=True)
    made_at = serializers.DateTimeField()

    class Meta:
        ref_name = "CommentAnswer"


class CommentReplySerializer(serializers.Serializer):
    """A comment as this person may read it: `text` is null where its words are not public."""

    id = serializers.IntegerField(source="comment.pk")
    clause = serializers.IntegerField(source="comment.clause_id")
    thread = serializers.IntegerField(source="comment.thread_id", allow_null=True)
    author = serializers.CharField()
    stance = serializers.SerializerMethodField()
    text = serializers.CharField(source="words", allow_null=True)
    note = serializers.CharField()
    ups = serializers.IntegerField(source="tally.ups")
    downs = serializers.IntegerField(source="tally.downs")
    submitted_at = serializers.DateTimeField(source="comment.submitted_at")
    edited_at = serializers.DateTimeField(source="comment.edited_at", allow_null=True)

    def get_stance(self, one: Shown) -> str | None:
        return one.comment.stance if one.words is not None else None


class CommentSerializer(CommentReplySerializer):
    """A thread's first comment: what it quotes, where that stands, how it was answered, its first replies."""

    quote = serializers.SerializerMethodField()
    base_version = serializers.IntegerField(source="comment.base_version")
    anchor = serializers.CharField(source="comment.anchor")
    start = serializers.IntegerField(source="comment.at")
    length = serializers.IntegerField(source="comment.length")
    anchored_version = serializers.IntegerField(source="comment.anchored_version")
    decision = DecisionSerializer(allow_null=True)
    reply_count = serializers.IntegerField()
    replies = CommentReplySerializer(many=True)

    def get_quote(self, one: Shown) -> str:
        return one.quote if one.words is not None else ""


class CommentInputSerializer(serializers.Serializer):
    """Lengths and characters are the service's affair, so that pages and API refuse alike."""

    text = serializers.CharField(allow_blank=True, trim_whitespace=False)
    base_version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    stance = serializers.CharField(default=Comment.Stance.NEUTRAL)
    quote = serializers.CharField(default="", allow_blank=True, trim_whitespace=False)
    start = serializers.IntegerField(default=0, min_value=0, max_value=10**6)
    prefix = serializers.CharField(default="", allow_blank=True, trim_whitespace=False)
    suffix = serializers.CharField(default="", allow_blank=True, trim_whitespace=False)


class ReplyInputSerializer(serializers.Serializer):
    text = serializers.CharField(allow_blank=True, trim_whitespace=False)
    base_version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class VoteInputSerializer(serializers.Serializer):
    on = serializers.ChoiceField(["clause", "suggestion", "comment"])
    id = serializers.IntegerField(min_value=1, max_value=LARGEST)
    value = serializers.ChoiceField([1, 0, -1], help_text="1 支持，-1 反对，0 收回")


class VoteResultSerializer(serializers.Serializer):
    ups = serializers.IntegerField()
    downs = serializers.IntegerField()
    score = serializers.IntegerField()
    mine = serializers.IntegerField()


class _ByCursor(CursorPagination):
    page_size = 30
    page_size_query_param = "limit"
    max_page_size = 100
    ordering: tuple[str, ...] = ("-id",)


class CommentList(WikiView):
    @extend_schema(
        operation_id="wiki_comments",
        parameters=[SORT, STANCE, CLAUSE, LIMIT, CURSOR],
        responses=inline_serializer(
            "CommentPage",
            {
                "next": serializers.CharField(allow_null=True),
                "previous": serializers.CharField(allow_null=True),
                "results": CommentSerializer(many=True),
            },
        ),
    )
    def get(self, request: Request, slug: str) -> Response:
        """List a document's comments with their first replies; what is not public keeps its place without words."""
        document = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
        threads = document.comments.threads().shown_to(request.user)
        threads = threads.select_related("author", "opinion__decision")
        stance, clause = request.query_params.get("stance"), request.query_params.get("clause", "")
        if stance in Comment.Stance.values:
            threads = threads.filter(stance=stance)
        if clause.isascii() and clause.isdigit() and len(clause) < 19:
            threads = threads.filter(clause_id=int(clause))
        pages = _ByCursor()
        threads, pages.ordering = _ordered(threads, request.query_params.get("sort", "new"))
        page = pages.paginate_queryset(threads, request, view=self) or []
        items = with_replies(page, request.user, timezone.now())
        return pages.get_paginated_response(CommentSerializer(items, many=True).data)


class CommentDetail(WikiView):
    @extend_schema(operation_id="wiki_comment", parameters=[COMMENT_ID], responses=CommentSerializer)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        """Return one comment with its first replies."""
        one = _comment(request, slug, pk)
        return Response(CommentSerializer(with_replies([one], request.user, timezone.now())[0]).data)


class ClauseCommentCreate(WikiView):
    permission_classes = [IsAuthenticated]
    throttle_classes = [Writing]

    @extend_schema(
        operation_id="wiki_comment_create",
        parameters=[CLAUSE_ID],
        request=CommentInputSerializer,
        responses={201: CommentSerializer},
    )
    def post(self, request: Request, slug: str, clause_id: int) -> Response:
        """Comment on a clause, or on `quote` in its wording of version `base_version`."""
        document = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
        clause = get_object_or_404(Clause.objects.filter(document=document), pk=clause_id)
        given = CommentInputSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        made = submit_comment(author=request.user, clause=clause, **given.validated_data)
        return _receipt(request, made)


class ReplyCreate(WikiView):
    permission_classes = [IsAuthenticated]
    throttle_classes = [Writing]

    @extend_schema(
        operation_id="wiki_comment_reply",
        parameters=[COMMENT_ID],
        request=ReplyInputSerializer,
        responses={201: CommentSerializer},
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """Answer a comment; an answer to an answer belongs to the same thread."""
        one = _comment(request, slug, pk)
        given = ReplyInputSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        made = submit_comment(
            author=request.user, clause=one.clause, thread=one.thread or one, **given.validated_data
        )
        return _receipt(request, made)


class CommentWithdraw(WikiView):
    permission_classes = [IsAuthenticated]
    throttle_classes = [Writing]

    @extend_schema(
        operation_id="wiki_comment_withdraw", parameters=[COMMENT_ID], request=None, responses={204: None}
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """Take back one's own comment."""
        withdraw_comment(author=request.user, comment=_comment(request, slug, pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class VoteCast(WikiView):
    permission_classes = [IsAuthenticated]
    throttle_classes = [Writing]

    @extend_schema(operation_id="wiki_vote", request=VoteInputSerializer, responses=VoteResultSerializer)
    def post(self, request: Request, slug: str) -> Response:
        """Say yes, no or nothing to a clause, a suggestion or a comment; a second vote takes the first one's place."""
        document = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
        given = VoteInputSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        rows: QuerySet = {
            "clause": Clause.objects.all(),
            "suggestion": Suggestion.objects.shown_to(request.user),
            "comment": Comment.objects.said(),
        }[data["on"]]
        target: Target = get_object_or_404(rows.filter(document=document), pk=data["id"])
        tally = vote(voter=request.user, target=target, value=int(data["value"]))
        return Response(VoteResultSerializer(tally).data)


def _ordered(threads: QuerySet, sort: str) -> tuple[QuerySet, tuple[str, ...]]:
    """Return the threads and the order that the cursor goes by; as `sorted_by`, with a column for it."""
    if sort == "agreed":
        return threads, ("-score", "-id")
    if sort == "contested":
        smaller = Case(When(ups__lt=F("downs"), then=F("ups")), default=F("downs"))
        return threads.annotate(contested=smaller), ("-contested", "-id")
    return threads, ("-id",)


def _comment(request: Request, slug: str, pk: int) -> Comment:
    document = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
    rows = document.comments.shown_to(request.user).select_related("author", "clause", "thread")
    return get_object_or_404(rows.select_related("opinion__decision"), pk=pk)


def _receipt(request: Request, made: Comment) -> Response:
    data = CommentSerializer(shown([made], request.user, timezone.now())[0]).data
    return Response(data, status=status.HTTP_201_CREATED)
