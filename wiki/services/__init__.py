"""All writing. Keyword-only functions, each one transaction: lock, policy, workflow, change, log, outbox."""

from wiki.services.documents import Revision, change_stage, create_document, revise_document
from wiki.services.suggestions import accept_suggestion, reject_suggestion, submit_suggestion

__all__ = [
    "Revision",
    "accept_suggestion",
    "change_stage",
    "create_document",
    "reject_suggestion",
    "revise_document",
    "submit_suggestion",
]
