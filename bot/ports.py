"""What the conversation needs from the site: callables named by dotted path in ``settings.BOT_PORTS``.

Every port takes keyword arguments only and may raise PortError, whose text is Chinese and may be shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, Protocol, overload

from django.core.signals import setting_changed
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from . import conf


class PortError(Exception):
    """A port refused or failed; the message is for the person."""


class NotConnectedError(PortError):
    """The site has not connected this port."""


@dataclass(frozen=True)
class Receipt:
    """What the person gets for a report: its number, and what was understood of it."""

    number: str
    matter: str
    district: str
    street: str
    status_url: str
    repeated: bool = False


@dataclass(frozen=True)
class Progress:
    """Where a report stands; ``step`` is Chinese, ``matter`` may be empty while analysis is pending."""

    number: str
    step: str
    matter: str
    district: str
    street: str
    updated_at: datetime
    status_url: str


@dataclass(frozen=True)
class MarketHit:
    """A market near a point; ``open_now`` is None when its hours are unknown."""

    name: str
    address: str
    distance_m: int
    open_now: bool | None
    hours: str
    url: str


@dataclass(frozen=True)
class PlaceHit:
    """A place found in a text, WGS-84; ``precision`` is point, place, street or district."""

    name: str
    district: str
    street: str
    lon: float
    lat: float
    precision: str


@dataclass(frozen=True)
class FaqHit:
    """An answered question with its score between 0 and 1."""

    question: str
    answer: str
    url: str
    score: float


class SubmitReport(Protocol):
    def __call__(
        self,
        *,
        text: str,
        channel: str,
        sender: str,
        lon: float | None = None,
        lat: float | None = None,
        address: str = "",
        dedupe_key: str,
    ) -> Receipt: ...


class CaseProgress(Protocol):
    def __call__(self, *, number: str, sender: str) -> Progress | None: ...


class MyReports(Protocol):
    def __call__(self, *, sender: str, limit: int = 3) -> list[Progress]: ...


class AddPlace(Protocol):
    """Gives the place of one's own report afterwards; None when it has one, PortError when the place is refused."""

    def __call__(self, *, number: str, sender: str, lon: float, lat: float) -> Progress | None: ...


class NearestMarkets(Protocol):
    """The markets nearest to a point; PortError when the point lies outside the city."""

    def __call__(self, *, lon: float, lat: float, limit: int = 3) -> list[MarketHit]: ...


class Locate(Protocol):
    def __call__(self, *, text: str) -> PlaceHit | None: ...


class AnswerFaq(Protocol):
    def __call__(self, *, text: str) -> FaqHit | None: ...


class Follow(Protocol):
    """Follows a report's progress in this conversation, or stops; returns what to say. PortError when it cannot."""

    def __call__(self, *, number: str, sender: str, channel: str, on: bool) -> str: ...


class WaitingNotices(Protocol):
    """What could not be told to this person before, each once."""

    def __call__(self, *, channel: str, sender: str) -> list[str]: ...


class Publish(Protocol):
    def __call__(
        self, *, topic: str, payload: dict[str, Any], key: str | None = None, queue: str = "urgent"
    ) -> None: ...


NAMES = (
    "submit_report",
    "case_progress",
    "my_reports",
    "add_place",
    "nearest_markets",
    "locate",
    "answer_faq",
    "follow",
    "waiting_notices",
    "publish",
)


@lru_cache(maxsize=64)
def _load(path: str) -> Any:
    return import_string(path)


@overload
def port(name: Literal["submit_report"]) -> SubmitReport: ...
@overload
def port(name: Literal["case_progress"]) -> CaseProgress: ...
@overload
def port(name: Literal["my_reports"]) -> MyReports: ...
@overload
def port(name: Literal["add_place"]) -> AddPlace: ...
@overload
def port(name: Literal["nearest_markets"]) -> NearestMarkets: ...
@overload
def port(name: Literal["locate"]) -> Locate: ...
@overload
def port(name: Literal["answer_faq"]) -> AnswerFaq: ...
@overload
def port(name: Literal["follow"]) -> Follow: ...
@overload
def port(name: Literal["waiting_notices"]) -> WaitingNotices: ...
@overload
def port(name: Literal["publish"]) -> Publish: ...


def port(name: str) -> Any:
    """Returns the callable behind a port; raises NotConnectedError where the site has not connected it."""
    path = conf.get("BOT_PORTS").get(name)
    if not path:
        raise NotConnectedError(_("这项服务暂时没有接通。"))
    return _load(path)


def _forget(**_kwargs: Any) -> None:
    _load.cache_clear()


setting_changed.connect(_forget)
