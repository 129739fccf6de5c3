"""What those who manage a document do to its text themselves: every act one new version with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction

from wiki.errors import InvalidText, NotAllowed, NothingChanged, StaleBase, WrongPlace, WrongStage
from wiki.kinds import CONTAINERS, ROWS, Kind
from wiki.models import ClauseVersion, Document, DocumentVersion
from wiki.outline import arrange
from wiki.policies import Account, can_edit_text, can_manage
from wiki.selectors.standing_words import BRINGING_BACK
from wiki.services import text as rows_of
from wiki.services.checking import check_label, check_row, check_words
from wiki.services.settling import settle
from wiki.services.undoing import follow_adopted
from wiki.services.versions import lock_document, open_version, record
from wiki.text.cleaning import CLAUSE_LIMIT, REASON_LIMIT, REASON_MINIMUM, clean

WORDED = (Kind.HEADING, Kind.ARTICLE, Kind.ITEM, Kind.PARAGRAPH)
"""The kinds that a clause can change between."""


@dataclass
class Edit:
    """A version in the making: the locked document, its rows by clause, the version's number."""

    document: Document
    rows: dict[int, ClauseVersion]
    number: int


def edit_clause(
    *,
    actor: Account,
    document: Document,
    clause_id: int,
    text: str,
    label: str | None = None,
    kind: str | None = None,
    reason: str,
    seen_version: int,
) -> int:
    """Write a clause anew, with another label or as another kind where these are given; return the version's number.

    Raises NotAllowed, WrongStage, ClauseGone, StaleBase, InvalidText, NothingChanged; so do the others here.
    """
    text = check_words(text)
    with open_edit(actor, document, reason, seen_version, clause_id) as edit:
        row = edit.rows[clause_id]
        new_label = row.label if label is None else check_label(label)
        new_kind = row.kind if kind is None else kind
        if row.kind in ROWS and new_label:
            raise InvalidText("表行没有序号。", fields={"label": "表行没有序号。"})
        check_row(row.kind, text, row.text)
        if (text, new_label, new_kind) == (row.text, row.label, row.kind):
            raise NothingChanged("文字没有变化。", fields={"text": "这与现在的文字完全一样。"})
        if new_kind != row.kind:
            _check_kind(edit.rows, row, new_kind)
        edit.rows[clause_id] = rows_of.replace_clause(
            current=row, number=edit.number, text=text, label=new_label, kind=new_kind
        )
    return edit.number


def add_clause(
    *,
    actor: Account,
    document: Document,
    kind: str,
    label: str,
    text: str,
    parent_id: int | None,
    after_id: int | None,
    reason: str,
) -> ClauseVersion:
    """Put a new clause under a parent (None: at the top) after a sibling (None: first)."""
    text = check_words(text)
    if kind not in Kind.values or kind == Kind.TABLE:
        raise InvalidText("没有这种条款。", fields={"kind": "请选择条款的类型。"})
    with open_edit(actor, document, reason, None, after_id or parent_id) as edit:
        if kind in ROWS and parent_id is not None:
            peers = rows_of.children_of(edit.rows, parent_id)
            check_row(kind, text, peers[0].text if peers else text)
        return rows_of.add_clause(
            edit.rows,
            document=edit.document,
            number=edit.number,
            kind=kind,
            label=check_label(label),
            text=text,
            parent_id=parent_id,
            after_id=after_id,
        )


def remove_clause(
    *, actor: Account, document: Document, clause_id: int, reason: str, seen_version: int
) -> int:
    """Take a clause and all below it out of the text; its identity and what people said of it stay."""
    with open_edit(actor, document, reason, seen_version, clause_id) as edit:
        rows_of.remove_clause(edit.rows, clause_id=clause_id, number=edit.number)
    return edit.number


def move_clause(
    *,
    actor: Account,
    document: Document,
    clause_id: int,
    parent_id: int | None,
    after_id: int | None,
    reason: str,
) -> int:
    """Put a clause with all below it elsewhere; raises WrongPlace."""
    with open_edit(actor, document, reason, None, clause_id) as edit:
        before = [line.row.clause_id for line in arrange(edit.rows.values())], edit.rows[clause_id].parent_id
        rows_of.move_clause(
            edit.rows, clause_id=clause_id, parent_id=parent_id, after_id=after_id, number=edit.number
        )
        if before == ([line.row.clause_id for line in arrange(edit.rows.values())], parent_id):
            raise NothingChanged("这一条已经在这个位置。")
    return edit.number


