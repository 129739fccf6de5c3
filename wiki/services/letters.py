"""Opinions that came by letter, chat or from the case desk: one at a time, or a file of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from wiki.errors import InvalidText, NotAllowed, NotOpen, WikiError
from wiki.models import ClauseVersion, Comment, Document, Opinion
from wiki.outline import name_of
from wiki.policies import Account, can_answer, can_moderate
from wiki.services.versions import lock_document, record
from wiki.text.cleaning import REASON_LIMIT, clean

TEXT_LIMIT = REASON_LIMIT * 4
REF_LIMIT = 100
COLUMNS = {
    "text": ("意见", "意见内容", "内容", "text"),
    "clause": ("条款", "针对条款", "clause"),
    "stance": ("立场", "态度", "stance"),
    "name": ("署名", "姓名", "单位", "name"),
    "source_ref": ("编号", "来信编号", "来源编号", "source_ref"),
    "received": ("收到日期", "日期", "时间", "received"),
}
STANCES = {str(label): value for value, label in Comment.Stance.choices} | {
    value: value for value in Comment.Stance.values
}


@dataclass
class Intake:
    """What a file of letters brought: the opinions taken in, those known before, and rows that could not be read."""

    new: list[Opinion] = field(default_factory=list)
    known: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    """(number of the row in the file, why)"""


def take_in_opinion(
    *,
    actor: Account,
    document_id: int,
    text: str,
    channel: str,
    clause_id: int | None = None,
    source_ref: str = "",
    name: str = "",
    stance: str = "",
    received: datetime | None = None,
) -> Opinion:
    """Give a line to an opinion that came by letter, chat or from the case desk; the same source gives the same line.

    `received` is when it came, now if it is not said. Raises NotAllowed, NotOpen, InvalidText.
    """
    return _take_in(actor, document_id, text, channel, clause_id, source_ref, name, stance, received)[0]


def take_in_letters(*, actor: Account, document: Document, rows: Sequence[Sequence[str]]) -> Intake:
    """Take in a table of letters, its first row naming the columns; what cannot be read is named, the rest goes in.

    The same file again brings nothing new: a letter is known by its number, or without one by what it says. Raises
    NotAllowed, InvalidText where there is no table.
    """
    if not can_moderate(actor):
        raise NotAllowed("没有登记意见的权限。")
    if not rows:
        raise InvalidText("文件里没有内容。", fields={"file": "文件里没有内容。"})
    columns = _columns(rows[0])
    clauses = _clauses(document)
    intake = Intake()
    for number, row in enumerate(rows[1:], start=2):
        cells = {name: row[at] if at < len(row) else "" for name, at in columns.items()}
        if not any(cell.strip() for cell in row):
            continue
        try:
            opinion, new = _take_in_row(actor, document, cells, clauses)
        except NotOpen:
            raise
        except WikiError as error:
            intake.refused.append((number, error.message))
        else:
            if new:
                intake.new.append(opinion)
            else:
                intake.known += 1
    return intake


def _take_in_row(
    actor: Account, document: Document, cells: Mapping[str, str], clauses: Mapping[str, int]
) -> tuple[Opinion, bool]:
    said = cells.get("clause", "").strip()
    clause_id = clauses.get("".join(said.split())) if said else None
    if said and clause_id is None:
        raise InvalidText(f"找不到条款“{said[:20]}”，或有几条同名。")
    stance = cells.get("stance", "").strip()
    if stance and stance not in STANCES:
        raise InvalidText(f"没有“{stance[:10]}”这种立场，请写支持、反对或中立。")
    name, text = cells.get("name", ""), cells["text"]
    source_ref = cells.get("source_ref", "").strip()
    if not source_ref:
        joined = "\x1f".join((text.strip(), name.strip(), said, cells.get("received", "").strip()))
        source_ref = f"#{hashlib.sha256(joined.encode()).hexdigest()[:24]}"
    elif len(source_ref) > REF_LIMIT:
        raise InvalidText(f"编号超过 {REF_LIMIT} 个字。")
    return _take_in(
        actor,
        document.pk,
        text,
        Opinion.Channel.IMPORT,
        clause_id,
        source_ref,
        name,
        STANCES.get(stance, ""),
        _day(cells.get("received", "")),
    )


def _take_in(
    actor: Account,
    document_id: int,
    text: str,
    channel: str,
    clause_id: int | None,
    source_ref: str,
    name: str,
    stance: str,
    received: datetime | None,
) -> tuple[Opinion, bool]:
    """Return the opinion's line and whether it is new."""
    text = clean(text, name="意见", limit=TEXT_LIMIT, field="text")
    name = " ".join(clean(name, name="署名", limit=60, field="name").split())
    source_ref = " ".join(clean(source_ref, name="编号", limit=REF_LIMIT, field="source_ref").split())
    now = timezone.now()
    if not text:
        raise InvalidText("意见不能是空的。", fields={"text": "请写出意见。"})
    if channel not in Opinion.Channel.values:
        raise InvalidText("没有这种渠道。", fields={"channel": "请选择渠道。"})
    if stance and stance not in Comment.Stance.values:
        raise InvalidText("没有这种立场。", fields={"stance": "请选择支持、反对或中立。"})
    if received is not None and received > now:
        raise InvalidText("收到的日期在将来。", fields={"received": "收到的日期不能在今天之后。"})
    if not can_moderate(actor):
        raise NotAllowed("没有登记意见的权限。")
    with transaction.atomic():
        document = lock_document(document_id)
        numbered = Opinion.objects.filter(document=document, channel=channel, source_ref=source_ref)
        same = numbered.first() if source_ref else None
        if same is not None:
            return same, False
        if not can_answer(actor, document):
            raise NotOpen(f"这份文件现在是“{document.get_stage_display()}”，不能登记意见。")
        if clause_id is not None and not document.clauses.filter(pk=clause_id).exists():
            raise InvalidText("这份文件里没有这一条。", fields={"clause": "没有这一条。"})
        opinion = Opinion.objects.create(
            document=document,
            clause_id=clause_id,
            channel=channel,
            source_ref=source_ref,
            name=name,
            stance=stance,
            text=text,
            submitted_at=received or now,
        )
        record(
            document=document,
            action="opinion.taken_in",
            actor=actor,
            clause_id=clause_id,
            opinion=opinion,
            channel=channel,
        )
        return opinion, True


