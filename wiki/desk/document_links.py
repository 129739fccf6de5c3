"""The row of links that every desk page of a document has: where its parts are, and how much waits in each."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from wiki.models import Document
from wiki.policies import Account, can_manage, can_moderate
from wiki.selectors.waiting import Waiting, waiting_of


@dataclass(frozen=True)
class Link:
    """One part of a document's desk; `waiting` is how much of it is still to do."""

    name: str
    label: str
    url: str
    waiting: int = 0
    current: bool = False


def crumbs_of(document: Document) -> list[tuple[str, str]]:
    """Return the trail to a document's desk."""
    return [
        (reverse("wiki_desk:documents"), _("政策文件")),
        (reverse("wiki_desk:document", args=[document.pk]), document.title),
    ]


def links_of(user: Account, document: Document, current: str = "") -> list[Link]:
    """Return the parts of a document's desk that this person may open; `current` is the name of the one they see."""
    return links(user, document, waiting_of([document.pk])[document.pk], current)


def links(user: Account, document: Document, waiting: Waiting, current: str = "") -> list[Link]:
    """Return the same for a list of documents, where what waits has been counted for all of them at once."""
    moderates, manages = can_moderate(user), can_manage(user)
    of_document = "?" + urlencode({"document": document.pk})

    def here(name: str) -> str:
        return reverse(f"wiki_desk:{name}", args=[document.pk])

    def narrowed(name: str) -> str:
        return reverse(f"wiki_desk:{name}") + of_document

    rows = (
        (True, "document", _("概况"), here("document"), 0),
        (moderates, "queue", _("审核建议"), narrowed("index"), waiting.suggestions),
        (moderates, "answers", _("答复意见"), here("answers"), waiting.answers),
        (moderates, "letters", _("登记来信"), here("letters"), 0),
        (True, "writer", _("意见总览"), here("writer"), 0),
        (moderates, "offers", _("待确认的意见"), here("offers"), waiting.offers),
        (True, "statements", _("陈述"), here("statements"), waiting.statements),
        (moderates, "comments", _("评论"), narrowed("comments"), 0),
        (moderates and bool(waiting.held), "held", _("拦下的"), reverse("wiki_desk:held"), waiting.held),
        (manages, "text", _("编辑文字"), here("text"), 0),
        (manages, "doubts", _("存疑之处"), here("doubts"), waiting.doubts),
    )
    return [
        Link(name, label, url, count, name == current) for allowed, name, label, url, count in rows if allowed
    ]
