"""Native API of a case's place: staff set or correct it, the person who reported says whether pin or photo is meant."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from civic.accounts.models import User
from civic.cases.api_v1.closure import OwnReportView, SecretInput
from civic.cases.api_v1.public import PublicCaseOutput
from civic.cases.api_v1.staff import StaffView
from civic.cases.models import Report
from civic.cases.numbers import parse_number
from civic.cases.services.photo_place import CHOICES, answer_place
from civic.cases.services.relocation import correct_place
from civic.core.errors import NotFound


class StaffPlaceInput(serializers.Serializer):
    """A point or words, and why the place changes."""

    lon = serializers.FloatField(required=False, allow_null=True, help_text="经度，WGS-84")
    lat = serializers.FloatField(required=False, allow_null=True, help_text="纬度，WGS-84")
    address = serializers.CharField(required=False, allow_blank=True, help_text="地址或地名；和坐标只给一样")
    reason = serializers.CharField(
        required=False, allow_blank=True, help_text="更正的理由；案件原来没有位置时可以不写"
    )


class StaffPlaceOutput(serializers.Serializer):
    """Where the case is now."""

    number = serializers.CharField()
    district = serializers.CharField()
    street = serializers.CharField(allow_blank=True)
    lon = serializers.FloatField(allow_null=True)
    lat = serializers.FloatField(allow_null=True)
    point_source = serializers.CharField()
    grid_cell = serializers.CharField(allow_blank=True, help_text="责任网格编号")
    on_desk = serializers.BooleanField(help_text="案件是否还在您的工作台上")
    notices = serializers.ListField(child=serializers.CharField(), help_text="换了区时要知道的事")


class StaffPlaceView(StaffView):
    """Set or correct the place of a report's case."""

    @extend_schema(
        summary="补充或更正案件的位置",
        request=StaffPlaceInput,
        responses=StaffPlaceOutput,
        operation_id="staff_cases_place",
    )
    def post(self, request: Request, number: str) -> Response:
        actor = request.user
        assert isinstance(actor, User)  # the permission class has seen to it
        data = StaffPlaceInput(data=request.data)
        data.is_valid(raise_exception=True)
        fields = data.validated_data
        canonical = parse_number(number)
        report = Report.objects.filter(number=canonical).first() if canonical else None
        if report is None:
            raise NotFound("没有这个编号。", code="unknown_number")
        moved = correct_place(
            case_pk=report.case_id, actor=actor, lon=fields.get("lon"), lat=fields.get("lat"),
            address=fields.get("address", ""), reason=fields.get("reason", ""),
        )  # fmt: skip
        case = moved.case
        return Response(
            {
                "number": report.number,
                "district": moved.to_district,
                "street": case.street,
                "lon": case.lon,
                "lat": case.lat,
                "point_source": case.point_source,
                "grid_cell": case.grid_cell.code if case.grid_cell else "",
                "on_desk": moved.on_desk,
                "notices": moved.notices,
            }
        )


class PlaceAnswerInput(SecretInput):
    """The answer to `place_question` of a receipt."""

    place = serializers.ChoiceField(choices=CHOICES, help_text="pin：坐标处；photo：照片拍摄处")


@extend_schema_view(
    post=extend_schema(
        summary="回答照片和坐标哪个对，受理步骤内有效",
        request=PlaceAnswerInput,
        responses=PublicCaseOutput,
        operation_id="cases_place",
    )
)
class PlaceAnswerView(OwnReportView):
    """Say whether the pin or the photo shows the place."""

    input_class = PlaceAnswerInput

    def do(self, report: Report, fields: dict[str, Any]) -> None:
        """Store the answer."""
        answer_place(report=report, choice=fields["place"])


urlpatterns_public = [path("cases/<str:number>/place/", PlaceAnswerView.as_view(), name="cases-place")]
urlpatterns_staff = [path("cases/<str:number>/place/", StaffPlaceView.as_view(), name="staff-case-place")]
