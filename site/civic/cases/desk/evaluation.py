"""综合评价 in the desk: how well cases are dealt with, and the cases behind each number."""

from datetime import timedelta
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from civic.cases.desk.access import require_desk
from civic.cases.evaluation import GROUPS, among, judged, tables
from civic.cases.matters import matter_name

ROWS = 30
PERIODS = {"30": "近 30 天", "90": "近 90 天", "365": "近一年"}
TITLES = {"department": "承办部门", "district": "区", "code": "事项"}
WORDS = {
    "closed": "已解决",
    "late": "超过期限",
    "accepted": "部门接单",
    "rated": "有评价",
    "solved": "评价为解决",
    "satisfied": "满意（4 星以上）",
    "reopened": "重开过",
}


def _days(request: HttpRequest) -> str:
    days = request.GET.get("days", "")
    return days if days in PERIODS else "30"


@require_safe
def evaluation(request: HttpRequest) -> HttpResponse:
    """Show the figures of a period per department, district and code; each count opens its cases."""
    user, days = require_desk(request), _days(request)
    cases = judged(user, since=timezone.now() - timedelta(days=int(days)))
    found = tables(cases)
    shown = [{"by": by, "title": TITLES[by], "rows": found[by]} for by in GROUPS]
    return render(request, "cases/desk/evaluation.html", {"days": days, "periods": PERIODS, "tables": shown})


@require_safe
def evaluation_cases(request: HttpRequest) -> HttpResponse:
    """List the cases that one number counts."""
    user, days = require_desk(request), _days(request)
    by, key, what = (request.GET.get(name, "").replace("\x00", "")[:40] for name in ("by", "key", "what"))
    cases = among(judged(user, since=timezone.now() - timedelta(days=int(days))), by=by, key=key, what=what)
    page = Paginator(cases.with_first_report().order_by("-received_at", "-pk"), ROWS).get_page(
        request.GET.get("page")
    )
    rows = [
        {
            "case": case,
            "report": next(iter(case.reports.all()), None),
            "matter": matter_name(case.matter_code),
        }
        for case in page
    ]
    context = {
        "page": page, "rows": rows, "days": days, "period": PERIODS[days], "what": WORDS.get(what, ""),
        "query": urlencode({"days": days, "by": by, "key": key, "what": what}),
    }  # fmt: skip
    return render(request, "cases/desk/evaluation_cases.html", context)
