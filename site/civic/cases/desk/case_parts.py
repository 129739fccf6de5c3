"""What the desk's page of one case shows beside words and steps: record, notes, codes, answers to start from."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest

from civic.accounts.models import User
from civic.cases import policies, workflow
from civic.cases.answers import similar_solved, templates_for
from civic.cases.code_search import grouped_codes
from civic.cases.desk.access import require_desk
from civic.cases.models import Case, Rating, Step
from civic.cases.place_doubts import doubts
from civic.cases.services.dispatch_rules import suggest
from civic.cases.services.grid_assignment import is_awaited
from civic.cases.timeline import timeline


def case_parts(request: HttpRequest, case: Case) -> dict[str, Any]:
    """Return the page's further context; the number of queries does not depend on how much there is.

    `?answer=` names a template (`t3`) or a solved case (`c7`) whose text the answer starts from.
    """
    reports = list(case.reports.all())
    similar = (
        similar_solved(case, reports[0].text, request.user) if reports and case.step != Step.CLOSED else []
    )
    answers = workflow.find(workflow.state_of(case), "answer") is not None
    templates = templates_for(case) if answers else []
    texts = {f"t{template.pk}": template.text for template in templates}
    texts |= {f"c{solved.case_pk}": solved.answer for solved in similar}
    return {
        "timeline": timeline(case),
        "notes": case.notes.select_related("author"),
        "similar": similar,
        "templates": templates,
        "answer_text": texts.get(request.GET.get("answer", ""), ""),
        "answers_now": answers,
        "groups": grouped_codes(),
        "place": place_part(require_desk(request), case),
        "suggestion": suggest(case) if case.step == Step.FILING else None,
        "judged": Rating.objects.filter(report__case=case, round=case.reopened).aggregate(
            yes=Count("pk", filter=Q(solved=True)), no=Count("pk", filter=Q(solved=False))
        ),
    }


def place_part(user: User, case: Case) -> dict[str, Any]:
    """Return what the page shows of a case's place; one query for the grid cell or for whether it is still to come."""
    reports = list(case.reports.all())
    return {
        "cell": case.grid_cell,
        "cell_is_awaited": case.grid_cell is None and case.lon is not None and is_awaited(reports),
        "contact": policies.can_view_grid_contact(user),
        "doubts": doubts(case, reports),
        "may_correct": case.merged_into_id is None and policies.can_place(user, case),
        "known": case.district is not None,
    }
