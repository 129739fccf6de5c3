"""Discovery, services, create, list and one."""

import hmac
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from civic.accounts.models import User
from civic.accounts.services import system_account
from civic.cases.api_v1.public import idempotency_key
from civic.cases.matters import OUT, UNSORTED, is_matter, matter_name, matters
from civic.cases.models import Channel, PointSource, Report, Step
from civic.cases.numbers import parse_number
from civic.cases.open311.formats import answer, endpoint, errors
from civic.cases.presentation import PublicCase, public_case
from civic.cases.services import Contact, Idempotency, submit_report
from civic.cases.services.intake import fingerprint_of
from civic.core.errors import InvalidInput, NotAllowed, NotFound

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
MAX_ROWS = 1000
MAX_DAYS = 90
MAX_PAGE = 200


@endpoint("GET", "HEAD")
def discovery(request: HttpRequest, fmt: str) -> HttpResponse:
    """Say where this server is and what it speaks."""
    base = settings.PUBLIC_BASE_URL.rstrip("/") + "/open311/v2"
    data = {
        "changeset": "2026-11-01T00:00:00+08:00",
        "contact": settings.OPEN311_CONTACT or "请在平台首页查看联系方式",
        "key_service": "向平台管理员申请合作方密钥",
        "endpoints": [
            {
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": base,
                "changeset": "2026-11-01T00:00:00+08:00",
                "type": "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }
    return answer(data, fmt, root="discovery", item="endpoint")


@endpoint("GET", "HEAD")
def services(request: HttpRequest, fmt: str) -> HttpResponse:
    """List the matters a report can be about, first the code that lets the platform decide."""
    rows = [
        {
            "service_code": UNSORTED,
            "service_name": "未分类",
            "description": "由平台判断属于哪一类",
            "metadata": "false",
            "type": "realtime",
            "keywords": "",
            "group": "未分类",
        }
    ]
    rows += [
        {
            "service_code": code,
            "service_name": entry.name,
            "description": entry.description,
            "metadata": "false",
            "type": "realtime",
            "keywords": ",".join(entry.synonyms[:8]),
            "group": entry.major_name,
        }
        for code, entry in matters().items()
    ]
    return answer(rows, fmt, root="services", item="service")


@endpoint("GET", "HEAD", "POST")
def requests(request: HttpRequest, fmt: str) -> HttpResponse:
    """Create a request, or list requests."""
    return create(request, fmt) if request.method == "POST" else listing(request, fmt)


def partner_of(request: HttpRequest) -> User:
    """Return the account of the request's api_key; NotAllowed without a valid one."""
    given = request.POST.get("api_key") or request.GET.get("api_key") or ""
    for key, username in settings.OPEN311_API_KEYS.items():
        if hmac.compare_digest(key.encode(), given.encode("utf-8", "replace")):
            return system_account(name=username, kind=User.Kind.PARTNER)
    raise NotAllowed("api_key 缺失或无效。" if not given else "api_key 无效。", code="bad_api_key")


def create(request: HttpRequest, fmt: str) -> HttpResponse:
    """Take a report from a partner: form fields of GeoReport v2."""
    content_type = (request.content_type or "").lower()
    if content_type not in FORMS:
        return errors(fmt, 400, "请求内容应为 application/x-www-form-urlencoded。")
    partner = partner_of(request)
    form = request.POST
    code, address = form.get("service_code", "").strip(), form.get("address_string", "").strip()
    lat, lon = _degrees(form.get("lat"), "lat"), _degrees(form.get("long"), "long")
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
    fields = {name: value for name, value in form.items() if name != "api_key"}
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
        idempotency=Idempotency(f"open311:{partner.pk}", key, fingerprint_of(fields, photos))
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


def _degrees(text: str | None, name: str) -> float | None:
    if text is None or not text.strip():
        return None
    try:
        return float(text)
    except ValueError as error:
        raise InvalidInput(f"{name} 应为十进制度数。", fields={name: "应为十进制度数。"}) from error


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
    start, end = _moment(request, "start_date"), _moment(request, "end_date")
    end = end or (start + timedelta(days=MAX_DAYS) if start else timezone.now())
    start = max(start or end - timedelta(days=MAX_DAYS), end - timedelta(days=MAX_DAYS))
    reports = newest_first.public().filter(received_at__gte=start, received_at__lte=end)
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
    size = _whole(request, "page_size", 50, MAX_PAGE)
    page = _whole(request, "page", 1, MAX_ROWS)
    first = (page - 1) * size
    rows = reports[first : min(first + size, MAX_ROWS)] if first < MAX_ROWS else []
    return answer(
        [row_of(public_case(report)) for report in rows], fmt, root="service_requests", item="request"
    )


def _moment(request: HttpRequest, name: str) -> datetime | None:
    text = request.GET.get(name, "").strip()
    if not text:
        return None
    try:
        moment = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        moment = None
    # Years at the ends of the calendar have no 90 days before or after them.
    if moment is None or not 1900 <= moment.year <= 2200:
        raise InvalidInput(f"{name} 应为带时区的 W3C 时间，例如 2026-01-01T00:00:00+08:00。")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _whole(request: HttpRequest, name: str, default: int, most: int) -> int:
    text = request.GET.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or len(text) > 9 or not 1 <= int(text) <= most:
        raise InvalidInput(f"{name} 应为 1 到 {most} 的整数。")
    return int(text)


@endpoint("GET", "HEAD", "POST")
def unknown(request: HttpRequest, fmt: str) -> HttpResponse:
    """Answer an address of the standard that leads to nothing here: no definition, no token, no such list."""
    raise NotFound("没有这个地址：本平台的事项没有附加属性，编号在受理时即时给出。")


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
