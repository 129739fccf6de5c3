"""Requests: create, list, one, and the number that belongs to a token."""

import math
from typing import Any

from django.conf import settings
from django.db.models import F, Q
from django.db.models.lookups import LessThanOrEqual
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from civic.accounts.models import User
from civic.cases.api_v1.public import idempotency_key
from civic.cases.matters import OUT, UNSORTED, is_matter, matter_name
from civic.cases.models import Channel, IdempotencyKey, PointSource, Report, Step
from civic.cases.numbers import parse_number
from civic.cases.open311.formats import answer, endpoint, errors
from civic.cases.open311.parameters import (
    MAX_ROWS,
    attributes,
    compared,
    degrees,
    moment,
    page_of,
    period,
    whole,
)
from civic.cases.presentation import PublicCase, public_case
from civic.cases.services import Contact, Idempotency, submit_report
from civic.cases.services.checking import fingerprint_of
from civic.core.errors import InvalidInput, NotFound
from civic.core.throttling import check_rate
from civic.partners.models import Scope
from civic.partners.services import partner_of_key

METRES = 111_195.0  # of one degree of latitude
# A list narrowed by these walks the period's reports until it is full: 0.3 s where a million are stored.
WALKED = {"updated_after", "updated_before", "lat", "long"}
RATE = "300/min"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@endpoint("GET", "HEAD", "POST")
def requests(request: HttpRequest, fmt: str) -> HttpResponse:
    """Create a request, or list requests."""
    return create(request, fmt) if request.method == "POST" else listing(request, fmt)


def partner_of(request: HttpRequest) -> User:
    """Return the account of the request's api_key; NotAllowed without a good one, TooMany past its quota."""
    return partner_of_key(request.POST.get("api_key") or request.GET.get("api_key") or "", scope=Scope.REPORT)


def token_scope(partner: User) -> str:
    """Return under which name a partner's Idempotency-Keys are kept; each serves as a token as well."""
    return f"open311:{partner.pk}"


def create(request: HttpRequest, fmt: str) -> HttpResponse:
    """Take a report from a partner: form fields of GeoReport v2."""
    content_type = (request.content_type or "").lower()
    if content_type not in FORMS:
        return errors(fmt, 400, "请求内容应为 application/x-www-form-urlencoded。")
    partner = partner_of(request)
    form = request.POST
    code, address = form.get("service_code", "").strip(), form.get("address_string", "").strip()
    lat, lon = degrees(form.get("lat"), "lat"), degrees(form.get("long"), "long")
    missing = {}
    if not code:
        missing["service_code"] = "必填；不确定时用 00000。"
    if lat is None and lon is None and not address and not form.get("address_id"):
        missing["lat"] = "缺少位置：请给出 lat 和 long，或 address_string。"
    if not form.get("description", "").strip():
        missing["description"] = "必填：请写一句话说明哪里有什么问题。"
    if missing:
        raise InvalidInput("缺少必填项。", code="missing_fields", fields=missing)
    photos = request.FILES.getlist("media")
    key = idempotency_key(request)
    answers = attributes(form)
    answers |= {
        name: form[name].strip() for name in ("media_url", "address_id") if form.get(name, "").strip()
    }
    name = f"{form.get('last_name', '')}{form.get('first_name', '')}"
    receipt = submit_report(
        text=form.get("description", ""),
        channel=Channel.OPEN311,
        lon=lon,
        lat=lat,
        point_source=PointSource.PARTNER,
        address=address,
        citizen_code=code,
        photos=photos,
        contact=Contact(name=name, phone=form.get("phone", ""), email=form.get("email", "")),
        partner=partner,
        source_ref=form.get("source_ref", ""),
        attributes=answers,
        idempotency=Idempotency(token_scope(partner), key, fingerprint_of(compared(form), photos))
        if key
        else None,
    )
    row = {
        "service_request_id": receipt.report.number,
        "service_notice": "已受理，可凭编号查询进展。",
        "account_id": "",
    }
    return answer(
        [row], fmt, root="service_requests", item="request", status=200 if receipt.repeated else 201
    )


