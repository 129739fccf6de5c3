"""What the front page shows besides its own texts: live figures, open consultations, recent public cases.

Every figure links to the page that lists what it counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from civic.cases.models import Report, Step
from civic.cases.presentation import public_case
from civic.markets.models import Market
from civic.pages.models import FaqEntry
from wiki.models import Document
from wiki.workflow import Stage

if TYPE_CHECKING:
    from civic.pages.models import HomePage

PERIOD = timedelta(days=30)
FIGURES_SECONDS = 60  # the page may count a million rows at most once a minute per process
FIGURES_KEY = "pages:figures"
RECENT_CASES = 6
CONSULTATIONS = 3

ROOM_ADDRESS = {"cases": "maps:map", "wiki": "wiki:index", "markets": "markets:list", "chat": "bot:chat"}
ROOM_ICON = {"cases": "map", "wiki": "wiki", "markets": "market", "chat": "chat"}


@dataclass(frozen=True)
class Room:
    """A room as the page shows it, with the one number that says how alive it is."""

    title: str
    text: str
    url: str
    icon: str
    figure: int
    figure_label: str


def figures() -> dict[str, int]:
    """Return the counts of the page: reports of the last 30 days, closed ones among them, open drafts, markets, questions."""
    return cache.get_or_set(FIGURES_KEY, _count, FIGURES_SECONDS) or {}


def _count() -> dict[str, int]:
    since = timezone.now() - PERIOD
    recent = Report.objects.public().filter(received_at__gte=since)
    counts = recent.aggregate(received=Count("pk"), closed=Count("pk", filter=Q(case__step=Step.CLOSED)))
    return {
        "received": counts["received"],
        "closed": counts["closed"],
        "drafts": Document.objects.filter(stage=Stage.OPEN).count(),
        "markets": Market.objects.count(),
        "questions": FaqEntry.objects.live().count(),
    }


def rooms(page: HomePage, counts: dict[str, int]) -> list[Room]:
    """Return the page's rooms in the editor's order."""
    figure = {
        "cases": (counts["received"], _("件，近 30 天受理")),
        "wiki": (counts["drafts"], _("份草案正在征求意见")),
        "markets": (counts["markets"], _("家菜市场可以查")),
        "chat": (counts["questions"], _("个常见问题有答案")),
    }
    return [
        Room(
            title=block.value["title"],
            text=block.value["text"],
            url=reverse(ROOM_ADDRESS[block.value["room"]]),
            icon=ROOM_ICON[block.value["room"]],
            figure=figure[block.value["room"]][0],
            figure_label=figure[block.value["room"]][1],
        )
        for block in page.rooms
        if block.value["room"] in ROOM_ADDRESS
    ]


def context(page: HomePage, request: HttpRequest) -> dict[str, Any]:
    """Return the front page's template variables; the number of queries does not grow with the data."""
    counts = figures()
    recent = Report.objects.public().with_public_parts().order_by("-received_at", "-pk")
    return {
        "figures": counts,
        "rooms": rooms(page, counts),
        "consultations": Document.objects.filter(stage=Stage.OPEN)
        .with_counts()
        .order_by("closes_at", "pk")[:CONSULTATIONS],
        "recent_cases": [public_case(report) for report in recent[:RECENT_CASES]],
    }
