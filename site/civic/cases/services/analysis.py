"""Understanding a report: outside any transaction, within a budget, applied once, finished by the outbox if late."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

import nlp
from civic.cases import deadlines
from civic.cases.models import Case, CaseEvent, PointSource, Report, ReportAnalysis, RequestType
from civic.cases.services.placing import NOWHERE, Placement, place_by_text, set_place, set_public_point

logger = logging.getLogger("civic.cases")
REQUEST_TYPES = {str(choice.label): choice.value for choice in RequestType}


@dataclass(frozen=True)
class Understanding:
    """What a text says: nlp's analysis, and the place it names where the person gave no point."""

    analysis: nlp.Analysis
    placement: Placement = NOWHERE


def understand(text: str, *, placed: bool) -> Understanding:
    """Read a text; a report that is `placed` already needs no place from its words."""
    analysis = nlp.analyze(text)
    return Understanding(analysis, NOWHERE if placed else place_by_text(text, PointSource.TEXT))


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    # Two threads: the work is pure Python, more would only share one core and make every answer late.
    return ThreadPoolExecutor(max_workers=2, thread_name_prefix="analysis")


def understand_within_budget(text: str, *, placed: bool) -> Understanding | None:
    """Read a text within ANALYSIS_BUDGET_SECONDS; None when that was too short or failed.

    Late or failed analysis is not an error for the person who reported: the outbox row of the report does it.
    Read first and stored once costs half of storing twice, and nothing is acknowledged meanwhile.
    """
    reading = _pool().submit(understand, text, placed=placed)
    try:
        return reading.result(settings.ANALYSIS_BUDGET_SECONDS)
    except FutureTimeout:
        reading.cancel()
        logger.info("analysis late")
    except Exception as error:  # nothing about its understanding may cost the report
        logger.warning("analysis failed", exc_info=error)
    return None


def analyse_report(*, report: Report) -> None:
    """Analyse and apply, however long it takes; does nothing for a report that has its analysis."""
    if ReportAnalysis.objects.filter(report=report).exists():
        return
    placed = report.lon is not None or report.case.lon is not None
    apply_understanding(report=report, understanding=understand(report.text, placed=placed))


def apply_understanding(*, report: Report, understanding: Understanding) -> None:
    """Store the analysis and let the case take from it what no person has set; idempotent."""
    try:
        _apply(report, understanding)
    except IntegrityError:
        # The outbox and the request analysed at the same time; the first one's result stands.
        if not ReportAnalysis.objects.filter(report=report).exists():
            raise


@transaction.atomic
def _apply(report: Report, understanding: Understanding) -> None:
    case = Case.objects.select_for_update().get(pk=report.case_id)
    if ReportAnalysis.objects.filter(report=report).exists():
        return
    now = timezone.now()
    fill_case(case, understanding)
    case.updated_at = now
    case.save()
    record_analysis(report, understanding.analysis, at=now).save(force_insert=True)
    report.case = case


def fill_case(case: Case, understanding: Understanding) -> None:
    """Write into a case, which the caller saves, what the text says and no person has set."""
    analysis, placement = understanding.analysis, understanding.placement
    if not case.matter_code:
        case.matter_code, case.code_source = analysis.matter.code, Case.CodeSource.NLP
        case.code_certain = analysis.matter.certain
    if not case.request_type:
        case.request_type = _request_type(analysis)
    if not _urgency_is_decided(case):
        case.urgent = case.urgent or analysis.urgent or analysis.self_harm
    case.withheld = case.withheld or analysis.self_harm
    deadlines.set_due(case)
    if placement is not NOWHERE and case.lon is None and (placement.lon is not None or not case.district_id):
        set_place(case, placement)
    set_public_point(case)


def _urgency_is_decided(case: Case) -> bool:
    """Whether a person has said if the case is urgent; a case that is not stored yet was seen by nobody."""
    return case.pk is not None and case.events.filter(kind=CaseEvent.Kind.URGENCY).exists()


def record_analysis(report: Report, analysis: nlp.Analysis, *, at: datetime) -> CaseEvent:
    """Add the analysis of a stored report and return the entry that tells of it, which the caller saves."""
    matter = analysis.matter
    ReportAnalysis(
        report=report,
        matter_code=matter.code,
        confidence=min(max(matter.confidence, 0.0), 1.0),
        candidates=[
            {"code": item.code, "confidence": round(item.confidence, 4)} for item in matter.candidates
        ],
        because=list(matter.because),
        request_type=_request_type(analysis),
        request_confidence=min(max(analysis.request_confidence, 0.0), 1.0),
        urgent=analysis.urgent,
        self_harm=analysis.self_harm,
        model_version=analysis.model_version[:64],
        analysed_at=at,
    ).save(force_insert=True)
    return CaseEvent(
        case=report.case,
        report=report,
        kind=CaseEvent.Kind.ANALYSED,
        data={
            "code": matter.code,
            "confidence": round(matter.confidence, 4),
            "request": _request_type(analysis),
        },
        created_at=at,
    )


def _request_type(analysis: nlp.Analysis) -> str:
    return REQUEST_TYPES.get(analysis.request, RequestType.COMPLAINT)
