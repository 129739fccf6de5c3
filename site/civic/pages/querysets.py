"""Reading questions and answers."""

from __future__ import annotations

from django.db import models


class FaqEntryQuerySet(models.QuerySet):
    """Questions in the order in which the page shows them."""

    def live(self) -> FaqEntryQuerySet:
        """Return what the public may read."""
        return self.filter(live=True)

    def in_reading_order(self) -> FaqEntryQuerySet:
        """Return the entries category by category, with the category joined."""
        return self.select_related("category").order_by("category__order", "category_id", "order", "pk")
