"""Reading documents straight from their rows; finding them by words is searching.py."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from civic.opinion.models import Document

BATCH = 500


class OpinionDocumentQuerySet(models.QuerySet["Document"]):
    """Reads of documents."""

    def visible_to(self, user: Any) -> "OpinionDocumentQuerySet":
        """All to who may view the index, public ones to everyone."""
        if user.is_active and user.has_perm("opinion.view_document"):
            return self.all()
        return self.filter(is_public=True)

    def stale(self, version: str) -> "OpinionDocumentQuerySet":
        """Documents whose index terms were made by another lexicon, or not yet."""
        return self.filter(Q(terms_version__lt=version) | Q(terms_version__gt=version))

    def in_batches(self) -> Iterator[Sequence["Document"]]:
        """Return all rows by rising id, some at a time, each batch by a query of its own.

        No cursor stays open in between: an open read keeps SQLite from beginning a write.
        """
        last = 0
        while batch := list(self.filter(pk__gt=last).order_by("pk")[:BATCH]):
            yield batch
            last = batch[-1].pk
