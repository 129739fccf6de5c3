"""Native API of cases for everyone: intake and progress."""

from typing import Any

from django.http import FileResponse, HttpRequest
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from civic.cases.models import Channel, Report
from civic.cases.numbers import parse_number
from civic.cases.presentation import (
    analysis_state,
    public_case,
    public_matter,
    status_url,
    steps_reached,
)
from civic.cases.results import public_results
from civic.cases.services import (
    Contact,
    Idempotency,
    Receipt,
    submit_report,
)
from civic.cases.services.checking import fingerprint_of
from civic.cases.services.photo_place import open_question
from civic.core.api import JSONParser
from civic.core.errors import InvalidInput, NotFound
from civic.core.throttling import check_rate

KEY_LIMIT = 200


class ReportInput(serializers.Serializer):
    """What a caller sends; lengths and places are judged by the service, types here."""

    text = serializers.CharField(
        trim_whitespace=False, allow_blank=True, help_text="一句话说明哪里有什么问题，最多 4000 字"
    )
    lon = serializers.FloatField(required=False, allow_null=True, help_text="经度，WGS-84")
    lat = serializers.FloatField(required=False, allow_null=True, help_text="纬度，WGS-84")
    address = serializers.CharField(
        required=False, allow_blank=True, help_text="地址文字，没有坐标时用来定位"
    )
    matter = serializers.CharField(required=False, allow_blank=True, help_text="事项代码；不给则由平台判断")
    attributes = serializers.DictField(
        required=False, help_text="事项的附加信息，代码 → 所答；有哪些见 Open311 的 services/{code}"
    )
    contact_name = serializers.CharField(required=False, allow_blank=True)
    contact_phone = serializers.CharField(required=False, allow_blank=True)
    contact_email = serializers.CharField(required=False, allow_blank=True)
    place_confirmed = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text="照片拍摄处离坐标很远时问题在哪里：pin（坐标处）或 photo（照片拍摄处）；不给则受理后在回执里问",
    )
    website = serializers.CharField(required=False, allow_blank=True, help_text="必须留空")


class ReportWithPhotosInput(ReportInput):
    """The same as a form with photos."""

    photos = serializers.ListField(
        child=serializers.FileField(),
        required=False,
        help_text="至多 6 张，JPEG、PNG 或 WebP，每张不超过 10 MB",
    )


class MatterOutput(serializers.Serializer):
    """A matter's code and name."""

    code = serializers.CharField()
    name = serializers.CharField()
    certain = serializers.BooleanField(
        help_text="false：自动判断没有把握，只是初步归类，待人工确认；true：自动判断有把握，或由人给出"
    )
    confirmed = serializers.BooleanField(help_text="是否由人给出：反映人选定，或受理员确认")
    note = serializers.CharField(allow_blank=True, help_text="没有把握时给人看的一句话，有把握时为空")


class PlaceQuestionOutput(serializers.Serializer):
    """The photos were taken far from the pin: where is the problem?"""

    distance_m = serializers.IntegerField(help_text="照片拍摄处离坐标多少米")
    photo_lon = serializers.FloatField()
    photo_lat = serializers.FloatField()


class ReceiptOutput(serializers.Serializer):
    """The receipt of a stored report."""

    number = serializers.CharField()
    matter = MatterOutput(allow_null=True)
    matter_confidence = serializers.FloatField(allow_null=True)
    request_type = serializers.CharField(allow_null=True)
    analysis = serializers.ChoiceField(choices=["done", "pending"])
    step = serializers.CharField()
    district = serializers.CharField()
    street = serializers.CharField()
    status_url = serializers.CharField()
    secret = serializers.CharField()
    place_question = PlaceQuestionOutput(
        allow_null=True,
        help_text="要问反映人的话，没有则为空；受理步骤内用 POST cases/<编号>/place/ 回答，不答以坐标为准",
    )
    received_at = serializers.DateTimeField()


class StepOutput(serializers.Serializer):
    """One of the seven steps."""

    step = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the data's key, not DRF's label
    state = serializers.ChoiceField(choices=["done", "current", "waiting"])
    at = serializers.DateTimeField(allow_null=True)


class PublicCaseOutput(serializers.Serializer):
    """The public face of a report."""

    number = serializers.CharField()
    step = serializers.CharField()
    step_label = serializers.CharField()
    outcome = serializers.CharField(allow_blank=True)
    outcome_label = serializers.CharField()
    matter = MatterOutput(allow_null=True)
    analysis = serializers.CharField()
    district = serializers.CharField()
    street = serializers.CharField()
    lon = serializers.FloatField(allow_null=True)
    lat = serializers.FloatField(allow_null=True)
    received_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    text = serializers.CharField(allow_null=True)
    photos = serializers.ListField(child=serializers.CharField())
    result_photos = serializers.ListField(
        child=serializers.CharField(), help_text="承办部门的处理结果照片，放行后才有"
    )
    steps = StepOutput(many=True)
    status_url = serializers.CharField()


