"""Addresses of the case desk below /admin/."""

from django.urls import path

from civic.cases import desk, desk_case, desk_evaluation, desk_quality, desk_queue, desk_sharing, desk_triage

app_name = "cases_desk"
urlpatterns = [
    path("", desk_queue.queue, name="queue"),
    path("bulk/", desk_queue.bulk, name="bulk"),
    path("filters/", desk_queue.keep, name="filters"),
    path("codes/", desk_triage.codes, name="codes"),
    path("triage/", desk_triage.triage, name="triage"),
    path("triage/decide/", desk_triage.decide, name="decide"),
    path("triage/skip/", desk_triage.skip, name="skip"),
    path("triage/quality/", desk_quality.quality, name="quality"),
    path("triage/quality/cases/", desk_quality.quality_cases, name="quality_cases"),
    path("evaluation/", desk_evaluation.evaluation, name="evaluation"),
    path("evaluation/cases/", desk_evaluation.evaluation_cases, name="evaluation_cases"),
    path("<int:pk>/", desk.detail, name="detail"),
    path("<int:pk>/act/", desk.act, name="act"),
    path("<int:pk>/notes/", desk_case.note, name="note"),
    path("<int:pk>/merge/", desk_sharing.merge, name="merge"),
    path("<int:pk>/merges/<int:merge_pk>/undo/", desk_sharing.take_apart, name="unmerge"),
]
