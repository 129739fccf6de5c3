"""Error pages: Chinese, with the right status, and one that needs nothing to work."""

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client
from django.urls import include, path


def refuse(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def suspect(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation


def fail(request: HttpRequest) -> HttpResponse:
    raise DatabaseError


def take(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


handler400 = "civic.core.views.bad_request"
handler403 = "civic.core.views.permission_denied"
handler404 = "civic.core.views.page_not_found"
handler500 = "civic.core.views.server_error"
urlpatterns = [
    path("test-refuse/", refuse),
    path("test-suspect/", suspect),
    path("test-fail/", fail),
    path("test-take/", take),
    path("", include("civic.urls")),
]


@pytest.fixture(autouse=True)
def _addresses(settings: object) -> None:
    settings.ROOT_URLCONF = __name__


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "status", "heading"),
    [
        ("/test-suspect/", 400, "没有看懂这次请求"),
        ("/test-refuse/", 403, "这里需要相应的权限"),
        ("/no/such/page/", 404, "没有找到这一页"),
        ("/test-fail/", 500, "系统出了点问题"),
    ],
)
def test_status_and_words(address: str, status: int, heading: str) -> None:
    response = Client(raise_request_exception=False).get(address)
    page = response.content.decode()
    assert response.status_code == status
    assert f"<h1>{heading}</h1>" in page
    assert "回到首页" in page
    assert "Traceback" not in page


@pytest.mark.django_db
def test_a_stale_form_is_explained() -> None:
    response = Client(enforce_csrf_checks=True).post("/test-take/", {})
    assert response.status_code == 403
    assert "<h1>页面停留太久了</h1>" in response.content.decode()


def test_the_500_page_touches_nothing(django_db_blocker: object) -> None:
    with django_db_blocker.block():
        assert "系统出了点问题" in render_to_string("500.html")


@pytest.mark.django_db
@pytest.mark.parametrize("template", ["413.html", "429.html"])
def test_refusals_of_size_and_rate_say_what_to_do(template: str) -> None:
    page = render_to_string(template, {"message": "这次不行，因为测试。"})
    assert "这次不行，因为测试。" in page
    assert "照片" in page or "过一会儿" in page
