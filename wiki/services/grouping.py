"""Putting suggestions that ask for nearly the same together: by the rule, and by a moderator's hand."""

from __future__ import annotations

from django.db import transaction

from wiki.errors import AlreadyDecided, InvalidText, NotAllowed
from wiki.models import ClauseVersion, Document, Suggestion
from wiki.policies import Account, can_moderate
from wiki.services.following import save_all
from wiki.services.versions import lock_document, record
from wiki.text.likeness import Change, groups
from wiki.workflow import UNDECIDED, Status


def group_suggestions(*, clause_id: int) -> int:
    """Group a clause's pending suggestions anew, as their words stand now; return how many changed their group.

    Running it twice changes nothing. What a moderator has put somewhere stays there. Comparing comes before the
    transaction; a suggestion that was decided meanwhile is left as it is.
    """
    rows = list(Suggestion.objects.filter(clause_id=clause_id).waiting().order_by("pk"))
    if not rows:
        return 0
    current = (
        ClauseVersion.objects.filter(clause_id=clause_id).current().values_list("text", flat=True).first()
    )
    free = [row for row in rows if not row.placed_by_hand and row.status == Status.PENDING]
    placed = {row.alike_id for row in rows if row.placed_by_hand}
    # A head of hand-placed members stays a head, or a group would lose its name under them.
    heads = [row for row in free if row.pk in placed]
    others = [row for row in free if row.pk not in placed]
    found = groups(
        [(row.pk, change_of(row, current or "")) for row in others],
        heads=[(row.pk, change_of(row, current or "")) for row in heads],
    )
    moved = {row.pk: found.get(row.pk) for row in free if row.alike_id != found.get(row.pk)}
    if not moved:
        return 0
    with transaction.atomic():
        lock_document(rows[0].document_id)
        still = list(
            Suggestion.objects.select_for_update(of=("self",))
            .filter(
                pk__in=[row.pk for row in free if row.pk in moved],
                placed_by_hand=False,
                status=Status.PENDING,
            )
            .order_by("pk")
        )
        for row in still:
            row.alike_id = moved[row.pk]
        save_all(still, "alike")
    return len(still)


def change_of(suggestion: Suggestion, current: str) -> Change:
    """Return what a suggestion does to the clause's wording `current`, as likeness compares it."""
    kind = Suggestion.Kind
    if suggestion.kind == kind.CHANGE:
        return Change("change", current, suggestion.carried_text)
    place = (suggestion.parent_id, suggestion.after_id) if suggestion.kind in {kind.ADD, kind.MOVE} else None
    text = suggestion.carried_text if suggestion.kind == kind.ADD else ""
    return Change(suggestion.kind, "", text, place)


def put_in_group(*, moderator: Account, suggestion: Suggestion, head: Suggestion) -> Suggestion:
    """Put a suggestion in the group that `head` belongs to, by hand: the rule leaves it there.

    Raises NotAllowed, AlreadyDecided, InvalidText.
    """
    with transaction.atomic():
        document, suggestion = _lock(moderator, suggestion)
        head = Suggestion.objects.select_for_update(of=("self",)).get(pk=head.pk)
        if head.alike_id is not None:
            head = Suggestion.objects.select_for_update(of=("self",)).get(pk=head.alike_id)
        if head.pk == suggestion.pk:
            raise InvalidText("一条建议不能归到自己那一组。", fields={"head": "请选择另一条建议。"})
        if head.clause_id != suggestion.clause_id or head.kind != suggestion.kind:
            raise InvalidText(
                "只能归到同一条款、同一类型的建议里。", fields={"head": "请选择同一条款、同一类型的建议。"}
            )
        if head.held_by or head.status not in UNDECIDED:
            raise AlreadyDecided("那一组已经有决定，不能再归进去。")
        # Who followed this one follows it into the new group.
        Suggestion.objects.filter(alike=suggestion).update(alike=head)
        return _place(document, moderator, suggestion, head)


def take_out_of_group(*, moderator: Account, suggestion: Suggestion) -> Suggestion:
    """Let a suggestion stand alone, by hand: the rule puts it in no group again.

    Raises NotAllowed, AlreadyDecided, InvalidText.
    """
    with transaction.atomic():
        document, suggestion = _lock(moderator, suggestion)
        members = Suggestion.objects.filter(alike=suggestion).order_by("pk")
        heir = members.first()
        if suggestion.alike_id is None and heir is None:
            raise InvalidText("这条建议不在任何一组里。")
        if heir is not None:
            members.exclude(pk=heir.pk).update(alike=heir)
            Suggestion.objects.filter(pk=heir.pk).update(alike=None)
        return _place(document, moderator, suggestion, None)


def _lock(moderator: Account, suggestion: Suggestion) -> tuple[Document, Suggestion]:
    document = lock_document(suggestion.document_id)
    if not can_moderate(moderator):
        raise NotAllowed("没有审核修改建议的权限。")
    suggestion = Suggestion.objects.select_for_update(of=("self",)).get(pk=suggestion.pk)
    if suggestion.status not in UNDECIDED:
        raise AlreadyDecided(f"这条建议已经有决定：{Status(suggestion.status).label}。")
    return document, suggestion


def _place(
    document: Document, moderator: Account, suggestion: Suggestion, head: Suggestion | None
) -> Suggestion:
    suggestion.alike, suggestion.placed_by_hand = head, True
    suggestion.save(update_fields=["alike", "placed_by_hand"])
    record(
        document=document,
        action="suggestion.grouped" if head else "suggestion.ungrouped",
        actor=moderator,
        clause_id=suggestion.clause_id,
        suggestion=suggestion,
        head=head.pk if head else None,
    )
    return suggestion
