"""What must hold of a document's tree in every version."""

from wiki.models import ClauseVersion
from wiki.outline import arrange


def shape(document, number):
    """Return a version as its readers see it: every clause with its place, label and words."""
    return [
        (line.row.clause_id, line.depth, line.row.kind, line.row.label, line.row.text)
        for line in arrange(ClauseVersion.objects.filter(document=document).at(number))
    ]


def check_whole(document, number):
    rows = {row.clause_id: row for row in ClauseVersion.objects.filter(document=document).at(number)}
    places = [(row.parent_id, row.order) for row in rows.values()]
    assert len(set(places)) == len(places)
    for row in rows.values():
        seen = {row.clause_id}
        while row.parent_id is not None:
            assert row.parent_id in rows, "a clause hangs on one that is gone"
            assert row.parent_id not in seen, "a clause hangs on itself"
            seen.add(row.parent_id)
            row = rows[row.parent_id]
    for row in rows.values():
        assert sum(count for count, _ in row.authorship) == len(row.text)
        assert all(1 <= version <= number for _, version in row.authorship)
