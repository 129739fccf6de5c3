"""Saying yes or no to a clause, a suggestion or a comment."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from wiki.errors import ClauseGone, InvalidText, NotAllowed, NotOpen
from wiki.models import Clause, ClauseVersion, Comment, Document, Suggestion, Vote
from wiki.policies import Account, can_view, can_vote
from wiki.services.suggestions import closed_sentence
from wiki.services.versions import lock_document, record

Target = Clause | Suggestion | Comment


class Tally(NamedTuple):
    """How many said yes and no, and what the one who asks has said: 1, -1 or 0."""

    ups: int = 0
    downs: int = 0
    mine: int = 0

    @property
    def score(self) -> int:
        return self.ups - self.downs


def vote(*, voter: Account, target: Target, value: int) -> Tally:
    """Say yes (1), no (-1) or nothing (0) to a clause, a suggestion or a comment; return how it stands now.

    A second vote takes the place of the first. Raises NotAllowed, NotOpen, ClauseGone, InvalidText.
    """
    if value not in (1, 0, -1):
        raise InvalidText("请选择支持或反对。", fields={"value": "请选择支持或反对。"})
    on: dict[str, Any] = {str(target._meta.model_name): target}
    with transaction.atomic():
        document = lock_document(target.document_id)
        if not can_view(voter, document) or not voter.is_authenticated or not voter.is_active:
            raise NotAllowed("登录后才能表态。")
        if not can_vote(voter, document, timezone.now()):
            raise NotOpen(closed_sentence(document, "不能再表态"))
        _check_target(voter, target)
        before = Vote.objects.filter(voter=voter, **on).first()
        was = before.value if before else 0
        if value == 0 and before is not None:
            before.delete()
        elif value:
            Vote.objects.update_or_create(voter=voter, **on, defaults={"value": value})
        if isinstance(target, Clause) and value != was:
            # The document's page shows the figures. The log says that they are others, never who said what.
            record(document=document, action="clause.voted", actor=None, clause_id=target.pk)
        if isinstance(target, Comment):
            if value != was:
                Comment.objects.filter(pk=target.pk).update(
                    score=F("score") + value - was,
                    ups=F("ups") + int(value == 1) - int(was == 1),
                    downs=F("downs") + int(value == -1) - int(was == -1),
                )
            target.refresh_from_db(fields=["score", "ups", "downs"])
            return Tally(target.ups, target.downs, value)
        return tallies(type(target), [target.pk], voter)[target.pk]


def tallies(kind: type[Clause] | type[Suggestion], ids: Collection[int], voter: Any) -> Mapping[int, Tally]:
    """Return id → how the votes on these clauses or suggestions stand, by one indexed query and one for the voter's."""
    name = str(kind._meta.model_name)
    counted = (
        Vote.objects.filter(**{f"{name}__in": list(ids)})
        .values_list(f"{name}_id")
        .annotate(ups=Count("id", filter=Q(value=1)), downs=Count("id", filter=Q(value=-1)))
        .order_by()
    )
    found = {one: Tally(ups, downs) for one, ups, downs in counted}
    mine = votes_of(voter, name, ids)
    return {one: found.get(one, Tally())._replace(mine=mine.get(one, 0)) for one in ids}


def clause_tallies(document: Document) -> dict[int, Tally]:
    """Return clause id → how the votes on the document's clauses stand; only those that have any. One query."""
    counted = (
        Vote.objects.filter(clause__document=document)
        .values_list("clause_id")
        .annotate(ups=Count("id", filter=Q(value=1)), downs=Count("id", filter=Q(value=-1)))
        .order_by()
    )
    return {clause: Tally(ups, downs) for clause, ups, downs in counted}


def votes_of(voter: Any, name: str, ids: Collection[int]) -> dict[int, int]:
    """Return id → what a person has said to these; nothing for somebody who has not signed in."""
    if not ids or not getattr(voter, "is_authenticated", False):
        return {}
    rows = Vote.objects.filter(voter=voter, **{f"{name}__in": list(ids)})
    return dict(rows.values_list(f"{name}_id", "value"))


def _check_target(voter: Account, target: Target) -> None:
    """Refuse votes on what is no longer there to be read."""
    if isinstance(target, Clause):
        if not ClauseVersion.objects.current().filter(clause=target).exists():
            raise ClauseGone("这一条已经不在现行文本里，不能再表态。")
        return
    if isinstance(target, Suggestion):
        shown = Suggestion.objects.filter(pk=target.pk).shown_to(voter).exists()
    else:
        shown = Comment.objects.filter(pk=target.pk).said().exists()
    if not shown:
        raise NotAllowed("这里的文字没有公开，不能表态。")
