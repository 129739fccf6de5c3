"""Handlers for the outbox tests: they record what they heard, and fail or die when told to."""

from collections.abc import Callable
from typing import Any

calls: list[tuple[str, dict[str, Any]]] = []
failing: set[str] = set()
killing: set[str] = set()
poison: list[dict[str, Any]] = []
meanwhile: dict[str, Callable[[], None]] = {}


def reset() -> None:
    """Forget everything."""
    calls.clear()
    failing.clear()
    killing.clear()
    poison.clear()
    meanwhile.clear()


def _hear(name: str, payload: dict[str, Any]) -> None:
    calls.append((name, payload))
    if name in meanwhile:
        meanwhile[name]()
    if name in killing:
        raise KeyboardInterrupt
    if name in failing:
        raise ValueError("a handler's failure may quote what a citizen wrote")


def first(payload: dict[str, Any]) -> None:
    _hear("first", payload)


def second(payload: dict[str, Any]) -> None:
    _hear("second", payload)


def third(payload: dict[str, Any]) -> None:
    _hear("third", payload)


def many(payloads: list[dict[str, Any]]) -> None:
    """Hear several payloads at once; one that is poison fails them all."""
    calls.extend(("many", payload) for payload in payloads)
    calls.append(("batch", {"size": len(payloads)}))
    if "many" in killing:
        raise KeyboardInterrupt
    if any(payload in poison for payload in payloads):
        raise ValueError("one of them")
