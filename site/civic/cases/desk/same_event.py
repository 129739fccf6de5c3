"""What the case page's box "may be the same event" shows: likely duplicates, and which cases were merged."""

from typing import Any

from civic.cases import policies
from civic.cases.matters import matter_name
from civic.cases.models import Case, Merge, Report, Step
from civic.cases.services.likely import likely_for_case


def same_event(user: Any, case: Case) -> dict[str, Any]:
    """Return what the box shows of a case, in a constant number of queries."""
    is_open = case.step != Step.CLOSED
    merges = list(
        Merge.objects.filter(target=case, undone_at=None).select_related("merged_by").order_by("pk")
    )
    out = Merge.objects.filter(source=case, undone_at=None).select_related("target").first()
    moved = [pk for merge in merges for pk in merge.reports]
    numbers = dict(Report.objects.filter(pk__in=moved).values_list("pk", "number")) if moved else {}
    can_merge = policies.can_merge(user)
    return {
        "can_merge": can_merge,
        "may_merge": can_merge and is_open,
        "out": out,
        "merges": [
            {"merge": one, "numbers": [numbers[pk] for pk in one.reports if pk in numbers]} for one in merges
        ],
        "likely": [
            {"found": one, "percent": round(one.score * 100), "matter": matter_name(one.case.matter_code)}
            for one in (likely_for_case(case=case, user=user) if is_open else [])
        ],
    }
