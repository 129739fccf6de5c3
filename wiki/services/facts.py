"""What a document says of itself: title, category, issuer, dates, scope."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from wiki.consultation import check_dates
from wiki.errors import InvalidText, NotAllowed, StaleFacts, WrongStage
from wiki.models import Category, Document
from wiki.policies import Account, can_edit_facts, can_manage
from wiki.services.documents import create_document
from wiki.services.versions import lock_document, record
from wiki.text.cleaning import REASON_LIMIT, REASON_MINIMUM, clean
from wiki.workflow import Stage

NAMES = {
    "title": "标题",
    "summary": "说明",
    "category": "分类",
    "issuer": "起草单位",
    "contact": "联系方式",
    "scope": "征求意见的对象和范围",
    "opens_at": "开始时间",
    "closes_at": "截止时间",
    "short_reason": "期限不足三十日的理由",
}
LIMITS = {
    "title": 200,
    "summary": 2000,
    "issuer": 100,
    "contact": 200,
    "scope": 2000,
    "short_reason": REASON_LIMIT,
}
ONE_LINE = ("title", "issuer", "contact")
DATED_STAGES = frozenset({Stage.DRAFT, Stage.OPEN})
"""The stages in which dates are still ahead; later ones are history, and opening anew is a step of its own."""


@dataclass(frozen=True)
class DocumentFacts:
    """All that those who manage a document say of it."""

    title: str
    summary: str = ""
    category: str = ""
    issuer: str = ""
    contact: str = ""
    scope: str = ""
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    short_reason: str = ""


def facts_now(document: Document) -> DocumentFacts:
    """Return the document's facts as they are stored."""
    return DocumentFacts(**{one.name: getattr(document, one.name) for one in fields(DocumentFacts)})


def stamp_of(document: Document) -> str:
    """Return what a form remembers of the facts it was opened with, to tell whether they have changed since."""
    return json.dumps(
        {
            name: hashlib.blake2b(str(value).encode(), digest_size=6).hexdigest()
            for name, value in asdict(facts_now(document)).items()
        },
        separators=(",", ":"),
    )


def start_document(*, actor: Account, slug: str, facts: DocumentFacts) -> Document:
    """Make an empty draft with its facts; its text comes by an import or clause by clause.

    Raises NotAllowed, InvalidText, SlugTaken.
    """
    if not can_manage(actor):
        raise NotAllowed("没有管理政策文件的权限。")
    facts = _clean(facts)
    _check_category(facts.category, None)
    _check_dates(facts)
    with transaction.atomic():
        document = create_document(
            actor=actor,
            slug=slug,
            title=facts.title,
            nodes=[],
            summary=facts.summary,
            category=facts.category,
            issuer=facts.issuer,
            opens_at=facts.opens_at,
            closes_at=facts.closes_at,
        )
        document.contact, document.scope = facts.contact, facts.scope
        document.short_reason = facts.short_reason
        document.save(update_fields=["contact", "scope", "short_reason"])
    return document


def change_facts(
    *, actor: Account, document: Document, seen: str, facts: DocumentFacts, reason: str = ""
) -> Document:
    """Store changed facts; `seen` is the stamp of those that the form was opened with.

    Moving the closing day of an open consultation needs a `reason`, which is public. What another editor changed
    meanwhile is never overwritten: raises StaleFacts. Also NotAllowed, WrongStage, InvalidText.
    """
    if not can_manage(actor):
        raise NotAllowed("没有管理政策文件的权限。")
    facts = _clean(facts)
    reason = clean(reason, name="理由", limit=REASON_LIMIT, field="reason")
    with transaction.atomic():
        document = lock_document(document.pk)
        if not can_edit_facts(actor, document):
            raise WrongStage(f"这份文件现在是“{document.get_stage_display()}”，不能再改这些信息。")
        differing = _differing(seen, stamp_of(document))
        if differing:
            named = "、".join(NAMES[name] for name in differing)
            raise StaleFacts(
                f"您打开之后，别人改了：{named}。下面左边是您写的，请对照现在的内容再保存一次。",
                differing=differing,
            )
        before = facts_now(document)
        changed = [name for name in NAMES if getattr(facts, name) != getattr(before, name)]
        if not changed:
            return document
        _check_category(facts.category, before.category)
        _check_change(document, before, facts, reason)
        for name in changed:
            setattr(document, name, getattr(facts, name))
        document.save(update_fields=changed)
        _record(document, actor, before, facts, changed, reason)
    return document


