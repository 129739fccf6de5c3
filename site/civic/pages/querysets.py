"""Reading questions and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from civic.pages.models import FaqEntry  # noqa: F401


class FaqEntryQuerySet(models.QuerySet["FaqEntry"]):
    """Questions in the order in which the page shows them."""

    def live(self) -> FaqEntryQuerySet:
        """Return what the public may read."""
        return self.filter(live=True)

    def in_reading_order(self) -> FaqEntryQuerySet:
        """Return the entries category by category, with the category joined."""
        return self.select_related("category").order_by("category__order", "category_id", "order", "pk")
