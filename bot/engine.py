"""The way to Rasa over HTTP: pooled, with a time limit and a circuit breaker. Knows no Django models."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from .replies import Reply

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 0.5
PROBE_SECONDS = 0.5
# After a failure turns are not sent to Rasa for this long; the first one after it asks "are you there" first.
REST_SECONDS = 3.0
SLOW_TURNS_TO_OPEN = 2


class EngineError(Exception):
    """Rasa gave no usable answer; ``reached`` is False when it surely never saw the message."""

    def __init__(self, reason: str, *, reached: bool) -> None:
        super().__init__(reason)
        self.reached = reached


@dataclass
class _Breaker:
    """Closed: turns pass. Open: turns fail at once until ``rest_until``, then one probe decides."""

    clock: Callable[[], float]
    open: bool = False
    rest_until: float = 0.0
    slow: int = 0

    def trip(self) -> None:
        self.open = True
        self.rest_until = self.clock() + REST_SECONDS

    def close(self) -> None:
        self.open = False
        self.slow = 0


class RasaEngine:
    """Talks to the gateway channel of one Rasa server."""

    def __init__(
        self,
        base_url: str,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._client = httpx.Client(
            base_url=self.base_url or "http://127.0.0.1",
            transport=transport,
            timeout=httpx.Timeout(PROBE_SECONDS, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=32, max_keepalive_connections=16, keepalive_expiry=30),
            trust_env=False,
        )
        self._breaker = _Breaker(clock)
        self._lock = threading.Lock()

    def turn(
        self, *, conversation_id: str, text: str, metadata: dict[str, Any], seconds: float
    ) -> list[Reply]:
        """Sends one message and returns the answers. Raises EngineError."""
        self._ready_or_raise()
        try:
            response = self._client.post(
                "/webhooks/gateway/webhook",
                json={"sender": conversation_id, "message": text, "metadata": metadata},
                timeout=httpx.Timeout(seconds, connect=CONNECT_SECONDS),
            )
            response.raise_for_status()
            replies = _read_replies(response.json())
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            self._failed()
            raise EngineError(type(error).__name__, reached=False) from error
        except httpx.TimeoutException as error:
            self._slow()
            raise EngineError("timeout", reached=True) from error
        except (httpx.HTTPError, ValueError) as error:
            self._failed()
            raise EngineError(type(error).__name__, reached=True) from error
        with self._lock:
            self._breaker.close()
        return replies

    def restart(self, *, conversation_id: str, seconds: float) -> None:
        """Makes Rasa forget the conversation. Raises EngineError."""
        self.turn(conversation_id=conversation_id, text="/restart", metadata={}, seconds=seconds)

    def close(self) -> None:
        """Gives the pooled connections back."""
        self._client.close()

    def is_up(self) -> bool:
        """Asks Rasa's root address, which answers once the model is loaded."""
        if not self.base_url:
            return False
        try:
            return self._client.get("/", timeout=PROBE_SECONDS).status_code == 200
        except httpx.HTTPError:
            return False

    def _ready_or_raise(self) -> None:
        if not self.base_url:
            raise EngineError("disabled", reached=False)
        with self._lock:
            if not self._breaker.open:
                return
            if self._breaker.clock() < self._breaker.rest_until:
                raise EngineError("resting", reached=False)
            # Others rest on while this one asks.
            self._breaker.trip()
        if not self.is_up():
            raise EngineError("down", reached=False)
        with self._lock:
            self._breaker.close()
        logger.info("rasa answers again")

    def _failed(self) -> None:
        with self._lock:
            if not self._breaker.open:
                logger.warning("rasa is not reachable; degraded mode")
            self._breaker.trip()

    def _slow(self) -> None:
        with self._lock:
            self._breaker.slow += 1
            if self._breaker.slow >= SLOW_TURNS_TO_OPEN:
                self._breaker.trip()
        logger.warning("rasa is slow")


def command(intent: str, **entities: Any) -> str:
    """Returns the message that Rasa reads as this intent; only the gateway builds such messages."""
    return f"/{intent}{json.dumps(entities, ensure_ascii=False)}"


def _read_replies(body: Any) -> list[Reply]:
    """Reads the channel's answer. Raises ValueError on another shape."""
    if not isinstance(body, list):
        raise ValueError("not a list of messages")
    replies = []
    for item in body:
        text = item.get("text") if isinstance(item, dict) else None
        if not text:
            continue
        buttons = tuple(str(button["title"]) for button in item.get("buttons") or () if button.get("title"))
        replies.append(Reply(str(text), buttons))
    return replies
