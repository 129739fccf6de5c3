"""Deciding on several suggestions: a group that says the same by one answer, or a selection one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from wiki.errors import AlreadyDecided, InvalidText, NotAllowed, WikiError
from wiki.models import Decision, Suggestion
from wiki.policies import Account, can_moderate
from wiki.services.deciding import (
    accept_locked,
    accept_suggestion,
    check_decidable,
    refusal_reason,
    reject_locked,
    reject_suggestion,
)
from wiki.services.versions import lock_document
from wiki.text.cleaning import CLAUSE_LIMIT, REASON_LIMIT, clean
from wiki.workflow import Status

MOST = 200
"""Suggestions that one request decides on, one by one."""


@dataclass(frozen=True)
class Result:
    """What became of one suggestion of a selection: its decision, or the sentence why it has none."""

    suggestion: Suggestion
    decision: Decision | None = None
    refusal: str = ""


def decide_group(
    *,
    moderator: Account,
    suggestion: Suggestion,
    accept: bool,
    reason: str = "",
    wording: str | None = None,
    seen_version: int | None = None,
    seen_members: int | None = None,
    on: int | None = None,
) -> list[Decision]:
    """Give everybody in the suggestion's group one answer: all get it or, where something is amiss, none does.

    Accepting makes one version of the first pending member's words, or of the moderator's `wording`; each author is
    answered with it. `seen_members` is how many the moderator saw: where one has joined since, nobody is answered
    unseen. Raises as `accept_suggestion` and `reject_suggestion`.
    """
    reason = (
        clean(reason, name="理由", limit=REASON_LIMIT, field="reason") if accept else refusal_reason(reason)
    )
    if wording is not None:
        wording = clean(wording, name="采用的文字", limit=CLAUSE_LIMIT, field="wording")
    with transaction.atomic():
        document = lock_document(suggestion.document_id)
        if not can_moderate(moderator):
            raise NotAllowed("没有审核修改建议的权限。")
        members = list(
            Suggestion.objects.select_for_update(of=("self",))
            .filter(clause_id=suggestion.clause_id)
            .same_group(suggestion)
            .waiting()
            .select_related("opinion")
            .order_by("pk")
        )
        if not members:
            raise AlreadyDecided("这一组建议已经有决定。")
        if seen_members is not None and len(members) != seen_members:
            raise AlreadyDecided(f"这一组现在有 {len(members)} 条建议，和刚才看到的不一样，请再看一遍。")
        for member in members:
            member.document = document
            check_decidable(moderator, member)
        if not accept:
            return [reject_locked(moderator=moderator, suggestion=one, reason=reason) for one in members]
        # The words of one that carries cleanly speak for the group.
        members.sort(key=lambda one: (one.status != Status.PENDING, one.pk))
        return accept_locked(
            document=document,
            moderator=moderator,
            suggestions=members,
            reason=reason,
            wording=wording,
            seen_version=seen_version,
            on=on,
        )


def decide_each(
    *, moderator: Account, suggestions: Sequence[Suggestion], accept: bool, reason: str
) -> list[Result]:
    """Decide on each of a selection in turn, each in a transaction of its own; return what became of each.

    One that cannot be decided keeps none of the others up: accepting carries the rest to the new text, and who
    collides with it is left for a person. Raises InvalidText or NotAllowed before anything is decided.
    """
    if not suggestions:
        raise InvalidText("请先选择建议。", fields={"pk": "请至少选择一条建议。"})
    if len(suggestions) > MOST:
        raise InvalidText(f"一次最多处理 {MOST} 条建议。", fields={"pk": f"最多选择 {MOST} 条。"})
    if not can_moderate(moderator):
        raise NotAllowed("没有审核修改建议的权限。")
    if not accept:
        reason = refusal_reason(reason)
    results: list[Result] = []
    for one in suggestions:
        try:
            decision = (
                accept_suggestion(moderator=moderator, suggestion=one, reason=reason)
                if accept
                else reject_suggestion(moderator=moderator, suggestion=one, reason=reason)
            )
        except WikiError as error:
            results.append(Result(one, refusal=error.message))
        else:
            results.append(Result(one, decision))
    return results
