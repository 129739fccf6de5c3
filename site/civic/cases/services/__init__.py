"""All writing of reports and cases, by subject; every channel enters through `submit_report`."""

from civic.cases.services.analysis import analyse_report
from civic.cases.services.intake import Contact, Idempotency, Receipt, submit_report
from civic.cases.services.photos import make_public_copies
from civic.cases.services.placing import supply_place
from civic.cases.services.steps import correct_code, release_report, take_action

__all__ = [
    "Contact",
    "Idempotency",
    "Receipt",
    "analyse_report",
    "correct_code",
    "make_public_copies",
    "release_report",
    "submit_report",
    "supply_place",
    "take_action",
]
