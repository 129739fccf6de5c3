"""Outbox handlers of the cases app; each may run twice and then does nothing the second time."""

from typing import Any

from civic.cases.models import Report
from civic.cases.services import analyse_report, make_public_copies
from civic.cases.services.grid_assignment import assign_to_new
from civic.cases.services.paging import page_urgent
from civic.cases.services.photos import drop_public_copies, drop_result_copies, make_result_copies


def complete_analyses(payloads: list[dict[str, Any]]) -> None:
    """Finish what nobody waited for at intake: late analyses, responsible grid cells, paging for what is urgent."""
    late = Report.objects.filter(pk__in=[payload["report"] for payload in payloads], analysis=None)
    for report in late.select_related("case"):
        analyse_report(report=report)
    reports = [payload["report"] for payload in payloads]
    assign_to_new(reports)
    page_urgent(reports)


def publish_photos(payload: dict[str, Any]) -> None:
    """Make the public copies of a released report's photos."""
    make_public_copies(report_pk=payload["report"])


def publish_results(payload: dict[str, Any]) -> None:
    """Make the public copies of an answer's released photos."""
    make_result_copies(answer_pk=payload["answer"])


def withhold_photos(payload: dict[str, Any]) -> None:
    """Delete the public copies of a report's photos whose release was withdrawn."""
    drop_public_copies(report_pk=payload["report"])


def withhold_results(payload: dict[str, Any]) -> None:
    """Delete the public copies of an answer's photos whose release was withdrawn."""
    drop_result_copies(answer_pk=payload["answer"])
