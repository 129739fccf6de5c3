"""What the app needs from the site that uses it: callables named by dotted path in settings.WIKI_PORTS.

Without `publish` events go nowhere: the app's own log (`Event`) still records everything, and the system check
wiki.I001 says so. Without `limit` what people send who have not signed in is not counted by address.
Without `embed` opinions are grouped by their characters; without `evidence` and `evidence_words` clauses have none
(their shapes are in wiki.findings).
Without `standing` nobody's page speaks of points.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from wiki.errors import TooMany

NAMES = ("publish", "limit", "standing", "embed", "evidence", "evidence_words")


class PortError(Exception):
    """A port refused or failed; the message is a Chinese sentence to show."""


class Publish(Protocol):
    """Stores an event for later work, in the caller's transaction; `key` makes it idempotent."""

    def __call__(
        self, *, topic: str, payload: dict[str, Any], key: str | None = None, queue: str = "urgent"
    ) -> None: ...


class Limit(Protocol):
    """Counts a request of somebody who has not signed in; raises PortError past what one address may send."""

    def __call__(self, request: HttpRequest, *, scope: str) -> None: ...


@dataclass(frozen=True)
class Standing:
    """A person's points with the name of the level, as the site counts them."""

    points: int
    level: str


def standing(person: Any) -> Standing | None:
    """Return where a person stands by the site's count, or None where it counts nothing."""
    ask = port("standing")
    return None if ask is None else ask(person)


def port(name: str) -> Any:
    """Return the callable configured for `name`, or None where the site has none."""
    path = getattr(settings, "WIKI_PORTS", {}).get(name)
    return import_string(path) if path else None


def publish(*, topic: str, payload: dict[str, Any], key: str | None = None, queue: str = "urgent") -> None:
    """Hand an event to the site's outbox; do nothing where the site has configured none."""
    send: Publish | None = port("publish")
    if send is not None:
        send(topic=topic, payload=payload, key=key, queue=queue)


def limit(request: HttpRequest, *, scope: str) -> None:
    """Count a request of somebody who has not signed in; raises TooMany past what one address may send."""
    count: Limit | None = port("limit")
    if count is None:
        return
    try:
        count(request, scope=scope)
    except PortError as error:
        raise TooMany(str(error)) from error
