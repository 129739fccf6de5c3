"""Pages of cases: the report form, the public list, a report's progress, photos."""

import hmac
import io
import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from civic.cases import policies
from civic.cases.api_v1.public import photo_response
from civic.cases.for_reporter import answer_of, is_reporter, own_view
from civic.cases.matters import matter_name, matters
from civic.cases.models import Case, Channel, Photo, PointSource, Report, Step
from civic.cases.numbers import parse_number
from civic.cases.presentation import public_case, steps_reached
from civic.cases.public.forms import ANOTHER_POINT, ReportForm
from civic.cases.public.held_photos import fetch, together
from civic.cases.public.place_question import Asked, ask_about_place
from civic.cases.public.sharing import sharing_context
from civic.cases.results import is_public, public_results
from civic.cases.services import Contact, Idempotency, submit_report
from civic.cases.services.checking import fingerprint_of
from civic.cases.services.photos import without_metadata
from civic.core.errors import DomainError, TooMany
from civic.core.throttling import check_rate
from civic.places.polygons import OutsideCity

MINE = "my_reports"  # session key: numbers this browser reported
MINE_LIMIT = 50
AT_TOP = "#top"  # a form's own fragment would outlive the redirect and hide what the page says at its head
STARS = [("5", "很满意"), ("4", "满意"), ("3", "一般"), ("2", "不满意"), ("1", "很不满意")]


def report(request: HttpRequest) -> HttpResponse:
    """Show the form and take a report; what was typed survives every error."""
    if request.method == "POST":
        return _take(request)
    text = request.GET.get("text", "")[: settings.REPORT_TEXT_LIMIT]
    form = ReportForm(initial={"text": text, "token": uuid.uuid4().hex})
    return _show_form(request, form)


def _show_form(
    request: HttpRequest, form: ReportForm, *, status: int = 200, question: Asked | None = None
) -> HttpResponse:
    chosen = form["citizen_code"].value() or ""
    context = {
        "question": question,
        "held_count": question.photos if question else 0,
        "form": form,
        "centre": ",".join(str(number) for number in settings.CITY_CENTRE),
        "chosen_matter": matter_name(chosen) if chosen in matters() else "",
    }
    return render(request, "cases/report.html", context, status=status)


def _take(request: HttpRequest) -> HttpResponse:
    form = ReportForm(request.POST, request.FILES)
    status = 400
    if form.is_valid():
        data = form.cleaned_data
        try:
            if not request.user.is_authenticated:
                check_rate(request, scope="intake", rate=settings.INTAKE_RATE_ANONYMOUS)
            if data["website"]:
                # Looks like success to a program, stores nothing.
                return HttpResponseRedirect(reverse("cases:list"))
            data["photos"] = together(fetch(data["held"]), data["photos"])
            if (asked := ask_about_place(data)) is not None:
                return _show_form(request, form, status=422, question=asked)
            receipt = submit_report(
                text=data["text"],
                channel=Channel.WEB,
                lon=data["lon"],
                lat=data["lat"],
                point_source=PointSource.PIN,
                address=data["address"],
                citizen_code=data["citizen_code"],
                place_choice=data["place_choice"],
                photos=data["photos"],
                contact=Contact(data["contact_name"], data["contact_phone"]),
                reporter=request.user if request.user.is_authenticated else None,
                idempotency=_double_tap(data),
            )
        except DomainError as error:
            status = error.status
            known = {name: message for name, message in error.fields.items() if name in form.fields}
            if isinstance(error, OutsideCity):
                known = {"lon": f"{error.message}{ANOTHER_POINT}"}
            for name, message in known.items():
                form.add_error("address" if name in {"lon", "lat"} else name, message)
            if not known:
                form.add_error(None, error.message)
            if error.code == "photos_gone":  # what is held no longer must not be asked for again
                again = request.POST.copy()
                again["held"] = ""
                form.data = again
            if isinstance(error, TooMany):
                status = 429
        else:
            _remember(request, receipt.report.number)
            return HttpResponseRedirect(reverse("cases:detail", args=[receipt.report.number]))
    return _show_form(request, form, status=status)


def _double_tap(data: dict[str, Any]) -> Idempotency | None:
    """Return what makes a double tap one report: the page's token and what was written.

    Someone who goes back and writes something else on the same page reports something else.
    """
    token = data["token"]
    if len(token) != 32:
        return None
    said = {name: value for name, value in data.items() if name not in {"photos", "held", "token", "website"}}
    return Idempotency("web", f"{token}:{fingerprint_of(said, data['photos'])}")


