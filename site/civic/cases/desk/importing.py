"""The desk's import: a file, its first rows with the guessed columns, then progress and the rows that were not taken."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from civic.accounts.models import User
from civic.cases import policies
from civic.cases.desk.access import require_desk
from civic.cases.imports.columns import FIELDS
from civic.cases.imports.jobs import (
    PROBLEMS_KEPT,
    Job,
    find_job,
    preview,
    recent_jobs,
    set_columns,
    take_file,
)
from civic.cases.imports.tickets import Outcome
from civic.core.errors import DomainError, NotFound
from wiki.spreadsheets import csv_lines

CRS_LABELS = (
    ("wgs84", "WGS-84（GPS、天地图）"),
    ("gcj02", "GCJ-02（高德、腾讯）"),
    ("bd09", "BD-09（百度）"),
)
REFRESH = "3"  # seconds after which a running import is looked at again


def _clerk(request: HttpRequest) -> User:
    user = require_desk(request)
    if not policies.can_import(user):
        raise PermissionDenied
    return user


@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """Take a file, or show the form and the latest imports."""
    user = _clerk(request)
    typed = {"source": request.POST.get("source", "hotline12345"), "crs": request.POST.get("crs", "wgs84")}
    error = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None:
            error = "请选择文件。"
        else:
            try:
                job = take_file(file=file, source=typed["source"], crs=typed["crs"], actor=user)
            except DomainError as refused:
                error = refused.message
            else:
                return HttpResponseRedirect(reverse("cases_desk:import_job", args=[job.key]))
    context = {"typed": typed, "error": error, "crs_choices": CRS_LABELS, "jobs": recent_jobs()}
    return render(request, "cases/desk/imports.html", context, status=400 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def import_job(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show an import: before it starts its columns and first rows, then how far it is."""
    user = _clerk(request)
    try:
        job = find_job(str(key), user)
        if request.method == "POST":
            columns = {name: request.POST.get(f"column-{name}", "") for name in FIELDS}
            start = request.POST.get("action") == "start"
            job = set_columns(key=str(key), columns=columns, actor=user, start=start)
            return HttpResponseRedirect(reverse("cases_desk:import_job", args=[key]))
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, error.message)
        response = _shown(request, find_job(str(key), user))
        response.status_code = error.status
        return response
    return _shown(request, job)


def _shown(request: HttpRequest, job: Job) -> HttpResponse:
    fresh = job.state == "preview"
    context: dict[str, Any] = {
        "job": job,
        "counts": [(outcome.value, job.counts.get(outcome.name, 0)) for outcome in Outcome],
        "fields": [(name, label, job.columns.get(name, "")) for name, (label, _) in FIELDS.items()],
        "preview": preview(job) if fresh else [],
        "labels": [FIELDS[name][0] for name in job.columns],
        "problems": job.problems[:20],
        "more_problems": job.bad > 20,
        "crs_label": dict(CRS_LABELS)[job.crs],
    }
    response = render(request, "cases/desk/import_job.html", context)
    if job.state == "running":
        response["Refresh"] = REFRESH
    return response


@require_safe
def import_problems(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Send the rows that were not taken as CSV."""
    try:
        job = find_job(str(key), _clerk(request))
    except NotFound as error:
        raise Http404 from error
    rows: list[list[Any]] = [["行", "原因"], *([number, problem] for number, problem in job.problems)]
    if job.bad > len(job.problems):
        rows.append(["", f"只列前 {PROBLEMS_KEPT} 行，共 {job.bad} 行没有导入"])
    response = StreamingHttpResponse(csv_lines(iter(rows)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{job.key[:8]}-problems.csv"'
    response["Cache-Control"] = "private, no-store"
    return response
