"""Refusals in the reader's form: a Chinese page for people, one JSON shape for programs."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path
from rest_framework.decorators import api_view, parser_classes
from rest_framework.request import Request
from rest_framework.response import Response

from civic import urls as site_urls
from civic.core.api import JSONParser
from civic.core.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotFound, TooLarge, TooMany

handler400, handler403 = site_urls.handler400, site_urls.handler403
handler404, handler500 = site_urls.handler404, site_urls.handler500

DOMAIN_ERRORS: dict[str, DomainError] = {
    "invalid": InvalidInput("内容不对。", fields={"text": "太短。"}),
    "large": TooLarge("太大。"),
    "denied": NotAllowed("不可以。"),
    "missing": NotFound("没有。"),
    "conflict": Conflict("冲突。", code="wrong_step"),
    "often": TooMany("太频繁。", retry_after=12),
}


def refuse(request: HttpRequest, kind: str) -> HttpResponse:
    if kind == "403":
        raise PermissionDenied
    if kind == "400":
        raise SuspiciousOperation("tampered with")
    raise RuntimeError(kind)


@api_view(["GET", "POST"])
@parser_classes([JSONParser])
def api_refuse(request: Request, kind: str) -> Response:
    if kind == "body":
        return Response(request.data)
    raise DOMAIN_ERRORS[kind]


urlpatterns = [
    path("test/<str:kind>/", refuse),
    path("api/test/<str:kind>/", api_refuse),
    path("open311/test/<str:kind>/", refuse),
    *site_urls.urlpatterns,
]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def visitor() -> Client:
    """A browser that sees a 500 instead of the test seeing the exception."""
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/test/400/", 400, "请求的格式不正确"),
        ("/test/403/", 403, "您没有权限查看或操作这里的内容"),
        ("/nothing-here/", 404, "没有找到这个页面"),
        ("/test/crash/", 500, "系统出了点问题"),
    ],
)
def test_people_get_a_chinese_page_in_the_sites_frame(
    visitor: Client, address: str, status: int, words: str
) -> None:
    response = visitor.get(address)
    page = response.content.decode()
    assert response.status_code == status
    assert words in page
    assert '<html lang="zh-Hans">' in page
    assert f">{status}<" in page
    assert 'href="/"' in page


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/open311/test/400/", 400, "bad_request"),
        ("/open311/test/403/", 403, "not_allowed"),
        ("/api/nothing-here/", 404, "not_found"),
        ("/open311/test/crash/", 500, "server_error"),
    ],
)
def test_programs_get_the_one_shape(visitor: Client, address: str, status: int, code: str) -> None:
    response = visitor.get(address)
    assert response.status_code == status
    error = response.json()["error"]
    assert error.keys() == {"code", "message", "fields"}
    assert error["code"] == code
    assert any("\u4e00" <= char <= "\u9fff" for char in error["message"])


@pytest.mark.parametrize("kind", DOMAIN_ERRORS)
def test_domain_errors_keep_status_code_sentence_and_fields(visitor: Client, kind: str) -> None:
    raised = DOMAIN_ERRORS[kind]
    response = visitor.get(f"/api/test/{kind}/")
    assert response.status_code == raised.status
    assert response.json() == {
        "error": {"code": raised.code, "message": raised.message, "fields": raised.fields}
    }
    assert response.headers.get("Retry-After") == ("12" if kind == "often" else None)


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("{", "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        ('{"a": NaN}', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        ("<a/>", "application/xml", 415),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    visitor: Client, body: Any, content_type: str, status: int
) -> None:
    response = visitor.post("/api/test/body/", body, content_type=content_type)
    assert response.status_code == status
    assert response.json()["error"]["message"]


def test_a_method_that_is_not_there_is_a_405_in_the_one_shape(visitor: Client) -> None:
    response = visitor.delete("/api/test/body/")
    assert response.status_code == 405
    assert response.json()["error"]["code"] == "method_not_allowed"


def test_the_500_page_needs_no_database(
    visitor: Client, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from civic.core.views import server_error

    with django_assert_num_queries(0):
        response = server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "系统出了点问题" in response.content.decode()


def test_a_foreign_host_is_a_400_not_a_crash(visitor: Client) -> None:
    response = visitor.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "请求的格式不正确" in response.content.decode()


def test_a_failed_cross_site_check_says_what_to_do() -> None:
    response = Client(enforce_csrf_checks=True).post("/report/", {"text": "井盖坏了"})
    assert response.status_code == 403
    assert "请刷新后重新提交" in response.content.decode()


@pytest.mark.parametrize("address", ["/report/", "/wiki/", "/test/403/"])
def test_a_body_over_the_limit_is_a_page_with_413(visitor: Client, settings: Any, address: str) -> None:
    settings.BODY_LIMIT_BYTES = 2 * 1024 * 1024
    response = visitor.post(
        address, b"x" * (2 * 1024 * 1024 + 1), content_type="multipart/form-data; boundary=b"
    )
    assert response.status_code == 413
    page = response.content.decode()
    assert "一次最多 2 MB" in page
    assert '<html lang="zh-Hans">' in page


@pytest.mark.parametrize("address", ["/api/v1/public/reports/", "/wechat/"])
def test_a_body_over_the_limit_is_structured_for_programs(
    visitor: Client, settings: Any, address: str
) -> None:
    settings.BODY_LIMIT_BYTES = 1024
    response = visitor.post(address, "x" * 1025, content_type="application/json")
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "too_large"


def test_the_limit_itself_is_allowed(visitor: Client, settings: Any) -> None:
    settings.BODY_LIMIT_BYTES = 1024
    response = visitor.post("/api/test/body/", '"' + "x" * 1022 + '"', content_type="application/json")
    assert response.status_code == 200


@pytest.mark.parametrize("length", ["", "abc", "-1", "²", "9" * 500])
def test_odd_lengths_do_not_crash(visitor: Client, length: str) -> None:
    response = visitor.generic("POST", "/api/test/body/", b"{}", "application/json", CONTENT_LENGTH=length)
    assert response.status_code in {200, 400, 413}


def test_form_fields_bigger_than_django_takes_are_a_413(visitor: Client) -> None:
    response = visitor.post("/api/v1/public/reports/", {"text": "长" * 300_000})
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "too_large"


def test_too_many_fields_are_a_400(visitor: Client) -> None:
    body = "&".join(f"f{n}=1" for n in range(1200))
    response = visitor.post("/api/v1/public/reports/", body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "parse_error"


@pytest.mark.usefixtures("still_clock")
def test_429_is_a_page_for_people(client: Client, settings: Any) -> None:
    for _ in range(20):
        client.post("/accounts/login/", {"username": "a", "password": "b"})
    response = client.post("/accounts/login/", {"username": "a", "password": "b"})
    assert response.status_code == 429
    assert "太频繁" in response.content.decode()