@require_safe
def case_detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show a report's progress; its words to the public after release, to its own browser at once."""
    canonical = parse_number(number)
    found = Report.objects.with_public_parts().filter(number=canonical).first() if canonical else None
    mine = found is not None and is_mine(request, found)
    if found is None or (found.case.withheld and not mine):
        return render(request, "cases/unknown.html", {"number": number[:30]}, status=404)
    if number != canonical:
        return HttpResponseRedirect(reverse("cases:detail", args=[canonical]))
    return show_case(request, found, mine=mine)


def ways_to_follow() -> dict[str, bool]:
    """Return by which ways this installation can tell people of progress."""
    mail = not settings.EMAIL_BACKEND.endswith("dummy.EmailBackend")
    return {"mail": mail, "wechat": bool(settings.WECHAT_APP_ID and settings.WECHAT_SECRET)}


def show_case(
    request: HttpRequest, found: Report, *, mine: bool, status: int = 200, typed: dict[str, str] | None = None
) -> HttpResponse:
    """Render a report's progress; `typed` is what its reporter wrote into a form that was refused."""
    case = public_case(found, steps_reached(found.case), public_results(found.case))
    return render(
        request,
        "cases/detail.html",
        {
            "case": case,
            "own": found if mine else None,
            "view": own_view(found) if mine else None,
            "answer": answer_of(found.case) if case["text"] is not None and not mine else None,
            "typed": typed or {},
            "stars": STARS,
            "sharing": sharing_context(request, found, mine=mine),
            "following": ways_to_follow(),
            "case_withheld": found.case.withheld,
            "waiting": found.case.paused_at is not None,
            "pause_days": settings.CASE_PAUSE_DAYS,
            "just_now": mine and found.case.step == Step.INTAKE,
            "declined": found.case.outcome == Case.Outcome.DECLINED,
            "releasable": policies.may_be_released(found),
        },
        status=status,
    )


@require_POST
def claim(request: HttpRequest, number: str) -> HttpResponse:
    """Let another device of the person who reported show the words: number and receipt code together."""
    canonical = parse_number(number)
    found = Report.objects.filter(number=canonical).first() if canonical else None
    given = "".join(request.POST.get("secret", "").split()).upper()
    try:
        check_rate(request, scope="claim", rate="10/min")
    except TooMany as error:
        return render(request, "429.html", {"message": error.message}, status=429)
    if found is None or not hmac.compare_digest(found.secret.encode(), given.encode("utf-8", "replace")):
        # One answer for a wrong number and a wrong code: neither may be tried out apart from the other.
        messages.error(request, "编号和查询码对不上，请核对后再试。")
        return HttpResponseRedirect(
            reverse("cases:detail", args=[canonical]) if canonical else reverse("cases:list")
        )
    _remember(request, found.number)
    return HttpResponseRedirect(reverse("cases:detail", args=[found.number]))


def _remember(request: HttpRequest, number: str) -> None:
    mine = [number, *request.session.get(MINE, [])]
    request.session[MINE] = list(dict.fromkeys(mine))[:MINE_LIMIT]


def is_mine(request: HttpRequest, found: Report) -> bool:
    """Whether this browser or this account reported it."""
    return is_reporter(found, user=request.user, numbers=tuple(request.session.get(MINE, [])))


def _for_everyone(found: Photo) -> bool:
    if found.event_id is not None:
        return is_public(found)
    release = getattr(found.report, "release", None)
    return release is not None and release.with_photos and policies.may_be_released(found.report)


@require_safe
def photo(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Show a photo: the public copy after release, the original to the desk and to those who reported.

    A report's photos are released with its words, an answer's by a release of their own; what a person added
    later is never public. An answer's photos are for everyone whose report is in the case.
    """
    parts = ("report__case", "report__release", "report__analysis", "event__case")
    found = Photo.objects.select_related(*parts).filter(pk=pk).first()
    if found is None:
        raise Http404
    if found.public_copy and _for_everyone(found):
        return photo_response(found.public_copy.open("rb"), "image/jpeg")
    event = found.event
    shown_as_done = event is not None and event.action == "answer"
    case = event.case if event is not None and shown_as_done else found.report.case
    on_desk = policies.can_use_desk(request.user) and Case.objects.on_desk_of(request.user).filter(pk=case.pk)
    reports = case.reports.all() if shown_as_done else [found.report]
    staff = on_desk and on_desk.exists()
    if staff or any(is_mine(request, report) for report in reports):
        # The person's own photo comes back as it was sent; the handler's without where and with what it was taken.
        if staff or not shown_as_done:
            response = photo_response(found.original.open("rb"), found.media_type)
        else:
            response = photo_response(io.BytesIO(without_metadata(found)), "image/jpeg")
        response["Cache-Control"] = "private, no-store"
        return response
    raise Http404
