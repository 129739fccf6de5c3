"""The alarm for what waits too long."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from wiki import ports
from wiki.selectors.timing import late_by_document


def raise_alarm() -> int:
    """Tell the site of every document where a suggestion has waited more than 48 hours, once a day; return how many."""
    now = timezone.now()
    late = late_by_document(now)
    with transaction.atomic():
        for document, (count, oldest) in late.items():
            ports.publish(
                topic="wiki.suggestions.late",
                payload={"document": document, "count": count, "oldest": oldest.isoformat()},
                key=f"wiki.suggestions.late:{document}:{timezone.localdate(now)}",
                queue="slow",
            )
    return len(late)
