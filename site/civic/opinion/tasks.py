"""Outbox handlers of the opinion index; each reads the source's present state, so running twice changes nothing."""

import logging
from typing import Any

from civic.cases.models import Report
from civic.core.errors import DomainError
from civic.opinion.documents import draft_of_report, draft_of_suggestion
from civic.opinion.services import rebuild_index, store_documents
from wiki.models import Suggestion

logger = logging.getLogger("civic.opinion")
AT_ONCE = 2000  # a few seconds of work, so that the worker goes on


def index_reports(payloads: list[dict[str, Any]]) -> None:
    """Index reports, masked."""
    reports = Report.objects.with_public_parts().filter(pk__in=[payload["report"] for payload in payloads])
    store_documents(drafts=[draft_of_report(report) for report in reports])


def index_suggestions(payloads: list[dict[str, Any]]) -> None:
    """Index wiki suggestions, masked."""
    wanted = [payload["suggestion"] for payload in payloads]
    suggestions = Suggestion.objects.select_related("document").filter(pk__in=wanted)
    store_documents(drafts=[draft_of_suggestion(suggestion) for suggestion in suggestions])


def index_stale() -> None:
    """Index some of the documents whose terms another lexicon made, or that the index has missed.

    A dictionary that has changed is so followed without a command; an index that is down is tried again next time.
    """
    try:
        rebuild_index(only_stale=True, at_most=AT_ONCE)
    except DomainError as error:
        logger.warning("stale documents stay", extra={"code": error.code})
