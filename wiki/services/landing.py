"""Where a new or moved clause comes to stand today: the place its author named, after splits and merges there."""

from __future__ import annotations

from wiki.errors import WrongPlace
from wiki.models import ClauseVersion, Lineage, Suggestion
from wiki.selectors.heirs import heirs_of, standing_for
from wiki.services.text import children_of

Rows = dict[int, ClauseVersion]


def landing(rows: Rows, suggestion: Suggestion) -> tuple[int | None, int | None]:
    """Return (parent, after) for a suggestion that puts a clause somewhere; what it says itself is never changed.

    Behind a clause that was split is behind its last part, behind or in one that was merged away behind or in the
    heir. Raises WrongPlace where a clause would have to stand beside or in itself.
    """
    parent_id, after_id = suggestion.parent_id, suggestion.after_id
    named = [one for one in (parent_id, after_id) if one is not None]
    gone = [one for one in named if one not in rows]
    heirs = standing_for([suggestion.document_id], gone) if gone else {}
    if after_id is not None:
        was_parent = parent_id
        after_id = heirs.get(after_id, after_id)
        if after_id in rows:
            if after_id != suggestion.after_id or (was_parent is not None and was_parent not in rows):
                parent_id = rows[after_id].parent_id
            if after_id == suggestion.after_id:
                after_id = _last_part(rows, suggestion, after_id)
        else:
            parent_id = heirs.get(was_parent, was_parent) if was_parent is not None else None
    elif parent_id in heirs and heirs[parent_id] in rows:
        merged_away, parent_id = parent_id, heirs[parent_id]
        after_id = _before_its_parts(rows, merged_away, parent_id)
    if suggestion.kind == Suggestion.Kind.MOVE and suggestion.clause_id in {parent_id, after_id}:
        raise WrongPlace("这一条已经与要放到的那一条合并，不用再移动；请不采纳并说明。")
    return parent_id, after_id


def _last_part(rows: Rows, suggestion: Suggestion, after_id: int) -> int:
    """Return the last of the clauses that were split off the one named, as long as they stand right behind it."""
    split = Lineage.objects.filter(
        document=suggestion.document_id, kind=Lineage.Kind.SPLIT, version__gt=suggestion.base_version
    )
    if not split.exists():
        return after_id
    parts = set(heirs_of(suggestion.document_id, after_id, rows))
    newer = set(split.values_list("descendant_id", flat=True))
    peers = [row.clause_id for row in children_of(rows, rows[after_id].parent_id)]
    last = after_id
    for one in peers[peers.index(after_id) + 1 :]:
        if one not in parts or one not in newer or one == suggestion.clause_id:
            break
        last = one
    return last


def _before_its_parts(rows: Rows, merged_away: int, heir: int) -> int | None:
    """Return the heir's child behind which the first place in the merged clause is now: before what stood below it."""
    own = set(ClauseVersion.objects.filter(parent=merged_away).values_list("clause_id", flat=True).distinct())
    last: int | None = None
    for row in children_of(rows, heir):
        if row.clause_id in own:
            break
        last = row.clause_id
    return last
