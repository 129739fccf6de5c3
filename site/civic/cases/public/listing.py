"""The public list of cases: looked up by number, searched by matter, place and released words, narrowed."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from civic.accounts.models import District
from civic.cases.code_search import find_codes
from civic.cases.matters import matter_name, matters
from civic.cases.models import Report, Step
from civic.cases.numbers import parse_number
from civic.cases.presentation import public_case
from civic.cases.public.searching import TERMS, FoundReports, meant_by
from civic.cases.querysets import ReportQuerySet
from civic.cases.services.checking import clean
from civic.core.errors import TooMany
from civic.core.pagination import BoundedPaginator
from civic.core.throttling import check_rate
from civic.places.polygons import streets_beginning

PAGE = 20
QUERY_LIMIT = 60  # characters of a search that are read
RATE = "120/min"
LIKE_A_NUMBER = re.compile(r"(?i)[a-z]{2}[\s-]*\d[\d\s-]{3,}|\d[\d\s-]{7,}")


def _line(request: HttpRequest, name: str) -> str:
    """Return a parameter as one line without what no database may be asked for."""
    return " ".join(clean(request.GET.get(name, "")).split())[:QUERY_LIMIT]


def _matter(given: str) -> str:
    """Return the code that a filter names, by code or in words; "" for none that exists."""
    if given in matters() or not given:
        return given
    return next((found.code for found in find_codes(given, limit=1) if found.code in matters()), "")


@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    """List public cases, newest first; a number leads to its page, words to what they name and where they stand."""
    query = _line(request, "q")
    if number := parse_number(query):
        return HttpResponseRedirect(reverse("cases:detail", args=[number]))
    chosen = {name: _line(request, name) for name in ("district", "street", "step", "matter")}
    asked_matter, chosen["matter"] = chosen["matter"], _matter(chosen["matter"])
    districts = list(District.objects.all())
    names = {district.code: district.name for district in districts}
    reports = Report.objects.public().with_public_parts().newest_first()
    if chosen["district"] in names:
        reports = reports.filter(case__district__code=chosen["district"])
    if chosen["step"] in Step.values:
        reports = reports.filter(case__step=chosen["step"])
    if chosen["matter"]:
        reports = reports.filter(case__matter_code=chosen["matter"])
    if chosen["street"]:
        reports = reports.filter(case__street__in=streets_beginning(chosen["street"], names.values()))
    bad_number = bool(LIKE_A_NUMBER.fullmatch(query))
    rows: ReportQuerySet | FoundReports = reports
    if query and not bad_number:
        try:
            check_rate(request, scope="search", rate=RATE)
        except TooMany as error:
            return render(request, "429.html", {"message": error.message}, status=429)
        meanings = [meant for word in query.split()[:TERMS] if (meant := meant_by(word, districts))]
        rows = FoundReports(reports, meanings)
    page = BoundedPaginator(rows, PAGE).get_page(request.GET.get("page"))
    labels = {
        "q": "" if bad_number else query,
        "district": names.get(chosen["district"], ""),
        "street": chosen["street"],
        "step": str(Step(chosen["step"]).label) if chosen["step"] in Step.values else "",
        "matter": matter_name(chosen["matter"]) if chosen["matter"] else "",
    }
    feed = {"district": chosen["district"] if labels["district"] else "", "code": chosen["matter"]}
    return render(
        request,
        "cases/list.html",
        {
            "page": page,
            "cases": [public_case(item) for item in page],
            "chosen": chosen,
            "query": query,
            "bad_number": bad_number,
            "unknown_matter": asked_matter if asked_matter and not chosen["matter"] else "",
            "districts": districts,
            "steps": Step.choices,
            "chips": _chips(labels, chosen | {"q": query}),
            "more": bool(chosen["street"] or asked_matter),
            "feed": reverse("cases:feed") + _query(feed),
        },
    )


def _chips(labels: dict[str, str], chosen: dict[str, str]) -> list[dict[str, Any]]:
    """Return what narrows the list, each with the address of the list without it."""
    kept = {name: chosen[name] for name, label in labels.items() if label}
    return [
        {
            "label": label,
            "without": _query({other: value for other, value in kept.items() if other != name}) or "?",
        }
        for name, label in labels.items()
        if label
    ]


def _query(values: dict[str, str]) -> str:
    given = {name: value for name, value in values.items() if value}
    return f"?{urlencode(given)}" if given else ""
