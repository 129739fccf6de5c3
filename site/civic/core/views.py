"""Health, what robots and browsers ask for by fixed names, and the error pages."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt

from civic.core import health
from civic.core.api import API_PREFIXES, CSRF_MISSING, error_body

# Public pages are for everyone, robots too; the staff's pages, sign-in and the interfaces for programs are not.
ROBOTS = "User-agent: *\nDisallow: /admin/\nDisallow: /api/\nDisallow: /accounts/\n"


def health_view(request: HttpRequest) -> JsonResponse:
    """Answer with the state of each part; 503 only when the database does not answer."""
    report = health.report()
    broken = report["checks"]["database"]["status"] != "ok"
    response = JsonResponse(report, status=503 if broken else 200, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "no-store"
    return response


@cache_control(public=True, max_age=86400)
def robots(request: HttpRequest) -> HttpResponse:
    """Answer which pages are not for search engines."""
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")


@cache_control(public=True, max_age=86400)
def favicon(request: HttpRequest) -> HttpResponse:
    """Lead browsers that ask for the old name to the icon that every page links."""
    return HttpResponseRedirect(static("civic/img/mark.svg"))


def _error(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    if request.path.startswith(API_PREFIXES):
        return JsonResponse(
            error_body(code, message), status=status, json_dumps_params={"ensure_ascii": False}
        )
    return render(request, f"{status}.html", {"message": message}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400 in the reader's form."""
    return _error(request, 400, "bad_request", "请求的格式不正确，请返回重试。")


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403 in the reader's form."""
    return _error(request, 403, "not_allowed", "您没有权限查看或操作这里的内容。")


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404 in the reader's form."""
    return _error(request, 404, "not_found", "没有找到这个页面。")


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 in the reader's form."""
    return _error(request, 500, "server_error", "系统出了点问题，我们已经记录下来。")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a failed cross-site check in Chinese, saying what to do."""
    message = "页面停留太久或浏览器禁用了 Cookie，请刷新后重新提交。"
    if request.path.startswith(API_PREFIXES):
        return _error(request, 403, "csrf_failed", CSRF_MISSING)
    return render(request, "403_csrf.html", {"message": message}, status=403)


@csrf_exempt
def api_address_not_found(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer 404 to any method at an address that the API does not have, before a page could take it."""
    return _error(request, 404, "not_found", "接口没有这个地址。")
