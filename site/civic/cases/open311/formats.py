"""How GeoReport v2 is spoken: answers and errors in XML and JSON, and the wrapping of every view."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any
from xml.etree import ElementTree

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt

from civic.core.errors import DomainError, TooMany
from civic.core.middleware import oversize

# XML 1.0 has no way to write these, not even escaped (section 2.2).
NOT_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What the service calls a field, and what GeoReport v2 calls it.
FIELD_NAMES = {
    "text": "description",
    "lon": "long",
    "address": "address_string",
    "matter": "service_code",
    "contact_name": "first_name",
    "contact_phone": "phone",
    "contact_email": "email",
    "photos": "media",
}


def answer(data: Any, fmt: str, *, root: str, item: str, status: int = 200) -> HttpResponse:
    """Return data in the requested format; XML wraps a list's entries in `item` elements below `root`."""
    if fmt == "json":
        return JsonResponse(data, safe=False, status=status, json_dumps_params={"ensure_ascii": False})
    element = ElementTree.Element(root)
    _fill(element, data, item)
    body = ElementTree.tostring(element, encoding="utf-8", xml_declaration=True)
    return HttpResponse(body, content_type="text/xml; charset=utf-8", status=status)


def _fill(element: ElementTree.Element, data: Any, item: str) -> None:
    if isinstance(data, list):
        for entry in data:
            _fill(ElementTree.SubElement(element, item), entry, "item")
    elif isinstance(data, dict):
        for key, value in data.items():
            child = ElementTree.SubElement(element, key)
            _fill(child, value, key.removesuffix("s"))
    elif data is not None:
        element.text = NOT_XML.sub("", str(data))


def errors(fmt: str, status: int, *descriptions: str) -> HttpResponse:
    """Return an error list in the requested format."""
    rows = [{"code": status, "description": description} for description in descriptions]
    return answer(rows, fmt, root="errors", item="error", status=status)


def _is_ours(jurisdiction: str) -> bool:
    return (
        not (jurisdiction and settings.OPEN311_JURISDICTION) or jurisdiction == settings.OPEN311_JURISDICTION
    )


def endpoint(*methods: str) -> Callable:
    """Wrap a view: its methods, its errors in the requested format, no CSRF (callers hold keys, not cookies)."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @wraps(view)
        def wrapped(request: HttpRequest, fmt: str, **kwargs: Any) -> HttpResponse:
            if request.method not in methods:
                response = errors(fmt, 405, "这个地址不支持该方法。")
                response["Allow"] = ", ".join(methods)
                return response
            if not _is_ours(request.GET.get("jurisdiction_id") or ""):
                return errors(fmt, 404, "没有这个 jurisdiction_id。")
            if message := oversize(request):
                return errors(fmt, 413, message)
            try:
                return view(request, fmt, **kwargs)
            except DomainError as error:
                # The standard knows 400, 403 and 404 only; what is too large or too often stays itself.
                status = error.status if error.status in {403, 404, 413, 429} else 400
                named = [f"{FIELD_NAMES.get(name, name)}：{said}" for name, said in error.fields.items()]
                response = errors(fmt, status, *(named or [error.message]))
                if isinstance(error, TooMany):
                    response["Retry-After"] = str(error.retry_after)
                return response
            except RequestDataTooBig:
                return errors(fmt, 413, "提交的内容太大。")
            except (MultiPartParserError, SuspiciousOperation, BadRequest):
                return errors(fmt, 400, "请求的格式不正确。")

        return wrapped

    return decorate


@endpoint("GET", "HEAD", "POST")
def unknown(request: HttpRequest, fmt: str) -> HttpResponse:
    """Answer an address that the standard does not know."""
    return errors(fmt, 404, "没有这个地址。")
