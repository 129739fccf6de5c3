"""Points for suggestions that were adopted, given once and taken back where a revert takes the words out again.

Derived from the record each time something happens to it, so it may run at any time and as often as it likes. Words
that are put in again after a revert earn their points anew, under a key of their own.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from civic.accounts.models import User
from civic.consultation.topics import own_subject
from civic.engagement.levels import standing_of, total_of
from civic.engagement.services.points import award, take_back
from wiki.models import ClauseVersion, Decision, DocumentVersion, Suggestion
from wiki.ports import Standing
from wiki.selectors.standing_words import BRINGING_BACK, reverts_for, standing

ADOPTED, PARTLY, REVERTED = "suggestion_adopted", "suggestion_partly", "suggestion_reverted"
REASONS = {Decision.Outcome.ADOPTED: ADOPTED, Decision.Outcome.PARTLY: PARTLY}


def reward_suggestions(payloads: Sequence[dict[str, Any]]) -> None:
    """Give what decided suggestions have earned."""
    pks = {payload["suggestion"] for payload in payloads}
    for suggestion in _decided().filter(pk__in=pks):
        _reward(suggestion)


def follow_reverts(payload: dict[str, Any]) -> None:
    """Look again at the suggestions of what a revert or a newer file has touched; other versions change nothing.

    What a version took out of the text ends in it, what it brought back begins in it.
    """
    number = payload["version"]
    made = DocumentVersion.objects.filter(document=payload["document"], number=number).first()
    if made is None or made.origin not in BRINGING_BACK:
        return
    rows = ClauseVersion.objects.filter(document=made.document_id)
    touched = rows.filter(Q(since=number) | Q(until=number)).values("clause_id")
    # A new clause's suggestion hangs on its neighbour; it is found by the version that put the clause in.
    put_in = rows.filter(clause__in=touched).values("since")
    added = Q(kind=Suggestion.Kind.ADD, opinion__decision__version__in=put_in)
    # The decision names the clause where the words were written into another than the suggestion's.
    here = Q(clause__in=touched) | Q(opinion__decision__clause__in=touched)
    suggestions = _decided().filter(document=made.document_id).filter(here | added)
    for suggestion in suggestions:
        _reward(suggestion)


def _decided() -> Any:
    return Suggestion.objects.filter(
        opinion__decision__outcome__in=list(REASONS), author__kind=User.Kind.PERSON
    ).select_related("author", "opinion__decision")


def _reward(suggestion: Suggestion) -> None:
    decision = suggestion.decision
    assert decision is not None  # _decided has seen to both
    assert suggestion.author is not None
    accepted_in = decision.version or 0
    stands, undone = standing(accepted_in, reverts_for(suggestion, accepted_in))
    for past in range(undone):
        take_back(key=_key(suggestion, past), reason=REVERTED)
    if stands:
        award(
            user=suggestion.author,
            reason=REASONS[Decision.Outcome(decision.outcome)],
            key=_key(suggestion, undone),
            subject=own_subject(suggestion.document_id, suggestion.author_id),
        )


def _key(suggestion: Suggestion, undone: int) -> str:
    """Return the key of the points for a suggestion's first, second … standing in the text."""
    return f"suggestion:{suggestion.pk}" + (f":again{undone}" if undone else "")


def standing_for(person: User) -> Standing:
    """Return a person's points and level: the wiki's port `standing`."""
    total = total_of(person)
    return Standing(total, standing_of(total).level.name)
