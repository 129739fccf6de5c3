"""Configuration faults of the conversation, as system checks."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register
from django.utils.module_loading import import_string

from . import conf, ports


@register()
def check_ports(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every port is named and importable."""
    found: list[CheckMessage] = []
    configured = conf.get("BOT_PORTS")
    for name in ports.NAMES:
        path = configured.get(name)
        if not path:
            found.append(Warning(f"BOT_PORTS has no {name!r}", id="bot.W001"))
            continue
        try:
            import_string(path)
        except ImportError as error:
            found.append(Error(f"BOT_PORTS[{name!r}] cannot be imported: {error}", id="bot.E001"))
    return found


@register()
def check_wechat(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The AES key is WeChat's: 43 characters of base64; AES also needs the app id."""
    key = conf.get("WECHAT_ENCODING_AES_KEY")
    if not key:
        return []
    try:
        valid = len(key) == 43 and len(base64.b64decode(key + "=")) == 32
    except (binascii.Error, ValueError):
        valid = False
    found: list[CheckMessage] = []
    if not valid:
        found.append(Error("WECHAT_ENCODING_AES_KEY must be 43 characters of base64", id="bot.E002"))
    if not conf.get("WECHAT_APP_ID"):
        found.append(Error("WECHAT_ENCODING_AES_KEY needs WECHAT_APP_ID", id="bot.E003"))
    return found
