"""Native API of one event, many people: likely duplicates of what is being written, and "me too"."""

import math
import secrets
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

import nlp
from civic.accounts.models import User
from civic.cases.api_v1.public import MatterOutput, public_report
from civic.cases.models import Step
from civic.cases.presentation import public_matter, status_url
from civic.cases.services.checking import check_point, check_text
from civic.cases.services.following import follow_on_site
from civic.cases.services.likely import Likely, likely_for_public
from civic.cases.services.sharing import Person, support_case
from civic.core.errors import InvalidInput
from civic.core.throttling import check_rate

COOKIE = "supporter"
COOKIE_AGE = 400 * 24 * 3600
MINE = "my_reports"  # session key: numbers this browser reported


class SimilarOutput(serializers.Serializer):
    """A public case that may be the same event; nobody's words."""

    number = serializers.CharField()
    matter = MatterOutput(allow_null=True)
    district = serializers.CharField(allow_blank=True)
    street = serializers.CharField(allow_blank=True)
    step = serializers.ChoiceField(choices=list(Step.values))
    step_label = serializers.CharField()
    metres = serializers.IntegerField(allow_null=True, help_text="与所给位置的距离，按公开位置算，米")
    received_at = serializers.DateTimeField()
    supports = serializers.IntegerField(
        help_text="也遇到这件事的人数：表示“我也遇到”的，和合并进来的另外的反映人"
    )
    status_url = serializers.CharField()


class SupportInput(serializers.Serializer):
    """Nothing is asked: who it is comes from the token, the session or the browser's cookie."""


class SupportOutput(serializers.Serializer):
    """The case as it counts now."""

    number = serializers.CharField()
    supports = serializers.IntegerField()
    repeated = serializers.BooleanField(help_text="true：以前已经表示过，人数不变")


def similar_data(likely: Likely) -> dict[str, Any]:
    """Return a likely duplicate as the public may see it."""
    case = likely.case
    return {
        "number": likely.number,
        "matter": public_matter(case),
        "district": case.district.name if case.district else "",
        "street": case.street,
        "step": case.step,
        "step_label": str(Step(case.step).label),
        "metres": likely.metres,
        "received_at": case.received_at,
        "supports": case.supports,
        "status_url": status_url(likely.number),
    }


def person_of(request: HttpRequest) -> Person:
    """Return who asks: the account, else the browser by its cookie, with the reports it is known to have made."""
    token = request.COOKIES.get(COOKIE, "")
    return Person(
        user=request.user if isinstance(request.user, User) else None,
        token=token if len(token) == 32 and token.isalnum() else "",
        numbers=tuple(request.session.get(MINE, [])),
    )


def person_with_token(request: HttpRequest) -> Person:
    """Return who asks; a browser that has no token gets a new one, which `keep_token` stores."""
    person = person_of(request)
    return (
        person if person.user or person.token else Person(token=secrets.token_hex(16), numbers=person.numbers)
    )


def keep_token(response: HttpResponse | Response, person: Person) -> None:
    """Store a browser's token in its cookie."""
    if person.token:
        response.set_cookie(
            COOKIE, person.token, max_age=COOKIE_AGE, httponly=True, samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )  # fmt: skip


def _number(request: Request, name: str) -> float:
    try:
        value = float(request.query_params.get(name, ""))
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or abs(value) > (180 if name == "lon" else 90):
        raise InvalidInput("请给出经度 lon 和纬度 lat，都是数字。", fields={name: "应为经纬度的度数。"})
    return value


class SimilarCasesView(APIView):
    """What is public near a point and sounds like the text."""

    @extend_schema(
        summary="反映之前：附近可能是同一件事的公开案件",
        parameters=[
            OpenApiParameter("text", str, required=True, description="要反映的话"),
            OpenApiParameter("lon", float, required=True, description="经度，WGS-84"),
            OpenApiParameter("lat", float, required=True, description="纬度，WGS-84"),
        ],
        responses=SimilarOutput(many=True),
        operation_id="cases_similar",
    )
    def get(self, request: Request) -> Response:
        if not request.user.is_authenticated:
            check_rate(request._request, scope="similar", rate=settings.INTAKE_RATE_ANONYMOUS)
        text = check_text(request.query_params.get("text", ""))
        point = check_point(_number(request, "lon"), _number(request, "lat"))
        assert point is not None  # both numbers are there
        matter = nlp.analyze(text).matter
        found = likely_for_public(
            text=text, lon=point[0], lat=point[1], code=matter.code if matter.certain else None
        )
        return Response([similar_data(one) for one in found])


class SupportView(APIView):
    """Say "me too" instead of reporting the same again."""

    @extend_schema(
        summary="我也遇到：同一个人只算一次",
        request=SupportInput,
        responses={200: SupportOutput, 201: SupportOutput},
        operation_id="cases_support",
    )
    def post(self, request: Request, number: str) -> Response:
        if not request.user.is_authenticated:
            check_rate(request._request, scope="intake", rate=settings.INTAKE_RATE_ANONYMOUS)
        report = public_report(number)
        request._request.user = request.user
        person = person_with_token(request._request)
        done = support_case(report=report, person=person)
        if person.user is not None:
            follow_on_site(report=report, user=person.user)
        response = Response(
            {"number": report.number, "supports": done.case.supports, "repeated": done.repeated},
            status=200 if done.repeated else 201,
        )
        keep_token(response, person)
        return response


urlpatterns_public = [
    path("cases/similar/", SimilarCasesView.as_view(), name="cases-similar"),
    path("cases/<str:number>/support/", SupportView.as_view(), name="cases-support"),
]
