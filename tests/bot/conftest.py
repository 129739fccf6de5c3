"""Fixtures of the conversation's tests: a small city behind the ports, WeChat's signatures, no Rasa unless asked for."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.cache import cache

from tests.bot import city as city_module
from tests.bot.city import City
from tests.bot.wechat_sender import WeChatSender

TOKEN = "token-of-the-tests"
APP_ID = "wx0123456789abcdef"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


@pytest.fixture(autouse=True)
def _conversation_settings(settings: Any) -> None:
    """Turns run in the test's thread and without Rasa, unless a test says otherwise."""
    settings.BOT_TURN_WORKERS = 0
    settings.BOT_RASA_URL = ""
    settings.BOT_ACTIONS_URL = ""
    settings.BOT_PORTS = city_module.PORTS
    settings.WECHAT_TOKEN = TOKEN
    settings.WECHAT_APP_ID = APP_ID
    settings.WECHAT_ENCODING_AES_KEY = AES_KEY
    settings.WECHAT_SECRET = ""


@pytest.fixture
def city(monkeypatch: pytest.MonkeyPatch) -> City:
    """A fresh city behind the ports."""
    fresh = City()
    monkeypatch.setattr(city_module, "current", fresh)
    return fresh


@pytest.fixture
def wechat(client: Any) -> WeChatSender:
    """WeChat's server, plain mode."""
    return WeChatSender(client, token=TOKEN, app_id=APP_ID)


@pytest.fixture
def wechat_aes(client: Any) -> WeChatSender:
    """WeChat's server, safe mode."""
    return WeChatSender(client, token=TOKEN, app_id=APP_ID, aes_key=AES_KEY)


@pytest.fixture
def wechat_errors() -> list[int]:
    """Error codes that WeChat's interface answers next, one per message."""
    return []


@pytest.fixture
def wechat_api(settings: Any, wechat_errors: list[int]) -> Iterator[list[dict[str, Any]]]:
    """WeChat's interface for customer-service messages on a real port; the list holds what was sent."""
    sent: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path.startswith("/cgi-bin/token?")
            self._answer({"access_token": "token-1", "expires_in": 7200})

        def do_POST(self) -> None:
            assert self.path == "/cgi-bin/message/custom/send?access_token=token-1"
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            code = wechat_errors.pop() if wechat_errors else 0
            if not code:
                sent.append(body)
            self._answer({"errcode": code, "errmsg": "ok"})

        def _answer(self, body: dict[str, Any]) -> None:
            content = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    cache.clear()
    settings.WECHAT_SECRET = "secret-of-the-tests"
    settings.WECHAT_API_BASE = f"http://127.0.0.1:{server.server_port}"
    yield sent
    server.shutdown()
    server.server_close()
    thread.join()
