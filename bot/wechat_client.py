"""Customer-service messages to WeChat: answers that come after the five seconds, within 48 hours of the person's last word."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Any

import requests
from django.core.cache import cache
from django.core.signals import setting_changed
from wechatpy.client import WeChatClient
from wechatpy.exceptions import WeChatClientException
from wechatpy.session import SessionStorage

from . import conf

WINDOW = timedelta(hours=48)
TIMEOUT = 5.0
# Error codes after which another try cannot succeed: unknown openid, out of the 48 hours, no right to the interface;
# of templates: unknown id, the person has not subscribed or refuses, a field that does not fit.
FINAL_CODES = frozenset({40003, 45015, 45047, 48001, 48004, 50002, 40037, 43004, 43101, 47003})
PATHS = {"template": "message/template/send", "subscribe": "message/subscribe/bizsend"}


class DeliveryError(Exception):
    """A message could not be sent; ``final`` when trying again is useless."""

    def __init__(self, reason: str, *, final: bool) -> None:
        super().__init__(reason)
        self.final = final


class CacheSession(SessionStorage):
    """Keeps the access token in Django's cache: fetching a second one makes WeChat forget the first."""

    def get(self, key: str, default: Any = None) -> Any:
        return cache.get(f"wechat:{key}", default)

    def set(self, key: str, value: Any, ttl: int | None = None) -> None:
        if value is not None:
            # A minute early: a token must not run out between the look and the use.
            cache.set(f"wechat:{key}", value, max(ttl - 60, 1) if ttl else None)

    def delete(self, key: str) -> None:
        cache.delete(f"wechat:{key}")


class _TimedSession(requests.Session):
    """wechatpy fetches its token without a time limit."""

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = TIMEOUT
        return super().request(*args, **kwargs)


class Client(WeChatClient):
    """wechatpy's client at the configured address."""

    def __init__(self, base: str, app_id: str, secret: str) -> None:
        super().__init__(app_id, secret, session=CacheSession(), timeout=TIMEOUT)
        base = base.rstrip("/")
        self.API_BASE_URL = (base if base.endswith("/cgi-bin") else f"{base}/cgi-bin") + "/"
        self._http = _TimedSession()

    @property
    def access_token(self) -> str:
        """The token all processes share; fetched anew when the cache has let it go."""
        token = self.session.get(self.access_token_key)
        if not token:
            self.fetch_access_token()
            token = self.session.get(self.access_token_key)
        return str(token)

    def fetch_access_token(self) -> Any:
        return self._fetch_access_token(
            url=f"{self.API_BASE_URL}token",
            params={"grant_type": "client_credential", "appid": self.appid, "secret": self.secret},
        )


@lru_cache(maxsize=2)
def _client(base: str, app_id: str, secret: str) -> Client:
    return Client(base, app_id, secret)


def send_text(*, openid: str, text: str) -> None:
    """Sends one customer-service message. Raises DeliveryError."""
    _post("message/custom/send", {"touser": openid, "msgtype": "text", "text": {"content": text}})


def send_template(
    *, openid: str, template_id: str, data: dict[str, str], url: str, kind: str = "template"
) -> None:
    """Sends a template message, or with the kind "subscribe" one the person has subscribed to. Raises DeliveryError."""
    body: dict[str, Any] = {
        "touser": openid,
        "template_id": template_id,
        "data": {name: {"value": value} for name, value in data.items()},
    }
    _post(PATHS[kind], {**body, "page" if kind == "subscribe" else "url": url})


def _post(path: str, data: dict[str, Any]) -> None:
    app_id, secret = conf.get("WECHAT_APP_ID"), conf.get("WECHAT_SECRET")
    if not (app_id and secret):
        raise DeliveryError("WECHAT_SECRET is not set", final=True)
    try:
        _client(conf.get("WECHAT_API_BASE"), app_id, secret).post(path, data=data)
    except WeChatClientException as error:
        raise DeliveryError(f"errcode {error.errcode}", final=error.errcode in FINAL_CODES) from error
    except (requests.RequestException, ValueError, KeyError) as error:
        raise DeliveryError(type(error).__name__, final=False) from error


def _forget(*, setting: str, **_kwargs: Any) -> None:
    if setting.startswith("WECHAT_"):
        _client.cache_clear()


setting_changed.connect(_forget)
