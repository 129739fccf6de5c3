"""Native API of cases for staff: the queue narrowed as on the desk, one case with its record, several at once."""

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from civic.accounts.models import Department, User
from civic.accounts.roles import role_names
from civic.cases.api_v1.staff import StaffCaseOutput, StaffView, staff_case
from civic.cases.desk.narrowing import ALL, QueueFilter, narrowed_queue
from civic.cases.models import Case, Channel, Report, Step
from civic.cases.numbers import parse_number
from civic.cases.services.bulk import BULK_ACTIONS, BULK_LIMIT, take_together
from civic.cases.timeline import timeline
from civic.core.errors import InvalidInput, NotFound

ROWS = 50
LAST_PAGE = 1000
NARROWED_BY = [
    OpenApiParameter("q", str, description="编号，或原文里的字词"),
    OpenApiParameter("step", str, enum=[*Step.values, ALL], description="不给则只列未结案的"),
    OpenApiParameter("district", str, description="区划代码"),
    OpenApiParameter("street", str),
    OpenApiParameter("grid", str, description="责任网格编号"),
    OpenApiParameter("department", str, description="承办部门代码"),
    OpenApiParameter("code", str, description="事项代码"),
    OpenApiParameter("channel", str, enum=list(Channel.values)),
    *(
        OpenApiParameter(name, bool, description=str(QueueFilter.base_fields[name].label))
        for name in ("urgent", "unconfirmed", "overdue", "near", "supervised", "urged", "mine")
    ),
    OpenApiParameter("page", int, description=f"从 1 开始，每页 {ROWS} 件"),
]


class TimelineOutput(serializers.Serializer):
    """One entry of a case's record."""

    at = serializers.DateTimeField()
    heading = serializers.CharField()
    details = serializers.ListField(child=serializers.CharField())
    actor = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)


class StaffCaseWholeOutput(StaffCaseOutput):
    """A case with its record."""

    record = TimelineOutput(many=True)


class BulkInput(serializers.Serializer):
    """One step for several cases."""

    numbers = serializers.ListField(
        child=serializers.CharField(max_length=40), help_text=f"诉求编号，最多 {BULK_LIMIT} 件"
    )
    action = serializers.ChoiceField(choices=[item.action for item in BULK_ACTIONS])
    department = serializers.CharField(
        required=False, allow_blank=True, help_text="部门代码；派遣时不给则各按派遣规则"
    )
    reason = serializers.CharField(required=False, allow_blank=True)
    referred_to = serializers.CharField(required=False, allow_blank=True)


class BulkOutput(serializers.Serializer):
    """What happened to one case of several."""

    number = serializers.CharField()
    done = serializers.BooleanField()
    refusal = serializers.CharField(allow_blank=True)


def _page(request: Request) -> int:
    text = request.query_params.get("page", "1").strip() or "1"
    if not text.isascii() or not text.isdecimal() or len(text) > 6 or not 1 <= int(text) <= LAST_PAGE:
        message = f"应为 1 到 {LAST_PAGE} 的整数。"
        raise InvalidInput(f"page {message}", fields={"page": message})
    return int(text)


class StaffCaseListView(StaffView):
    """The queue in the order of the desk."""

    @extend_schema(
        summary="工作台上的案件：紧急的、将到期的、等得久的在前；结案的新的在前",
        parameters=NARROWED_BY,
        responses=StaffCaseOutput(many=True),
        operation_id="staff_cases_list",
    )
    def get(self, request: Request) -> Response:
        assert isinstance(request.user, User)  # the permission class has seen to it
        form, cases = narrowed_queue(request.user, request.query_params, timezone.now())
        if form.errors:
            fields = {name: str(messages[0]) for name, messages in form.errors.items()}
            raise InvalidInput("筛选条件不正确。", fields=fields)
        first = (_page(request) - 1) * ROWS
        roles = role_names(request.user)
        rows = cases.filter(merged_into=None).with_first_report()[first : first + ROWS]
        return Response([staff_case(case, roles) for case in rows])


class StaffCaseView(StaffView):
    """One case with its record."""

    @extend_schema(
        summary="一件案件和它的全部记录",
        responses=StaffCaseWholeOutput,
        operation_id="staff_cases_retrieve",
    )
    def get(self, request: Request, number: str) -> Response:
        canonical = parse_number(number)
        wanted = Report.objects.filter(number=canonical).values("case") if canonical else []
        case = Case.objects.on_desk_of(request.user).filter(pk__in=wanted).with_first_report().first()
        if case is None:
            raise NotFound("没有这个编号。", code="unknown_number")
        record = [
            {
                "at": row["event"].created_at,
                "heading": row["heading"],
                "details": row["details"],
                "actor": str(row["event"].actor or ""),
                "reason": row["event"].reason,
            }
            for row in timeline(case)
        ]
        return Response({**staff_case(case, role_names(request.user)), "record": record})


class StaffBulkView(StaffView):
    """One step for several cases."""

    @extend_schema(
        summary="成批办理：每件各自成败，逐件回报",
        request=BulkInput,
        responses=BulkOutput(many=True),
        operation_id="staff_cases_bulk",
    )
    def post(self, request: Request) -> Response:
        assert isinstance(request.user, User)  # the permission class has seen to it
        data = BulkInput(data=request.data)
        data.is_valid(raise_exception=True)
        fields = data.validated_data
        department = None
        if fields.get("department"):
            department = Department.objects.filter(code=fields["department"]).first()
            if department is None:
                raise InvalidInput("没有这个部门。", fields={"department": "没有这个部门。"})
        asked = list(dict.fromkeys(fields["numbers"]))
        cases = _cases_of(asked[: BULK_LIMIT + 1])
        unknown = [number for number in asked if number not in cases]
        if unknown and len(asked) <= BULK_LIMIT:
            message = f"没有这个编号：{unknown[0]}"
            raise InvalidInput(message, fields={"numbers": message})
        results = take_together(
            case_pks=list(cases.values()),
            action=fields["action"],
            actor=request.user,
            department=department,
            reason=fields.get("reason", ""),
            referred_to=fields.get("referred_to", ""),
        )
        by_case = {result.case_pk: result for result in results}
        rows: list[dict[str, Any]] = [
            {"number": number, "done": not by_case[pk].refusal, "refusal": by_case[pk].refusal}
            for number, pk in cases.items()
        ]
        return Response(rows)


def _cases_of(numbers: list[str]) -> dict[str, int]:
    """Return the case of each number as it was written, in that order; unknown ones are missing."""
    canonical = {number: parse_number(number) for number in numbers}
    known = dict(
        Report.objects.filter(number__in=[one for one in canonical.values() if one]).values_list(
            "number", "case_id"
        )
    )
    return {number: known[one] for number, one in canonical.items() if one in known}


urlpatterns_staff = [
    path("cases/", StaffCaseListView.as_view(), name="staff-cases"),
    path("cases/bulk/", StaffBulkView.as_view(), name="staff-cases-bulk"),
    path("cases/<str:number>/", StaffCaseView.as_view(), name="staff-case"),
]
