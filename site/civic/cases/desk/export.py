"""The queue of the desk as a file: the same filter, the same cases as on the page, and a line in the log."""

import logging

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from civic.cases import policies
from civic.cases.desk.access import require_desk
from civic.cases.desk.narrowing import clean_query, narrowed_queue
from civic.cases.exporting import LIMITS, table, workbook
from wiki.spreadsheets import csv_lines

logger = logging.getLogger("civic.cases")
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Send the cases that the queue shows under its filter; how people are reached only when asked and allowed."""
    user, now = require_desk(request), timezone.now()
    form, cases = narrowed_queue(user, request.GET, now)
    query = clean_query(request.GET.urlencode())
    count = cases.count()
    if count > LIMITS[kind]:
        message = f"符合条件的有 {count} 件，{kind.upper()} 一次最多导出 {LIMITS[kind]} 件，请缩小筛选条件。"
        if kind == "xlsx" and count <= LIMITS["csv"]:
            message += f"或改用 CSV，一次最多 {LIMITS['csv']} 件。"
        messages.error(request, message)
        return HttpResponseRedirect(reverse("cases_desk:queue") + (f"?{query}" if query else ""))
    with_contact = bool(request.GET.get("contact")) and policies.can_view_contact(user)
    narrowed_by = "、".join(sorted(name for name, value in form.cleaned_data.items() if value)) or "-"
    logger.info(
        "cases exported as %s, %s contact details, narrowed by %s",
        kind,
        "with" if with_contact else "without",
        narrowed_by,
        extra={"user_id": user.pk, "count": count},
    )
    rows = table(cases, now=now, with_contact=with_contact)
    name = f"cases-{timezone.localtime(now):%Y%m%d-%H%M}.{kind}"
    response: HttpResponseBase
    if kind == "csv":
        response = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    else:
        response = FileResponse(workbook(rows), as_attachment=True, filename=name, content_type=WORKBOOK)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
