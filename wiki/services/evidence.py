"""What the site knows of a clause: evidence is looked for again when the clause changes, offers wait for a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from nlp import redact
from wiki import ports
from wiki.errors import AlreadyDecided, InvalidText, NotAllowed
from wiki.findings import FindEvidence, Offered, Topic
from wiki.kinds import Kind
from wiki.models import ClauseReading, ClauseVersion, Comment, Document, Evidence, Offer, Opinion
from wiki.outline import Line, arrange
from wiki.policies import Account, can_moderate
from wiki.services.letters import take_in_opinion
from wiki.services.versions import lock_document, record
from wiki.text.cleaning import REASON_LIMIT, clean
from wiki.workflow import EDITING_STAGES, Stage

FRESH = timedelta(days=1)
KINDS = frozenset({Kind.ARTICLE, Kind.ITEM, Kind.PARAGRAPH, Kind.ROW})
SHORTEST = 8
"""Characters: what is shorter says too little to look for."""


def topics_of(document: Document) -> list[Topic]:
    """Return what can be looked for: the clauses that say something, each with the headings above it."""
    lines = arrange(ClauseVersion.objects.filter(document=document).current())
    return [_topic(line) for line in lines if line.row.kind in KINDS and len(line.row.text) >= SHORTEST]


def _topic(line: Line) -> Topic:
    return Topic(
        clause=line.row.clause_id, text=line.row.text, path=" ".join(line.path), since=line.row.since
    )


def refresh_evidence(*, limit: int = 200) -> int:
    """Look for evidence on clauses that have changed or were last looked at long ago; return how many clauses.

    For workers; without the port nothing is done.
    """
    if ports.port("evidence") is None:
        return 0
    done = 0
    for document in Document.objects.exclude(stage=Stage.ARCHIVED).order_by("pk"):
        known = {
            reading.clause_id: reading
            for reading in ClauseReading.objects.filter(document=document, clause__isnull=False)
        }
        stale = [topic for topic in topics_of(document) if _is_stale(known.get(topic.clause), topic)]
        stale = stale[: limit - done]
        if stale:
            find_evidence(document=document, topics=stale)
            done += len(stale)
        if done >= limit:
            break
    return done


def _is_stale(reading: ClauseReading | None, topic: Topic) -> bool:
    if reading is None or reading.evidence_at is None or reading.evidence_since != topic.since:
        return True
    return timezone.now() - reading.evidence_at > FRESH


def find_evidence(*, document: Document, topics: Sequence[Topic]) -> int:
    """Ask the site what concerns the clauses, and keep it in the place of what was known; return how much.

    What the site no longer finds, or no longer shows, is gone with it.
    """
    find: FindEvidence | None = ports.port("evidence")
    if find is None:
        return 0
    found = find(document=document.pk, topics=topics)
    now = timezone.now()
    with transaction.atomic():
        lock_document(document.pk)
        Evidence.objects.filter(clause_id__in=[topic.clause for topic in topics]).delete()
        rows = [
            Evidence(
                document=document,
                clause_id=topic.clause,
                reference=one.reference[:100],
                title=one.title[:200],
                url=one.url[:255],
                score=one.score,
                why=one.why[:200],
                happened_at=one.happened_at,
                found_at=now,
            )
            for topic in topics
            for one in (found[topic.clause].best if topic.clause in found else ())
        ]
        Evidence.objects.bulk_create(rows, batch_size=500)
        for topic in topics:
            of = found.get(topic.clause)
            ClauseReading.objects.update_or_create(
                document=document,
                clause_id=topic.clause,
                defaults={
                    "evidence_since": topic.since,
                    "evidence_at": now,
                    "evidence_count": of.total if of else 0,
                    "months": [list(month) for month in of.months] if of else [],
                },
            )
    return len(rows)


def put_forward(*, document_id: int, offers: Sequence[Offered]) -> int:
    """Keep words that may be opinions on a clause, for a person to look at; return how many are new.

    A source is offered once to a document, whatever was decided on it; the words are masked here once more.
    """
    if not offers:
        return 0
    with transaction.atomic():
        document = lock_document(document_id)
        taken = Q(pk__in=[])
        for channel in {one.channel for one in offers}:
            refs = [one.source_ref for one in offers if one.channel == channel]
            taken |= Q(channel=channel, source_ref__in=refs)
        known = set(Offer.objects.filter(taken, document=document).values_list("channel", "source_ref"))
        known |= set(Opinion.objects.filter(taken, document=document).values_list("channel", "source_ref"))
        new = {
            (one.channel, one.source_ref): Offer(
                document=document,
                clause_id=one.clause,
                channel=one.channel,
                source_ref=one.source_ref[:100],
                text=redact(one.text, REASON_LIMIT * 2),
                score=one.score,
                why=one.why[:200],
                said_at=one.said_at,
            )
            for one in offers
            if (one.channel, one.source_ref) not in known
        }
        Offer.objects.bulk_create(new.values(), batch_size=500)
        return len(new)


def take_offer(*, actor: Account, offer: Offer, text: str, clause_id: int, stance: str = "") -> Opinion:
    """List an offer as an opinion on a clause, in the words a person has looked at. Raises NotAllowed, InvalidText,
    AlreadyDecided.

    The words become public with the ledger, so they are masked once more, whatever was typed.
    """
    text = redact(clean(text, name="意见", limit=REASON_LIMIT * 4, field="text"))
    if not text:
        raise InvalidText("意见不能是空的。", fields={"text": "请写出意见。"})
    if stance and stance not in Comment.Stance.values:
        raise InvalidText("没有这种立场。", fields={"stance": "请选择支持、反对或中立。"})
    with transaction.atomic():
        _lock_waiting(actor, offer)
        opinion = take_in_opinion(
            actor=actor,
            document_id=offer.document_id,
            text=text,
            channel=offer.channel,
            clause_id=clause_id,
            source_ref=offer.source_ref,
            stance=stance,
        )
        _decide(actor, offer, Offer.Status.TAKEN, opinion)
        return opinion


def dismiss_offer(*, actor: Account, offer: Offer) -> None:
    """Say that an offer is no opinion on the document; it is not offered again. Raises NotAllowed, AlreadyDecided."""
    with transaction.atomic():
        _lock_waiting(actor, offer)
        _decide(actor, offer, Offer.Status.DISMISSED)


def _lock_waiting(actor: Account, offer: Offer) -> None:
    if not can_moderate(actor):
        raise NotAllowed("没有登记意见的权限。")
    document = lock_document(offer.document_id)
    if document.stage not in EDITING_STAGES:
        raise InvalidText(f"这份文件现在是“{document.get_stage_display()}”，不能再登记意见。")
    status = Offer.objects.select_for_update().values_list("status", flat=True).get(pk=offer.pk)
    if status != Offer.Status.WAITING:
        raise AlreadyDecided("这条已经有人处理过了。")


def _decide(actor: Account, offer: Offer, status: str, opinion: Opinion | None = None) -> None:
    now = timezone.now()
    Offer.objects.filter(pk=offer.pk).update(status=status, decided_by=actor, decided_at=now)
    record(
        document=offer.document,
        action=f"offer.{status}",
        actor=actor,
        clause_id=opinion.clause_id if opinion is not None else offer.clause_id,
        opinion=opinion,
        offer=offer.pk,
    )
