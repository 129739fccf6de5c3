"""Holding words back: the rule that new words fall under, letting them go or keeping them, and the author's objection."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from wiki import ports
from wiki.errors import AlreadyDecided, InvalidText, NotAllowed, NotOpen
from wiki.models import Clause, ClauseVersion, Comment, Document, Holding, Opinion, Suggestion
from wiki.policies import Account, can_moderate
from wiki.services.ledger import release_line
from wiki.services.versions import lock_document, record
from wiki.text.cleaning import REASON_LIMIT, REASON_MINIMUM, clean
from wiki.text.screening import FLOOD, SAME_AGAIN, History, screen
from wiki.workflow import DECIDING_STAGES, Status

LOOKED_BACK = timedelta(days=1)
NEW_ACCOUNT = timedelta(days=7)
HIDDEN_REASON_LIMIT = 300
"""What the comment itself keeps of the reason; the holding keeps all of it."""


def rule_for(
    *, author: Account | None, clause: Clause, text: str, reason: str = "", base_version: int | None = None
) -> str:
    """Return the rule by which a suggestion (with `base_version`) or a comment is held back, or "".

    Call it before the transaction that stores the words: it reads and compares, and needs no lock.
    """
    base = ""
    model: type[Suggestion] | type[Comment] = Comment
    if base_version is not None:
        model = Suggestion
        rows = ClauseVersion.objects.filter(clause=clause).at(base_version)
        base = rows.values_list("text", flat=True).first() or ""
    history = History(_elsewhere(model, author, clause, text), _by_new_accounts(model, author, clause, text))
    return screen(text, reason, base=base, history=history)


def announce_submission(said: Suggestion | Comment) -> None:
    """Tell the site of a new suggestion or comment, in the caller's transaction.

    What is held back goes to the desk and is `wiki.….held`; `wiki.….submitted` follows when it is released.
    """
    if said.held_by:
        hold(said)
    name = str(said._meta.model_name)
    happening = f"wiki.{name}.{'held' if said.held_by else 'submitted'}"
    ports.publish(
        topic=happening,
        payload={name: said.pk, "document": said.document_id, "clause": said.clause_id},
        key=f"{happening}:{said.pk}",
    )


def hold(said: Suggestion | Comment) -> Holding:
    """Put what `said.held_by` holds back before the moderators, in the caller's transaction."""
    return _put(said, {"state": Holding.State.WAITING})


def keep_hidden(comment: Comment, *, moderator: Account, reason: str) -> Holding:
    """Keep back a comment that a moderator has just hidden, in the caller's transaction.

    Its author may object as to any other.
    """
    return _put(
        comment,
        {
            "state": Holding.State.KEPT,
            "reason": reason,
            "moderator": moderator,
            "decided_at": timezone.now(),
        },
    )


def _put(said: Suggestion | Comment, fields: dict[str, Any]) -> Holding:
    """Store why words are held back; after they were let go, it is a new decision with a new right to object."""
    of: dict[str, Any] = {str(said._meta.model_name): said}
    fields = {"document_id": said.document_id, "rule": said.held_by, **fields}
    if Holding.objects.filter(**of, state=Holding.State.RELEASED).exists():
        fields |= {"objection": "", "objected_at": None}
    found, _ = Holding.objects.update_or_create(**of, defaults=fields)
    return found


def close_holding(said: Suggestion | Comment, moderator: Account) -> None:
    """Note that a moderator let the words go by another door, in the caller's transaction.

    Who had objected is told; who never heard of a hiding that is taken back at once need not hear of its end.
    """
    of: dict[str, Any] = {str(said._meta.model_name): said}
    holding = Holding.objects.filter(**of).first()
    if holding is not None:
        _decide(holding, Holding.State.RELEASED, moderator, "", told=holding.objected_at is not None)


def release(*, moderator: Account, holding: Holding, reason: str = "") -> Holding:
    """Let words go that a rule had held back: they are public and counted like any other from now on.

    Raises NotAllowed, NotOpen, AlreadyDecided, InvalidText.
    """
    reason = clean(reason, name="理由", limit=REASON_LIMIT, field="reason")
    with transaction.atomic():
        document, holding = _lock(moderator, holding)
        check_may_return(document)
        if holding.state == Holding.State.RELEASED:
            raise AlreadyDecided("这条内容已经放行。")
        said = holding.said
        if _taken_back(said):
            raise AlreadyDecided("提交的人已经撤回了这条内容。")
        _let_go(said)
        line = _line(said)
        if line is not None:
            release_line(line)
        _close(document, holding, Holding.State.RELEASED, moderator, reason)
        announce_submission(said)
        if isinstance(said, Comment):
            from wiki.services.comments import announce_reply  # which itself holds back through this module

            announce_reply(said)
        return holding


def keep_back(*, moderator: Account, holding: Holding, reason: str) -> Holding:
    """Keep words back as spam or abuse; the author is told the rule and the reason and may object once.

    Raises NotAllowed, AlreadyDecided, InvalidText.
    """
    reason = clean(reason, name="理由", limit=REASON_LIMIT, field="reason")
    if len(reason) < REASON_MINIMUM:
        raise InvalidText("拦下须说明理由。", fields={"reason": "请写明理由，会告诉提交的人。"})
    with transaction.atomic():
        document, holding = _lock(moderator, holding)
        if holding.state != Holding.State.WAITING:
            raise AlreadyDecided(f"这条内容{holding.get_state_display()}，不用再决定。")
        if isinstance(holding.said, Comment) and holding.said.held_reason:
            holding.said.held_reason = reason[:HIDDEN_REASON_LIMIT]
            holding.said.save(update_fields=["held_reason"])
        _close(document, holding, Holding.State.KEPT, moderator, reason)
        return holding


