"""Request ids, access log lines without citizens' words, and a limit on bodies before anything reads them."""

import logging
import random
import re
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from civic.core.api import API_PREFIXES, error_body
from civic.core.logs import request_id

logger = logging.getLogger("civic.access")
SAFE_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")
Handler = Callable[[HttpRequest], HttpResponse]


class RequestLogMiddleware:
    """Give each request an id (a caller's well-formed X-Request-ID is kept) and log its route, never its query."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        token = request_id.set(given if SAFE_ID.match(given) else f"{random.getrandbits(128):032x}")
        start = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id.get()
            match = request.resolver_match
            logger.info(
                "request",
                extra={
                    "method": request.method,
                    # The route's pattern, not the address: an address can hold a search for a person.
                    "route": match.route if match else "",
                    "status": response.status_code,
                    "ms": round((time.perf_counter() - start) * 1000, 1),
                },
            )
            return response
        finally:
            request_id.reset(token)


class BodyLimitMiddleware:
    """Refuse a body over BODY_LIMIT_BYTES with 413 before it is parsed or stored."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        message = oversize(request)
        # Open311 answers in the format that its address asks for, so its views ask oversize() themselves.
        if not message or request.path.startswith("/open311/"):
            return self.get_response(request)
        if request.path.startswith(API_PREFIXES):
            body = error_body("too_large", message)
            return JsonResponse(body, status=413, json_dumps_params={"ensure_ascii": False})
        return render(request, "413.html", {"message": message}, status=413)


def oversize(request: HttpRequest) -> str:
    """Return a Chinese sentence when the announced body is over BODY_LIMIT_BYTES, else ""."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length[:18]) <= settings.BODY_LIMIT_BYTES:
        return ""
    megabytes = settings.BODY_LIMIT_BYTES // (1024 * 1024)
    return f"提交的内容太大，一次最多 {megabytes} MB，请压缩照片后再试。"
