"""Near a place in today's text: what stands where a clause has gone, and what says the same as a new one."""

from __future__ import annotations

from collections.abc import Iterable

from wiki.models import ClauseVersion, Suggestion
from wiki.parsing.labels import read_label
from wiki.workflow import UNDECIDED


def nearest_standing(last: ClauseVersion) -> ClauseVersion | None:
    """Return the clause of today's text that is nearest to where one stood that has gone, given its last wording.

    That is the sibling before it, else the clause that it stood in, else that one's sibling, and so on; else the text's
    first clause, or None where nothing is left.
    """
    rows = ClauseVersion.objects.filter(document=last.document_id)
    number = (last.until or 1) - 1
    row: ClauseVersion | None = last
    while row is not None:
        peers = rows.at(number).filter(parent=row.parent_id, order__lt=row.order).values("clause_id")
        found = rows.current().filter(clause_id__in=peers, parent=row.parent_id).order_by("-order").first()
        if found is None and row.parent_id is not None:
            found = rows.current().filter(clause_id=row.parent_id).first()
        if found is not None:
            return found
        row = rows.at(number).filter(clause_id=row.parent_id).first() if row.parent_id is not None else None
    return rows.current().filter(parent=None).order_by("order").first()


def saying_the_same(suggestions: Iterable[Suggestion]) -> dict[int, ClauseVersion]:
    """Return, for new clauses asked for, the clause beside that place that has the same words: suggestion id → row.

    In one query, however many there are; in none where no new clause waits.
    """
    asked = [one for one in suggestions if one.kind == Suggestion.Kind.ADD and one.status in UNDECIDED]
    if not asked:
        return {}
    words = {one.pk: {(one.text, "")} | {_split(one.text)} for one in asked}
    rows = ClauseVersion.objects.filter(
        document__in={one.document_id for one in asked},
        text__in={text for pairs in words.values() for text, _ in pairs},
    ).current()
    standing = list(rows.defer("authorship").order_by("since"))
    found: dict[int, ClauseVersion] = {}
    for one in asked:
        for row in standing:
            beside = (row.document_id, row.parent_id) == (one.document_id, one.parent_id)
            if beside and (row.text, row.label) in words[one.pk]:
                found.setdefault(one.pk, row)
    return found


def _split(text: str) -> tuple[str, str]:
    label = read_label(text)
    return label.text, label.label
