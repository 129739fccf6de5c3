"""Addresses of the case desk below /admin/."""

from django.urls import path

from civic.cases.desk import (
    case,
    dispatch,
    evaluation,
    export,
    importing,
    map,
    notes,
    place,
    quality,
    queue,
    sharing,
    triage,
    urgency,
)

app_name = "cases_desk"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("map/", map.pane, name="map"),
    path("points/", map.points, name="points"),
    path("export.csv", export.export, {"kind": "csv"}, name="export_csv"),
    path("export.xlsx", export.export, {"kind": "xlsx"}, name="export_xlsx"),
    path("imports/", importing.imports, name="imports"),
    path("imports/<uuid:key>/", importing.import_job, name="import_job"),
    path("imports/<uuid:key>/problems.csv", importing.import_problems, name="import_problems"),
    path("bulk/", queue.bulk, name="bulk"),
    path("filters/", queue.keep, name="filters"),
    path("codes/", triage.codes, name="codes"),
    path("dispatch/", dispatch.trial, name="dispatch"),
    path("triage/", triage.triage, name="triage"),
    path("triage/decide/", triage.decide, name="decide"),
    path("triage/skip/", triage.skip, name="skip"),
    path("triage/quality/", quality.quality, name="quality"),
    path("triage/quality/cases/", quality.quality_cases, name="quality_cases"),
    path("evaluation/", evaluation.evaluation, name="evaluation"),
    path("evaluation/cases/", evaluation.evaluation_cases, name="evaluation_cases"),
    path("<int:pk>/", case.detail, name="detail"),
    path("<int:pk>/act/", case.act, name="act"),
    path("<int:pk>/notes/", notes.note, name="note"),
    path("<int:pk>/place/", place.place, name="place"),
    path("<int:pk>/urgency/", urgency.correct, name="urgency"),
    path("<int:pk>/merge/", sharing.merge, name="merge"),
    path("<int:pk>/merges/<int:merge_pk>/undo/", sharing.take_apart, name="unmerge"),
]
