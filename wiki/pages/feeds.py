"""Atom feeds (RFC 4287): what happens to all documents, and to one of them; only what the pages show anyway."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.syndication.views import Feed
from django.db.models import F
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.http import parse_http_date, quote_etag

from wiki.models import Document, DocumentVersion, Event
from wiki.presenters.course import PUBLIC_ACTIONS, step_of
from wiki.selectors.history import as_read
from wiki.workflow import PUBLIC_STAGES

NEWEST = 50
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)  # the time of a feed that has no entry yet


@dataclass(frozen=True)
class Entry:
    """One happening: a stage or a date of a document's course, or a version of its text."""

    document: Document
    id: str
    at: datetime
    title: str
    text: str
    url: str


class _Atom(Atom1Feed):
    def latest_post_date(self) -> datetime:
        # Django says "now" for an empty feed, which would be another document each second.
        return super().latest_post_date() if self.items else BEGINNING


class _WikiFeed(Feed):
    """What both feeds share: the format, absolute addresses, and answers to "has it changed"."""

    feed_type = _Atom
    language = "zh-Hans"

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().__call__(request, *args, **kwargs)
        etag = quote_etag(hashlib.blake2b(response.content, digest_size=16).hexdigest())
        response["ETag"] = etag
        response["Cache-Control"] = "public, max-age=60"
        changed = parse_http_date(response["Last-Modified"])
        return (
            get_conditional_response(request, etag=etag, last_modified=changed, response=response) or response
        )

    def item_title(self, item: Entry) -> str:
        return item.title

    def item_description(self, item: Entry) -> str:
        return escape(item.text)

    def item_link(self, item: Entry) -> str:
        return item.url

    def item_guid(self, item: Entry) -> str:
        return item.id

    def item_pubdate(self, item: Entry) -> datetime:
        return item.at

    def item_updateddate(self, item: Entry) -> datetime:
        return item.at

    def item_categories(self, item: Entry) -> tuple[str, ...]:
        return (item.document.category,) if item.document.category else ()


class AllFeed(_WikiFeed):
    """What happens to all public documents."""

    title = "政务维基：征求意见的动态"
    subtitle = "开始和结束征求意见、公布采纳情况、正式发布和新版本"

    def get_object(self, request: HttpRequest) -> str:
        return request.get_host().split(":")[0]

    def link(self, host: str) -> str:
        return reverse("wiki:index")

    def feed_url(self, host: str) -> str:
        return reverse("wiki:feed")

    def feed_guid(self, host: str) -> str:
        return _tag(host, "wiki")

    def items(self, host: str) -> list[Entry]:
        events = Event.objects.filter(document__stage__in=PUBLIC_STAGES)
        versions = DocumentVersion.objects.filter(document__stage__in=PUBLIC_STAGES)
        return _entries(host, events, versions, named=True)


class DocumentFeed(_WikiFeed):
    """What happens to one public document: its versions, stages and dates."""

    def get_object(self, request: HttpRequest, slug: str) -> tuple[str, Document]:
        host = request.get_host().split(":")[0]
        return host, get_object_or_404(Document.objects.visible_to(AnonymousUser()), slug=slug)

    def title(self, what: tuple[str, Document]) -> str:
        return what[1].title

    def subtitle(self, what: tuple[str, Document]) -> str:
        return what[1].summary

    def link(self, what: tuple[str, Document]) -> str:
        return what[1].get_absolute_url()

    def feed_url(self, what: tuple[str, Document]) -> str:
        return reverse("wiki:document_feed", args=[what[1].slug])

    def feed_guid(self, what: tuple[str, Document]) -> str:
        return _tag(what[0], f"wiki/{what[1].pk}")

    def items(self, what: tuple[str, Document]) -> list[Entry]:
        host, document = what
        return _entries(
            host,
            Event.objects.filter(document=document),
            DocumentVersion.objects.filter(document=document),
            named=False,
        )


def _entries(host: str, events: Any, versions: Any, *, named: bool) -> list[Entry]:
    """Return the newest happenings; `named`: with the document's title, for a feed of many documents."""
    entries: list[Entry] = []
    chosen = events.filter(action__in=PUBLIC_ACTIONS).select_related("document").order_by("-id")
    for event in chosen[:NEWEST]:
        step, document = step_of(event), event.document
        text = "；".join(filter(None, [step.detail, step.reason]))
        entries.append(
            Entry(
                document,
                _tag(host, f"wiki/{document.pk}/event/{event.pk}"),
                event.at,
                _titled(document, step.title, named),
                text or document.summary,
                document.get_absolute_url(),
            )
        )
    opened = Coalesce(F("document__opened_version"), 1)
    made = versions.filter(number__gte=opened).select_related("document").order_by("-id")
    for version in made[:NEWEST]:
        document = version.document
        as_read([version], document.first_public)
        origin = "征求意见稿" if version.opening else version.get_origin_display()
        title = f"第 {version.number} 版：{origin}"
        entries.append(
            Entry(
                document,
                _tag(host, f"wiki/{document.pk}/version/{version.number}"),
                version.made_at,
                _titled(document, title, named),
                version.summary or document.summary,
                version.get_absolute_url(),
            )
        )
    entries.sort(key=lambda entry: (entry.at, entry.id), reverse=True)
    return entries[:NEWEST]


def _titled(document: Document, title: str, named: bool) -> str:
    return f"《{document.title}》{title}" if named else title


def _tag(host: str, rest: str) -> str:
    """Return an id that no address of a page has to keep (RFC 4151)."""
    return f"tag:{host},2026:{rest}"
