"""What a revert or a newer file does to what was adopted before: its words may go out, or come in again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from wiki.models import ClauseVersion, Decision, Document
from wiki.selectors.standing_words import adopted_in, reverts_of, touching, undone_in

BATCH = 500


def follow_adopted(
    *, document: Document, before: Mapping[int, ClauseVersion], after: Mapping[int, ClauseVersion]
) -> None:
    """Write down which adopted suggestions the newest version takes out of the text, and which it brings back.

    `before` and `after` are the rows by clause. In the transaction of a version that brings an earlier text back, in
    so many queries however much was adopted.
    """
    touched = {
        clause_id
        for clause_id in before.keys() | after.keys()
        if _row(before.get(clause_id)) != _row(after.get(clause_id))
    }
    adopted = adopted_in(document.pk)
    concerned = touching(document.pk, adopted, touched)
    if not concerned:
        return
    reverts = reverts_of(document.pk, concerned)
    found: dict[int | None, list[int]] = defaultdict(list)
    for one in concerned:
        found[undone_in(one.version, reverts[one.decision])].append(one.decision)
    for number, decisions in found.items():
        for start in range(0, len(decisions), BATCH):
            rows = Decision.objects.filter(pk__in=decisions[start : start + BATCH])
            rows.exclude(undone_in=number).update(undone_in=number)


def _row(row: ClauseVersion | None) -> int | None:
    return None if row is None else row.pk
