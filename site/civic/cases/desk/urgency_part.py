"""What the case page shows of the form that corrects whether the case is urgent."""

from typing import Any

from civic.cases import policies
from civic.cases.desk.refusals import Refusal
from civic.cases.models import Case, Step

WANTED = {"1": True, "0": False}
LABELS = {"1": "标为紧急", "0": "取消紧急"}


def form_of(wanted: str) -> str:
    """Return the form's name. Each direction has its own: the words for one must not end up in the other's field."""
    return f"urgency-{wanted if wanted in WANTED else ''}"


def urgency_part(user: Any, case: Case, refusal: Refusal | None) -> dict[str, Any]:
    """Return what the form shows; `may` says whether it is on the page at all."""
    wanted = "0" if case.urgent else "1"
    form = form_of(wanted)
    return {
        "may": case.step != Step.CLOSED and policies.can_correct_urgency(user),
        "wanted": wanted,
        "label": LABELS[wanted],
        "form": form,
        "refused": refusal if refusal is not None and refusal.form == form else None,
    }
