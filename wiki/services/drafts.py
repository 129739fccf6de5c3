"""Drafts on the server: what somebody is writing is kept as they write, and never lost to another device."""

from __future__ import annotations

from django.db import transaction

from wiki.errors import InvalidText, NotAllowed, TooMany
from wiki.models import Clause, Draft, Suggestion
from wiki.policies import Account, can_view
from wiki.text.cleaning import CLAUSE_LIMIT, REASON_LIMIT, strip_forbidden

PER_PERSON = 200


def save_draft(
    *,
    author: Account,
    clause: Clause,
    kind: str = Suggestion.Kind.CHANGE,
    base_version: int,
    text: str = "",
    reason: str = "",
    to: Clause | None = None,
    inside: bool = False,
    seen: str = "",
) -> Draft:
    """Keep what a person has written so far for a clause; the last one saved is the draft.

    `seen` is `token_of` the draft that the writer knows, "" for none. Where another device has saved other words in
    between, those are kept in the draft's `other`. Words are kept as they are, unfinished; only what no column can
    hold is dropped. Raises NotAllowed, InvalidText, TooMany.
    """
    if kind not in Suggestion.Kind.values:
        raise InvalidText("没有这种建议。", fields={"kind": "请选择修改、增加、删除或移动。"})
    if len(text) > 2 * CLAUSE_LIMIT or len(reason) > 2 * REASON_LIMIT:
        raise InvalidText("草稿太长，没有保存。", fields={"text": f"最多 {CLAUSE_LIMIT} 个字。"})
    if not author.is_authenticated or not author.is_active or not can_view(author, clause.document):
        raise NotAllowed("登录后才能保存草稿。")
    words = {
        "base_version": base_version,
        "text": strip_forbidden(text.replace("\r\n", "\n"))[0],
        "reason": strip_forbidden(reason.replace("\r\n", "\n"))[0],
        "to": to,
        "inside": inside,
    }
    with transaction.atomic():
        mine = Draft.objects.select_for_update().filter(author=author)
        before = mine.filter(clause=clause, kind=kind).first()
        if before is None:
            if mine.count() >= PER_PERSON:
                raise TooMany(f"最多保存 {PER_PERSON} 份草稿，请先提交或删去一些。")
            return Draft.objects.create(author=author, clause=clause, kind=kind, **words)
        if token_of(before) != seen and (before.text, before.reason) != (words["text"], words["reason"]):
            before.other = {
                "text": before.text,
                "reason": before.reason,
                "base_version": before.base_version,
                "saved_at": before.saved_at.isoformat(),
            }
        for name, value in words.items():
            setattr(before, name, value)
        before.save()
        return before


def drop_draft(*, author: Account, clause: Clause, kind: str) -> bool:
    """Forget a person's draft for a clause; return whether there was one."""
    return bool(Draft.objects.filter(author=author, clause=clause, kind=kind).delete()[0])


def token_of(draft: Draft | None) -> str:
    """Return what names this saving of a draft, "" for none: a later one has another."""
    return "" if draft is None else f"{draft.pk}-{draft.saved_at.timestamp():.6f}"
