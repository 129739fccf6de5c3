"""Which statement to ask a person next."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.db.models import Q

if TYPE_CHECKING:
    from wiki.models import Statement
    from wiki.policies import Person
    from wiki.querysets import StatementQuerySet

CHOICE = 8
"""Of so many statements with the fewest answers one is asked: not everybody meets them in the same order."""


def next_for(statements: StatementQuerySet, user: Person, *, first: int = 0) -> Statement | None:
    """Return the statement to ask a person next: one of those with the fewest answers, so that all get theirs.

    `first` is the number of a statement that is to come before all others. The same person is asked the same one
    again until it is answered.
    """
    open_ = statements.unanswered_by(user)
    if first:
        wanted = open_.filter(pk=first).first()
        if wanted is not None:
            return wanted
    fewest = list(open_.fewest_answers_first()[:CHOICE])
    return min(fewest, key=lambda one: _draw(user.pk or 0, one.pk), default=None)


def _draw(user_id: int, statement_id: int) -> bytes:
    return hashlib.blake2b(f"{user_id}:{statement_id}".encode(), digest_size=8).digest()


def own(user: Person) -> Q:
    """Return the condition that a person has written a statement."""
    return Q(author_id=user.pk) if user.is_authenticated else Q(pk__in=[])
