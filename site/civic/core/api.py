"""The one shape of an API error: {"error": {"code", "message", "fields"}}."""

from collections.abc import Mapping
from typing import IO, Any

from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.http import Http404
from rest_framework import exceptions, parsers
from rest_framework.response import Response
from rest_framework.views import set_rollback

from civic.core.errors import DomainError, TooMany

API_PREFIXES = ("/api/", "/open311/", "/wechat/")
CONTENT_TYPE = "application/json"  # of an error, also where the answer would have been GeoJSON
MESSAGES = {
    400: "请求的格式不正确。",
    401: "请先登录或提供有效的令牌。",
    403: "没有权限做这件事。",
    404: "没有找到。",
    405: "这个地址不支持该方法。",
    406: "不支持所要求的返回格式。",
    413: "提交的内容太大。",
    415: "不支持这种内容类型。",
    429: "请求太频繁，请稍后再试。",
}


def error_body(code: str, message: str, fields: dict[str, str] | None = None) -> dict[str, Any]:
    """Return an error in the API's one shape."""
    return {"error": {"code": code, "message": message, "fields": fields or {}}}


class JSONParser(parsers.JSONParser):
    """JSON; nesting deeper than Python can follow is a format error, not a failure of ours."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return the parsed body."""
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise exceptions.ParseError from error


class BodyTooLarge(exceptions.APIException):
    """The fields of a form are bigger than Django takes."""

    status_code = 413
    default_code = "too_large"


def _sentence(detail: Any) -> str:
    if isinstance(detail, dict):
        return "；".join(_sentence(value) for value in detail.values())
    if isinstance(detail, list):
        return "；".join(_sentence(item) for item in detail)
    return str(detail)


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn domain errors and REST framework errors into the one shape; others stay a 500."""
    if isinstance(error, DomainError):
        set_rollback()
        headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else {}
        body = error_body(error.code, error.message, error.fields)
        return Response(body, status=error.status, headers=headers, content_type=CONTENT_TYPE)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, RequestDataTooBig):
        error = BodyTooLarge()
    elif isinstance(error, SuspiciousOperation | BadRequest):
        error = exceptions.ParseError()
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait) + 1)  # type: ignore[attr-defined]
    fields = {}
    if isinstance(error, exceptions.ValidationError) and isinstance(error.detail, dict):
        fields = {str(name): _sentence(value) for name, value in error.detail.items()}
    message = MESSAGES.get(error.status_code, "出错了。")
    if isinstance(error, exceptions.ValidationError):
        message = _sentence(error.detail) or message
    code = "invalid" if isinstance(error, exceptions.ValidationError) else str(error.default_code)
    body = error_body(code, message, fields)
    return Response(body, status=error.status_code, headers=headers, content_type=CONTENT_TYPE)