def receipt_data(receipt: Receipt) -> dict[str, Any]:
    """Return a receipt as data; analysis that is still to come is `pending` with `matter` null."""
    report = receipt.report
    case, analysis = report.case, getattr(report, "analysis", None)
    question = open_question(report) if receipt.repeated else receipt.question
    return {
        "number": report.number,
        "matter": public_matter(case) if analysis else None,
        "matter_confidence": round(analysis.confidence, 4) if analysis else None,
        "request_type": analysis.request_type if analysis else None,
        "analysis": analysis_state(report),
        "step": case.step,
        "district": case.district.name if case.district else "",
        "street": case.street,
        "status_url": status_url(report.number),
        "secret": report.secret,
        "place_question": None
        if question is None
        else {"distance_m": question.distance_m, "photo_lon": question.lon, "photo_lat": question.lat},
        "received_at": report.received_at,
    }


def idempotency_key(request: Request | HttpRequest) -> str:
    """Return the request's Idempotency-Key, "" for none; InvalidInput when it is too long to be compared."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > KEY_LIMIT or not key.isprintable():
        raise InvalidInput(f"Idempotency-Key 最多 {KEY_LIMIT} 个可见字符。", code="bad_idempotency_key")
    return key


def idempotency_of(request: Request, fields: dict[str, Any], photos: list[Any]) -> Idempotency | None:
    """Return what makes a repeat of the request the same report, or None without an Idempotency-Key."""
    key = idempotency_key(request)
    if not key:
        return None
    who = f"user:{request.user.pk}" if request.user.is_authenticated else "anonymous"
    return Idempotency(f"api:{who}"[:40], key, fingerprint_of(fields, photos))


class ReportCreateView(APIView):
    """Take a report."""

    parser_classes = [JSONParser, MultiPartParser, FormParser]

    @extend_schema(
        summary="反映一件事",
        request={
            "application/json": ReportInput,
            "multipart/form-data": ReportWithPhotosInput,
            "application/x-www-form-urlencoded": ReportInput,
        },
        responses={201: ReceiptOutput, 200: ReceiptOutput},
        parameters=[
            OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="同一键只受理一次")
        ],
        operation_id="reports_create",
    )
    def post(self, request: Request) -> Response:
        if not request.user.is_authenticated:
            check_rate(request._request, scope="intake", rate=_anonymous_rate())
        data = ReportInput(data=request.data)
        data.is_valid(raise_exception=True)
        fields = data.validated_data
        if fields.pop("website", ""):
            raise InvalidInput("请求的格式不正确。", code="rejected")
        photos = request.FILES.getlist("photos") + request.FILES.getlist("photo")
        receipt = submit_report(
            text=fields["text"],
            channel=Channel.API,
            lon=fields.get("lon"),
            lat=fields.get("lat"),
            address=fields.get("address", ""),
            citizen_code=fields.get("matter", ""),
            attributes=fields.get("attributes"),
            place_choice=fields.get("place_confirmed", ""),
            photos=photos,
            contact=Contact(
                fields.get("contact_name", ""),
                fields.get("contact_phone", ""),
                fields.get("contact_email", ""),
            ),
            reporter=request.user if request.user.is_authenticated else None,
            idempotency=idempotency_of(request, fields, photos),
        )
        body = receipt_data(receipt)
        return Response(
            body, status=200 if receipt.repeated else 201, headers={"Location": body["status_url"]}
        )


def _anonymous_rate() -> str:
    from django.conf import settings

    return settings.INTAKE_RATE_ANONYMOUS


class CaseProgressView(APIView):
    """A report's public progress."""

    @extend_schema(summary="凭编号查公开进展", responses=PublicCaseOutput, operation_id="cases_retrieve")
    def get(self, request: Request, number: str) -> Response:
        report = public_report(number)
        return Response(public_case(report, steps_reached(report.case), public_results(report.case)))


def public_report(number: str) -> Report:
    """Return a report that anyone may see by its number; NotFound otherwise."""
    canonical = parse_number(number)
    report = (
        Report.objects.traceable().with_public_parts().filter(number=canonical).first() if canonical else None
    )
    if report is None:
        raise NotFound("没有这个编号，请核对后再查。", code="unknown_number")
    return report


def photo_response(file: Any, media_type: str) -> FileResponse:
    """Return a stored image so that a browser shows it and never guesses another type."""
    response = FileResponse(file, content_type=media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = "inline"
    return response


urlpatterns_public = [
    path("reports/", ReportCreateView.as_view(), name="reports-create"),
    path("cases/<str:number>/", CaseProgressView.as_view(), name="cases-progress"),
]
