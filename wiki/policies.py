"""Who may do what: pure predicates over a person, a document or suggestion, and the time."""

from datetime import datetime
from typing import Any, Protocol

from django.conf import settings

from wiki.models import Document, Suggestion
from wiki.workflow import DECIDING_STAGES, PUBLIC_STAGES, UNDECIDED, takes_suggestions

MODERATE = "wiki.moderate_suggestion"
MANAGE = "wiki.manage_document"

Account = Any
"""A row of settings.AUTH_USER_MODEL, whatever model the site has chosen."""


class Person(Protocol):
    """What the policies ask of a user: Django's users and AnonymousUser both answer it."""

    @property
    def pk(self) -> Any: ...
    @property
    def is_authenticated(self) -> Any: ...
    @property
    def is_active(self) -> Any: ...
    def has_perm(self, perm: str, /) -> bool: ...


def can_moderate(user: Person) -> bool:
    """Return whether this person sees the moderation desk."""
    return bool(user.is_authenticated and user.has_perm(MODERATE))


def can_manage(user: Person) -> bool:
    """Return whether this person brings in documents and moves them through their stages."""
    return bool(user.is_authenticated and user.has_perm(MANAGE))


def can_see_drafts(user: Person) -> bool:
    """Return whether this person reads documents before they are opened to the public."""
    return can_manage(user) or can_moderate(user)


def can_view(user: Person, document: Document) -> bool:
    """Return whether this person may read the document."""
    return document.stage in PUBLIC_STAGES or can_see_drafts(user)


def can_suggest(user: Person | None, document: Document, now: datetime) -> bool:
    """Return whether this person may suggest something now: while the document is open, anyone signed in.

    None is somebody who has not signed in: settings.WIKI_UNSIGNED_SUGGESTIONS says whether they may too.
    """
    if user is None:
        allowed = bool(getattr(settings, "WIKI_UNSIGNED_SUGGESTIONS", False))
    else:
        allowed = bool(user.is_authenticated and user.is_active)
    return allowed and takes_suggestions(document.stage, document.opens_at, document.closes_at, now)


def can_comment(user: Person, document: Document, now: datetime) -> bool:
    """Return whether this person may comment and vote now: anyone signed in, while the document is open."""
    return bool(user.is_authenticated and user.is_active) and takes_suggestions(
        document.stage, document.opens_at, document.closes_at, now
    )


def can_decide(user: Person, suggestion: Suggestion) -> bool:
    """Return whether this person may accept or reject the suggestion in its present state."""
    return (
        can_moderate(user) and suggestion.status in UNDECIDED and suggestion.document.stage in DECIDING_STAGES
    )
