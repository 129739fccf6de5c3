"""Bringing documents in, and replacing their text by a newer file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction

from wiki.errors import NotAllowed, WrongStage
from wiki.models import Clause, ClauseVersion, Document, DocumentVersion, SourceClause
from wiki.outline import name_of
from wiki.parsing.tree import Node
from wiki.policies import Account, can_manage
from wiki.ranks import STEP, spread
from wiki.services.addresses import check_slug, slug_taken
from wiki.services.doubts import remember_doubts
from wiki.services.settling import announce, settle
from wiki.services.text import current_rows
from wiki.services.undoing import follow_adopted
from wiki.services.versions import lock_document, open_version, record
from wiki.text.align import Piece, align
from wiki.text.authorship import carry, of_new
from wiki.text.merge import merge
from wiki.workflow import EDITING_STAGES

BATCH = 500
Flat = list[tuple[int | None, Node]]
"""Nodes in reading order, each with the index of its parent."""


@dataclass(frozen=True)
class Revision:
    """What a newer file did to a document; `version` None where it changed nothing."""

    version: int | None
    changed: int = 0
    added: int = 0
    removed: int = 0
    kept: list[str] = field(default_factory=list)
    """Clauses whose published edits collide with the file's: the edits were kept."""


def create_document(
    *,
    actor: Account | None,
    slug: str,
    title: str,
    nodes: Sequence[Node],
    summary: str = "",
    category: str = "官方发布",
    issuer: str = "",
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    source: str = "",
    digest: str = "",
) -> Document:
    """Store a clause tree as version 1 of a new draft; raises NotAllowed, InvalidText, SlugTaken.

    `actor` None is the operator at the command line, who needs no permission of the site's.
    """
    _require_manager(actor)
    with transaction.atomic():
        check_slug(slug)
        try:
            with transaction.atomic():
                document = Document.objects.create(
                    slug=slug,
                    title=title,
                    summary=summary,
                    category=category,
                    issuer=issuer,
                    opens_at=opens_at,
                    closes_at=closes_at,
                    source=source,
                    source_digest=digest,
                    creator=actor,
                )
        except IntegrityError as error:
            if Document.objects.filter(slug=slug).exists():
                raise slug_taken(slug) from error
            raise
        DocumentVersion.objects.create(
            document=document,
            number=1,
            origin=DocumentVersion.Origin.IMPORT,
            author=actor,
            summary=source[:200],
        )
        flat = _flatten(nodes)
        clauses = _add_clauses(document, len(flat), 1)
        orders = [0] * len(flat)
        for siblings in _siblings(flat):
            for place, index in enumerate(siblings, start=1):
                orders[index] = place * STEP
        ClauseVersion.objects.bulk_create(
            [
                _row(
                    document,
                    clauses[index].pk,
                    node,
                    None if parent is None else clauses[parent].pk,
                    orders[index],
                    1,
                )
                for index, (parent, node) in enumerate(flat)
            ],
            batch_size=BATCH,
        )
        clause_ids = [clause.pk for clause in clauses]
        _remember_source(document, flat, clause_ids)
        remember_doubts(document, [node for _, node in flat], clause_ids)
        record(document=document, action="document.created", actor=actor, version=1)
        announce(document, "document.created", 1)
    return document


def revise_document(
    *,
    actor: Account | None,
    document: Document,
    title: str,
    nodes: Sequence[Node],
    source: str = "",
    digest: str = "",
) -> Revision:
    """Replace a document's text by a newer file's as one new version; clauses keep their identities.

    Only what differs from the last imported file is taken over, so accepted suggestions survive; where both
    changed the same words the accepted wording stays and is named in `kept`. Raises NotAllowed, WrongStage.
    """
    _require_manager(actor)
    with transaction.atomic():
        document = lock_document(document.pk)
        if digest and digest == document.source_digest:
            return Revision(None)
        if document.stage not in EDITING_STAGES:
            raise WrongStage(f"这份文件现在是“{document.get_stage_display()}”，不能再导入新文本。")
        base = list(SourceClause.objects.filter(document=document).order_by("position"))
        current = current_rows(document)
        flat = _flatten(nodes)
        old = [Piece(row.kind, row.label, row.text) for row in base]
        pairs = align(old, [Piece(node.kind.value, node.label, node.text) for _, node in flat])
        number = document.version + 1
        revision, clauses = _apply(document, flat, base, current, pairs, number)
        _remember_source(document, flat, clauses)
        remember_doubts(document, [node for _, node in flat], clauses)
        changed = revision.changed or revision.added or revision.removed or title != document.title
        if changed:
            open_version(
                document=document, origin=DocumentVersion.Origin.IMPORT, author=actor, summary=source
            )
            after = current_rows(document)
            settle(document=document, before=current, after=after, number=number, what="document.revised")
            follow_adopted(document=document, before=current, after=after)
        document.title = title
        document.source = source or document.source
        document.source_digest = digest
        document.save(update_fields=["title", "source", "source_digest"])
        if not changed:
            return Revision(None, kept=revision.kept)
        record(
            document=document,
            action="document.revised",
            actor=actor,
            version=number,
            changed=revision.changed,
            added=revision.added,
            removed=revision.removed,
            kept=len(revision.kept),
        )
        return revision


