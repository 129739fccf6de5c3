"""Triage: the cases whose code nlp was not certain of, one after the other, each decided with one key."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from civic.accounts.models import User
from civic.cases import policies
from civic.cases.code_search import find_codes, grouped_codes
from civic.cases.desk.access import require_desk
from civic.cases.matters import OUT, matter_name, matters
from civic.cases.models import Case, Report
from civic.cases.querysets import CaseQuerySet
from civic.cases.services.triage import decide_code
from civic.core.errors import DomainError

SKIPPED = "cases_triage_skipped"
SKIP_LIMIT = 200
CHOICES = 3


def _clerk(request: HttpRequest) -> User:
    user = require_desk(request)
    if not policies.can_correct_code(user):
        raise PermissionDenied
    return user


def _waiting(user: User) -> CaseQuerySet:
    return Case.objects.on_desk_of(user).awaiting_a_person()


def _pk(request: HttpRequest) -> int:
    value = request.POST.get("case", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 18 else 0


def choices_of(report: Report) -> list[dict[str, Any]]:
    """Return nlp's best three codes for a report, each with what belongs to it, for the big buttons."""
    analysis = getattr(report, "analysis", None)
    if analysis is None:
        return []
    found = [item for item in analysis.candidates if item.get("code")]
    if not found:
        found = [{"code": analysis.matter_code, "confidence": analysis.confidence}]
    choices = []
    for key, item in enumerate(found[:CHOICES], start=1):
        entry = matters().get(item["code"])
        choices.append(
            {
                "key": key,
                "code": item["code"],
                "name": matter_name(item["code"]),
                "major": entry.major_name if entry else "",
                "description": entry.description if entry else "",
                "percent": round(100 * float(item["confidence"])),
                "because": [
                    word
                    for word in analysis.because
                    if item["code"] == analysis.matter_code or _speaks_of(entry, word)
                ],
            }
        )
    return choices


def _speaks_of(entry: Any, word: str) -> bool:
    return bool(entry) and any(word in known for known in (entry.name, *entry.synonyms))


@require_safe
def triage(request: HttpRequest) -> HttpResponse:
    """Show the next case that awaits a person's code, and how many are left."""
    waiting = _waiting(_clerk(request))
    skipped = request.session.get(SKIPPED, [])
    left = waiting.count()
    case = waiting.exclude(pk__in=skipped).with_first_report().first() if left else None
    context: dict[str, Any] = {
        "left": left,
        "skipped": waiting.filter(pk__in=skipped).count() if skipped and left else 0,
        "case": case,
    }
    if case is not None:
        reports = list(case.reports.all())
        context |= {
            "report": reports[0],
            "more": reports[1:],
            "choices": choices_of(reports[0]),
            "matter": matter_name(case.matter_code),
            "groups": grouped_codes(),
            "out": OUT,
        }
    return render(request, "cases/desk/triage.html", context)


@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Record the pressed code for the case and go on to the next."""
    user, code = _clerk(request), request.POST.get("code", "")
    try:
        decide_code(case_pk=_pk(request), code=code, actor=user)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"已记录：{matter_name(code)}")
    return HttpResponseRedirect(reverse("cases_desk:triage"))


@require_POST
def skip(request: HttpRequest) -> HttpResponse:
    """Put a case aside for this session, or take all that were put aside up again."""
    _clerk(request)
    if request.POST.get("again"):
        request.session.pop(SKIPPED, None)
    elif pk := _pk(request):
        skipped = [one for one in request.session.get(SKIPPED, []) if one != pk]
        request.session[SKIPPED] = [*skipped, pk][-SKIP_LIMIT:]
    return HttpResponseRedirect(reverse("cases_desk:triage"))


@require_safe
def codes(request: HttpRequest) -> JsonResponse:
    """Answer a search for codes to the desk's search fields."""
    require_desk(request)
    return JsonResponse({"codes": [found._asdict() for found in find_codes(request.GET.get("q", "")[:40])]})
