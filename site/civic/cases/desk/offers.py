"""What may be done with a case now, as forms: the step that leads on comes first, what sends back or asks comes below."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from civic.cases.desk.refusals import Refusal
from civic.cases.models import Step
from civic.cases.workflow import Transition

ORDER = list(Step.values)
ENDS = frozenset({"decline", "refer"})  # they reach the end past the line


@dataclass(frozen=True)
class Offer:
    """One action as a form, with what was typed into it when it was refused."""

    row: Transition
    leads_on: bool
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    refused: bool = False


def leads_on(row: Transition) -> bool:
    """Whether an action takes a case to the next step of the line."""
    return ORDER.index(row.target) > ORDER.index(row.source) and row.action not in ENDS


def offers(rows: list[Transition], refusal: Refusal | None, answer: str = "") -> list[Offer]:
    """Return the forms of what may be done; `answer` is the text that an answer starts from."""
    found = []
    for row in rows:
        refused = refusal is not None and refusal.form == row.action
        typed: Mapping[str, str] = {"reason": answer} if row.action == "answer" else {}
        errors: Mapping[str, str] = {}
        if refusal is not None and refused:
            typed, errors = refusal.typed, refusal.errors
        found.append(Offer(row, leads_on(row), typed, errors, refused))
    return sorted(found, key=lambda offer: not offer.leads_on)
