"""Counting how often documents are read, without a write in any request.

Views are added up in the process and written together, one UPDATE for each document, by a timer of its own thread:
at most WIKI_VIEWS_FLUSH_SECONDS after the first, and when the process ends. A process that is killed loses those of
its last seconds, which a figure like this can bear. Programs and those who look after documents are not counted.
"""

from __future__ import annotations

import atexit
import logging
import re
from collections import Counter
from threading import Lock, Timer

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.db.models import F
from django.http import HttpRequest

from wiki.models import Document
from wiki.policies import can_see_drafts

logger = logging.getLogger("wiki.viewing")
FLUSH_SECONDS = 30
PROGRAMS = re.compile(
    r"bot|crawl|spider|slurp|preview|monitor|curl|wget|python|java/|go-http|okhttp|libwww|headless|feed", re.I
)

_waiting: Counter[int] = Counter()
_lock = Lock()
_timer: Timer | None = None


def is_reader(request: HttpRequest) -> bool:
    """Return whether a person is reading who does not look after the document: no program, no fetch ahead of time."""
    agent = request.headers.get("User-Agent", "")
    if not agent or PROGRAMS.search(agent) or request.method != "GET":
        return False
    if "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", "")):
        return False
    return not can_see_drafts(request.user)


def count_view(document: Document) -> None:
    """Add one view of a document, to be written soon."""
    global _timer
    seconds = _seconds()
    with _lock:
        _waiting[document.pk] += 1
        if _timer is None and seconds > 0:
            _timer = Timer(seconds, _on_time)
            _timer.daemon = True
            _timer.start()


def flush() -> int:
    """Write what has been counted; return how many views. What cannot be written now waits for the next time."""
    global _timer
    with _lock:
        taken = dict(_waiting)
        _waiting.clear()
        _timer = None
    written = 0
    try:
        for pk in sorted(taken):
            Document.objects.filter(pk=pk).update(views=F("views") + taken[pk])
            written += taken.pop(pk)
    finally:
        if taken:
            with _lock:
                _waiting.update(taken)
    return written


def _seconds() -> int:
    return int(getattr(settings, "WIKI_VIEWS_FLUSH_SECONDS", FLUSH_SECONDS))


def _on_time() -> None:
    close_old_connections()
    try:
        flush()
    except DatabaseError as error:
        logger.warning("views wait for the next time", extra={"error_type": type(error).__name__})
    finally:
        close_old_connections()


@atexit.register
def _at_exit() -> None:
    if _waiting and _seconds() > 0:
        _on_time()
