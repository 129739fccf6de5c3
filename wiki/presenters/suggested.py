"""What a suggestion asks for, as the public sees it: its change, where a clause would stand, its answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.safestring import SafeString

from nlp import redact
from wiki.models import ClauseVersion, Decision, Suggestion
from wiki.outline import name_of
from wiki.policies import Person
from wiki.presenters import parts
from wiki.selectors.heirs import standing_for
from wiki.text.diff import Span
from wiki.workflow import UNDECIDED, Status

Kind = Suggestion.Kind


def shown_suggestions(
    suggestions: Iterable[Suggestion], current: Mapping[int, ClauseVersion], viewer: Person
) -> list[dict[str, Any]]:
    """Return what pages show of suggestions, in two queries for the names of places, however many there are.

    They are loaded with `author`, `opinion__decision`, `with_base_text()` and `with_carried_base()`; `current` holds
    the latest wording by clause id. Authors are offered to take theirs back, or to word it anew.
    """
    listed = list(suggestions)
    names, origins = place_names(listed, current), _origin_names(listed)
    return [
        _shown(suggestion, current[suggestion.clause_id], names, origins, viewer) for suggestion in listed
    ]


def place_names(suggestions: Sequence[Suggestion], current: Mapping[int, ClauseVersion]) -> dict[int, str]:
    """Return clause id → name for every place that new or moved clauses are to stand at."""
    ids = {
        clause_id
        for suggestion in suggestions
        for clause_id in (suggestion.parent_id, suggestion.after_id)
        if clause_id is not None
    }
    ids |= {
        row.parent_id
        for row in (current[one.clause_id] for one in suggestions if one.kind == Kind.MOVE)
        if row.parent_id is not None
    }
    if not ids:
        return {}
    fields = ("clause_id", "kind", "label", "text", "until")
    found = {
        row.clause_id: row
        for row in ClauseVersion.objects.filter(clause_id__in=ids).order_by("since").only(*fields)
    }
    gone = [row.clause_id for row in found.values() if row.until is not None]
    # A place beside a clause that was merged into another one is beside that one.
    heirs = standing_for({one.document_id for one in suggestions}, gone) if gone else {}
    names = {clause_id: name_of(row) for clause_id, row in found.items()}
    if heirs:
        rows = ClauseVersion.objects.filter(clause_id__in=heirs.values()).current().only(*fields)
        standing = {row.clause_id: name_of(row) for row in rows}
        names |= {one: standing[heir] for one, heir in heirs.items() if heir in standing}
    return names


def place_sentence(suggestion: Suggestion, names: Mapping[int, str]) -> str:
    """Return where a new or moved clause is to stand; "" for the other kinds."""
    if suggestion.kind not in {Kind.ADD, Kind.MOVE}:
        return ""
    verb = "加" if suggestion.kind == Kind.ADD else "移"
    if suggestion.after_id is not None:
        return f"{verb}到“{names.get(suggestion.after_id, '一条')}”之后"
    if suggestion.parent_id is not None:
        return f"{verb}到“{names.get(suggestion.parent_id, '一条')}”下面，排在最前"
    return f"{verb}到全文最前"


def _shown(
    suggestion: Suggestion,
    current: ClauseVersion,
    names: Mapping[int, str],
    origins: Mapping[int, str],
    viewer: Person,
) -> dict[str, Any]:
    decision: Decision | None = suggestion.decision
    undecided = suggestion.status in UNDECIDED
    mine = bool(viewer.is_authenticated and suggestion.author_id == viewer.pk)
    origin = ""
    if suggestion.kind == Kind.MOVE and undecided and current.parent_id is not None:
        origin = f"现在在“{names.get(current.parent_id, '一条')}”下面"
    return {
        "suggestion": suggestion,
        "decision": decision,
        "diff": change_html(suggestion, current),
        "where": place_sentence(suggestion, names),
        "origin": origin,
        "written_on": origins.get(suggestion.origin_id, "另一条") if suggestion.origin_id is not None else "",
        "gone": undecided and suggestion.status == Status.CONFLICT and current.until is not None,
        "reason": parts.public_text(suggestion.reason),
        "author": parts.public_name(suggestion.author) if suggestion.author_id else "未登录的访客",
        "contained": suggestion.kind == Kind.CHANGE
        and suggestion.status == Status.PENDING
        and suggestion.carried_text == current.text,
        "mine": mine,
        "may_withdraw": mine and undecided,
        "may_edit": mine and suggestion.status == Status.PENDING and current.until is None,
        "may_rebase": mine
        and suggestion.status == Status.CONFLICT
        and suggestion.kind in {Kind.CHANGE, Kind.DELETE}
        and current.until is None,
    }


def _origin_names(suggestions: Sequence[Suggestion]) -> dict[int, str]:
    """Return clause id → its own last name, for the clauses whose words have since gone to another one."""
    ids = {one.origin_id for one in suggestions if one.origin_id is not None}
    if not ids:
        return {}
    rows = ClauseVersion.objects.filter(clause_id__in=ids).order_by("since")
    return {row.clause_id: name_of(row) for row in rows.only("clause_id", "kind", "label", "text")}


def change_html(suggestion: Suggestion, current: ClauseVersion) -> SafeString:
    """Return the change a suggestion stands for now, or stood for when it was decided, for reading."""
    decision: Decision | None = suggestion.decision
    if suggestion.kind == Kind.MOVE:
        return parts.marked(decision.wording if decision and decision.wording else current.text)
    if decision is not None and decision.outcome != Decision.Outcome.REJECTED:
        return parts.diff_html(decision.replaced, decision.wording)
    if suggestion.kind == Kind.ADD:
        return parts.spans_html([Span("ins", redact(suggestion.text))])
    pending = suggestion.status == Status.PENDING
    base = current.text if pending else _base_of(suggestion)
    if suggestion.kind == Kind.DELETE:
        return parts.spans_html([Span("del", base)]) if base else parts.marked("")
    return parts.public_diff_html(base, suggestion.carried_text)


def _base_of(suggestion: Suggestion) -> str:
    """Return the last wording that the suggestion could be carried to."""
    return getattr(suggestion, "carried_base", None) or suggestion.base_text or ""
