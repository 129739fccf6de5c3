"""The public log of decisions on a document: its lines from the log, masked, with what each decision said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.safestring import SafeString

from nlp import redact
from wiki.models import ClauseVersion, Decision, Document, Event, Opinion
from wiki.models.holding import rule_label
from wiki.presenters import parts
from wiki.selectors.naming import full_names

OUTCOMES = tuple(Decision.Outcome.values)
KEPT, RELEASED = "kept", "released"
NAMES = {**dict(Decision.Outcome.choices), KEPT: "拦下", RELEASED: "放行"}
_ACTIONS = {
    **{outcome: (f"suggestion.{outcome}", f"opinion.{outcome}") for outcome in OUTCOMES},
    KEPT: ("holding.kept", "comment.hidden"),
    RELEASED: ("holding.released", "comment.released"),
}


@dataclass(frozen=True)
class Entry:
    """One decision as everybody may read it; nobody is named, who decided is a role."""

    pk: int
    at: datetime
    role: str
    subject: str
    url: str
    clause: str
    outcome: str
    outcome_name: str
    reason_text: str
    version: int | None
    undone_in: int | None = None
    """The version that took adopted words out of the text again, while they are out."""

    @property
    def reason(self) -> SafeString:
        """The reason for a page."""
        return parts.marked(self.reason_text)


def entries(
    document: Document, *, outcome: str = "", before: int | None = None, size: int = 50
) -> tuple[list[Entry], bool]:
    """Return the document's decisions, newest first, older than the log's line `before`, and whether there are more."""
    wanted = [
        action for name in ([outcome] if outcome in _ACTIONS else _ACTIONS) for action in _ACTIONS[name]
    ]
    rows = Event.objects.filter(document=document, action__in=wanted)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("suggestion", "opinion").order_by("-pk")[: size + 1])
    return _entries(document, found[:size]), len(found) > size


def _entries(document: Document, events: Sequence[Event]) -> list[Entry]:
    suggestions = {event.suggestion_id for event in events if event.suggestion_id}
    opinions = {event.opinion_id for event in events if event.opinion_id}
    decided = Opinion.objects.filter(Q(suggestion__in=suggestions) | Q(pk__in=opinions)).select_related(
        "decision"
    )
    by_suggestion: dict[int, Opinion] = {}
    by_opinion: dict[int, Opinion] = {}
    for opinion in decided:
        by_opinion[opinion.pk] = opinion
        if opinion.suggestion_id is not None:
            by_suggestion[opinion.suggestion_id] = opinion
    clauses = {event.clause_id for event in events if event.clause_id}
    wordings = ClauseVersion.objects.filter(clause_id__in=clauses).order_by("since")
    wordings = wordings.only("clause_id", "parent_id", "kind", "label", "text")
    names = full_names({row.clause_id: row for row in wordings}.values())
    found: list[Entry] = []
    for event in events:
        line = by_suggestion.get(event.suggestion_id or 0) or by_opinion.get(event.opinion_id or 0)
        decision: Decision | None = getattr(line, "decision", None) if line is not None else None
        outcome = event.action.partition(".")[2]
        outcome = KEPT if outcome == "hidden" else outcome
        held = outcome in {KEPT, RELEASED}
        reason = rule_label(str(event.data.get("rule", ""))) if held else decision.reason if decision else ""
        found.append(
            Entry(
                pk=event.pk,
                at=event.at,
                role="审核员" if event.actor_id else "系统",
                subject=_subject(event, held),
                url=_url(document, event, held),
                clause=names.get(event.clause_id or 0, "全文"),
                outcome=outcome,
                outcome_name=str(NAMES[outcome]),
                reason_text=redact(reason),
                version=event.data.get("version"),
                undone_in=None if held or decision is None else decision.undone_in,
            )
        )
    return found


def _subject(event: Event, held: bool) -> str:
    """Return what was decided on; of held words not even the number, which would lead to them."""
    if held:
        return "一条修改建议" if event.suggestion_id else "一条评论"
    if event.suggestion_id:
        return f"第 {event.suggestion_id} 号修改建议"
    return f"第 {event.opinion_id} 号意见"


def _url(document: Document, event: Event, held: bool) -> str:
    if event.suggestion_id and not held:
        return reverse("wiki:suggestion", args=[document.slug, event.suggestion_id])
    if event.clause_id:
        return reverse("wiki:clause", args=[document.slug, event.clause_id])
    return ""