def _check_change(document: Document, before: DocumentFacts, after: DocumentFacts, reason: str) -> None:
    """Refuse dates that cannot be: of what is over, in the past, or moved without a word."""
    moved = [name for name in ("opens_at", "closes_at") if getattr(before, name) != getattr(after, name)]
    if not moved:
        if document.stage in DATED_STAGES:
            _check_dates(after)
        return
    now = timezone.now()
    if document.stage not in DATED_STAGES:
        message = "征求意见已经结束，不能再改日期；需要时请“重新征求意见”。"
        raise WrongStage(message, fields=dict.fromkeys(moved, message))
    if document.stage == Stage.OPEN:
        if "opens_at" in moved and before.opens_at is not None and before.opens_at <= now:
            message = "已经开始征求意见，不能再改开始时间。"
            raise WrongStage(message, fields={"opens_at": message})
        if after.opens_at is None:
            raise InvalidText("请填写开始时间。", fields={"opens_at": "请填写开始时间。"})
        if after.closes_at is not None and after.closes_at <= now:
            message = "截止时间必须在现在之后；要现在结束，请用“结束征求意见”。"
            raise InvalidText(message, fields={"closes_at": message})
        if len(reason) < REASON_MINIMUM:
            message = "征求意见期间改日期须写明理由，理由会公开。"
            raise InvalidText(message, fields={"reason": message})
    if document.scheduled and (after.opens_at is None or after.opens_at <= now or after.closes_at is None):
        message = "已经设定到时间自动开始，请给出将来的开始时间和截止时间，或者先取消自动开始。"
        raise InvalidText(message, fields={"opens_at": message})
    _check_dates(after)


def _check_dates(facts: DocumentFacts) -> None:
    found = check_dates(facts.opens_at, facts.closes_at, facts.short_reason)
    if found:
        raise InvalidText(
            "".join(one.sentence for one in found), fields={one.field: one.sentence for one in found}
        )


def _record(
    document: Document,
    actor: Account,
    before: DocumentFacts,
    after: DocumentFacts,
    changed: list[str],
    reason: str,
) -> None:
    """Write dates of a public consultation as a line of their own, with the reason; other facts by name."""
    dates = [name for name in changed if name in ("opens_at", "closes_at")]
    if dates and document.stage == Stage.OPEN:
        moved: Mapping[str, Any] = {
            name: [_moment(getattr(before, name)), _moment(getattr(after, name))] for name in dates
        }
        record(document=document, action="document.dates", actor=actor, moved=moved, reason=reason)
        changed = [name for name in changed if name not in dates]
    if changed:
        record(document=document, action="document.facts", actor=actor, changed=changed)


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def _differing(seen: str, now: str) -> list[str]:
    """Return the names of the facts that are not what the form has seen; all where it has seen nothing readable."""
    try:
        then = json.loads(seen)
        assert isinstance(then, dict)
    except (ValueError, AssertionError):
        then = {}
    return [name for name, digest in json.loads(now).items() if then.get(name) != digest]


def _clean(facts: DocumentFacts) -> DocumentFacts:
    """Return the facts fit to store; raises InvalidText."""
    cleaned: dict[str, Any] = {}
    for name, limit in LIMITS.items():
        text = clean(getattr(facts, name), name=NAMES[name], limit=limit, field=name)
        cleaned[name] = " ".join(text.split()) if name in ONE_LINE else text
    if not cleaned["title"]:
        raise InvalidText("请写标题。", fields={"title": "请写标题。"})
    return replace(facts, **cleaned)


def _check_category(name: str, kept: str | None) -> None:
    if name != kept and not Category.objects.filter(name=name).exists():
        message = "没有这个分类，请从列表里选，或先添加分类。"
        raise InvalidText(message, fields={"category": message})
