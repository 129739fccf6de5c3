"""What another city system does with a case that its department handles: its ticket, the handler's steps, notes."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from civic.cases import workflow
from civic.cases.for_partner import cases_of, find_case, roles_of
from civic.cases.models import Case, CaseEvent, ExternalTicket, IdempotencyKey, Step
from civic.cases.services.checking import check_line, check_reason, clean, fingerprint_of
from civic.cases.services.intake import KeyReused
from civic.cases.services.photos import Stored, attach, discard, keeping
from civic.cases.services.steps import move, require_row, tell_of_change, tell_of_entry
from civic.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from civic.partners.models import Partner

NOTE_LIMIT = 1000
STATUS_LIMIT = 40
REF_LIMIT = 80
KEY_LIMIT = 200
AHEAD = timedelta(seconds=60)
UNKNOWN = "没有这个案件，或者它不是贵方提交或承办的。"
GONE = "这次更新早已收到；案件现在不由贵方提交或承办，不能再查看。"


@dataclass(frozen=True)
class Update:
    """What a partner says of a case: its own ticket number, a step of the handler, its own status and words."""

    ticket: str = ""
    action: str = ""
    reason: str = ""
    status: str = ""
    note: str = ""
    expected_step: str = ""
    time: datetime | None = None


def take_update(
    *, partner: Partner, ref: str, update: Update, update_id: str = "", photos: Sequence[UploadedFile] = (),
    at: datetime | None = None,
) -> tuple[Case, bool]:  # fmt: skip
    """Do what a partner says of a case and return the case and whether the same update had come before.

    Raises NotFound (not this partner's), NotAllowed (it may look, not act), Conflict (another step, with the present
    one in `fields`; another ticket), InvalidInput (also photos with anything but an answer) and KeyReused. All of it
    happens or nothing. A repeat after the case went to others is NotFound as well: it was done, but the case is no
    longer this partner's to see.
    """
    at = at or timezone.now()
    update = _checked(update, at)
    if photos and update.action != "answer":
        message = "只有反馈结果（answer）时可以附照片。"
        raise InvalidInput(message, fields={"photos": message})
    fingerprint = fingerprint_of({"ref": ref.strip(), **asdict(update)}, photos)
    key = _check_key(update_id)
    if key and (case := _earlier(partner, key, fingerprint)) is not None:
        return case, True
    try:
        with keeping(photos) as stored:
            case, repeated = _take(partner, ref, update, key, fingerprint, stored, at)
            if repeated:
                discard(stored)
            return case, repeated
    except IntegrityError:
        # The same update came twice at once; the first one's result is the answer to both.
        if key and (case := _earlier(partner, key, fingerprint)) is not None:
            return case, True
        raise


@transaction.atomic
def _take(
    partner: Partner, ref: str, update: Update, key: str, fingerprint: str, stored: Stored, at: datetime
) -> tuple[Case, bool]:
    pk = find_case(partner, ref)
    if pk is None:
        raise NotFound(UNKNOWN, code="unknown_case")
    case = Case.objects.select_for_update().get(pk=pk)
    if key and (done := _earlier(partner, key, fingerprint)) is not None:
        return done, True
    if not cases_of(partner).filter(pk=case.pk).exists():  # handed on while waiting for the lock
        raise NotFound(UNKNOWN, code="unknown_case")
    if not roles_of(partner, case):
        raise NotAllowed("案件现在不由贵方承办，只能查询。", code="not_handler")
    try:
        _do(partner, case, update, stored, at)
    except Conflict as error:
        error.fields = {"step": case.step, **error.fields}
        raise
    if key:
        first = case.reports.order_by("received_at", "pk")[0]
        IdempotencyKey.objects.create(scope=_scope(partner), key=key, fingerprint=fingerprint, report=first)
    return case, False


def _do(partner: Partner, case: Case, update: Update, stored: Stored, at: datetime) -> None:
    if update.expected_step and update.expected_step != case.step:
        raise Conflict(f"案件现在处于“{Step(case.step).label}”，请先取得最新状态。", code="wrong_step")
    # The record is in the order in which things became known, and no clock is set back: the partner's own time is
    # kept beside it.
    data = {"partner": partner.name}
    if update.time is not None:
        data["reported_at"] = update.time.isoformat()
    if update.ticket:
        data["ticket"] = update.ticket
        _keep_ticket(partner, case, update.ticket)
    if update.status:
        data["status"] = update.status
    if update.status or update.note or (update.ticket and not update.action):
        said = "：".join(part for part in (update.status, update.note) if part)
        external = CaseEvent.objects.create(
            case=case, kind=CaseEvent.Kind.EXTERNAL, actor=partner.user,
            reason=said or f"对方编号 {update.ticket}", data=data, created_at=at,
        )  # fmt: skip
        if update.action:
            tell_of_entry(external)
        else:
            case.updated_at = at
            case.save(update_fields=["updated_at"])
            tell_of_change(case)
    if update.action:
        row = require_row(case, update.action)
        if not row.roles & roles_of(partner, case):
            raise NotAllowed(f"“{row.label}”不由承办方办理。")
        reason = check_reason(update.reason, what=row.label, needed=row.needs_reason)
        event = move(case, row, at=at, actor=partner.user, reason=reason, data=data)
        if stored:
            # As with the desk's answers: the case's first report carries them, the entry decides who sees them.
            attach(stored, report=case.reports.order_by("received_at", "pk")[0], event=event)


def _keep_ticket(partner: Partner, case: Case, ref: str) -> None:
    """Keep the partner's number of the case; it has one, and no other case has the same."""
    known = ExternalTicket.objects.filter(partner=partner.user, case=case).first()
    if known is not None and known.ref != ref:
        message = f"这个案件已经登记了对方编号 {known.ref}。"
        raise Conflict(message, code="other_ticket", fields={"ticket": message})
    if known is None:
        if ExternalTicket.objects.filter(partner=partner.user, ref=ref).exists():
            message = "这个对方编号已经用于另一个案件。"
            raise Conflict(message, code="ticket_taken", fields={"ticket": message})
        ExternalTicket.objects.create(partner=partner.user, case=case, ref=ref)


