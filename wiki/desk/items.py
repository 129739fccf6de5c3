"""What the desk shows of a suggestion or of a group: its change against today's text, a collision piece by piece."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString

from wiki.desk.forms import ReviewForm
from wiki.desk.queue import OVERDUE
from wiki.models import AnswerTemplate, ClauseVersion, Decision, Suggestion
from wiki.outline import name_of
from wiki.presenters import parts
from wiki.presenters.suggested import place_sentence
from wiki.text.diff import Span
from wiki.text.hunks import hunks
from wiki.text.merge import Conflict, Merge, merge
from wiki.workflow import UNDECIDED, Status

Kind = Suggestion.Kind


def item_of(
    found: Suggestion,
    current: ClauseVersion,
    *,
    names: Mapping[int, str],
    now: datetime,
    templates: Sequence[AnswerTemplate],
    form: ReviewForm | None = None,
    others: Sequence[Suggestion] = (),
    size: int = 1,
    heirs: Sequence[ClauseVersion] = (),
    twin: ClauseVersion | None = None,
) -> dict[str, Any]:
    """Return what the desk shows of a suggestion, and of the `others` that speak with it in a group of `size`.

    Loaded with `author`, `document`, `opinion__decision`, `with_base_text()` and `with_carried_base()`. A `form` that
    was refused comes back with what was typed. `heirs` are the clauses that have words of this one since a split or a
    merge: what collides can be worded there. `twin` is the clause that says already what a new one would say.
    """
    decision: Decision | None = found.decision
    undecided = found.status in UNDECIDED
    collision: list[dict[str, str]] = []
    proposed = proposed_text(found, current)
    proposed_on, start = None, proposed
    if found.status == Status.CONFLICT and found.kind == Kind.CHANGE:
        collision = _collision(merge(base_of(found), found.carried_text, current.text))
    pieces = (
        hunks(current.text, proposed) if undecided and found.kind == Kind.CHANGE and not collision else []
    )
    gone = current.until is not None and found.kind != Kind.ADD
    if found.status != Status.CONFLICT or found.kind not in {Kind.CHANGE, Kind.DELETE}:
        heirs = ()
    elif heirs and (gone or found.kind == Kind.DELETE):
        proposed_on, start = heirs[0].clause_id, heirs[0].text
    seen = {"seen_version": current.document.version, "seen_members": size}
    if form is None:
        form = ReviewForm(
            templates=templates,
            initial={"wording": start, "on": proposed_on, "together": size > 1} | seen,
            auto_id=f"s{found.pk}_%s",
        )
    else:
        form.see(**seen)
    return {
        "suggestion": found,
        "decision": decision,
        "undecided": undecided and not found.held_by,
        "diff": difference(found, current, decision, proposed),
        "where": place_sentence(found, names),
        "original": parts.diff_html(found.base_text or "", found.text),
        "was_carried": found.kind == Kind.CHANGE and found.carried_text != found.text,
        "contained": undecided and found.kind == Kind.CHANGE and proposed == current.text,
        "collision": collision,
        "stuck": found.status == Status.CONFLICT and found.kind not in {Kind.CHANGE, Kind.ADD},
        "worded": found.kind in {Kind.CHANGE, Kind.ADD},
        "pieces": pieces if len(pieces) > 1 else [],
        "taken": form.taken if form.is_bound else None,
        "form": form,
        "gone": gone,
        "twin": twin if undecided else None,
        "heirs": [(row.clause_id, row.label, row.text) for row in heirs],
        "own": None if gone or found.kind == Kind.DELETE else name_of(current),
        "passed": found.origin_id is not None,
        "on": str(form["on"].value() or found.clause_id),
        "overdue": undecided and now - found.submitted_at > OVERDUE,
        "waited": _waited(now, found) if undecided else "",
        "size": size,
        "others": [
            {
                "suggestion": one,
                "diff": None
                if _same_words(one, found)
                else difference(one, current, None, proposed_text(one, current)),
            }
            for one in others
        ],
        "more": size - 1 - len(others),
    }


def base_of(suggestion: Suggestion) -> str:
    """Return the last wording that the suggestion could be carried to."""
    return getattr(suggestion, "carried_base", None) or suggestion.base_text or ""


def proposed_text(found: Suggestion, current: ClauseVersion) -> str:
    """Return today's wording with the suggestion's change made, its side taken where it collides."""
    if found.status != Status.CONFLICT or found.kind != Kind.CHANGE:
        return found.carried_text
    return merge(base_of(found), found.carried_text, current.text).preferring_ours()


def _same_words(one: Suggestion, other: Suggestion) -> bool:
    return one.carried_text == other.carried_text


def difference(
    found: Suggestion, current: ClauseVersion, decision: Decision | None, proposed: str
) -> SafeString:
    """Return a suggestion's change of today's text, or what was decided, for reading: the desk masks nothing."""
    if found.kind == Kind.MOVE:
        return parts.marked(current.text)
    if decision is not None and decision.outcome != Decision.Outcome.REJECTED:
        return parts.diff_html(decision.replaced, decision.wording)
    if found.kind == Kind.ADD:
        return parts.spans_html([Span("ins", proposed)])
    if found.kind == Kind.DELETE:
        return parts.spans_html([Span("del", current.text)]) if current.text else parts.marked("")
    return parts.diff_html(current.text, proposed)


def _collision(merged: Merge) -> list[dict[str, str]]:
    return [
        {"base": piece.base, "ours": piece.ours, "theirs": piece.theirs}
        if isinstance(piece, Conflict)
        else {"text": piece}
        for piece in merged.pieces
    ]


def _waited(now: datetime, found: Suggestion) -> str:
    """Return how long a suggestion has waited, in words."""
    hours = int((now - found.submitted_at).total_seconds() // 3600)
    if hours < 1:
        return "刚刚提交"
    return f"已等 {hours} 小时" if hours < 48 else f"已等 {hours // 24} 天"
