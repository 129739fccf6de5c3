"""The adoption ledger as data: figures and opinions with their answers, filtered and by page."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from wiki.api.base import WikiView
from wiki.errors import InvalidText
from wiki.models import Comment, Decision, Document, Opinion
from wiki.reporting.filters import KINDS, UNANSWERED, UNDONE, read_filters
from wiki.reporting.lines import Line
from wiki.reporting.listing import list_opinions
from wiki.reporting.timing import median_days
from wiki.services.ledger import figures

LIMIT, MOST = 30, 100
FILTERS = [
    OpenApiParameter("outcome", str, enum=[UNANSWERED, *Decision.Outcome.values, UNDONE], description="答复"),
    OpenApiParameter("channel", str, enum=Opinion.Channel.values, description="渠道"),
    OpenApiParameter("kind", str, enum=[name for name, _ in KINDS], description="形式"),
    OpenApiParameter("stance", str, enum=Comment.Stance.values, description="立场"),
    OpenApiParameter("clause", int, description="条款"),
    OpenApiParameter("group", int, description="分组"),
    OpenApiParameter("q", str, description="意见或答复里的词语，最多 50 字"),
    OpenApiParameter("mine", bool, description="只要自己的意见"),
    OpenApiParameter("before", int, description="只要编号比这个小的：上一页的 older"),
    OpenApiParameter("after", int, description="只要编号比这个大的：上一页的 newer"),
    OpenApiParameter("limit", int, description="一次最多几条，最大 100"),
]


class FiguresSerializer(serializers.Serializer):
    received = serializers.IntegerField()
    answered = serializers.IntegerField()
    missing = serializers.IntegerField()
    adopted = serializers.IntegerField()
    partly = serializers.IntegerField()
    rejected = serializers.IntegerField()
    undone = serializers.IntegerField(help_text="采纳后又撤下：不计入采纳和部分采纳")
    withdrawn = serializers.IntegerField()
    held = serializers.IntegerField()
    percent = serializers.IntegerField(help_text="已答复的百分比，只舍不入")
    complete = serializers.BooleanField()
    median_days = serializers.FloatField(allow_null=True)


class CorrectionSerializer(serializers.Serializer):
    outcome = serializers.CharField()
    reason = serializers.CharField()
    version = serializers.IntegerField(allow_null=True)
    why = serializers.CharField()
    made_at = serializers.DateTimeField()


class LedgerAnswerSerializer(serializers.Serializer):
    outcome = serializers.CharField()
    reason = serializers.CharField()
    answered_at = serializers.DateTimeField()
    version = serializers.IntegerField(allow_null=True)
    undone_in = serializers.IntegerField(
        allow_null=True, help_text="写进的文字在哪一版撤下；没有撤下就是 null"
    )
    clause = serializers.IntegerField(allow_null=True, help_text="写进的条款")
    version_url = serializers.CharField(allow_blank=True)
    current_url = serializers.CharField(allow_blank=True)
    corrections = CorrectionSerializer(many=True)


class LedgerLineSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    channel = serializers.CharField()
    kind = serializers.CharField()
    suggestion = serializers.IntegerField(allow_null=True)
    comment = serializers.IntegerField(allow_null=True)
    clause = serializers.IntegerField(allow_null=True)
    clause_name = serializers.CharField(allow_blank=True)
    stance = serializers.CharField(allow_blank=True)
    author = serializers.CharField()
    text = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    group = serializers.IntegerField(allow_null=True)
    group_name = serializers.CharField(allow_blank=True)
    submitted_at = serializers.DateTimeField()
    answer = LedgerAnswerSerializer(allow_null=True)


class LedgerSerializer(serializers.Serializer):
    document = serializers.CharField()
    figures = FiguresSerializer()
    older = serializers.IntegerField(allow_null=True, help_text="下一页的 before")
    newer = serializers.IntegerField(allow_null=True, help_text="上一页的 after")
    results = LedgerLineSerializer(many=True)


class Ledger(WikiView):
    @extend_schema(operation_id="wiki_ledger", parameters=FILTERS, responses=LedgerSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Return the ledger's figures and one page of its opinions, newest first, each with its answer."""
        document = get_object_or_404(Document.objects.visible_to(request.user), slug=slug)
        filters = read_filters(request.query_params)
        counted = figures(document)
        listing = list_opinions(
            document, request.user, filters, grouped=False, per_page=_limit(request.query_params.get("limit"))
        )
        names = (
            "received",
            "answered",
            "missing",
            "adopted",
            "partly",
            "rejected",
            "undone",
            "withdrawn",
            "held",
        )
        told = {name: getattr(counted, name) for name in (*names, "percent", "complete")}
        return Response(
            LedgerSerializer(
                {
                    "document": document.slug,
                    "figures": {**told, "median_days": median_days(document, counted)},
                    "older": listing.older,
                    "newer": listing.newer,
                    "results": [_line(entry.line) for entry in listing.entries],
                }
            ).data
        )


def _limit(said: str | None) -> int:
    if said is None:
        return LIMIT
    if not (said.isascii() and said.isdigit() and len(said) < 10 and int(said)):
        raise InvalidText("limit 须是正整数。", fields={"limit": "须是正整数。"})
    return min(int(said), MOST)


def _line(line: Line) -> dict[str, Any]:
    opinion = line.opinion
    return {
        "id": line.number,
        "channel": opinion.channel,
        "kind": "suggestion" if opinion.suggestion_id else "comment" if opinion.comment_id else "letter",
        "suggestion": opinion.suggestion_id,
        "comment": opinion.comment_id,
        "clause": opinion.clause_id,
        "clause_name": line.place.name if line.place else "",
        "stance": opinion.stance,
        "author": line.author,
        "text": line.words,
        "reason": line.reason,
        "group": opinion.group_id,
        "group_name": opinion.group.name if opinion.group else "",
        "submitted_at": opinion.submitted_at,
        "answer": _answer(line),
    }


def _answer(line: Line) -> dict[str, Any] | None:
    decision = line.decision
    if decision is None:
        return None
    return {
        "outcome": decision.outcome,
        "reason": decision.reason,
        "answered_at": line.opinion.answered_at,
        "version": decision.version,
        "undone_in": decision.undone_in,
        "clause": line.stands.clause_id if line.stands else None,
        "version_url": line.version_url,
        "current_url": line.final_url,
        "corrections": decision.corrections.all(),
    }
