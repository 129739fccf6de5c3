"""Where the words of clauses went: a split leaves them in two, a merge brings them into another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable

from wiki.models import ClauseVersion, DocumentVersion, Lineage


def heirs_of(document_id: int, clause_id: int, living: Container[int] | None = None) -> list[int]:
    """Return the clauses of today's text that have words of a clause, other than itself, nearest first.

    `living` are the clauses of today's text where the caller has them. A merge that was undone leads nowhere: the
    clause has its own words again.
    """
    if living is None:
        living = set(
            ClauseVersion.objects.filter(document=document_id).current().values_list("clause_id", flat=True)
        )
    found: list[int] = []
    links = _links([document_id])
    waiting, seen = [clause_id], {clause_id}
    while waiting:
        one = waiting.pop(0)
        for kind, descendant in links[one]:
            if descendant in seen or (kind == Lineage.Kind.MERGE and one in living):
                continue
            seen.add(descendant)
            waiting.append(descendant)
            if descendant in living:
                found.append(descendant)
    return found


def standing_heirs(document_id: int, clause_id: int) -> list[ClauseVersion]:
    """Return the wordings of today's text that have words of a clause, other than its own, nearest first."""
    ids = heirs_of(document_id, clause_id)
    rows = {row.clause_id: row for row in ClauseVersion.objects.filter(clause_id__in=ids).current()}
    return [rows[one] for one in ids]


def standing_for(document_ids: Iterable[int], gone: Iterable[int]) -> dict[int, int]:
    """Return clause → the clause that it was last merged into, through however many merges, for clauses that are gone."""
    links = _links(document_ids)
    found: dict[int, int] = {}
    for clause_id in gone:
        at, seen = clause_id, {clause_id}
        while True:
            into = [one for kind, one in links[at] if kind == Lineage.Kind.MERGE and one not in seen]
            if not into:
                break
            at = into[-1]
            seen.add(at)
        if at != clause_id:
            found[clause_id] = at
    return found


def _links(document_ids: Iterable[int]) -> defaultdict[int, list[tuple[str, int]]]:
    """Return ancestor → (kind, descendant), in the order they were made; a document has few.

    A merge counts where the clause went out by it, or by a return to a version in which it had: not where it came
    back and was taken out later.
    """
    links: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
    rows = list(Lineage.objects.filter(document__in=list(document_ids)).order_by("version", "pk"))
    merges = [row.ancestor_id for row in rows if row.kind == Lineage.Kind.MERGE]
    ended: dict[int, int | None] = {}
    if merges:
        wordings = ClauseVersion.objects.filter(clause_id__in=merges).order_by("since")
        ended = dict(wordings.values_list("clause_id", "until"))
    returns = _returns({row.document_id for row in rows}, {end for end in ended.values() if end is not None})
    for row in rows:
        end = ended.get(row.ancestor_id)
        if row.kind == Lineage.Kind.SPLIT or end == row.version or (row.document_id, end) in returns:
            links[row.ancestor_id].append((row.kind, row.descendant_id))
    return links


def _returns(document_ids: Iterable[int], numbers: set[int]) -> set[tuple[int, int]]:
    """Return which of these versions brought an earlier one back, as (document, number)."""
    if not numbers:
        return set()
    made = DocumentVersion.objects.filter(
        document__in=list(document_ids), number__in=numbers, origin=DocumentVersion.Origin.REVERT
    )
    return set(made.values_list("document_id", "number"))