def split_clause(
    *,
    actor: Account,
    document: Document,
    clause_id: int,
    at: int,
    label: str = "",
    reason: str,
    seen_version: int,
) -> ClauseVersion:
    """Take a clause apart before character `at`; return the second part."""
    with open_edit(actor, document, reason, seen_version, clause_id) as edit:
        row = edit.rows[clause_id]
        if row.kind in ROWS or row.kind == Kind.TABLE:
            raise WrongPlace("表格和表行不能拆开。")
        if not (row.text[:at].strip() and row.text[at:].strip()) or at < 0:
            raise InvalidText("请在文字中间选择拆开的位置。", fields={"at": "拆开后两边都要有文字。"})
        return rows_of.split_clause(
            edit.rows, clause_id=clause_id, at=at, label=check_label(label), number=edit.number
        )


def merge_clauses(
    *, actor: Account, document: Document, first_id: int, second_id: int, reason: str, seen_version: int
) -> int:
    """Put the second clause's words after the first one's and end the second; both must stand side by side."""
    with open_edit(actor, document, reason, seen_version, first_id, second_id) as edit:
        first, second = edit.rows[first_id], edit.rows[second_id]
        siblings = [row.clause_id for row in rows_of.children_of(edit.rows, first.parent_id)]
        position = siblings.index(first_id)
        if first.kind != second.kind or siblings[position + 1 : position + 2] != [second_id]:
            raise WrongPlace("只能合并相邻的同类条款。")
        if first.kind in ROWS or first.kind == Kind.TABLE:
            raise WrongPlace("表格和表行不能合并。")
        if len(first.text) + len(second.text) > CLAUSE_LIMIT:
            raise InvalidText(f"合并后超过 {CLAUSE_LIMIT} 个字。")
        rows_of.merge_clauses(edit.rows, first_id=first_id, second_id=second_id, number=edit.number)
    return edit.number


def revert_clause(
    *, actor: Account, document: Document, clause_id: int, to_version: int, reason: str, seen_version: int
) -> int:
    """Give a clause the words back that it had in an earlier version, as a new version."""
    then = ClauseVersion.objects.filter(document=document, clause_id=clause_id).at(to_version).first()
    if then is None:
        raise InvalidText("那个版本里没有这一条。", fields={"to_version": "请选择另一个版本。"})
    origin = DocumentVersion.Origin.REVERT
    with open_edit(actor, document, reason, seen_version, clause_id, origin=origin) as edit:
        row = edit.rows[clause_id]
        if (row.text, row.label) == (then.text, then.label):
            raise NothingChanged(f"现在的文字与第 {to_version} 版相同。")
        # The words are their first writers' again, not the one's who brought them back.
        edit.rows[clause_id] = rows_of.replace_clause(
            current=row, number=edit.number, text=then.text, label=then.label, authorship=then.authorship
        )
    return edit.number


def _check_kind(rows: dict[int, ClauseVersion], row: ClauseVersion, kind: str) -> None:
    """Refuse another kind that the clause cannot be: rows and tables stay what they are, what holds others goes on."""
    if kind not in WORDED or row.kind not in WORDED:
        raise InvalidText("不能改成这种条款。", fields={"kind": "请选择标题、条、项或段。"})
    if kind not in CONTAINERS and rows_of.children_of(rows, row.clause_id):
        message = "它下面还有别的条款，不能改成“段”；请先把它们移走。"
        raise InvalidText(message, fields={"kind": message})


@contextmanager
def open_edit(
    actor: Account,
    document: Document,
    reason: str,
    seen_version: int | None,
    *clause_ids: int | None,
    origin: str = DocumentVersion.Origin.EDIT,
) -> Iterator[Edit]:
    """Open a version for one act and settle what follows from it; nothing is kept of an act that is refused."""
    if not can_manage(actor):
        raise NotAllowed("没有管理政策文件的权限。")
    reason = clean(reason, name="理由", limit=REASON_LIMIT, field="reason")
    if len(reason) < REASON_MINIMUM:
        raise InvalidText("请写明理由。", fields={"reason": "请写明为什么这样改，理由会公开。"})
    with transaction.atomic():
        document = lock_document(document.pk)
        if not can_edit_text(actor, document):
            raise WrongStage(f"这份文件现在是“{document.get_stage_display()}”，不能再改文字。")
        rows = rows_of.current_rows(document)
        for clause_id in clause_ids:
            if clause_id is None:
                continue
            row = rows_of.row_of(rows, clause_id)
            if seen_version is not None and row.since > seen_version:
                raise StaleBase(
                    f"您开始修改之后，这一条有了新文本（第 {row.since} 版）。",
                    current_text=row.text,
                    current_version=document.version,
                )
        before = dict(rows)
        number = open_version(document=document, origin=origin, author=actor, summary=reason)
        yield Edit(document, rows, number)
        settle(document=document, before=before, after=rows, number=number, what="document.changed")
        if origin in BRINGING_BACK:
            follow_adopted(document=document, before=before, after=rows)
        record(
            document=document,
            action=f"document.{origin}",
            actor=actor,
            clause_id=next((one for one in clause_ids if one is not None), None),
            version=number,
        )
