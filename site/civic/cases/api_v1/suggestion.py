"""Native API beside the report form: what the words are about and where a place is. Nothing is stored or logged."""

from typing import Any

from django.conf import settings
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

import nlp
import nlp.matter
from civic.cases.matters import OUT, is_matter, matter_name
from civic.cases.services.checking import check_line, check_point, check_text
from civic.core.errors import InvalidInput
from civic.core.throttling import check_rate
from civic.places.gazetteer import find_place
from civic.places.polygons import OutsideCity, area_of

RATE = "120/min"  # one person types for a minute; many may share one address
READ = 400  # characters that are read: what a report is about is said at its beginning
LIKELY = 0.05  # below it a code is noise, not a suggestion


class TypedWordsInput(serializers.Serializer):
    """What the person has typed so far."""

    text = serializers.CharField(trim_whitespace=False, help_text="要反映的话")


class SuggestedCode(serializers.Serializer):
    """A matter code that the words may be about."""

    code = serializers.CharField()
    name = serializers.CharField()
    confidence = serializers.FloatField(help_text="0 到 1")


class SuggestionOutput(serializers.Serializer):
    """At most three codes, the likeliest first; none when the words say nothing yet."""

    codes = SuggestedCode(many=True)
    certain = serializers.BooleanField(help_text="第一个是否达到模型的门槛")


class WhereInput(serializers.Serializer):
    """A sentence that may name a place, or a point."""

    text = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    lon = serializers.FloatField(required=False, allow_null=True, help_text="经度，WGS-84")
    lat = serializers.FloatField(required=False, allow_null=True, help_text="纬度，WGS-84")


class PlaceOutput(serializers.Serializer):
    """A place with its district and street."""

    name = serializers.CharField(allow_blank=True)
    district = serializers.CharField(allow_blank=True)
    street = serializers.CharField(allow_blank=True)
    lon = serializers.FloatField()
    lat = serializers.FloatField()
    precision = serializers.ChoiceField(choices=["point", "place", "street", "district"])


class WhereOutput(serializers.Serializer):
    """The place; null when the sentence names none in the city."""

    place = PlaceOutput(allow_null=True)


class _Typed(APIView):
    """What both have in common: anyone may ask, at a rate, and the answer is kept nowhere."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not request.user.is_authenticated:
            check_rate(request._request, scope="suggest", rate=RATE)

    def finalize_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(*args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response


class SuggestView(_Typed):
    """Read what is being typed."""

    @extend_schema(
        summary="边写边判断：这些话可能属于哪些事项（不保存）",
        request=TypedWordsInput,
        responses=SuggestionOutput,
        operation_id="suggest",
    )
    def post(self, request: Request) -> Response:
        data = TypedWordsInput(data=request.data)
        data.is_valid(raise_exception=True)
        text = check_text(data.validated_data["text"])
        matter = nlp.matter.classify(nlp.normalize(text[:READ]))
        codes = [
            {"code": one.code, "name": matter_name(one.code), "confidence": one.confidence}
            for one in matter.candidates
            if is_matter(one.code) and one.confidence >= LIKELY
        ]
        return Response({"codes": codes, "certain": matter.certain and matter.code != OUT})


class WhereView(_Typed):
    """Find the place in a sentence, or the street of a point."""

    @extend_schema(
        summary="句子里说的地方，或一个点所在的区和街道（不保存）",
        request=WhereInput,
        responses=WhereOutput,
        operation_id="where",
    )
    def post(self, request: Request) -> Response:
        data = WhereInput(data=request.data)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        point = check_point(given.get("lon"), given.get("lat"))
        if point is not None:
            area = area_of(*point)
            return Response({"place": _place("", *area, *point, "point")})
        if not given.get("text", "").strip():
            message = "请给出文字，或者经度 lon 和纬度 lat。"
            raise InvalidInput(message, fields={"text": message})
        return Response({"place": _named(given["text"])})


def _named(text: str) -> dict[str, Any] | None:
    line = check_line(text, name="text", limit=settings.REPORT_TEXT_LIMIT)[:READ]
    found = find_place(line)
    if found is None or found.lon is None or found.lat is None:
        return None
    try:
        area = area_of(found.lon, found.lat)
    except OutsideCity:
        return None
    street = "" if found.precision == "district" else area.street
    return _place(found.name, area.district, street, found.lon, found.lat, found.precision)


def _place(name: str, district: str, street: str, lon: float, lat: float, precision: str) -> dict[str, Any]:
    return {
        "name": name,
        "district": district,
        "street": street,
        "lon": round(lon, 6),
        "lat": round(lat, 6),
        "precision": precision,
    }


urlpatterns_public = [
    path("suggest/", SuggestView.as_view(), name="suggest"),
    path("where/", WhereView.as_view(), name="where"),
]
