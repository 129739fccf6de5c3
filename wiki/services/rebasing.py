"""Wording one's own suggestion anew on the text that it collided with."""

from __future__ import annotations

from django.db import transaction

from wiki.errors import AlreadyDecided, ClauseGone, NotAllowed, NotOpen, StaleBase
from wiki.models import Suggestion
from wiki.policies import Account
from wiki.services.holding import hold, rule_for
from wiki.services.ledger import hold_line
from wiki.services.suggestions import WORDED, check_wording, closed_sentence
from wiki.services.text import current_rows
from wiki.services.versions import lock_document, record
from wiki.text.cleaning import CLAUSE_LIMIT, clean
from wiki.workflow import DECIDING_STAGES, UNDECIDED, Action, Status, next_status


def rebase_suggestion(
    *, author: Account, suggestion: Suggestion, text: str = "", seen_version: int
) -> Suggestion:
    """Carry one's own colliding suggestion to the clause's wording of now, with the words `text`.

    It keeps its number, its time and its reason; what was written first stays in `text`. A suggestion to take the
    clause out needs no words: its author has seen the new ones and still wants it out. `seen_version` is the document
    version whose wording the author saw. Raises NotAllowed, AlreadyDecided, NotOpen, ClauseGone, StaleBase,
    InvalidText, NothingChanged.
    """
    worded = suggestion.kind in WORDED
    if worded:
        text = clean(text, name="建议的文字", limit=CLAUSE_LIMIT, field="text")
    rule = ""
    if worded:
        rule = rule_for(
            author=author,
            clause=suggestion.clause,
            text=text,
            reason=suggestion.reason,
            base_version=seen_version,
        )
    with transaction.atomic():
        document = lock_document(suggestion.document_id)
        suggestion = (
            Suggestion.objects.select_for_update(of=("self",)).select_related("opinion").get(pk=suggestion.pk)
        )
        if suggestion.author_id is None or suggestion.author_id != author.pk:
            raise NotAllowed("只能改写自己的建议。")
        if suggestion.status not in UNDECIDED:
            raise AlreadyDecided(f"这条建议已经有结果：{Status(suggestion.status).label}，不能再改写。")
        status = next_status(suggestion.status, Action.REBASE)
        if status is None:
            raise AlreadyDecided("这条建议没有冲突，已经自动转到现行文本上。")
        if document.stage not in DECIDING_STAGES:
            raise NotOpen(closed_sentence(document))
        current = current_rows(document).get(suggestion.clause_id)
        if current is None:
            raise ClauseGone("这一条已经不在现行文本里，可以撤回这条建议。")
        if current.since > seen_version:
            raise StaleBase(
                f"这一条刚刚又有了新文本（第 {current.since} 版），请看新文本再提交。",
                current_text=current.text,
                current_version=document.version,
            )
        if worded:
            check_wording(current, text)
            suggestion.carried_text = text
        suggestion.carried_version = document.version
        suggestion.same_sentence = False
        suggestion.status = status
        suggestion.held_by = rule or suggestion.held_by
        suggestion.save(
            update_fields=["carried_text", "carried_version", "same_sentence", "status", "held_by"]
        )
        if rule:
            hold_line(suggestion.opinion, rule=rule)
            hold(suggestion)
        record(
            document=document,
            action="suggestion.rebased",
            actor=author,
            clause_id=suggestion.clause_id,
            suggestion=suggestion,
            version=document.version,
        )
        return suggestion