def row_of(face: PublicCase) -> dict[str, Any]:
    """Return a public case as a GeoReport v2 request; `status` knows open and closed only."""
    code = face["matter"]["code"] if face["matter"] else UNSORTED
    zone = timezone.get_default_timezone()
    return {
        "service_request_id": face["number"],
        "status": "closed" if face["step"] == Step.CLOSED else "open",
        "status_notes": face["outcome_label"] if face["step"] == Step.CLOSED else face["step_label"],
        "service_name": matter_name(code) if code != UNSORTED else "未分类",
        "service_code": UNSORTED if code == OUT else code,
        "description": face["text"],
        "agency_responsible": None,
        "service_notice": None,
        "requested_datetime": face["received_at"].astimezone(zone).isoformat(timespec="seconds"),
        "updated_datetime": face["updated_at"].astimezone(zone).isoformat(timespec="seconds"),
        "expected_datetime": None,
        "address": f"{face['district']}{face['street']}",
        "address_id": None,
        "zipcode": None,
        "lat": face["lat"],
        "long": face["lon"],
        "media_url": settings.PUBLIC_BASE_URL.rstrip("/") + face["photos"][0] if face["photos"] else None,
        "extended_attributes": {
            "step": face["step"],
            "step_label": face["step_label"],
            "service_certain": face["matter"]["certain"] if face["matter"] else False,
            "service_confirmed": face["matter"]["confirmed"] if face["matter"] else False,
        },
    }


def listing(request: HttpRequest, fmt: str) -> HttpResponse:
    """List public requests: at most 90 days and 1,000 rows, newest first."""
    newest_first = Report.objects.with_public_parts().order_by("-received_at", "-pk")
    if ids := request.GET.get("service_request_id"):
        numbers = [number for part in ids.split(",")[:MAX_ROWS] if (number := parse_number(part))]
        reports = newest_first.traceable().filter(number__in=numbers)
        return answer(
            [row_of(public_case(report)) for report in reports], fmt, root="service_requests", item="request"
        )
    if WALKED & set(request.GET):
        check_rate(request, scope="open311", rate=RATE)
    start, end = period(request)
    reports = newest_first.public().filter(received_at__gte=start, received_at__lte=end)
    if (since := moment(request, "updated_after")) is not None:
        reports = reports.filter(case__updated_at__gte=since)
    if (until := moment(request, "updated_before")) is not None:
        reports = reports.filter(case__updated_at__lte=until)
    if (near := _around(request)) is not None:
        reports = reports.filter(near)
    if codes := request.GET.get("service_code"):
        wanted_codes = {code for code in codes.split(",")[:300] if is_matter(code)}
        if UNSORTED in codes.split(","):
            wanted_codes |= {"", OUT}
        reports = reports.filter(case__matter_code__in=wanted_codes)
    if statuses := request.GET.get("status"):
        wanted = set(statuses.split(","))
        if not wanted <= {"open", "closed"}:
            raise InvalidInput("status 只能是 open 或 closed。")
        if wanted == {"open"}:
            reports = reports.exclude(case__step=Step.CLOSED)
        elif wanted == {"closed"}:
            reports = reports.filter(case__step=Step.CLOSED)
    rows = reports[page_of(request)]
    return answer(
        [row_of(public_case(report)) for report in rows], fmt, root="service_requests", item="request"
    )


@endpoint("GET", "HEAD")
def one(request: HttpRequest, fmt: str, number: str) -> HttpResponse:
    """Show one public request."""
    canonical = parse_number(number)
    report = (
        Report.objects.traceable().with_public_parts().filter(number=canonical).first() if canonical else None
    )
    if report is None:
        raise NotFound("没有这个编号。")
    return answer([row_of(public_case(report))], fmt, root="service_requests", item="request")


@endpoint("GET", "HEAD")
def token(request: HttpRequest, fmt: str, token: str) -> HttpResponse:
    """Give a partner the number of what it sent with this Idempotency-Key, in case the answer never reached it."""
    known = (
        IdempotencyKey.objects.select_related("report")
        .filter(scope=token_scope(partner_of(request)), key=token)
        .first()
    )
    if known is None:
        raise NotFound("没有以这个 Idempotency-Key 提交过的诉求。")
    row = {"service_request_id": known.report.number, "token": token}
    return answer([row], fmt, root="service_requests", item="request")


def _around(request: HttpRequest) -> Q | None:
    """Return the condition of a public point within `radius` metres of lat and long, None when not asked."""
    lat, lon = degrees(request.GET.get("lat"), "lat"), degrees(request.GET.get("long"), "long")
    if lat is None and lon is None:
        return None
    if lat is None or lon is None or not (abs(lat) < 90 and abs(lon) <= 180):
        raise InvalidInput("lat 和 long 要一起给出，并且是十进制度数。")
    radius = whole(request, "radius", 500, 50_000)
    high, wide = radius / METRES, radius / METRES / math.cos(math.radians(lat))
    up, across = F("case__public_lat") - lat, (F("case__public_lon") - lon) * (high / wide)
    box = Q(
        case__public_lat__range=(lat - high, lat + high), case__public_lon__range=(lon - wide, lon + wide)
    )
    return box & Q(LessThanOrEqual(up * up + across * across, high * high))
