"""What a partner's program asks first: where the server is, which matters it takes, what it asks about each."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from civic.cases.attributes import attributes_of
from civic.cases.matters import UNSORTED, is_matter, matters
from civic.cases.open311.formats import answer, endpoint
from civic.core.errors import NotFound


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
            "metadata": "true" if attributes_of(code) else "false",
            "type": "realtime",
            "keywords": ",".join(entry.synonyms[:8]),
            "group": entry.major_name,
        }
        for code, entry in matters().items()
    ]
    return answer(rows, fmt, root="services", item="service")


@endpoint("GET", "HEAD")
def definition(request: HttpRequest, fmt: str, code: str) -> HttpResponse:
    """Say what may be told about a matter beside words and place; none of it is required."""
    if not is_matter(code):
        raise NotFound("没有这个事项代码。")
    rows: list[dict[str, Any]] = [
        {
            "variable": "true",
            "code": one.code,
            "datatype": one.datatype,
            "required": "false",
            "datatype_description": one.hint or None,
            "order": str(order),
            "description": one.description,
            "values": [{"key": key, "name": name} for key, name in one.values.items()],
        }
        for order, one in enumerate(attributes_of(code), start=1)
    ]
    if not rows:
        raise NotFound("这个事项没有附加属性。")
    return answer({"service_code": code, "attributes": rows}, fmt, root="service_definition", item="")
