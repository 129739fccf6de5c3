"""Fixtures of the conversation's tests: a small city behind the ports, WeChat's signatures, no Rasa unless asked for."""

from __future__ import annotations

from typing import Any

import pytest

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
