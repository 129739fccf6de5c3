"""Native API of cases for staff: who may call, a case as data, and every action on it."""

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication, TokenAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from civic.accounts.models import Department, User
from civic.accounts.roles import role_names
from civic.cases import policies, workflow
from civic.cases.models import Case, Report
from civic.cases.numbers import parse_number
from civic.cases.services import correct_code, release_report, take_action
from civic.cases.services.photos import RELEASE_RESULTS, WITHDRAW_RESULTS
from civic.cases.services.results import release_results
from civic.cases.services.withdrawing import withdraw_release, withdraw_results
from civic.core.errors import InvalidInput, NotFound


class IsStaff(BasePermission):
    """Staff of the case desk only."""

    message = "只有工作人员可以使用这个接口。"

    def has_permission(self, request: Request, view: APIView) -> bool:
        return policies.can_use_desk(request.user)


class StaffView(APIView):
    """Base of the staff API: a token or a session, and a role on the desk."""

    authentication_classes = [TokenAuthentication, SessionAuthentication]
    permission_classes = [IsStaff]


class ActionInput(serializers.Serializer):
    """One action on a case."""

    action = serializers.CharField(max_length=20)
    reason = serializers.CharField(required=False, allow_blank=True)
    department = serializers.CharField(
        required=False, allow_blank=True, help_text="部门代码；派遣时不给则按派遣规则"
    )
    code = serializers.CharField(required=False, allow_blank=True, help_text="事项代码，更正代码时必填")
    referred_to = serializers.CharField(
        required=False, allow_blank=True, help_text="转往的部门，转其他部门时必填"
    )
    expected_step = serializers.CharField(required=False, allow_blank=True)
    text = serializers.CharField(
        required=False, allow_blank=True, help_text="放行时公开的文字，不给则用原文；都会遮盖个人信息"
    )
    with_photos = serializers.BooleanField(required=False, help_text="放行时是否公开照片")


class ActionWithPhotosInput(ActionInput):
    """The same as a form with the photos of a result."""

    photos = serializers.ListField(
        child=serializers.FileField(),
        required=False,
        help_text="反馈结果（answer）时的处理结果照片，至多 6 张，JPEG、PNG 或 WebP",
    )


class StaffCaseOutput(serializers.Serializer):
    """A case as staff see it in the queue."""

    id = serializers.IntegerField()
    number = serializers.CharField()
    text = serializers.CharField()
    step = serializers.CharField()
    matter_code = serializers.CharField(allow_blank=True)
    confidence = serializers.FloatField(allow_null=True)
    urgent = serializers.BooleanField()
    district = serializers.CharField(allow_blank=True)
    street = serializers.CharField(allow_blank=True)
    lon = serializers.FloatField(allow_null=True)
    lat = serializers.FloatField(allow_null=True)
    department = serializers.CharField(allow_blank=True, help_text="承办部门代码")
    outcome = serializers.CharField(allow_blank=True)
    due_at = serializers.DateTimeField(allow_null=True, help_text="本步骤期限；暂停计时或没有期限时为空")
    overdue = serializers.BooleanField()
    escalation = serializers.IntegerField()
    urged = serializers.IntegerField()
    supports = serializers.IntegerField()
    reopened = serializers.IntegerField()
    reports = serializers.ListField(child=serializers.CharField(), help_text="案件里各条诉求的编号")
    received_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    actions = serializers.ListField(child=serializers.CharField())


def staff_case(case: Case, roles: frozenset[str]) -> dict[str, Any]:
    """Return a case loaded with its first report as staff data, without contact details."""
    reports = list(case.reports.all())
    report = reports[0]
    analysis = getattr(report, "analysis", None)
    return {
        "id": case.pk,
        "number": report.number,
        "text": report.text,
        "step": case.step,
        "matter_code": case.matter_code,
        "confidence": round(analysis.confidence, 4) if analysis else None,
        "urgent": case.urgent,
        "district": case.district.name if case.district else "",
        "street": case.street,
        "lon": case.lon,
        "lat": case.lat,
        "department": case.department.code if case.department else "",
        "outcome": case.outcome,
        "due_at": case.due_at,
        "overdue": case.due_at is not None and case.due_at < timezone.now(),
        "escalation": case.escalation,
        "urged": case.urged,
        "supports": case.supports,
        "reopened": case.reopened,
        "reports": [one.number for one in reports],
        "received_at": case.received_at,
        "updated_at": case.updated_at,
        "actions": [row.action for row in workflow.available(workflow.state_of(case), roles)],
    }


class StaffActionView(StaffView):
    """Take an action on the case of a report."""

    @extend_schema(
        summary="办理：七个步骤、转办、催办、督办、请补充、重开，更正代码，放行原文（release）与结果照片（release_results），撤回公开（withdraw、withdraw_results）",
        request={
            "application/json": ActionInput,
            "multipart/form-data": ActionWithPhotosInput,
            "application/x-www-form-urlencoded": ActionInput,
        },
        responses=StaffCaseOutput,
        operation_id="staff_cases_action",
    )
    def post(self, request: Request, number: str) -> Response:
        actor = request.user
        assert isinstance(actor, User)  # the permission class has seen to it
        data = ActionInput(data=request.data)
        data.is_valid(raise_exception=True)
        fields = data.validated_data
        canonical = parse_number(number)
        report = Report.objects.filter(number=canonical).first() if canonical else None
        if report is None:
            raise NotFound("没有这个编号。", code="unknown_number")
        if fields["action"] == "recode":
            correct_code(case_pk=report.case_id, code=fields.get("code", ""), actor=actor)
        elif fields["action"] == "release":
            release_report(
                report_pk=report.pk,
                actor=actor,
                text=fields.get("text", ""),
                with_photos=fields.get("with_photos", False),
            )
        elif fields["action"] == RELEASE_RESULTS:
            release_results(case_pk=report.case_id, actor=actor)
        elif fields["action"] == "withdraw":
            withdraw_release(report_pk=report.pk, actor=actor, reason=fields.get("reason", ""))
        elif fields["action"] == WITHDRAW_RESULTS:
            withdraw_results(case_pk=report.case_id, actor=actor, reason=fields.get("reason", ""))
        else:
            department = None
            if fields.get("department"):
                department = Department.objects.filter(code=fields["department"]).first()
                if department is None:
                    raise InvalidInput("没有这个部门。", fields={"department": "没有这个部门。"})
            take_action(
                case_pk=report.case_id,
                action=fields["action"],
                actor=actor,
                reason=fields.get("reason", ""),
                department=department,
                referred_to=fields.get("referred_to", ""),
                expected_step=fields.get("expected_step", ""),
                photos=request.FILES.getlist("photos"),
            )
        case = Case.objects.with_first_report().get(pk=report.case_id)
        return Response(staff_case(case, role_names(request.user)))


urlpatterns_staff = [
    path("cases/<str:number>/actions/", StaffActionView.as_view(), name="staff-case-actions"),
]