def _columns(head: Sequence[str]) -> dict[str, int]:
    titles = ["".join(cell.split()).lower() for cell in head]
    columns = {
        name: next((titles.index(title) for title in known if title in titles), -1)
        for name, known in COLUMNS.items()
    }
    if columns["text"] < 0:
        message = "第一行要有列名，至少有“意见”一列；还可以有“条款”“立场”“署名”“编号”“收到日期”。"
        raise InvalidText(message, fields={"file": message})
    return {name: at for name, at in columns.items() if at >= 0}


def _clauses(document: Document) -> dict[str, int]:
    """Return label or name → clause of today's text, those alone that mean one clause."""
    found: dict[str, set[int]] = {}
    for row in ClauseVersion.objects.filter(document=document).current().defer("authorship"):
        for said in {row.label, name_of(row), str(row.clause_id)}:
            if said:
                found.setdefault("".join(said.split()), set()).add(row.clause_id)
    return {said: ids.pop() for said, ids in found.items() if len(ids) == 1}


def _day(said: str) -> datetime | None:
    said = said.strip().replace("/", "-").replace("年", "-").replace("月", "-").replace("日", "")
    if not said:
        return None
    try:
        moment = parse_datetime(said)
        if moment is None:
            year, month, day = (int(part) for part in said[:10].split("-"))
            date = parse_date(f"{year:04}-{month:02}-{day:02}")
            moment = datetime.combine(date, time(12)) if date else None
    except ValueError:
        moment = None
    if moment is None:
        raise InvalidText(f"看不懂日期“{said[:20]}”，请写成 2026-03-01。")
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment
