"""Bringing back what an earlier version said: a whole document, or a clause that had been taken out."""

from __future__ import annotations

from wiki.errors import InvalidText, NothingChanged, StaleBase, WrongPlace
from wiki.kinds import CONTAINERS
from wiki.models import ClauseVersion, Document, DocumentVersion
from wiki.policies import Account
from wiki.services import text as rows_of
from wiki.services.editing import open_edit

Origin = DocumentVersion.Origin
BATCH = 500
_CONTENT = ("kind", "label", "text", "parent_id", "order")


def revert_document(
    *, actor: Account, document: Document, to_version: int, reason: str, seen_version: int
) -> int:
    """Give the whole document the text it had in an earlier version, as a new version; return its number.

    Clauses keep their identities: what has come in since goes out, what has gone out since comes back with its
    suggestions. Raises NotAllowed, WrongStage, InvalidText, NothingChanged, and StaleBase where the document is not at
    `seen_version` any more.
    """
    with open_edit(actor, document, reason, None, origin=Origin.REVERT) as edit:
        newest = edit.number - 1
        if newest != seen_version:
            raise StaleBase(
                f"您查看之后又有了新版本（第 {newest} 版），请重新看一遍会改掉什么。",
                current_text="",
                current_version=newest,
            )
        if not 1 <= to_version < newest:
            raise InvalidText("请选择较早的版本。", fields={"to_version": "没有这个较早的版本。"})
        rows = ClauseVersion.objects.filter(document=edit.document)
        then = {row.clause_id: row for row in rows.at(to_version)}
        ending = [
            row for key, row in edit.rows.items() if key not in then or _content(row) != _content(then[key])
        ]
        beginning = [
            row
            for key, row in then.items()
            if key not in edit.rows or _content(row) != _content(edit.rows[key])
        ]
        if not ending and not beginning:
            raise NothingChanged(f"现在的文字与第 {to_version} 版完全一样。")
        for start in range(0, len(ending), BATCH):
            rows.filter(pk__in=[row.pk for row in ending[start : start + BATCH]]).end_at(edit.number)
        for row in ending:
            del edit.rows[row.clause_id]
        edit.rows.update(_begin(beginning, edit.number))
    return edit.number


def restore_clause(*, actor: Account, document: Document, clause_id: int, reason: str) -> int:
    """Bring a clause back that had been taken out, with all that went out below it; return the version's number.

    It comes to its old place, or to the end of the text where its parent has gone. Raises WrongPlace where the
    clause is in the text, or is a row whose table has gone.
    """
    with open_edit(actor, document, reason, None, origin=Origin.REVERT) as edit:
        rows = ClauseVersion.objects.filter(document=edit.document)
        last = rows.filter(clause_id=clause_id).order_by("-since").first()
        if last is None or last.until is None:
            raise WrongPlace("这一条就在现行文本里。")
        then = {row.clause_id: row for row in rows.at(last.until - 1)}
        below = [
            row
            for row in rows_of.subtree_of(then, clause_id)
            if row.until == last.until and row.clause_id not in edit.rows and row.clause_id != clause_id
        ]
        parent = edit.rows.get(last.parent_id) if last.parent_id is not None else None
        parent_id = parent.clause_id if parent is not None and parent.kind in CONTAINERS else None
        before = [
            row.clause_id
            for row in rows_of.children_of(then, last.parent_id)
            if row.order < last.order
            and row.clause_id in edit.rows
            and edit.rows[row.clause_id].parent_id == parent_id
        ]
        peers = rows_of.children_of(edit.rows, parent_id)
        if parent_id != last.parent_id:
            before = [row.clause_id for row in peers]
        order = rows_of.place(
            edit.rows,
            kind=last.kind,
            parent_id=parent_id,
            after_id=before[-1] if before else None,
            number=edit.number,
        )
        last.parent_id, last.order = parent_id, order
        edit.rows.update(_begin([last, *below], edit.number))
    return edit.number


def _content(row: ClauseVersion) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in _CONTENT)


def _begin(rows: list[ClauseVersion], number: int) -> dict[int, ClauseVersion]:
    """Begin these wordings again in version `number`: the words are their first writers' still."""
    made = ClauseVersion.objects.bulk_create(
        [
            ClauseVersion(
                document_id=row.document_id,
                clause_id=row.clause_id,
                since=number,
                authorship=row.authorship,
                **dict(zip(_CONTENT, _content(row), strict=True)),
            )
            for row in rows
        ],
        batch_size=BATCH,
    )
    return {row.clause_id: row for row in made}
