"""Native API for other city systems: the cases they sent or handle, and what they report back about them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import path
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from civic.cases.api_v1.partner_sensors import urlpatterns_partner as sensors
from civic.cases.api_v1.public import MatterOutput, idempotency_key
from civic.cases.for_partner import (
    HANDLER,
    PUBLIC,
    SENDER,
    PartnerCase,
    cases_listed_for,
    find_case,
    partner_case,
    with_partner_parts,
    words_for,
)
from civic.cases.models import Case, Step
from civic.cases.services.partner_updates import UNKNOWN, Update, take_update
from civic.core.errors import InvalidInput, NotFound
from civic.partners.authentication import PartnerView
from civic.partners.models import Partner, Scope

PAGE, MOST = 50, 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST_MOMENT = 10**16  # microseconds; later than any year that is shown


class PartnerReportOutput(serializers.Serializer):
    """A report of a case."""

    number = serializers.CharField()
    source_ref = serializers.CharField(allow_blank=True, help_text="提交时给出的对方编号")


class PartnerCaseOutput(serializers.Serializer):
    """A case as a partner sees it, without personal data."""

    number = serializers.CharField()
    role = serializers.ChoiceField(choices=[HANDLER, SENDER, PUBLIC])
    ticket = serializers.CharField(allow_blank=True, help_text="该合作方自己的工单号")
    reports = PartnerReportOutput(many=True)
    step = serializers.ChoiceField(choices=list(Step.values))
    step_label = serializers.CharField()
    outcome = serializers.CharField(allow_blank=True)
    outcome_label = serializers.CharField()
    matter = MatterOutput(allow_null=True)
    urgent = serializers.BooleanField()
    department = serializers.CharField(allow_blank=True)
    district = serializers.CharField(allow_blank=True)
    street = serializers.CharField(allow_blank=True)
    lon = serializers.FloatField(allow_null=True, help_text="承办方得到准确位置，其他人得到公开位置")
    lat = serializers.FloatField(allow_null=True)
    received_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    actions = serializers.ListField(child=serializers.CharField(), help_text="现在可以做的动作")
    status_url = serializers.CharField()


class SaidOutput(serializers.Serializer):
    """Words that were meant for whoever reported, or for who handles the case."""

    action = serializers.CharField()
    text = serializers.CharField()
    at = serializers.DateTimeField()


class PartnerCaseWholeOutput(PartnerCaseOutput):
    """A case with its words, masked."""

    texts = serializers.ListField(
        child=serializers.CharField(), help_text="反映内容，已遮盖个人信息，只给承办方；举报和涉及安危的不给"
    )
    said = SaidOutput(
        many=True,
        help_text="对反映人说过的话；承办方还得到补充、评价、未解决和重开的理由、退回重办和督办的要求。已遮盖个人信息",
    )


class PartnerCasesOutput(serializers.Serializer):
    """A page of cases; `cursor` goes on after its last one, also later, when there is more to tell."""

    cases = PartnerCaseOutput(many=True)
    cursor = serializers.CharField(allow_blank=True)
    more = serializers.BooleanField()


class UpdateInput(serializers.Serializer):
    """What a partner reports about a case that it handles; at least one of the first four."""

    ticket = serializers.CharField(required=False, allow_blank=True, help_text="对方工单号，登记后可以用它查")
    action = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text="accept 接单、return 退回、answer 反馈结果、ask 请补充、resume 恢复计时",
    )
    status = serializers.CharField(required=False, allow_blank=True, help_text="对方系统里的状态")
    note = serializers.CharField(required=False, allow_blank=True, help_text="状态说明，只在工作台可见")
    reason = serializers.CharField(
        required=False, allow_blank=True, help_text="退回的理由、反馈的结果、请补充的问题"
    )
    expected_step = serializers.CharField(required=False, allow_blank=True, help_text="不是这一步就不做")
    time = serializers.DateTimeField(required=False, allow_null=True, help_text="发生时间，默认为现在")
    update_id = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text="这次更新在对方系统里的编号；同一编号只做一次，也可以放在 Idempotency-Key",
    )


class UpdateWithPhotosInput(UpdateInput):
    """The same as a form with the photos of a result."""

    photos = serializers.ListField(
        child=serializers.FileField(),
        required=False,
        help_text="反馈结果（answer）时的处理结果照片，至多 6 张，JPEG、PNG 或 WebP；受理员放行后才公开",
    )


class UpdateOutput(PartnerCaseOutput):
    """The case after an update."""

    repeated = serializers.BooleanField()


class PartnerCasesView(PartnerView):
    """The cases of a partner, the longest unchanged first."""

    @extend_schema(
        summary="本合作方提交或承办的案件，按更新时间",
        parameters=[
            OpenApiParameter("updated_since", datetime, description="只列此后更新的，ISO 8601"),
            OpenApiParameter("cursor", str, description="上一页给出的 cursor"),
            OpenApiParameter("role", str, enum=[HANDLER, SENDER]),
            OpenApiParameter("step", str, enum=list(Step.values)),
            OpenApiParameter("ref", str, description="编号、对方工单号或提交时的对方编号"),
            OpenApiParameter("limit", int, description=f"1 到 {MOST}，默认 {PAGE}"),
        ],
        responses=PartnerCasesOutput,
        operation_id="partner_cases_list",
    )
    def get(self, request: Request) -> Response:
        partner, query = self.reader, request.query_params
        cases = cases_listed_for(partner)
        if role := query.get("role", ""):
            if role not in {HANDLER, SENDER}:
                raise _wrong("role", f"应为 {HANDLER} 或 {SENDER}。")
            handled = Q(department=partner.department_id) & Q(department__isnull=False)
            cases = cases.filter(handled) if role == HANDLER else cases.exclude(handled)
        if step := query.get("step", ""):
            if step not in Step.values:
                raise _wrong("step", "没有这个步骤。")
            cases = cases.filter(step=step)
        if ref := query.get("ref", ""):
            cases = cases.filter(pk=find_case(partner, ref) or 0)
        if since := query.get("updated_since", ""):
            cases = cases.filter(updated_at__gte=_moment(since))
        limit = _limit(query.get("limit", ""))
        cursor = query.get("cursor", "").strip()
        if cursor:
            at, pk = _position(cursor)
            cases = cases.filter(Q(updated_at__gt=at) | Q(updated_at=at, pk__gt=pk))
        rows = list(with_partner_parts(cases, partner).order_by("updated_at", "pk")[: limit + 1])
        shown = rows[:limit]
        return Response(
            {
                "cases": [partner_case(case, partner) for case in shown],
                "cursor": _cursor(shown[-1]) if shown else cursor,
                "more": len(rows) > limit,
            }
        )


class PartnerCaseView(PartnerView):
    """One case of a partner."""

    @extend_schema(
        summary="一件案件：凭编号、对方工单号或提交时的对方编号",
        responses=PartnerCaseWholeOutput,
        operation_id="partner_cases_retrieve",
    )
    def get(self, request: Request, ref: str) -> Response:
        case = _loaded(find_case(self.reader, ref), self.partner)
        return Response({**partner_case(case, self.partner), **words_for(case, self.partner)})


class PartnerUpdateView(PartnerView):
    """Take what a partner reports about a case that it handles."""

    partner_scope = Scope.UPDATE

    @extend_schema(
        summary="回传：登记工单号，接单、退回、反馈，说明状态",
        request={
            "application/json": UpdateInput,
            "multipart/form-data": UpdateWithPhotosInput,
            "application/x-www-form-urlencoded": UpdateInput,
        },
        responses={200: UpdateOutput},
        parameters=[
            OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="同一键只做一次")
        ],
        operation_id="partner_cases_update",
    )
    def post(self, request: Request, ref: str) -> Response:
        data = UpdateInput(data=request.data)
        data.is_valid(raise_exception=True)
        fields: dict[str, Any] = dict(data.validated_data)
        update_id = fields.pop("update_id", "") or idempotency_key(request)
        case, repeated = take_update(
            partner=self.partner,
            ref=ref,
            update=Update(**fields),
            update_id=update_id,
            photos=request.FILES.getlist("photos"),
        )
        # A case that was returned is no longer among the partner's, but this is the answer to who returned it.
        shown = _loaded(case.pk, self.partner)
        role = partner_case(shown, self.partner)["role"]
        return Response({**_after(shown, self.partner, role), "repeated": repeated})


def _after(case: Case, partner: Partner, role: str) -> PartnerCase:
    face = partner_case(case, partner, role=role)
    if role == PUBLIC:  # given back: no more of it than that it was
        face["lon"] = face["lat"] = None
    return face


def _loaded(pk: int | None, partner: Partner) -> Case:
    case = with_partner_parts(Case.objects.filter(pk=pk or 0), partner).first()
    if case is None:
        raise NotFound(UNKNOWN, code="unknown_case")
    return case


def _wrong(name: str, message: str) -> InvalidInput:
    return InvalidInput(f"{name} {message}", fields={name: message})


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text.strip().replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None or not 1970 <= moment.year <= 2200:
        raise _wrong("updated_since", "应为 ISO 8601 时间，例如 2026-03-01T08:00:00+08:00。")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _limit(text: str) -> int:
    if not text.strip():
        return PAGE
    if not (text.isascii() and text.isdecimal() and len(text) < 5 and 1 <= int(text) <= MOST):
        raise _wrong("limit", f"应为 1 到 {MOST} 的整数。")
    return int(text)


def _cursor(case: Case) -> str:
    return f"{(case.updated_at - EPOCH) // timedelta(microseconds=1)}-{case.pk}"


def _position(cursor: str) -> tuple[datetime, int]:
    at, _, pk = cursor.partition("-")
    if not all(part.isascii() and part.isdecimal() and len(part) < 19 for part in (at, pk)):
        raise _wrong("cursor", "不是本接口给出的。")
    if int(at) >= LAST_MOMENT:
        raise _wrong("cursor", "不是本接口给出的。")
    return EPOCH + timedelta(microseconds=int(at)), int(pk)


urlpatterns_partner = [
    path("cases/", PartnerCasesView.as_view(), name="cases"),
    path("cases/<str:ref>/", PartnerCaseView.as_view(), name="case"),
    path("cases/<str:ref>/updates/", PartnerUpdateView.as_view(), name="case-updates"),
    *sensors,
]
