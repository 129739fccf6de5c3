"""Doubts about an imported text: kept with its clauses, settled by those who manage the document."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from wiki.errors import NotAllowed
from wiki.models import Document, Doubt
from wiki.parsing.tree import Node
from wiki.policies import Account, can_manage
from wiki.services.versions import record

BATCH = 500


def remember_doubts(document: Document, nodes: Sequence[Node], clause_ids: Sequence[int]) -> None:
    """Keep what the reader of a file was unsure of, in the transaction that stores the file.

    A doubt that somebody settled stays settled while the file says the same; one the file no longer raises goes.
    """
    found = {
        (clause_id, doubt.rule): doubt.message
        for node, clause_id in zip(nodes, clause_ids, strict=True)
        for doubt in node.doubts
    }
    gone: list[int] = []
    for known in Doubt.objects.filter(document=document):
        message = found.pop((known.clause_id, known.rule), None)
        if message is None:
            if known.settled_at is None:
                gone.append(known.pk)
        elif message != known.message:
            Doubt.objects.filter(pk=known.pk).update(message=message, settled_at=None, settled_by=None)
    for start in range(0, len(gone), BATCH):
        Doubt.objects.filter(pk__in=gone[start : start + BATCH]).delete()
    Doubt.objects.bulk_create(
        [
            Doubt(document=document, clause_id=clause_id, rule=rule, message=message)
            for (clause_id, rule), message in found.items()
        ],
        batch_size=BATCH,
    )


def settle_doubt(*, actor: Account, doubt: Doubt, settled: bool = True) -> Doubt:
    """Mark a doubt as seen to, or open it again; a second click changes nothing. Raises NotAllowed."""
    if not can_manage(actor):
        raise NotAllowed("没有管理政策文件的权限。")
    with transaction.atomic():
        doubt = Doubt.objects.select_for_update(of=("self",)).select_related("document").get(pk=doubt.pk)
        if (doubt.settled_at is not None) == settled:
            return doubt
        doubt.settled_at = timezone.now() if settled else None
        doubt.settled_by = actor if settled else None
        doubt.save(update_fields=["settled_at", "settled_by"])
        record(
            document=doubt.document,
            action="doubt.settled" if settled else "doubt.reopened",
            actor=actor,
            clause_id=doubt.clause_id,
            rule=doubt.rule,
        )
    return doubt
