"""Words from chats and reports that may be opinions on an open document; a person decides, nothing is listed by itself.

Offered is what reads like an opinion (it wishes, suggests, agrees or objects) and fits a clause, with personal data
masked. Accusations, calls for help and whatever is withheld are left where they are.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from bot.models import Message
from civic.cases.models import Report, RequestType
from civic.consultation.clause_matching import Words, codes_of
from nlp import analyze, redact
from wiki.findings import Offered
from wiki.models import Document, Opinion
from wiki.services.evidence import put_forward, topics_of
from wiki.workflow import Stage

LATEST = 2000
SHORTEST, LONGEST = 8, 1000
LEAST = 0.3
NAMED = 0.5
"""What naming the document adds to the fit of words."""
Channel = Opinion.Channel

_OPINION = re.compile(
    "建议|希望|应该|应当|最好|能不能|可不可以|能否|支持|赞成|同意|反对|不合理|太[多少高低早晚严松贵]|"
    "意见稿|征求意见|这个办法|这一条|第[一二三四五六七八九十百]+条|请规定|要求规定"
)
_TITLE = re.compile(r"[（(].*?[）)]")


class Said(NamedTuple):
    """Something that was said: on which channel, its lasting name there, the masked words, a matter, when."""

    channel: str
    ref: str
    text: str
    code: str
    at: datetime


def offer_opinions() -> int:
    """Look through what was said since each open document was opened; return how many offers are new. For workers."""
    return sum(
        put_forward(document_id=document.pk, offers=find_offers(document))
        for document in Document.objects.filter(stage=Stage.OPEN, opens_at__isnull=False)
    )


def find_offers(document: Document) -> list[Offered]:
    """Return what was said since the document was opened and may be an opinion on one of its clauses."""
    topics = topics_of(document)
    said = list(_said_since(document))
    if not topics or not said:
        return []
    words = Words([one.text for one in said], topics, codes_of(document.title))
    codes = [one.code for one in said]
    fits = [words.fits(topic, codes_of(topic.text), codes) for topic in topics]
    title = _TITLE.sub("", document.title)
    out = []
    for at, one in enumerate(said):
        score, place = max((fits[of][at].score, -of) for of in range(len(topics)))
        named = title in one.text
        total = min(1.0, score + (NAMED if named else 0.0))
        if total < LEAST or not _may_be_offered(one.text):
            continue
        why = "，".join(filter(None, ["提到这份文件" if named else "", fits[-place][at].why]))
        out.append(
            Offered(topics[-place].clause, one.channel, one.ref, one.text, round(total, 3), why, one.at)
        )
    return out


def _may_be_offered(text: str) -> bool:
    """Return whether words may be shown to those who answer opinions: no danger, no accusation."""
    read = analyze(text)
    return not (read.self_harm or read.urgent or read.request == RequestType.ACCUSATION.label)


def _said_since(document: Document) -> Iterator[Said]:
    seen: set[str] = set()
    reports = (
        Report.objects.public()
        .filter(received_at__gte=document.opens_at)
        .exclude(case__request_type__in=[RequestType.ACCUSATION, RequestType.HELP])
        .select_related("case")
        .order_by("-received_at")
    )
    for report in reports[:LATEST]:
        if _reads_like_opinion(report.text):
            seen.add(report.text.strip())
            yield Said(
                Channel.CASE, report.number, redact(report.text), report.case.matter_code, report.received_at
            )
    for message in _messages(document)[:LATEST]:
        text = message.text.strip()
        if _reads_like_opinion(text) and text not in seen:
            seen.add(text)
            channel = Channel.WECHAT if message.conversation.channel == "wechat" else Channel.WEB
            yield Said(channel, f"chat:{message.pk}", redact(text), "", message.created_at)


def _messages(document: Document) -> "QuerySet[Message]":
    return (
        Message.objects.inbound()
        .filter(kind=Message.Kind.TEXT, created_at__gte=document.opens_at)
        .select_related("conversation")
        .order_by("-pk")
    )


def _reads_like_opinion(text: str) -> bool:
    return SHORTEST <= len(text) <= LONGEST and _OPINION.search(text) is not None