def _require_manager(actor: Account | None) -> None:
    if actor is not None and not can_manage(actor):
        raise NotAllowed("没有管理政策文件的权限。")


def _flatten(nodes: Sequence[Node]) -> Flat:
    flat: Flat = []

    def visit(node: Node, parent: int | None) -> None:
        flat.append((parent, node))
        index = len(flat) - 1
        for child in node.children:
            visit(child, index)

    for node in nodes:
        visit(node, None)
    return flat


def _siblings(flat: Flat) -> list[list[int]]:
    groups: dict[int | None, list[int]] = {}
    for index, (parent, _) in enumerate(flat):
        groups.setdefault(parent, []).append(index)
    return list(groups.values())


def _add_clauses(document: Document, count: int, number: int) -> list[Clause]:
    return Clause.objects.bulk_create(
        [Clause(document=document, since=number) for _ in range(count)], batch_size=BATCH
    )


def _row(
    document: Document, clause_id: int, node: Node, parent_id: int | None, order: int, number: int
) -> ClauseVersion:
    return ClauseVersion(
        document=document,
        clause_id=clause_id,
        kind=node.kind.value,
        label=node.label,
        text=node.text,
        parent_id=parent_id,
        order=order,
        authorship=of_new(node.text, number),
        since=number,
    )


def _remember_source(document: Document, flat: Flat, clause_ids: Sequence[int]) -> None:
    """Keep what this file says of each clause, beside what the public has made of it since."""
    SourceClause.objects.filter(document=document).delete()
    SourceClause.objects.bulk_create(
        [
            SourceClause(
                document=document,
                clause_id=clause_ids[index],
                position=index,
                kind=node.kind.value,
                label=node.label,
                text=node.text,
            )
            for index, (_, node) in enumerate(flat)
        ],
        batch_size=BATCH,
    )


def _apply(
    document: Document,
    flat: Flat,
    base: list[SourceClause],
    current: dict[int, ClauseVersion],
    pairs: dict[int, int],
    number: int,
) -> tuple[Revision, list[int]]:
    """Write the clause versions of `number`; return what it did and each node's clause.

    Nodes continue the clauses of the last file by `pairs`.
    """
    continued = {index: base[pairs[index]] for index in pairs if base[pairs[index]].clause_id in current}
    fresh = [index for index in range(len(flat)) if index not in continued]
    clause_of = {index: row.clause_id for index, row in continued.items()}
    clause_of.update(
        (index, clause.pk)
        for index, clause in zip(fresh, _add_clauses(document, len(fresh), number), strict=True)
    )
    orders: dict[int, int] = {}
    for siblings in _siblings(flat):
        parent = flat[siblings[0]][0]
        parent_id = None if parent is None else clause_of[parent]
        known: list[int | None] = []
        for index in siblings:
            row = current.get(clause_of[index])
            known.append(row.order if row is not None and row.parent_id == parent_id else None)
        orders.update(zip(siblings, spread(known), strict=True))

    closing: list[int] = []
    opening: list[ClauseVersion] = []
    kept: list[str] = []
    changed = 0
    for index, (parent, node) in enumerate(flat):
        parent_id = None if parent is None else clause_of[parent]
        row = _row(document, clause_of[index], node, parent_id, orders[index], number)
        before = continued.get(index)
        if before is not None:
            now = current[before.clause_id]
            if now.text != before.text:
                merged = merge(before.text, now.text, node.text)
                row.text = merged.text if merged.clean else now.text
                if not merged.clean:
                    kept.append(name_of(now))
            row.authorship = carry(now.authorship, now.text, row.text, number)
            if (now.kind, now.label, now.text, now.parent_id, now.order) == (
                row.kind,
                row.label,
                row.text,
                row.parent_id,
                row.order,
            ):
                continue
            closing.append(now.pk)
            changed += 1
        opening.append(row)
    used = {row.clause_id for row in continued.values()}
    gone = [current[row.clause_id] for row in base if row.clause_id in current and row.clause_id not in used]
    closing += [row.pk for row in gone]
    for start in range(0, len(closing), BATCH):
        ClauseVersion.objects.filter(pk__in=closing[start : start + BATCH]).end_at(number)
    ClauseVersion.objects.bulk_create(opening, batch_size=BATCH)
    return Revision(number, changed, len(fresh), len(gone), kept), [
        clause_of[index] for index in range(len(flat))
    ]
