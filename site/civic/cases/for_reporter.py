"""Who is the person that reported, and what this person sees of the case and may do: more than the public, as data."""

import hmac
from datetime import datetime
from typing import Any, NamedTuple, TypedDict

from django.db.models import Q
from django.utils import timezone

import nlp
from civic.cases import workflow
from civic.cases.models import Case, CaseEvent, Rating, Report, Step
from civic.cases.results import addresses, latest_answer
from civic.cases.services.closure import reopen_until, reopening_of
from civic.cases.workflow import REPORTER

Kind = CaseEvent.Kind
NOTHING_RESOLVED = (Case.Outcome.DECLINED, Case.Outcome.REFERRED)


def is_reporter(
    report: Report, *, user: Any = None, secret: str = "", sender: str = "", numbers: tuple[str, ...] = ()
) -> bool:
    """Whether one of these proves the person who reported: account, receipt code, chat identity, own browser."""
    if report.number in numbers:
        return True
    if user is not None and user.is_authenticated and report.reporter_id == user.pk:
        return True
    if sender and hmac.compare_digest(report.sender.encode(), sender.encode("utf-8", "replace")):
        return True
    given = "".join(secret.split()).upper()
    return bool(given) and hmac.compare_digest(report.secret.encode(), given.encode("utf-8", "replace"))


class Words(NamedTuple):
    """What somebody wrote, masked, when, and the addresses of the photos with it that this reader may see."""

    text: str
    at: datetime
    photos: tuple[str, ...] = ()


class OwnView(TypedDict):
    """A case before the person who reported it."""

    question: Words | None
    answer: Words | None
    refusal: Words | None
    additions: list[Words]
    rating: Rating | None
    rating_comment: str
    lapsed: bool
    urged: int
    urged_today: bool
    may_urge: bool
    may_add: bool
    may_rate: bool
    may_reopen: bool
    may_appeal: bool
    reopen_until: datetime | None


def _last(events: list[CaseEvent], **wanted: str) -> Words | None:
    for event in reversed(events):
        if all(getattr(event, name) == value for name, value in wanted.items()):
            return _words(event)
    return None


def _words(event: CaseEvent) -> Words:
    return Words(nlp.redact(event.reason), event.created_at, tuple(addresses(event.photos.all())))


def answer_of(case: Case) -> Words | None:
    """Return the department's latest answer for everyone: masked, without its photos."""
    answer = latest_answer(case)
    return None if answer is None else Words(nlp.redact(answer.reason), answer.created_at)


def own_view(report: Report, at: datetime | None = None) -> OwnView:
    """Return what the person who reported sees of the case beyond the public and may do now."""
    at, case = at or timezone.now(), report.case
    events = list(
        # What this person wrote stays with the case it was written to, also when the report has moved since.
        CaseEvent.objects.filter(
            Q(case=case) | Q(report=report),
            action__in=["ask", "answer", "decline", "refer", "lapse", "urge", "add"],
        )
        .prefetch_related("photos")
        .order_by("created_at", "id")
    )
    ratings = list(report.ratings.order_by("-round", "-created_at")[:1])
    rating = ratings[0] if ratings and ratings[0].round == case.reopened else None
    until = reopen_until(case)
    in_time = until is not None and at <= until
    rows = {row.action for row in workflow.available(workflow.state_of(case), frozenset({REPORTER}))}
    own = [event for event in events if event.report_id == report.pk]
    urged = [event for event in own if event.kind == Kind.URGED]
    refused = case.step == Step.CLOSED and case.outcome in NOTHING_RESOLVED
    again = in_time and reopening_of(case) in rows
    # In verification a "no" before this result is of the past; a "yes" that waits for others may become a "no".
    current = rating is not None and (case.step == Step.CLOSED or rating.created_at >= case.step_at)
    return OwnView(
        question=_last(events, action="ask") if case.paused_at is not None else None,
        answer=_last(events, action="answer"),
        refusal=_last([event for event in events if event.action in {"decline", "refer"}])
        if refused
        else None,
        additions=[_words(one) for one in own if one.kind == Kind.ADDED],
        rating=rating if current else None,
        rating_comment=nlp.redact(rating.comment)
        if rating is not None and current and rating.comment
        else "",
        lapsed=case.step == Step.CLOSED and bool(events) and events[-1].action == "lapse",
        urged=len(urged),
        urged_today=any(timezone.localdate(one.created_at) == timezone.localdate(at) for one in urged),
        may_urge="urge" in rows,
        may_add="add" in rows,
        may_rate=not current and (case.step == Step.VERIFICATION or (in_time and "reopen" in rows)),
        may_reopen=again and not refused,
        may_appeal=again and refused,
        reopen_until=until if in_time else None,
    )
