"""Understanding a report: outside any transaction, within a budget, applied once, finished by the outbox if late."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from functools import lru_cache

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

import nlp
from civic.cases.models import Case, CaseEvent, PointSource, Report, ReportAnalysis, RequestType
from civic.cases.services.placing import Placement, place_by_text, set_place, set_public_point

logger = logging.getLogger("civic.cases")
REQUEST_TYPES = {str(choice.label): choice.value for choice in RequestType}


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    # Two threads: the work is pure Python, more would only share one core and make every answer late.
    return ThreadPoolExecutor(max_workers=2, thread_name_prefix="analysis")


def analyse_within_budget(report: Report) -> bool:
    """Analyse and apply within ANALYSIS_BUDGET_SECONDS; return whether that was possible.

    Late or failed analysis is not an error for the person who reported: the outbox row of the report does it.
    """
    future: Future[nlp.Analysis] = _pool().submit(nlp.analyze, report.text)
    try:
        analysis = future.result(timeout=settings.ANALYSIS_BUDGET_SECONDS)
        apply_analysis(report=report, analysis=analysis)
    except FutureTimeout:
        future.cancel()
        logger.info("analysis late", extra={"number": report.number})
        return False
    except Exception as error:  # the report is stored: nothing about its understanding may undo the receipt
        logger.warning("analysis failed", extra={"number": report.number}, exc_info=error)
        return False
    return True


def analyse_report(*, report: Report) -> None:
    """Analyse and apply, however long it takes; does nothing for a report that has its analysis."""
    if ReportAnalysis.objects.filter(report=report).exists():
        return
    apply_analysis(report=report, analysis=nlp.analyze(report.text))


def apply_analysis(*, report: Report, analysis: nlp.Analysis) -> None:
    """Store the analysis and let the case take from it what no person has set; idempotent."""
    placement = None
    if report.lon is None and report.case.lon is None:
        placement = place_by_text(report.text, PointSource.TEXT)
    try:
        _apply(report, analysis, placement)
    except IntegrityError:
        # The outbox and the request analysed at the same time; the first one's result stands.
        if not ReportAnalysis.objects.filter(report=report).exists():
            raise
    report.refresh_from_db(fields=["case"])


@transaction.atomic
def _apply(report: Report, analysis: nlp.Analysis, placement: Placement | None) -> None:
    case = Case.objects.select_for_update().get(pk=report.case_id)
    if ReportAnalysis.objects.filter(report=report).exists():
        return
    now = timezone.now()
    matter = analysis.matter
    result = ReportAnalysis.objects.create(
        report=report,
        matter_code=matter.code,
        confidence=min(max(matter.confidence, 0.0), 1.0),
        candidates=[
            {"code": item.code, "confidence": round(item.confidence, 4)} for item in matter.candidates
        ],
        because=list(matter.because),
        request_type=REQUEST_TYPES.get(analysis.request, RequestType.COMPLAINT),
        request_confidence=min(max(analysis.request_confidence, 0.0), 1.0),
        urgent=analysis.urgent,
        self_harm=analysis.self_harm,
        model_version=analysis.model_version[:64],
        analysed_at=now,
    )
    if not case.matter_code:
        case.matter_code, case.code_source = matter.code, Case.CodeSource.NLP
    if not case.request_type:
        case.request_type = result.request_type
    case.urgent = case.urgent or analysis.urgent or analysis.self_harm
    case.withheld = case.withheld or analysis.self_harm
    if placement is not None and case.lon is None and (placement.lon is not None or not case.district_id):
        set_place(case, placement)
    set_public_point(case)
    case.updated_at = now
    case.save()
    CaseEvent.objects.create(
        case=case,
        report=report,
        kind=CaseEvent.Kind.ANALYSED,
        data={"code": matter.code, "confidence": round(matter.confidence, 4), "request": result.request_type},
        created_at=now,
    )
