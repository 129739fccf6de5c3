"""Outbox handlers of the cases app; each may run twice and then does nothing the second time."""

from typing import Any

from civic.cases.models import Report
from civic.cases.services import analyse_report, make_public_copies


def complete_analysis(payload: dict[str, Any]) -> None:
    """Analyse a report whose analysis was late at intake."""
    report = Report.objects.select_related("case").filter(pk=payload["report"]).first()
    if report is not None:
        analyse_report(report=report)


def publish_photos(payload: dict[str, Any]) -> None:
    """Make the public copies of a released report's photos."""
    make_public_copies(report_pk=payload["report"])
