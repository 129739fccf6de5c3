"""Native API for partners' devices: noise readings."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from civic.cases.services.sensors import Outcome, take_readings
from civic.core.api import JSONParser
from civic.core.errors import InvalidInput
from civic.partners.authentication import PartnerView
from civic.partners.models import Scope


class ReadingInput(serializers.Serializer):
    """One equivalent level measured by a device over a window."""

    device = serializers.CharField(max_length=64, help_text="设备编号，在合作方内唯一")
    laeq = serializers.FloatField(min_value=0, max_value=200, help_text="等效连续 A 声级，分贝")
    window = serializers.IntegerField(min_value=1, max_value=86_400, help_text="测量窗口，秒")
    time = serializers.DateTimeField(help_text="窗口结束时刻，ISO 8601；不带时区按北京时间")
    lon = serializers.FloatField(help_text="经度，WGS-84")
    lat = serializers.FloatField(help_text="纬度，WGS-84")


class ReadingOutput(serializers.Serializer):
    """What became of one reading."""

    index = serializers.IntegerField(help_text="在这一批里的序号，从 0 起")
    status = serializers.ChoiceField(choices=["stored", "repeated", "refused"])
    loud = serializers.BooleanField(help_text="夜间（22:00–06:00）超过限值；长于 20 分钟的窗口要整个在夜间")
    number = serializers.CharField(
        allow_null=True, help_text="这台设备这一夜的案件编号；超限而为 null 时稍后受理，太旧的读数不受理"
    )
    opened = serializers.BooleanField(help_text="案件由这条读数新开")
    message = serializers.CharField(allow_blank=True, help_text="没有收下的原因")
    fields = serializers.DictField(child=serializers.CharField(), help_text="出错的字段和各自的说明")  # type: ignore[assignment]


class ReadingsOutput(serializers.Serializer):
    """What became of each reading of a batch."""

    stored = serializers.IntegerField()
    repeated = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = ReadingOutput(many=True)


class NoiseView(PartnerView):
    """Take noise readings."""

    partner_scope = Scope.SENSOR
    parser_classes = [JSONParser]

    @extend_schema(
        summary="上报噪声读数：一条，或一次至多 500 条",
        description="同一设备同一时刻只存一次。夜间超过 70 分贝的，一台设备一夜开一件 08001；白天的和 70 及以下的只存不开。"
        "一批里坏的行按序号列出，好的照收。",
        request=PolymorphicProxySerializer(
            "NoiseReadings",
            [ReadingInput, ReadingInput(many=True)],
            resource_type_field_name=None,
            many=False,
        ),
        responses={200: ReadingsOutput, 201: ReadingsOutput},
        operation_id="partner_noise_create",
    )
    def post(self, request: Request) -> Response:
        given: Any = request.data
        single = not isinstance(given, list)
        outcomes = take_readings(partner=self.partner.user, rows=[given] if single else given)
        refusals = {one.index: one.refusal for one in outcomes if one.refusal is not None}
        if single and refusals:
            raise refusals[0]
        if len(refusals) == len(outcomes):
            fields = {
                f"{index}.{name}" if name else str(index): said
                for index, refusal in refusals.items()
                for name, said in (refusal.fields or {"": refusal.message}).items()
            }
            raise InvalidInput("这一批读数没有一条可以收下。", code="bad_reading", fields=fields)
        results = [_result(one) for one in outcomes]
        counts = {
            state: sum(one["status"] == state for one in results)
            for state in ("stored", "repeated", "refused")
        }
        return Response({**counts, "results": results}, status=201 if single and counts["stored"] else 200)


def _result(one: Outcome) -> dict[str, Any]:
    refused = one.refusal is not None
    return {
        "index": one.index,
        "status": "refused" if refused else "repeated" if one.repeated else "stored",
        "loud": one.loud,
        "number": one.number or None,
        "opened": one.opened,
        "message": one.refusal.message if one.refusal else "",
        "fields": one.refusal.fields if one.refusal else {},
    }


urlpatterns_partner = [path("sensors/noise/", NoiseView.as_view(), name="noise")]
