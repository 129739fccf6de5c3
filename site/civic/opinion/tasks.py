"""Outbox handlers of the opinion index; each reads the source's present state, so running twice changes nothing."""

from typing import Any

from civic.cases.models import Report
from civic.opinion.documents import draft_of_report, draft_of_suggestion
from civic.opinion.services import store_documents
from wiki.models import Suggestion


def index_reports(payloads: list[dict[str, Any]]) -> None:
    """Index reports, masked."""
    reports = Report.objects.with_public_parts().filter(pk__in=[payload["report"] for payload in payloads])
    store_documents(drafts=[draft_of_report(report) for report in reports])


def index_suggestions(payloads: list[dict[str, Any]]) -> None:
    """Index wiki suggestions, masked."""
    wanted = [payload["suggestion"] for payload in payloads]
    suggestions = Suggestion.objects.select_related("document").filter(pk__in=wanted)
    store_documents(drafts=[draft_of_suggestion(suggestion) for suggestion in suggestions])