def object_to_holding(*, author: Account, holding: Holding, text: str) -> Holding:
    """Put one's own words that were kept back before a moderator again, once, with why they should be seen.

    Raises NotAllowed, AlreadyDecided, InvalidText.
    """
    text = clean(text, name="申诉", limit=REASON_LIMIT, field="objection")
    if len(text) < REASON_MINIMUM:
        raise InvalidText("请写明为什么应当放行。", fields={"objection": "请写明为什么应当放行。"})
    with transaction.atomic():
        document = lock_document(holding.document_id)
        holding = (
            Holding.objects.select_for_update(of=("self",))
            .select_related("suggestion", "comment")
            .get(pk=holding.pk)
        )
        if author is None or author.pk is None or holding.said.author_id != author.pk:
            raise NotAllowed("只能为自己写的内容申诉。")
        check_may_return(document)
        if holding.objected_at is not None:
            raise AlreadyDecided("已经申诉过一次，不能再次申诉。")
        if holding.state != Holding.State.KEPT:
            raise AlreadyDecided("这条内容还没有被拦下的决定，不用申诉。")
        holding.state, holding.objection, holding.objected_at = Holding.State.WAITING, text, timezone.now()
        holding.save(update_fields=["state", "objection", "objected_at"])
        _record(document, holding, "holding.objected", author)
        return holding


def _lock(moderator: Account, holding: Holding) -> tuple[Document, Holding]:
    document = lock_document(holding.document_id)
    if not can_moderate(moderator):
        raise NotAllowed("没有查看拦下内容的权限。")
    rows = Holding.objects.select_for_update(of=("self",)).select_related("suggestion", "comment")
    return document, rows.get(pk=holding.pk)


def check_may_return(document: Document) -> None:
    """Refuse to let an opinion in that could not be answered any more. Raises NotOpen."""
    if document.stage not in DECIDING_STAGES:
        raise NotOpen(f"这份文件现在是“{document.get_stage_display()}”，意见的答复已经公布，不能再放行。")


def _close(document: Document, holding: Holding, state: str, moderator: Account, reason: str) -> None:
    _decide(holding, state, moderator, reason)
    _record(document, holding, f"holding.{state}", moderator)


def _decide(holding: Holding, state: str, moderator: Account, reason: str, *, told: bool = True) -> None:
    now = timezone.now()
    holding.state, holding.moderator, holding.reason, holding.decided_at = state, moderator, reason, now
    holding.save(update_fields=["state", "moderator", "reason", "decided_at"])
    if not told:
        return
    ports.publish(
        topic=f"wiki.holding.{state}",
        payload={"holding": holding.pk, "document": holding.document_id, "rule": holding.rule},
        # The same words may be decided again, after an objection or after they were written anew.
        key=f"wiki.holding.{state}:{holding.pk}:{now.isoformat()}",
    )


def _record(document: Document, holding: Holding, action: str, actor: Account) -> None:
    more: dict[str, Any] = {} if holding.comment_id is None else {"comment": holding.comment_id}
    record(
        document=document,
        action=action,
        actor=actor,
        clause_id=holding.said.clause_id,
        suggestion=holding.suggestion,
        rule=holding.rule,
        **more,
    )


def _let_go(said: Suggestion | Comment) -> None:
    said.held_by = ""
    if isinstance(said, Comment):
        said.held_reason = ""
        said.save(update_fields=["held_by", "held_reason"])
    else:
        said.save(update_fields=["held_by"])


def _taken_back(said: Suggestion | Comment) -> bool:
    return said.status == Status.WITHDRAWN if isinstance(said, Suggestion) else said.withdrawn_at is not None


def _line(said: Suggestion | Comment) -> Opinion | None:
    return Opinion.objects.filter(**{str(said._meta.model_name): said}).first()


def _elsewhere(
    model: type[Suggestion] | type[Comment], author: Account | None, clause: Clause, text: str
) -> int:
    """Count what the author has said with these words of other clauses."""
    if author is None or not text:
        return 0
    since = timezone.now() - LOOKED_BACK
    rows: Any = model._default_manager.filter(author=author, submitted_at__gt=since, text=text)
    return len(rows.exclude(clause=clause).values_list("pk", flat=True)[:SAME_AGAIN])


def _by_new_accounts(
    model: type[Suggestion] | type[Comment], author: Account | None, clause: Clause, text: str
) -> int:
    """Count other new accounts that said the same of the same clause, where the author's own is new."""
    joined = getattr(author, "date_joined", None)
    new = timezone.now() - NEW_ACCOUNT
    if author is None or joined is None or joined < new or not text:
        return 0
    rows: Any = model._default_manager.filter(
        clause=clause, text=text, submitted_at__gt=timezone.now() - LOOKED_BACK, author__date_joined__gt=new
    )
    return len(set(rows.exclude(author=author).values_list("author_id", flat=True)[: 4 * FLOOD]))
