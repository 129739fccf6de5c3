"""How long suggestions wait for their decision, by document."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from wiki.desk.frame import desk_page, require
from wiki.models import Document
from wiki.policies import can_moderate
from wiki.selectors.timing import timings
from wiki.workflow import PUBLIC_STAGES

SHOWN = 50


@require_GET
def timing(request: HttpRequest) -> HttpResponse:
    """Show the figures of the newest documents."""
    require(can_moderate(request.user))
    documents = list(Document.objects.filter(stage__in=PUBLIC_STAGES).order_by("-created_at")[:SHOWN])
    rows = [
        {"figures": one, "median": in_words(one.median), "ninth": in_words(one.ninth)}
        for one in timings(documents, timezone.now())
    ]
    return desk_page(request, "wiki/desk/timing.html", "审核用时", [], {"rows": rows, "tab": "timing"})


def in_words(duration: timedelta | None) -> str:
    """Return a duration as moderators speak of it."""
    if duration is None:
        return "—"
    minutes = int(duration.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} 分钟"
    if minutes < 48 * 60:
        return f"{minutes / 60:.1f} 小时"
    return f"{minutes / 60 / 24:.1f} 天"
