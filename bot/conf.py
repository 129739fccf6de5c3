"""The settings the conversation reads, each with its default; README's settings table lists them."""

from __future__ import annotations

from typing import Any

from django.conf import settings

DEFAULTS: dict[str, Any] = {
    # Where Rasa and the action server listen. An empty BOT_RASA_URL runs the degraded mode on purpose.
    "BOT_RASA_URL": "http://127.0.0.1:5005",
    "BOT_ACTIONS_URL": "http://127.0.0.1:5055",
    # Turns at once in one web process; 0 runs a turn in the caller's thread.
    "BOT_TURN_WORKERS": 4,
    "BOT_TURN_QUEUE": 200,
    # WeChat hangs up after 5 seconds: the answer leaves at 4.5 at the latest.
    "BOT_REPLY_SECONDS": 4.5,
    "BOT_WEB_REPLY_SECONDS": 9.0,
    "BOT_RASA_SECONDS": 3.2,
    "BOT_TURN_LEASE_SECONDS": 30,
    "BOT_MESSAGE_MAX": 4000,
    "BOT_BODY_MAX": 128 * 1024,
    "BOT_CHAT_API": "/api/v1/public/chat/",
    "BOT_CHAT_RATE": "120/min",
    "BOT_NAME": "小京",
    "BOT_HOTLINES": {
        "police": "110",
        "fire": "119",
        "medical": "120",
        "city": "96310",
        "government": "12345",
        "care": "12356",
    },
    "BOT_PORTS": {},
    "CASE_NUMBER_PREFIX": "BJ",
    "WECHAT_TOKEN": "",
    "WECHAT_APP_ID": "",
    "WECHAT_SECRET": "",
    "WECHAT_ENCODING_AES_KEY": "",
    "WECHAT_API_BASE": "https://api.weixin.qq.com",
}


def get(name: str) -> Any:
    """Returns the setting, or its default."""
    return getattr(settings, name, DEFAULTS[name])
