"""Report (what a person said, immutable), Case (what the city does about it) and the append-only record."""

from civic.cases.models.case import Case, PointSource, RequestType, Step
from civic.cases.models.closure import Rating
from civic.cases.models.desk import AnswerTemplate, CaseNote, SavedFilter
from civic.cases.models.dispatch import DispatchRule
from civic.cases.models.neighbours import ExternalTicket, NoiseReading
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
from civic.cases.models.sharing import Merge, Support

__all__ = [
    "AnswerTemplate",
    "Case",
    "CaseEvent",
    "CaseNote",
    "Channel",
    "DispatchRule",
    "ExternalTicket",
    "IdempotencyKey",
    "Merge",
    "NoiseReading",
    "Photo",
    "PointSource",
    "Rating",
    "Report",
    "ReportAnalysis",
    "ReportRelease",
    "RequestType",
    "SavedFilter",
    "Step",
    "Support",
    "private_storage",
]
