"""Report (what a person said, immutable), Case (what the city does about it) and the append-only record."""

from civic.cases.models.case import Case, PointSource, RequestType, Step
from civic.cases.models.record import CaseEvent
from civic.cases.models.report import (
    Channel,
    IdempotencyKey,
    Photo,
    Report,
    ReportAnalysis,
    ReportRelease,
    private_storage,
)

__all__ = [
    "Case",
    "CaseEvent",
    "Channel",
    "IdempotencyKey",
    "Photo",
    "PointSource",
    "Report",
    "ReportAnalysis",
    "ReportRelease",
    "RequestType",
    "Step",
    "private_storage",
]
