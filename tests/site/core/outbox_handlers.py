"""Handlers for the outbox tests: they record what they heard, and fail or die when told to."""

from collections.abc import Callable
from typing import Any

calls: list[tuple[str, dict[str, Any]]] = []
failing: set[str] = set()
killing: set[str] = set()
meanwhile: dict[str, Callable[[], None]] = {}


def reset() -> None:
    """Forget everything."""
    calls.clear()
    failing.clear()
    killing.clear()
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
