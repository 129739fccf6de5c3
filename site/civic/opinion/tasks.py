"""Outbox handlers of the opinion index; each reads the source's present state, so running twice changes nothing."""

from typing import Any

from civic.cases.models import Report
from civic.opinion.documents import draft_of_report, draft_of_suggestion
from civic.opinion.services import store_documents
from wiki.models import Suggestion


def index_report(payload: dict[str, Any]) -> None:
    """Index a report, masked."""
    report = Report.objects.with_public_parts().filter(pk=payload["report"]).first()
    if report is not None:
        store_documents(drafts=[draft_of_report(report)])


def index_suggestion(payload: dict[str, Any]) -> None:
    """Index a wiki suggestion, masked."""
    suggestion = Suggestion.objects.select_related("document").filter(pk=payload["suggestion"]).first()
    if suggestion is not None:
        store_documents(drafts=[draft_of_suggestion(suggestion)])
