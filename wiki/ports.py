"""What the app needs from the site that uses it: callables named by dotted path in settings.WIKI_PORTS.

Only `publish` is asked for today. Without it events go nowhere: the app's own log (`Event`) still records
everything, and the system check wiki.I001 says so.
"""

from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

NAMES = ("publish",)


class PortError(Exception):
    """A port refused or failed; the message is a Chinese sentence to show."""


class Publish(Protocol):
    """Stores an event for later work, in the caller's transaction; `key` makes it idempotent."""

    def __call__(
        self, *, topic: str, payload: dict[str, Any], key: str | None = None, queue: str = "urgent"
    ) -> None: ...


def port(name: str) -> Any:
    """Return the callable configured for `name`, or None where the site has none."""
    path = getattr(settings, "WIKI_PORTS", {}).get(name)
    return import_string(path) if path else None


def publish(*, topic: str, payload: dict[str, Any], key: str | None = None, queue: str = "urgent") -> None:
    """Hand an event to the site's outbox; do nothing where the site has configured none."""
    send: Publish | None = port("publish")
    if send is not None:
        send(topic=topic, payload=payload, key=key, queue=queue)
