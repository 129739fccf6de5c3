"""The ledger: every opinion gets its line when it comes in, and one answer."""

from __future__ import annotations

from wiki.models import Comment, Decision, Opinion, Suggestion
from wiki.policies import Account


def open_line(*, suggestion: Suggestion | None = None, comment: Comment | None = None) -> Opinion:
    """Give a new suggestion or comment its line, in the caller's transaction."""
    said = suggestion or comment
    assert said is not None
    return Opinion.objects.create(
        document_id=said.document_id,
        clause_id=said.clause_id,
        suggestion=suggestion,
        comment=comment,
        author_id=said.author_id,
        stance=comment.stance if comment is not None else "",
        held_by=said.held_by,
        submitted_at=said.submitted_at,
    )


def answer(
    *,
    opinion: Opinion,
    moderator: Account,
    outcome: str,
    reason: str,
    wording: str = "",
    replaced: str = "",
    version: int | None = None,
) -> Decision:
    """Write the answer to a line, in the caller's transaction; the caller has checked that it has none."""
    decision = Decision.objects.create(
        opinion=opinion,
        moderator=moderator,
        outcome=outcome,
        reason=reason,
        wording=wording,
        replaced=replaced,
        version=version,
    )
    # A clock that was set back must not make an answer older than what it answers.
    opinion.answered_at = max(decision.made_at, opinion.submitted_at)
    opinion.save(update_fields=["answered_at"])
    return decision
