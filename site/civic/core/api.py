"""The one shape of an API error: {"error": {"code", "message", "fields"}}.

The sentences of fields that refuse a value are in core's catalogue (locale/), which covers REST framework's own.
"""

from collections.abc import Iterator, Mapping
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
from rest_framework.settings import api_settings
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
NO_DATA = "没有内容：应为对象（字段和值），现在是 null。"  # REST framework says this in English, past every catalogue
CSRF_MISSING = (
    "缺少 CSRF 令牌，或令牌不对：用登录会话调用接口时，请把 csrftoken Cookie 的值放进请求头 X-CSRFToken。"
    "程序调用请改用访问令牌，请求头写 Authorization: Token <令牌>。"
)


def error_body(code: str, message: str, fields: dict[str, str] | None = None) -> dict[str, Any]:
    """Return an error in the API's one shape."""
    return {"error": {"code": code, "message": message, "fields": fields or {}}}


class UnreadableJSON(exceptions.ParseError):
    """The body says it is JSON and is not."""

    default_detail = "请求内容不是有效的 JSON（UTF-8 编码）。"


class UnknownKey(exceptions.AuthenticationFailed):
    """The key of a program is missing or not ours; the sentence says how to send one."""


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
        except (exceptions.ParseError, RecursionError) as error:
            raise UnreadableJSON from error


class BodyTooLarge(exceptions.APIException):
    """The fields of a form are bigger than Django takes."""

    status_code = 413
    default_code = "too_large"


def _refusals(detail: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield each sentence of a validation error with its field's dotted name, "" for the whole input."""
    if isinstance(detail, dict):
        for key, value in detail.items():
            whole = key == api_settings.NON_FIELD_ERRORS_KEY
            yield from _refusals(value, name if whole else f"{name}.{key}".strip("."))
    elif isinstance(detail, list):
        for item in detail:
            yield from _refusals(item, name)
    else:
        yield name, NO_DATA if str(detail) == "No data provided" else str(detail)


def _message(error: exceptions.APIException, view: Any) -> str:
    """Return the sentence for an error of REST framework that is not about fields."""
    if isinstance(error, UnreadableJSON | UnknownKey):
        return str(error.detail)
    if isinstance(error, exceptions.PermissionDenied) and str(error.detail).startswith("CSRF"):
        return CSRF_MISSING
    message = MESSAGES.get(error.status_code, "出错了。")
    if isinstance(error, exceptions.MethodNotAllowed) and view is not None:
        return f"{message}可用的方法：{'、'.join(view.allowed_methods)}。"
    if isinstance(error, exceptions.UnsupportedMediaType) and view is not None:
        return f"{message}可用的类型：{'、'.join(parser.media_type for parser in view.parser_classes)}。"
    return message


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
    fields: dict[str, str] = {}
    if isinstance(error, exceptions.ValidationError):
        code, whole = "invalid", ""
        for name, sentence in _refusals(error.detail):
            if name:
                fields[name] = fields.get(name, "") + sentence
            else:
                whole += sentence
        message = whole + "".join(f"{name}：{said}" for name, said in fields.items()) or MESSAGES[400]
    else:
        message = _message(error, context.get("view"))
        code = "csrf_failed" if message is CSRF_MISSING else str(error.default_code)
    body = error_body(code, message, fields)
    return Response(body, status=error.status_code, headers=headers, content_type=CONTENT_TYPE)
