"""One note to the author of something said on a document, by the ways they have asked for."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from civic.consultation.topics import own_subject
from civic.engagement.services import notices
from wiki.models import Comment, Opinion, Suggestion


def tell_author(
    said: Opinion | Suggestion | Comment,
    *,
    key: str,
    kind: str,
    title: str,
    text: str,
    path: str,
    since: datetime,
) -> None:
    """Tell who said something what became of it; `path` is the page to read on, `key` what makes it told once."""
    notices.tell(
        subject=own_subject(said.document_id, said.author_id),
        key=key,
        kind=kind,
        title=title,
        text=text,
        url=settings.PUBLIC_BASE_URL.rstrip("/") + path,
        since=since,
    )
