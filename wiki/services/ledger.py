"""The ledger: every opinion gets its line when it comes in, and one answer; the figures of a document's lines.

Whoever withdraws, holds back or releases a suggestion or comment says so here in the same transaction: what is
owed an answer is decided by the line alone (`Opinion.objects.due`).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils import timezone

from wiki.models import Comment, Decision, Document, Opinion, Suggestion
from wiki.policies import Account


@dataclass(frozen=True)
class Figures:
    """How far a document's opinions have been answered; withdrawn and held ones count in no other figure.

    `undone` were adopted, whole or in part, and taken out of the text again: they are in neither of those figures,
    so that the four outcomes add up to what is answered.
    """

    received: int
    answered: int
    adopted: int
    partly: int
    rejected: int
    withdrawn: int
    held: int
    undone: int = 0

    @property
    def missing(self) -> int:
        """How many are owed an answer and have none."""
        return self.received - self.answered

    @property
    def complete(self) -> bool:
        """Whether no answer is missing; so too where nobody said anything."""
        return self.missing == 0

    @property
    def percent(self) -> int:
        """Answered of received, rounded down: 100 only when none is missing."""
        return self.answered * 100 // self.received if self.received else 100


def figures(document: Document) -> Figures:
    """Return a document's ledger in numbers, by one indexed query."""
    due, in_text = Q(held_by="", withdrawn_at=None), Q(decision__undone_in=None)
    return Figures(
        **Opinion.objects.filter(document=document).aggregate(
            received=Count("pk", filter=due),
            answered=Count("pk", filter=due & Q(answered_at__isnull=False)),
            **{
                outcome.value: Count("pk", filter=due & in_text & Q(decision__outcome=outcome))
                for outcome in Decision.Outcome
            },
            undone=Count("pk", filter=due & Q(decision__undone_in__isnull=False)),
            withdrawn=Count("pk", filter=Q(withdrawn_at__isnull=False)),
            held=Count("pk", filter=~Q(held_by="") & Q(withdrawn_at=None)),
        )
    )


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
    clause_id: int | None = None,
) -> Decision:
    """Write the answer to a line, in the caller's transaction; the caller has checked that it has none.

    `clause_id` is where its words stand in `version`, where that is not the line's own clause.
    """
    decision = Decision.objects.create(
        opinion=opinion,
        moderator=moderator,
        outcome=outcome,
        reason=reason,
        wording=wording,
        replaced=replaced,
        version=version,
        clause_id=None if clause_id == opinion.clause_id else clause_id,
    )
    # A clock that was set back must not make an answer older than what it answers.
    opinion.answered_at = max(decision.made_at, opinion.submitted_at)
    opinion.save(update_fields=["answered_at"])
    return decision


def withdraw_line(opinion: Opinion) -> bool:
    """Close the line of something its author takes back, in the caller's transaction; an answered line stays.

    Return whether the line is withdrawn now.
    """
    closed = Opinion.objects.filter(pk=opinion.pk, answered_at=None, withdrawn_at=None).update(
        withdrawn_at=timezone.now()
    )
    return bool(closed) or Opinion.objects.filter(pk=opinion.pk, withdrawn_at__isnull=False).exists()


def hold_line(opinion: Opinion, *, rule: str) -> None:
    """Take a line out of sight and of the figures because `rule` holds its words back, in the caller's transaction."""
    Opinion.objects.filter(pk=opinion.pk).update(held_by=rule)


def release_line(opinion: Opinion) -> None:
    """Show a line again that was held back, in the caller's transaction."""
    Opinion.objects.filter(pk=opinion.pk).update(held_by="")
