"""How long answers took: the median of whole days, kept until an answer comes or goes."""

from __future__ import annotations

from django.core.cache import cache
from django.db.models import DurationField, ExpressionWrapper, F, Max

from wiki.models import Document, Opinion
from wiki.services.ledger import Figures

KEPT_SECONDS = 86400


def median_days(document: Document, figures: Figures) -> float | None:
    """Return the median of days from an opinion to its answer, to one decimal; None where nothing is answered."""
    if not figures.answered:
        return None
    answered = Opinion.objects.filter(document=document, answered_at__isnull=False).due()
    newest = answered.aggregate(newest=Max("answered_at"))["newest"]
    key = f"wiki-median:{document.pk}:{figures.received}:{figures.answered}:{newest.timestamp()}"
    days: float | None = cache.get(key)
    if days is None:
        waited = ExpressionWrapper(F("answered_at") - F("submitted_at"), output_field=DurationField())
        middle = (figures.answered - 1) // 2
        ordered = answered.annotate(waited=waited).order_by("waited").values_list("waited", flat=True)
        pair = list(ordered[middle : middle + 2 - figures.answered % 2])
        days = round(sum(one.total_seconds() for one in pair) / len(pair) / 86400, 1)
        cache.set(key, days, KEPT_SECONDS)
    return days