def _checked(update: Update, at: datetime) -> Update:
    """Return the update with each part cleaned; InvalidInput for what is too long, too late or empty."""
    note, reason = clean(update.note).strip(), clean(update.reason).strip()
    if len(note) > NOTE_LIMIT:
        message = f"说明最多 {NOTE_LIMIT} 字。"
        raise InvalidInput(message, fields={"note": message})
    if update.action and not workflow.exists(update.action):
        message = f"没有这个动作：{update.action[:20]}"
        raise InvalidInput(message, fields={"action": message})
    if update.expected_step and update.expected_step not in Step.values:
        raise InvalidInput("没有这个步骤。", fields={"expected_step": "没有这个步骤。"})
    if update.time is not None and update.time > at + AHEAD:
        raise InvalidInput("时间在将来。", fields={"time": "时间在将来。"})
    checked = Update(
        ticket=check_line(update.ticket, name="ticket", limit=REF_LIMIT),
        action=update.action,
        reason=reason,
        status=check_line(update.status, name="status", limit=STATUS_LIMIT),
        note=note,
        expected_step=update.expected_step,
        time=update.time,
    )
    if not (checked.ticket or checked.action or checked.status or checked.note):
        raise InvalidInput("请至少给出 ticket、action、status、note 之一。", code="empty_update")
    return checked


def _check_key(text: str) -> str:
    key = text.strip()
    if len(key) > KEY_LIMIT or not key.isprintable():
        message = f"update_id 最多 {KEY_LIMIT} 个可见字符。"
        raise InvalidInput(message, code="bad_idempotency_key", fields={"update_id": message})
    return key


def _scope(partner: Partner) -> str:
    return f"update:{partner.user_id}"


def _earlier(partner: Partner, key: str, fingerprint: str) -> Case | None:
    known = (
        IdempotencyKey.objects.select_related("report__case").filter(scope=_scope(partner), key=key).first()
    )
    if known is None:
        return None
    if known.fingerprint != fingerprint:
        raise KeyReused("这个 update_id 已经用于另一份内容，请换一个新的。")
    case = known.report.case
    if not cases_of(partner).filter(pk=case.pk).exists() and not _gave_back(partner, case):
        raise NotFound(GONE, code="no_longer_yours")
    return case


def _gave_back(partner: Partner, case: Case) -> bool:
    """Whether the last that happened to the case is that this partner returned it: a repeat gets the same answer."""
    last = case.events.order_by("created_at", "id").last()
    return last is not None and last.action == "return" and last.actor_id == partner.user_id
