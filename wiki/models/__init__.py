"""Documents as trees of clauses with identities, their versions, what people say of them, answers and the log.

A document's text at version n is the set of clause versions with since <= n < until. Nothing is overwritten:
an edit closes one clause version and opens the next. Reading is in querysets, writing in services.
"""

from wiki.models.answer_templates import AnswerTemplate
from wiki.models.clauses import Clause, ClauseVersion, Doubt, Lineage, SourceClause
from wiki.models.comments import Comment, Vote
from wiki.models.documents import Category, Document, DocumentVersion
from wiki.models.evidence import ClauseReading, Evidence, Offer
from wiki.models.holding import Holding
from wiki.models.log import Event
from wiki.models.opinions import Correction, Decision, Opinion, OpinionGroup
from wiki.models.people import Contributor
from wiki.models.statements import Landscape, Statement, StatementVote
from wiki.models.suggestions import Suggestion
from wiki.models.writing import Draft, Presence

__all__ = [
    "AnswerTemplate",
    "Category",
    "Clause",
    "ClauseReading",
    "ClauseVersion",
    "Comment",
    "Contributor",
    "Correction",
    "Decision",
    "Document",
    "DocumentVersion",
    "Doubt",
    "Draft",
    "Event",
    "Evidence",
    "Holding",
    "Landscape",
    "Lineage",
    "Offer",
    "Opinion",
    "OpinionGroup",
    "Presence",
    "SourceClause",
    "Statement",
    "StatementVote",
    "Suggestion",
    "Vote",
]
