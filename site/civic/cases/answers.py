"""What a handler may start an answer from: templates, and the answers of similar solved cases. Reading only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, Subquery

import nlp
from civic.cases.models import AnswerTemplate, Case, CaseEvent, Report, Step
from nlp.similarity import Similarity

COMPARED = 400  # the newest solved cases of a code: comparing more takes longer than 50 ms
READ = 200  # characters of each
SHOWN = 3
LEAST = 0.05


@dataclass(frozen=True)
class SolvedCase:
    """A solved case like the present one, with what its department answered."""

    case_pk: int
    number: str
    text: str
    answer: str
    department: str
    closed_at: datetime
    score: float


def similar_solved(case: Case, text: str, user: Any) -> list[SolvedCase]:
    """Return the solved cases on the user's desk most like `text`, with their last answers; two queries."""
    if not case.matter_code:
        return []
    first = Report.objects.filter(case=OuterRef("pk")).order_by("received_at", "pk")
    rows = list(
        Case.objects.on_desk_of(user)
        .filter(matter_code=case.matter_code, step=Step.CLOSED, outcome=Case.Outcome.RESOLVED, withheld=False)
        .exclude(pk=case.pk)
        .order_by("-received_at", "-pk")
        .annotate(words=Subquery(first.values("text")[:1]), number=Subquery(first.values("number")[:1]))
        .values_list("pk", "words", "number", "closed_at", "department__name")[:COMPARED]
    )
    rows = [row for row in rows if row[1]]
    hits = Similarity([row[1][:READ] for row in rows]).best(text[:READ], 4 * SHOWN)
    likely = {rows[hit.index][0]: (hit.score, rows[hit.index]) for hit in hits if hit.score >= LEAST}
    answers = dict(
        CaseEvent.objects.filter(case__in=likely, action="answer")
        .exclude(reason="")
        .order_by("created_at", "pk")
        .values_list("case_id", "reason")
    )
    return [
        SolvedCase(pk, number, words, nlp.redact(answers[pk]), department or "", closed_at, score)
        for pk, (score, (_pk, words, number, closed_at, department)) in likely.items()
        if pk in answers
    ][:SHOWN]


def templates_for(case: Case) -> list[AnswerTemplate]:
    """Return the templates for a case: of its code or of any, of its department or of all; its own first."""
    found = AnswerTemplate.objects.filter(
        Q(matter_code="") | Q(matter_code=case.matter_code),
        Q(department__isnull=True) | Q(department=case.department_id),
    )
    return sorted(found, key=lambda template: (template.matter_code == "", template.title))
