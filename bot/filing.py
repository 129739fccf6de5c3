"""Files a told report through the site's port; the one place that builds its dedupe key.

Rasa's action and the degraded mode both come here, so a slow Rasa that finishes late files nothing twice.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from .models import Conversation
from .ports import NotConnectedError, PlaceHit, PortError, Progress, Receipt, port

PLACE_FRESH = timedelta(minutes=30)


@dataclass(frozen=True)
class Place:
    """Where a report is about: a point with its names, or only the person's words in ``name``."""

    name: str
    lon: float | None = None
    lat: float | None = None
    district: str = ""
    street: str = ""
    precision: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any] | None) -> Place | None:
        return cls(**data) if data else None

    @classmethod
    def from_hit(cls, hit: PlaceHit) -> Place:
        return cls(hit.name, hit.lon, hit.lat, hit.district, hit.street, hit.precision)

    @property
    def label(self) -> str:
        """How the place is read back to the person."""
        if self.precision == "point":
            return self.name or _("您发送的位置")
        parts = [part for part in (self.district, self.street) if part and part not in self.name]
        return " ".join([*parts, self.name]).strip()


def locate(text: str) -> Place | None:
    """Returns the place named in the text; None when there is none or it cannot be looked up now."""
    try:
        hit = port("locate")(text=text)
    except PortError:
        return None
    return Place.from_hit(hit) if hit else None


def is_outside(point: Place) -> bool:
    """True when the site refuses the point because it lies outside the city.

    The markets port is the one that reads a point without writing anything.
    """
    if point.lon is None or point.lat is None:
        return False
    try:
        port("nearest_markets")(lon=point.lon, lat=point.lat, limit=1)
    except NotConnectedError:
        return False
    except PortError:
        return True
    return False


def dedupe_key(*, channel: str, sender: str, message_id: str) -> str:
    """The key of a report told in a chat: the message that describes the problem."""
    return f"chat:{channel}:{sender}:{message_id}"


def file_report(*, conversation: Conversation, text: str, message_id: str, place: Place | None) -> Receipt:
    """Files the report; the same describing message gives the same receipt. Raises PortError."""
    return port("submit_report")(
        text=text,
        channel=conversation.channel,
        sender=conversation.sender,
        lon=place.lon if place else None,
        lat=place.lat if place else None,
        address=place.name if place else "",
        dedupe_key=dedupe_key(
            channel=conversation.channel, sender=conversation.sender, message_id=message_id
        ),
    )


def add_place(*, conversation: Conversation, number: str, place: Place | None) -> Progress | None:
    """Gives a filed report its point; None when there is no point to give or it has one. Raises PortError."""
    if place is None or place.lon is None or place.lat is None:
        return None
    return port("add_place")(number=number, sender=conversation.sender, lon=place.lon, lat=place.lat)


def place_last_report(*, conversation: Conversation, point: Place) -> Progress | None:
    """Takes a position sent soon after a report without a place as that report's place. Raises PortError."""
    mine = port("my_reports")(sender=conversation.sender, limit=1)
    if not mine or mine[0].district or mine[0].updated_at < timezone.now() - PLACE_FRESH:
        return None
    return add_place(conversation=conversation, number=mine[0].number, place=point)
