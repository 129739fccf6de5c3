"""What clerks decided about matter codes: the texts that retraining learns from."""

from collections.abc import Iterator
from datetime import date
from typing import TypedDict

import nlp
from civic.cases.models import CaseEvent, Report


class Correction(TypedDict):
    """A masked text, the code a clerk gave it, and when (ISO 8601)."""

    text: str
    code: str
    time: str


def corrections(*, since: date | None = None) -> Iterator[Correction]:
    """Yield, for each report of a case that a clerk coded, its masked words and the latest code, oldest first.

    Reports of people in despair are left out: nothing is learned from them.
    """
    decided: dict[int, CaseEvent] = {}
    events = CaseEvent.objects.filter(kind=CaseEvent.Kind.RECODED, case__withheld=False)
    if since is not None:
        events = events.filter(created_at__date__gte=since)
    for event in events.order_by("created_at", "pk").iterator():
        decided.pop(event.case_id, None)  # the latest decision of a case counts, at its own time
        decided[event.case_id] = event
    for event in decided.values():
        for text in Report.objects.filter(case=event.case_id).order_by("pk").values_list("text", flat=True):
            yield {"text": nlp.redact(text), "code": event.data["to"], "time": event.created_at.isoformat()}
