"""How the conversation is: Rasa and the action server, for the site's /health."""

from __future__ import annotations

import threading
import time
from typing import Any

import httpx

from . import conf, turns

# Rasa needs 20 to 60 seconds to load its model.
STARTING_SECONDS = 120.0
_started = time.monotonic()
_seen_up = False
_warmed = False


def check() -> dict[str, Any]:
    """Returns ``status`` ok, starting or degraded, and the state of both servers; never slower than about a second.

    Degraded is a working state: messages are kept, plain complaints filed, progress told.
    """
    global _seen_up
    _warm_once()
    rasa = turns.engine().is_up()
    actions = _actions_up()
    if rasa and actions:
        _seen_up = True
        status = "ok"
    elif not conf.get("BOT_RASA_URL"):
        return {"status": "degraded", "rasa": "off", "actions": _word(actions)}
    else:
        young = time.monotonic() - _started < STARTING_SECONDS
        status = "starting" if young and not _seen_up else "degraded"
    return {"status": status, "rasa": _word(rasa), "actions": _word(actions)}


def _warm_once() -> None:
    """Loads the language data beside the first check of a serving process, so that no person waits for it."""
    global _warmed
    if not _warmed and conf.get("BOT_TURN_WORKERS"):
        _warmed = True
        threading.Thread(target=turns.warm_up, name="bot-warm-up", daemon=True).start()


def _actions_up() -> bool:
    url = conf.get("BOT_ACTIONS_URL")
    if not url:
        return False
    try:
        return httpx.get(f"{url.rstrip('/')}/health", timeout=0.5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def _word(up: bool) -> str:
    return "up" if up else "down"
