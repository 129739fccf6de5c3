"""Native API of what staff do beside the steps: merging cases, taking merges apart, notes among themselves."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from civic.accounts.models import User
from civic.accounts.roles import role_names
from civic.cases.api_v1.staff import StaffCaseOutput, StaffView, staff_case
from civic.cases.models import Case, CaseNote, Merge, Report
from civic.cases.numbers import parse_number
from civic.cases.services.notes import NOTE_LIMIT, add_note
from civic.cases.services.sharing import merge_cases, unmerge
from civic.core.errors import Conflict, InvalidInput, NotFound


class MergeInput(serializers.Serializer):
    """Into which case."""

    into = serializers.CharField(max_length=40, help_text="并入哪一件：那里任一条诉求的编号")


class NoteInput(serializers.Serializer):
    """A note."""

    text = serializers.CharField(help_text=f"备注，最多 {NOTE_LIMIT} 字，只有工作人员看得到")


class NoteOutput(serializers.Serializer):
    """A note as staff read it."""

    id = serializers.IntegerField()
    author = serializers.CharField()
    text = serializers.CharField()
    created_at = serializers.DateTimeField()


def _person(request: Request) -> User:
    assert isinstance(request.user, User)  # the permission class has seen to it
    return request.user


def _on_desk(number: str, user: User) -> Report:
    """Return the report of a number; one on another desk is as unknown as one that was never given."""
    canonical = parse_number(number)
    mine = Case.objects.on_desk_of(user).values("pk")
    report = Report.objects.filter(number=canonical, case__in=mine).first() if canonical else None
    if report is None:
        raise NotFound("没有这个编号。", code="unknown_number")
    return report


def _case_data(pk: int, user: User) -> dict[str, Any]:
    return staff_case(Case.objects.with_first_report().get(pk=pk), role_names(user))


class MergeView(StaffView):
    """Put the case of a report into another."""

    @extend_schema(
        summary="把这一件并入另一件，回答并入后的案件；各诉求的编号不变",
        request=MergeInput,
        responses=StaffCaseOutput,
        operation_id="staff_cases_merge",
    )
    def post(self, request: Request, number: str) -> Response:
        user, data = _person(request), MergeInput(data=request.data)
        data.is_valid(raise_exception=True)
        source = _on_desk(number, user)
        try:
            target = _on_desk(data.validated_data["into"], user)
        except NotFound as error:
            raise InvalidInput(error.message, code=error.code, fields={"into": error.message}) from error
        merge_cases(source_pk=source.case_id, target_pk=target.case_id, actor=user)
        return Response(_case_data(target.case_id, user))


class UnmergeView(StaffView):
    """Take a merged report's case out of the one it is in."""

    @extend_schema(
        summary="拆分：这条诉求原来的案件恢复到合并前的步骤，回答恢复的案件",
        request=None,
        responses=StaffCaseOutput,
        operation_id="staff_cases_unmerge",
    )
    def post(self, request: Request, number: str) -> Response:
        user = _person(request)
        report = _on_desk(number, user)
        merges = Merge.objects.filter(target=report.case_id, undone_at=None).order_by("-pk")
        found = next((merge for merge in merges if report.pk in merge.reports), None)
        if found is None:
            raise Conflict("这条诉求没有并入别的案件。", code="not_merged")
        return Response(_case_data(unmerge(merge_pk=found.pk, actor=user).pk, user))


class NotesView(StaffView):
    """Notes of a case."""

    @extend_schema(
        summary="案件的内部备注，旧的在前",
        responses=NoteOutput(many=True),
        operation_id="staff_cases_notes_list",
    )
    def get(self, request: Request, number: str) -> Response:
        report = _on_desk(number, _person(request))
        notes = CaseNote.objects.filter(case=report.case_id).select_related("author")
        return Response([_note(note) for note in notes])

    @extend_schema(
        summary="加一条内部备注",
        request=NoteInput,
        responses={201: NoteOutput},
        operation_id="staff_cases_notes_create",
    )
    def post(self, request: Request, number: str) -> Response:
        user, data = _person(request), NoteInput(data=request.data)
        data.is_valid(raise_exception=True)
        report = _on_desk(number, user)
        note = add_note(case_pk=report.case_id, text=data.validated_data["text"], actor=user)
        return Response(_note(note), status=201)


def _note(note: CaseNote) -> dict[str, Any]:
    return {"id": note.pk, "author": str(note.author), "text": note.text, "created_at": note.created_at}


urlpatterns_staff = [
    path("cases/<str:number>/merge/", MergeView.as_view(), name="staff-case-merge"),
    path("cases/<str:number>/unmerge/", UnmergeView.as_view(), name="staff-case-unmerge"),
    path("cases/<str:number>/notes/", NotesView.as_view(), name="staff-case-notes"),
]
