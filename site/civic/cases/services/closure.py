"""What the person who reported does: urge, add, confirm, dispute, have it done again, and judge the result.

That it is this person has been proven before (`civic.cases.for_reporter.is_reporter`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from civic.accounts.models import User
from civic.cases import workflow
from civic.cases.models import Case, CaseEvent, IdempotencyKey, Photo, Rating, Report, Step
from civic.cases.services.checking import check_reason, clean, fingerprint_of
from civic.cases.services.intake import KeyReused
from civic.cases.services.photos import Stored, attach, discard, keeping
from civic.cases.services.steps import move, require_row, tell_of_change, tell_of_entry
from civic.cases.workflow import REPORTER, Transition
from civic.core.errors import Conflict, InvalidInput, NotAllowed, TooMany

ADDITIONS_A_DAY = 20
COMMENT_LIMIT = 500
REPORT_PHOTOS = 18  # of one report, those that came with it and those added later
BY_REPORTER = {"by": REPORTER}
Kind = CaseEvent.Kind


def lock_case_of(report: Report) -> Case:
    """Return the case that a report belongs to now, locked; a merge between reading and locking is followed."""
    while True:
        case_pk = Report.objects.values_list("case_id", flat=True).get(pk=report.pk)
        case = Case.objects.select_for_update().get(pk=case_pk)
        if Report.objects.filter(pk=report.pk, case=case).exists():
            return case


def reporter_action(
    *, report: Report, action: str, reason: str = "", photos: Sequence[UploadedFile] = (),
    at: datetime | None = None,
) -> Case:  # fmt: skip
    """Take an action of the workflow table as the person who reported and return the case.

    Photos may come with an addition, then also without words. Raises NotAllowed (not this person's to do),
    Conflict (another step, or too late), InvalidInput (words are missing or too long, a file is no photo, too
    many photos) and TooMany (urged today already).
    """
    if photos and action != "add":
        message = "照片请在“补充说明”里上传。"
        raise InvalidInput(message, fields={"photos": message})
    with keeping(photos) as stored:
        return act_with_stored(report=report, action=action, reason=reason, stored=stored, at=at)


@transaction.atomic
def act_with_stored(
    *, report: Report, action: str, reason: str, stored: Stored = (), at: datetime | None = None
) -> Case:
    """Do what `reporter_action` does, with photos that the caller keeps around its own transaction.

    The same photos with the same words right after each other are one addition: a telephone sends again what it
    does not know to have arrived.
    """
    reason = reason if clean(reason).strip() or not stored else f"补充了 {len(stored)} 张照片。"
    if stored:
        case = lock_case_of(report)
        if _added_last(report, clean(reason).strip(), stored):
            discard(stored)
            return case
    case, event = _take(report, action, reason, at or timezone.now())
    if stored:
        own = Photo.objects.filter(report=report).exclude(event__action="answer").count()
        if own + len(stored) > REPORT_PHOTOS:
            message = f"一件反映最多 {REPORT_PHOTOS} 张照片，已经有 {own} 张。"
            raise InvalidInput(message, code="too_many_photos", fields={"photos": message})
        attach(stored, report=report, event=event)
    return case


def _added_last(report: Report, reason: str, stored: Stored) -> bool:
    last = CaseEvent.objects.filter(report=report, kind=Kind.ADDED).order_by("created_at", "id").last()
    if last is None or last.reason != reason:
        return False
    hashes = last.photos.order_by("created_at").values_list("sha256", flat=True)
    return list(hashes) == [photo.sha256 for photo, _ in stored]


def _take(report: Report, action: str, reason: str, at: datetime) -> tuple[Case, CaseEvent]:
    case = lock_case_of(report)
    row = _own_row(case, action)
    reason = check_reason(reason, what=row.label, needed=row.needs_reason)
    _check_how_often(report, row, at)
    if row.source == Step.CLOSED:
        _check_in_time(case, at)
    if action == "confirm" and case.reports.count() > 1:
        raise Conflict("还有别的反映人也在等这件事的结果，请用“评价”。", code="several_reporters")
    return case, _move(case, row, report, reason=reason, at=at)


@transaction.atomic
def rate(
    *, report: Report, solved: bool, stars: int, comment: str = "", at: datetime | None = None
) -> Rating:
    """Store the reporter's judgement of the result and do what follows from it.

    While it is being verified, "solved" of the only reporter closes the case, and "not solved" of anybody sends it
    back to handling with the comment. After closing, within CASE_REOPEN_DAYS, "not solved" opens it again. In one
    round the last judgement stands; each is in the record. Raises Conflict, InvalidInput.
    """
    at = at or timezone.now()
    comment = _check_rating(stars, clean(comment).strip(), solved=solved)
    case = lock_case_of(report)
    row = _row_after_rating(case, solved=solved)
    if case.step == Step.CLOSED:
        _check_in_time(case, at)
    rating = Rating.objects.filter(report=report, round=case.reopened).first()
    if rating is None:
        rating = Rating(report=report, round=case.reopened)
    elif rating.solved and solved and rating.created_at >= _presented_at(case):
        raise Conflict("您已经评价过这次办理了。", code="already_rated")
    rating.solved, rating.stars, rating.comment, rating.created_at = solved, stars, comment, at
    rating.save()
    rated = CaseEvent.objects.create(
        case=case, report=report, kind=Kind.RATED, action="rate", actor=report.reporter,
        reason="" if row is not None and row.needs_reason else comment,
        data={**BY_REPORTER, "solved": solved, "stars": stars, "round": case.reopened}, created_at=at,
    )  # fmt: skip
    if row is None:
        tell_of_change(case)
    else:
        tell_of_entry(rated)
        _move(case, row, report, reason=comment, at=at)
    return rating


@transaction.atomic
def add_from_partner(*, report: Report, partner: User, text: str, key: str) -> tuple[int, bool]:
    """Store what the partner that sent a report says further; return the entry's id and whether it was there.

    `key` is the partner's own id of these words ("" for none). Raises what `reporter_action` raises, and KeyReused.
    """
    scope, fingerprint = f"added:{partner.pk}", fingerprint_of({"report": report.pk, "text": text})
    lock_case_of(report)  # two calls with one key come after one another
    known = IdempotencyKey.objects.filter(scope=scope, key=key).first() if key else None
    if known is not None and known.fingerprint != fingerprint:
        raise KeyReused("这个 update_id 已经用于另一份内容，请换一个新的。", code="update_id_reused")
    if known is None:
        if key:
            IdempotencyKey.objects.create(scope=scope, key=key, fingerprint=fingerprint, report=report)
        reporter_action(report=report, action="add", reason=text)
    added = CaseEvent.objects.filter(report=report, kind=Kind.ADDED).order_by("-pk")
    same = added.filter(reason=clean(text).strip()) if known is not None else added
    return (same.first() or added[0]).pk, known is not None


def reopen(*, report: Report, reason: str, at: datetime | None = None) -> Case:
    """Have a closed case taken up again: a solved one by its department, a declined one by the clerks."""
    return reporter_action(report=report, action=reopening_of(report.case), reason=reason, at=at)


def reopening_of(case: Case) -> str:
    """Return the action that takes a closed case up again."""
    return "appeal" if case.outcome in {Case.Outcome.DECLINED, Case.Outcome.REFERRED} else "reopen"


def reopen_until(case: Case) -> datetime | None:
    """Return until when the person who reported may have a closed case taken up again; None while it is open."""
    return case.closed_at and case.closed_at + timedelta(days=settings.CASE_REOPEN_DAYS)


def _own_row(case: Case, action: str) -> Transition:
    row = require_row(case, action)
    if REPORTER not in row.roles:
        raise NotAllowed(f"“{row.label}”由工作人员办理。")
    return row


def _row_after_rating(case: Case, *, solved: bool) -> Transition | None:
    """Return the row that a judgement leads to, None when it is only stored; Conflict when it is not asked for."""
    state = workflow.state_of(case)
    if case.step == Step.VERIFICATION:
        if solved and case.reports.count() > 1:
            return None
        return workflow.find(state, "confirm" if solved else "dispute")
    if case.step == Step.CLOSED and case.outcome == Case.Outcome.RESOLVED:
        return None if solved else workflow.find(state, "reopen")
    raise Conflict("部门办完、进入核查以后才能评价结果。", code="wrong_step")


def _check_rating(stars: int, comment: str, *, solved: bool) -> str:
    if not 1 <= stars <= 5:
        raise InvalidInput("请选 1 到 5 颗星。", fields={"stars": "请选 1 到 5 颗星。"})
    if len(comment) > COMMENT_LIMIT:
        message = f"意见最多 {COMMENT_LIMIT} 字。"
        raise InvalidInput(message, fields={"comment": message})
    if not solved and not comment:
        message = "请写一句还有什么没有解决，好让部门接着办。"
        raise InvalidInput(message, fields={"comment": message})
    return comment


def _check_how_often(report: Report, row: Transition, at: datetime) -> None:
    """At most one urging and a number of additions in a day of the city."""
    limit, message = {
        "urge": (1, "今天已经催办过了，每件反映一天可以催办一次。"),
        "add": (ADDITIONS_A_DAY, "今天补充得太多了，请明天再补充。"),
    }.get(row.action, (0, ""))
    if not limit:
        return
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    today = CaseEvent.objects.filter(
        report=report, kind=row.kind, created_at__gte=midnight, created_at__lte=at
    ).count()
    if today >= limit:
        left = midnight + timedelta(days=1) - at
        raise TooMany(message, code=f"{row.action}_limit", retry_after=int(left.total_seconds()) + 1)


def _check_in_time(case: Case, at: datetime) -> None:
    until = reopen_until(case)
    if until is not None and at > until:
        raise Conflict(
            f"结案已经超过 {settings.CASE_REOPEN_DAYS} 天，不能再评价或重开。问题又出现了，请重新反映。",
            code="too_late",
        )


def _presented_at(case: Case) -> datetime:
    """Return when the result that is judged was last put before the people who reported."""
    at = (
        case.events.filter(to_step=Step.VERIFICATION)
        .order_by("-created_at", "-id")
        .values_list("created_at", flat=True)
        .first()
    )
    return at or case.step_at


def _move(case: Case, row: Transition, report: Report, *, reason: str, at: datetime) -> CaseEvent:
    return move(case, row, at=at, actor=report.reporter, reason=reason, report=report, data=dict(BY_REPORTER))
