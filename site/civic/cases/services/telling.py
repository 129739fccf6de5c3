"""What other systems are told of cases: outbox handlers that turn entries of the record into webhook messages.

A partner hears of the cases that it sent or handles; one that asked for all public changes hears of those of public
cases as well. Nobody's words are in a message before a clerk has released them, except those that the department
which handles the case works from; answers and these are masked. Accusations and what concerns somebody's safety are
told to who sent or handles them only, and then without any words or place on a map. A partner is not told what it did
itself.
"""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

import nlp
from civic.cases.for_partner import (
    PUBLIC,
    heard_by,
    is_quiet,
    partner_case,
    roles_of,
    with_partner_parts,
)
from civic.cases.models import Case, CaseEvent, Report, ReportRelease
from civic.cases.policies import may_be_released
from civic.cases.querysets import understood
from civic.partners.models import EventKind, Webhook
from civic.partners.querysets import listening
from civic.partners.services.delivering import Message, enqueue

Kind = CaseEvent.Kind
TOLD: dict[str, str] = {
    Kind.RECEIVED: EventKind.RECEIVED,
    Kind.STEP: EventKind.STEP,
    Kind.RELEASED: EventKind.RELEASED,
    **dict.fromkeys(
        (Kind.RECODED, Kind.PLACED, Kind.URGED, Kind.SUPERVISED, Kind.PAUSED, Kind.RESUMED, Kind.ADDED,
         Kind.RATED, Kind.SUPPORTED, Kind.MERGED, Kind.UNMERGED, Kind.EXTERNAL, Kind.WITHDRAWN),
        EventKind.UPDATED,
    ),
}  # fmt: skip
TOLD_TO_ALL = frozenset(
    {
        Kind.RECEIVED,
        Kind.STEP,
        Kind.RECODED,
        Kind.PLACED,
        Kind.RELEASED,
        Kind.WITHDRAWN,
        Kind.MERGED,
        Kind.UNMERGED,
    }
)


class NotYetUnderstood(Exception):
    """Whether everybody may hear of it is known when its report is analysed; the outbox comes again."""


def tell_of_reports(payloads: list[dict[str, Any]]) -> None:
    """Tell of new reports; comes after their analysis, so that what must stay quiet is known.

    Raises NotYetUnderstood when that is late or failed: those who may hear at once have been told by then.
    """
    hooks = listening()
    if hooks:
        received = CaseEvent.objects.filter(
            kind=Kind.RECEIVED, report__in=[payload["report"] for payload in payloads]
        )
        _tell(received, hooks)


def tell_of_events(payloads: list[dict[str, Any]]) -> None:
    """Tell of entries of the record. Raises NotYetUnderstood as `tell_of_reports` does."""
    hooks = listening()
    if hooks:
        _tell(CaseEvent.objects.filter(pk__in=[payload["event"] for payload in payloads]), hooks)


def _tell(events: Iterable[CaseEvent], hooks: list[Webhook]) -> None:
    chosen = CaseEvent.objects.filter(pk__in=[event.pk for event in events], kind__in=TOLD)
    told = list(chosen.order_by("pk"))
    enqueue([message for event in told for message in _messages(event, hooks)])
    if any(hook.audience == Webhook.Audience.PUBLIC for hook in hooks):
        for_all = {event.case_id for event in told if event.kind in TOLD_TO_ALL}
        waiting = Report.objects.filter(case__in=for_all, case__withheld=False, analysis=None)
        if waiting.exclude(understood("case__")).exists():
            raise NotYetUnderstood


def _messages(event: CaseEvent, hooks: list[Webhook]) -> list[Message]:
    """Return what each webhook that may hear of an entry is told; masking is done here, outside any transaction."""
    messages = []
    seen: dict[int, Case | None] = {}
    for hook in hooks:
        partner = hook.partner
        if event.actor_id == partner.user_id or (hook.kinds and TOLD[event.kind] not in hook.kinds):
            continue
        if partner.pk not in seen:
            seen[partner.pk] = with_partner_parts(Case.objects.filter(pk=event.case_id), partner).first()
        case = seen[partner.pk]
        if case is None or not _may_hear(case, event, hook):
            continue
        messages.append(Message(hook.pk, f"event-{event.pk}", TOLD[event.kind], _payload(case, event, hook)))
    return messages


def _is_own(case: Case, hook: Webhook) -> bool:
    partner = hook.partner
    return bool(roles_of(partner, case)) or any(
        report.partner_id == partner.user_id for report in case.reports.all()
    )


def _may_hear(case: Case, event: CaseEvent, hook: Webhook) -> bool:
    if not case.reports.all():  # merged away: what it lives on in is told of
        return False
    # A sender does not hear of other people's reports that are in the same case by now.
    if roles_of(hook.partner, case) or (_is_own(case, hook) and event.kind != Kind.RECEIVED):
        return True
    return (
        hook.audience == Webhook.Audience.PUBLIC
        and event.kind in TOLD_TO_ALL
        and not is_quiet(case)
        and Case.objects.filter(understood(), pk=case.pk).exists()
    )


def _payload(case: Case, event: CaseEvent, hook: Webhook) -> dict[str, Any]:
    """Return a message: what happened, and the case as it is now."""
    own, quiet = _is_own(case, hook), is_quiet(case)
    face: dict[str, Any] = {**partner_case(case, hook.partner, role="" if own else PUBLIC)}
    if quiet:
        face["lon"] = face["lat"] = None
    for name in ("received_at", "updated_at", "due_at"):
        face[name] = face[name] and timezone.localtime(face[name]).isoformat()
    # Of what another system says its status is told; its note is for the desk.
    heard = event.action in heard_by(hook.partner, case)
    told = event.reason if heard else str(event.data.get("status", ""))
    said = told if own and not quiet else ""
    happened = {
        "id": event.pk,
        "kind": event.kind,
        "action": event.action if event.kind != Kind.RECEIVED else "",
        "from_step": event.from_step,
        "to_step": event.to_step,
        "at": timezone.localtime(event.created_at).isoformat(),
        "words": nlp.redact(said) if said else "",
    }
    if event.kind == Kind.RATED and own:
        happened |= {"solved": event.data.get("solved"), "stars": event.data.get("stars")}
    return {
        "type": TOLD[event.kind],
        "timestamp": timezone.localtime(event.created_at).isoformat(),
        "data": {**face, "event": happened, "texts": [] if quiet else _released(case, face)},
    }


def _released(case: Case, face: dict[str, Any]) -> list[str]:
    """Return the released words of the reports that the message names."""
    numbers = {report["number"] for report in face["reports"]}
    shown = {report.pk: report for report in case.reports.all() if report.number in numbers}
    releases = ReportRelease.objects.filter(report__in=list(shown)).order_by("report__received_at", "pk")
    texts = []
    for release in releases:
        report = shown[release.report_id]
        report.case = case
        if may_be_released(report):
            texts.append(release.text)
    return texts
