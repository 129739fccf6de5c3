"""One letter taken: filed as a report, added to the one it answers, or refused with an answer; never lost, never twice."""

import hashlib
import hmac
import logging
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from civic.accounts.models import User
from civic.accounts.services import system_account
from civic.cases.mail.answers import ask_for_answer, is_asked_for
from civic.cases.mail.letters import Letter, read_letter
from civic.cases.mail.proof import is_proven, numbers_of
from civic.cases.models import CaseNote, Channel, IdempotencyKey, Report
from civic.cases.services import Contact, Idempotency, submit_report
from civic.cases.services.closure import act_with_stored
from civic.cases.services.following import topic_of
from civic.cases.services.photos import keeping
from civic.core.errors import Conflict, DomainError
from civic.engagement.services.subscriptions import follow_by_letter

logger = logging.getLogger("civic.cases")
SCOPE = "mail"
A_DAY = 30  # letters of one sender that are filed in a day
STILL_OPEN = timedelta(days=1)  # how long a letter that was known may still lack its receipt
CLERK_NAME = "邮件收件"
UNPROVEN = (
    "这封信提到了 {0}，但看不出它是在回复我们寄给您的信，所以没有加进去，作为新的诉求办理。"
    "要补充 {0}，请直接回复我们关于它的来信，或到它的进展页。"
)


class Outcome(StrEnum):
    """What became of a letter."""

    FILED = "已受理"
    ADDED = "已补充"
    KNOWN = "收过了"
    REFUSED = "没有受理，已回信说明"
    IGNORED = "不是人写的信，不受理也不回信"


class Taken(NamedTuple):
    """What became of a letter, and the number of the report that it made or belongs to."""

    outcome: Outcome
    number: str = ""


def take_letter(raw: bytes, *, at: datetime | None = None) -> Taken:
    """Take a message as it came. Raises only what is not the letter's fault: a database that is away, a full disk."""
    letter, at = read_letter(raw), at or timezone.now()
    reason = letter.automatic or ("" if letter.sender else "nobody")
    if reason:
        logger.info("letter ignored", extra={"code": reason, "size": len(raw)})
        return Taken(Outcome.IGNORED)
    known = IdempotencyKey.objects.select_related("report").filter(scope=SCOPE, key=letter.digest).first()
    if known is not None:
        if known.created_at > at - STILL_OPEN:
            # A crash may have come between the report and its receipt; one that was asked for is not asked twice.
            with transaction.atomic():
                _acknowledge(letter, known.report)
        return Taken(Outcome.KNOWN, known.report.number)
    if _too_many(letter, at):
        logger.warning("letters of one sender refused", extra={"size": len(raw)})
        return _refuse(letter, f"您今天来信已经超过 {A_DAY} 封，这一封没有受理，请明天再寄。")
    answered, proven = _answered(letter)
    try:
        if answered is not None and proven:
            try:
                return _add(letter, answered, at)
            except Conflict:  # too late for an addition: it is not lost, it begins anew
                pass
        return _file(letter, answered, at, proven=proven)
    except DomainError as error:
        return _refuse(letter, error.message)


def _answered(letter: Letter) -> tuple[Report | None, bool]:
    """Return the report of the sender's address that a letter names, and whether the sender is proven."""
    found: Report | None = None
    for number in numbers_of(letter):
        report = Report.objects.filter(number=number, contact_email__iexact=letter.sender).first()
        if report is None:
            continue
        if is_proven(letter, report):
            return report, True
        found = found or report
    return found, False


def _add(letter: Letter, report: Report, at: datetime) -> Taken:
    with keeping(letter.photos) as stored, transaction.atomic():
        IdempotencyKey.objects.create(scope=SCOPE, key=letter.digest, report=report)
        case = act_with_stored(report=report, action="add", reason=letter.words, stored=stored, at=at)
        _note_ignored(letter, case.pk)
        ask_for_answer("added", letter, report=report)
    return Taken(Outcome.ADDED, report.number)


def _file(letter: Letter, answered: Report | None, at: datetime, *, proven: bool) -> Taken:
    receipt = submit_report(
        text=letter.text,
        channel=Channel.EMAIL,
        photos=letter.photos,
        contact=Contact(name=letter.sender_name, email=letter.sender),
        sender=sender_digest(letter.sender),
        idempotency=Idempotency(SCOPE, letter.digest),
        received_at=at,
    )
    with transaction.atomic():
        _acknowledge(letter, receipt.report, answered, proven=proven)
    return Taken(Outcome.FILED, receipt.report.number)


def _acknowledge(
    letter: Letter, report: Report, answered: Report | None = None, *, proven: bool = False
) -> None:
    """Have the receipt written and let the address hear of what becomes of the report; once for a letter."""
    if is_asked_for(letter):
        return
    _note_ignored(letter, report.case_id)
    follow_by_letter(topic=topic_of(report), address=letter.sender, at=report.received_at)
    earlier = answered.number if answered else ""
    why = UNPROVEN.format(earlier) if earlier and not proven else ""
    ask_for_answer("receipt", letter, report=report, earlier=earlier, why=why)


def _refuse(letter: Letter, why: str) -> Taken:
    with transaction.atomic():
        ask_for_answer("refused", letter, why=why)
    return Taken(Outcome.REFUSED)


def _note_ignored(letter: Letter, case_pk: int) -> None:
    """Tell the desk what came with a letter and was not taken."""
    if letter.ignored:
        author = system_account(name=CLERK_NAME, kind=User.Kind.SYSTEM)
        text = f"随信的附件没有收下：{'、'.join(letter.ignored)}"[:2000]
        CaseNote.objects.get_or_create(case_id=case_pk, author=author, text=text)


def _too_many(letter: Letter, at: datetime) -> bool:
    since = at - timedelta(days=1)
    own = Report.objects.of_sender(Channel.EMAIL, sender_digest(letter.sender))
    return own.filter(received_at__gt=since).count() >= A_DAY


def sender_digest(address: str) -> str:
    """Return the keyed digest under which an address's letters are counted."""
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, f"mail:{address.lower()}".encode(), hashlib.sha256).hexdigest()
