"""What stands at the foot of every page, kept for a minute: three queries fewer on each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.cache import cache
from django.core.exceptions import DisallowedHost
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest
from wagtail.models import Page, Site
from wagtail.signals import page_published, page_unpublished

from civic.pages.models import ContentPage, FooterSettings

KEY = "pages:foot"
KEPT_FOR = 60
"""Seconds. What staff change is right at once in the process that changes it, and after these in the others."""
HOSTS_KEPT = 50


@dataclass(frozen=True)
class Foot:
    """The operator's words and numbers, and the pages that the foot leads to, as (address, title)."""

    statement: str
    operator: str
    contact: str
    icp_number: str
    police_number: str
    map_number: str
    pages: tuple[tuple[str, str], ...]


def context(request: HttpRequest) -> dict[str, Any]:
    """Return `foot` for the templates; nothing is read where none shows it."""
    return {"foot": partial(foot_of, request)}


def foot_of(request: HttpRequest) -> Foot:
    """Return the foot of the site that a request is for."""
    try:
        host = request.get_host()
    except DisallowedHost:  # the page that refuses it has a foot too
        host = ""
    kept: dict[str, Foot] = cache.get(KEY) or {}
    if host not in kept:
        if len(kept) >= HOSTS_KEPT:
            kept = {}
        kept[host] = _read(request)
        cache.set(KEY, kept, KEPT_FOR)
    return kept[host]


def _read(request: HttpRequest) -> Foot:
    said = FooterSettings.for_request(request)
    return Foot(
        said.statement,
        said.operator,
        said.contact,
        said.icp_number,
        said.police_number,
        said.map_number,
        tuple((page.get_url(request) or "", page.title) for page in said.menu_pages),
    )


def forget(**_: Any) -> None:
    """Read the foot anew with the next page."""
    cache.delete(KEY)


def connect() -> None:
    """Forget what is kept as soon as something that stands in it changes."""
    for sender in (FooterSettings, ContentPage, Page, Site):
        post_save.connect(forget, sender=sender, dispatch_uid=f"foot-saved-{sender.__name__}")
        post_delete.connect(forget, sender=sender, dispatch_uid=f"foot-deleted-{sender.__name__}")
    page_published.connect(forget, dispatch_uid="foot-published")
    page_unpublished.connect(forget, dispatch_uid="foot-unpublished")
