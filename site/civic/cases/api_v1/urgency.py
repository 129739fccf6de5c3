"""Native API of a case's urgency: staff make a case urgent or take that back."""

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from civic.accounts.models import User
from civic.accounts.roles import role_names
from civic.cases.api_v1.staff import StaffCaseOutput, StaffView, staff_case
from civic.cases.models import Case, Report
from civic.cases.numbers import parse_number
from civic.cases.services.urgency import correct_urgency
from civic.core.errors import NotFound


class UrgencyInput(serializers.Serializer):
    """What the case is, and why."""

    urgent = serializers.BooleanField(help_text="true 标为紧急，false 取消紧急")
    reason = serializers.CharField(allow_blank=True, help_text="理由，只有工作人员看得到")


class StaffUrgencyView(StaffView):
    """Correct whether the case of a report is urgent."""

    @extend_schema(
        summary="更正紧急程度：期限随之改变，标为紧急时通知值班员；已经是这样时返回 409",
        request=UrgencyInput,
        responses=StaffCaseOutput,
        operation_id="staff_cases_urgency",
    )
    def post(self, request: Request, number: str) -> Response:
        actor = request.user
        assert isinstance(actor, User)  # the permission class has seen to it
        data = UrgencyInput(data=request.data)
        data.is_valid(raise_exception=True)
        canonical = parse_number(number)
        report = Report.objects.filter(number=canonical).first() if canonical else None
        if report is None:
            raise NotFound("没有这个编号。", code="unknown_number")
        fields = data.validated_data
        correct_urgency(case_pk=report.case_id, urgent=fields["urgent"], actor=actor, reason=fields["reason"])
        case = Case.objects.with_first_report().get(pk=report.case_id)
        return Response(staff_case(case, role_names(actor)))


urlpatterns_staff = [
    path("cases/<str:number>/urgency/", StaffUrgencyView.as_view(), name="staff-case-urgency")
]
