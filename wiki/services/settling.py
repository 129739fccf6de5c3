"""What follows from a new version for what people have said: suggestions are carried, the world is told."""

from __future__ import annotations

from collections.abc import Mapping

from wiki import ports
from wiki.models import ClauseVersion, Document
from wiki.services.following import follow_suggestions
from wiki.services.quotations import follow_quotations


def settle(
    *,
    document: Document,
    before: Mapping[int, ClauseVersion],
    after: Mapping[int, ClauseVersion],
    number: int,
    what: str,
    exclude: int = 0,
) -> None:
    """Bring everything that hangs on clauses to version `number`, in the transaction that made it.

    `before` and `after` are the rows by clause; `exclude` is the suggestion that brought the version about.
    """
    follow_suggestions(document=document, before=before, after=after, number=number, exclude=exclude)
    follow_quotations(document=document, before=before, after=after, number=number)
    announce(document, what, number)


def announce(document: Document, what: str, number: int) -> None:
    """Tell the site that a document has a new version."""
    ports.publish(
        topic=f"wiki.{what}",
        payload={"document": document.pk, "slug": document.slug, "version": number},
        key=f"wiki.{what}:{document.pk}:{number}",
        queue="slow",
    )
