"""Whether what an adopted opinion did still stands, or a revert has undone it again: pure, with one reader."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef

from wiki.models import ClauseVersion, Decision, DocumentVersion, Suggestion

BRINGING_BACK = (DocumentVersion.Origin.REVERT, DocumentVersion.Origin.IMPORT)
"""A newer file too can say what the text said before."""

_OF: dict[str, tuple[str, ...]] = {
    Suggestion.Kind.CHANGE: ("text",),
    Suggestion.Kind.MOVE: ("parent_id", "order"),
    Suggestion.Kind.ADD: (),
    Suggestion.Kind.DELETE: (),
}
_CHUNK = 500


class Standing(NamedTuple):
    """Whether the words stand now, and how often they have been taken out."""

    stands: bool
    undone: int


class Adopted(NamedTuple):
    """An adopted opinion: what it asked for, the clause it is about, where its words were written."""

    decision: int
    kind: str
    clause: int | None
    version: int
    written_in: int | None
    """The clause that its words were written into where that is another one."""


def standing(accepted_in: int, reverts: Iterable[tuple[int, int]]) -> Standing:
    """Return whether words of version `accepted_in` stand after `reverts`: (version, version it brought back), in order.

    To bring an earlier version back takes the words out; to bring one back in which they stood puts them in again.
    """
    states = _states(accepted_in, reverts)
    undone = sum(before and not now for (_, before), (_, now) in pairwise(states))
    return Standing(states[-1][1], undone)


def undone_in(accepted_in: int, reverts: Iterable[tuple[int, int]]) -> int | None:
    """Return the version that took words of version `accepted_in` out, None while they stand."""
    states = _states(accepted_in, reverts)
    if states[-1][1]:
        return None
    return max(number for (_, before), (number, now) in pairwise(states) if before and not now)


def _states(accepted_in: int, reverts: Iterable[tuple[int, int]]) -> list[tuple[int, bool]]:
    """Return whether the words stood after the version that wrote them and after each revert since."""
    stood = {accepted_in: True}
    for number, back in sorted(reverts):
        if number <= accepted_in:
            continue
        earlier = [version for version in stood if version <= back]
        stood[number] = stood[max(earlier)] if earlier else False
    return list(stood.items())


def reverts_for(suggestion: Suggestion, accepted_in: int) -> list[tuple[int, int]]:
    """Return the versions that brought an earlier state of what an accepted suggestion changed back, as `standing` wants.

    What counts is what was suggested: the words of a change, the place of a move, the clause itself otherwise.
    """
    decision = suggestion.decision
    one = Adopted(
        decision=0 if decision is None else decision.pk,
        kind=suggestion.kind,
        clause=suggestion.clause_id,
        version=accepted_in,
        written_in=None if decision is None else decision.clause_id,
    )
    return reverts_of(suggestion.document_id, [one])[one.decision]


def adopted_in(document_id: int) -> list[Adopted]:
    """Return the document's adopted suggestions, whole or in part."""
    rows = Decision.objects.filter(
        opinion__document=document_id,
        opinion__suggestion__isnull=False,
        outcome__in=[Decision.Outcome.ADOPTED, Decision.Outcome.PARTLY],
        version__isnull=False,
    )
    fields = ("pk", "opinion__suggestion__kind", "opinion__suggestion__clause", "version", "clause")
    return [Adopted(*row) for row in rows.values_list(*fields)]


def touching(document_id: int, adopted: Sequence[Adopted], clauses: Collection[int]) -> list[Adopted]:
    """Keep those whose words or place are in one of the clauses."""
    places = _places(document_id, adopted)
    return [one for one in adopted if places[one.decision] in clauses]


def reverts_of(document_id: int, adopted: Sequence[Adopted]) -> dict[int, list[tuple[int, int]]]:
    """Return `reverts_for` of many adopted opinions of one document by decision, in a few queries."""
    places = _places(document_id, adopted)
    made = DocumentVersion.objects.filter(document=document_id, origin__in=BRINGING_BACK)
    numbers = set(made.values_list("number", flat=True))
    rows = _rows({clause_id for clause_id in places.values() if clause_id is not None})
    return {
        one.decision: _brought_back(rows.get(places[one.decision] or 0, []), _said(one), numbers)
        for one in adopted
    }


def _said(one: Adopted) -> tuple[str, ...]:
    """Return the fields that say whether it stands; a moderator words what passed to another clause as a change."""
    return _OF[Suggestion.Kind.CHANGE if one.written_in is not None else one.kind]


def _places(document_id: int, adopted: Sequence[Adopted]) -> dict[int, int | None]:
    """Return decision → the clause to look at: a new clause's suggestion hangs on its neighbour."""
    new = {one.version for one in adopted if one.kind == Suggestion.Kind.ADD and one.written_in is None}
    put_in = _put_in(document_id, new)
    return {
        one.decision: one.written_in
        if one.written_in is not None
        else put_in.get(one.version)
        if one.kind == Suggestion.Kind.ADD
        else one.clause
        for one in adopted
    }


def _put_in(document_id: int, numbers: set[int]) -> dict[int, int]:
    """Return version → the clause that it put in."""
    earlier = ClauseVersion.objects.filter(clause=OuterRef("clause"), since__lt=OuterRef("since"))
    found: dict[int, int] = {}
    for some in _chunks(numbers):
        rows = ClauseVersion.objects.filter(~Exists(earlier), document=document_id, since__in=some)
        for number, clause_id in rows.order_by("pk").values_list("since", "clause_id"):
            found.setdefault(number, clause_id)
    return found


def _rows(clauses: set[int]) -> dict[int, list[dict[str, Any]]]:
    """Return clause → what it said and where it stood, from the first version on."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    fields = ("clause_id", "since", "until", "text", "parent_id", "order")
    for some in _chunks(clauses):
        for row in ClauseVersion.objects.filter(clause__in=some).order_by("since").values(*fields):
            found[row["clause_id"]].append(row)
    return found


def _chunks(numbers: set[int]) -> list[list[int]]:
    ordered = sorted(numbers)
    return [ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK)]


def _brought_back(
    rows: Sequence[dict[str, Any]], said: tuple[str, ...], numbers: Collection[int]
) -> list[tuple[int, int]]:
    """Return (version, version that it brought back) for those of `numbers` after which a clause was as before."""
    if not rows:
        return []
    states: list[tuple[int, object]] = [(0, None)]  # None: the clause is not in the text
    until: int | None = None
    for row in rows:
        if until is not None and until != row["since"]:
            states.append((until, None))
        states.append((row["since"], tuple(row[name] for name in said)))
        until = row["until"]
    if until is not None:
        states.append((until, None))
    found: list[tuple[int, int]] = []
    last_seen: dict[object, int] = {}
    for (_, before), (number, state) in pairwise(states):
        last_seen[before] = number - 1
        if number in numbers and state != before and state in last_seen:
            found.append((number, last_seen[state]))
    return found
