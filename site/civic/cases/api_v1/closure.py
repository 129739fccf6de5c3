"""Native API of the person who reported: urge, add, rate, reopen, with the number and its receipt code."""

from abc import abstractmethod
from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from civic.cases.api_v1.public import PublicCaseOutput
from civic.cases.for_reporter import is_reporter
from civic.cases.models import Report
from civic.cases.numbers import parse_number
from civic.cases.presentation import public_case, steps_reached
from civic.cases.results import public_results
from civic.cases.services.closure import rate, reopen, reporter_action
from civic.core.errors import NotFound
from civic.core.throttling import check_rate

RATE = "20/min"


class SecretInput(serializers.Serializer):
    """What proves the person who reported; one who is signed in needs none for own reports."""

    secret = serializers.CharField(
        required=False, allow_blank=True, max_length=40, help_text="受理时和编号一起给出的查询码"
    )


class WordsInput(SecretInput):
    """The same with words."""

    reason = serializers.CharField(max_length=2000, help_text="要说的话")


class AttachmentsInput(SecretInput):
    """Photos that come later, and words about them."""

    photos = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True),
        allow_empty=False,
        help_text="1 到 6 张，JPEG、PNG 或 WebP，每张不超过 10 MB；一件反映连同原有的最多 18 张",
    )
    reason = serializers.CharField(
        required=False, allow_blank=True, max_length=2000, help_text="说明，可以不写"
    )


class RatingInput(SecretInput):
    """A judgement of the result."""

    solved = serializers.BooleanField(help_text="问题解决了没有")
    stars = serializers.IntegerField(min_value=1, max_value=5, help_text="满意度，5 为很满意")
    comment = serializers.CharField(
        required=False, allow_blank=True, max_length=500, help_text="意见；没有解决时必填"
    )


def own_report(request: Request, number: str, secret: str) -> Report:
    """Return the report of whoever asks; a wrong number and a wrong code get one answer."""
    canonical = parse_number(number)
    report = Report.objects.select_related("case").filter(number=canonical).first() if canonical else None
    if report is None or not is_reporter(report, user=request.user, secret=secret):
        raise NotFound("编号和查询码对不上，请核对后再试。", code="unknown_report")
    return report


class OwnReportView(APIView):
    """Base of what only the person who reported may do: what was sent is checked, and who asks; then it is done."""

    input_class: type[SecretInput] = SecretInput

    status = 200

    def post(self, request: Request, number: str) -> Response:
        check_rate(request._request, scope="closure", rate=RATE)
        data = self.input_class(data=request.data)
        data.is_valid(raise_exception=True)
        fields = data.validated_data
        report = own_report(request, number, fields.pop("secret", ""))
        self.do(report, fields)
        fresh = Report.objects.with_public_parts().get(pk=report.pk)
        body = public_case(fresh, steps_reached(fresh.case), public_results(fresh.case))
        return Response(body, status=self.status)

    @abstractmethod
    def do(self, report: Report, fields: dict[str, Any]) -> None:
        """Call the one service."""


@extend_schema_view(
    post=extend_schema(
        summary="催办，一天一次",
        request=SecretInput,
        responses=PublicCaseOutput,
        operation_id="cases_urge",
    )
)
class UrgeView(OwnReportView):
    """Urge, once a day."""

    def do(self, report: Report, fields: dict[str, Any]) -> None:
        """Urge."""
        reporter_action(report=report, action="urge")


@extend_schema_view(
    post=extend_schema(
        summary="补充说明，也用于回答承办人的提问",
        request=WordsInput,
        responses=PublicCaseOutput,
        operation_id="cases_add",
    )
)
class AddView(OwnReportView):
    """Add words, also as the answer to a question."""

    input_class = WordsInput

    def do(self, report: Report, fields: dict[str, Any]) -> None:
        """Add the words."""
        reporter_action(report=report, action="add", reason=fields["reason"])


@extend_schema_view(
    post=extend_schema(
        summary="补交照片：只给承办人看，不会随原文公开",
        request={"multipart/form-data": AttachmentsInput},
        responses={201: PublicCaseOutput},
        operation_id="cases_attachments",
    )
)
class AttachmentsView(OwnReportView):
    """Add photos to a report whose case is being worked on."""

    input_class = AttachmentsInput
    parser_classes = [MultiPartParser]
    status = 201

    def do(self, report: Report, fields: dict[str, Any]) -> None:
        """Add them."""
        reporter_action(report=report, action="add", reason=fields.get("reason", ""), photos=fields["photos"])


@extend_schema_view(
    post=extend_schema(
        summary="评价办理结果；没有解决则退回重办，结案后则重开",
        request=RatingInput,
        responses=PublicCaseOutput,
        operation_id="cases_rate",
    )
)
class RateView(OwnReportView):
    """Judge the result."""

    input_class = RatingInput

    def do(self, report: Report, fields: dict[str, Any]) -> None:
        """Store the judgement."""
        rate(
            report=report,
            solved=fields["solved"],
            stars=fields["stars"],
            comment=fields.get("comment", ""),
        )


@extend_schema_view(
    post=extend_schema(
        summary="结案后重开；未立案或已转出的申请重新受理",
        request=WordsInput,
        responses=PublicCaseOutput,
        operation_id="cases_reopen",
    )
)
class ReopenView(OwnReportView):
    """Have a closed case taken up again."""

    input_class = WordsInput

    def do(self, report: Report, fields: dict[str, Any]) -> None:
        """Open it again."""
        reopen(report=report, reason=fields["reason"])


urlpatterns_public = [
    path("cases/<str:number>/urge/", UrgeView.as_view(), name="cases-urge"),
    path("cases/<str:number>/add/", AddView.as_view(), name="cases-add"),
    path("cases/<str:number>/attachments/", AttachmentsView.as_view(), name="cases-attachments"),
    path("cases/<str:number>/rate/", RateView.as_view(), name="cases-rate"),
    path("cases/<str:number>/reopen/", ReopenView.as_view(), name="cases-reopen"),
]
