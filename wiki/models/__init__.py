"""Documents as trees of clauses with identities, their versions, what people say of them, answers and the log.

A document's text at version n is the set of clause versions with since <= n < until. Nothing is overwritten:
an edit closes one clause version and opens the next. Reading is in querysets, writing in services.
"""

from wiki.models.clauses import Clause, ClauseVersion, Doubt, Lineage, SourceClause
from wiki.models.comments import Comment, Vote
from wiki.models.documents import Document, DocumentVersion
from wiki.models.evidence import Evidence, Offer
from wiki.models.log import Event
from wiki.models.opinions import Decision, Opinion, OpinionGroup
from wiki.models.statements import Landscape, Statement, StatementVote
from wiki.models.suggestions import Suggestion
from wiki.models.writing import Draft

__all__ = [
    "Clause",
    "ClauseVersion",
    "Comment",
    "Decision",
    "Document",
    "DocumentVersion",
    "Doubt",
    "Draft",
    "Event",
    "Evidence",
    "Landscape",
    "Lineage",
    "Offer",
    "Opinion",
    "OpinionGroup",
    "SourceClause",
    "Statement",
    "StatementVote",
    "Suggestion",
    "Vote",
]
