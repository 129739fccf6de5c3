"""All writing. Keyword-only functions, each one transaction: lock, policy, workflow, change, log, outbox."""

from wiki.services.deciding import accept_suggestion, reject_suggestion
from wiki.services.documents import Revision, create_document, revise_document
from wiki.services.rebasing import rebase_suggestion
from wiki.services.stages import change_stage
from wiki.services.suggestions import submit_suggestion
from wiki.services.withdrawing import withdraw_suggestion

__all__ = [
    "Revision",
    "accept_suggestion",
    "change_stage",
    "create_document",
    "rebase_suggestion",
    "reject_suggestion",
    "revise_document",
    "submit_suggestion",
    "withdraw_suggestion",
]
