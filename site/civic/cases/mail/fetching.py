"""The mailbox: unread letters taken one by one; a letter is marked as read only when what it says is stored."""

import contextlib
import imaplib
import logging
import ssl
import time
from collections import Counter
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from civic.cases.mail.taking import Outcome, take_letter
from civic.core import outbox

logger = logging.getLogger("civic.cases")
TIMEOUT = 15  # seconds for the mail server's answer
LETTERS, SECONDS = 50, 40  # of one run: it ends within its lease, the next goes on
FAILED = "处理不了，留给人看"


class MailboxError(Exception):
    """The mail server cannot be reached or refuses; nothing was lost, the next run tries again."""


def schedule_fetch() -> None:
    """Ask the outbox to look into the mailbox: the scheduler itself waits for no network."""
    with transaction.atomic():
        key = f"mail-fetch:{timezone.now():%Y%m%d%H%M}"
        outbox.publish(topic="cases.fetch_mail", payload={}, key=key, queue="outbound")


def fetch_by_schedule(payload: dict) -> None:
    """Look into the mailbox; a server that is away is not worth a dead letter, the next run comes soon."""
    try:
        fetch_letters()
    except MailboxError as error:
        logger.warning("mailbox not reached", extra={"error_type": type(error.__cause__).__name__})


def fetch_letters() -> Counter[str]:
    """Take the unread letters, at most LETTERS in SECONDS; return what became of how many.

    A letter that cannot be taken is copied to the folder for such, flagged, and holds up no other. When the
    database is away everything stays unread. Raises MailboxError.
    """
    done: Counter[str] = Counter()
    try:
        with _mailbox() as box:
            until = time.monotonic() + SECONDS
            for uid in _unread(box)[:LETTERS]:
                if time.monotonic() > until:
                    break
                done[_take(box, uid)] += 1
    except (imaplib.IMAP4.error, OSError, ssl.SSLError) as error:
        raise MailboxError("连不上邮箱，或邮箱拒绝了。") from error
    return done


@contextlib.contextmanager
def _mailbox() -> Iterator[imaplib.IMAP4]:
    connect = imaplib.IMAP4_SSL if settings.CASE_MAIL_TLS else imaplib.IMAP4
    box = connect(settings.CASE_MAIL_HOST, settings.CASE_MAIL_PORT, timeout=TIMEOUT)
    try:
        box.login(settings.CASE_MAIL_USER, settings.CASE_MAIL_PASSWORD)
        status, _ = box.select(f'"{settings.CASE_MAIL_FOLDER}"')
        if status != "OK":
            raise imaplib.IMAP4.error("no such folder")
        yield box
    finally:
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            box.logout()


def _unread(box: imaplib.IMAP4) -> list[str]:
    _, found = box.uid("SEARCH", "UNSEEN")
    return found[0].decode().split() if found and found[0] else []


def _take(box: imaplib.IMAP4, uid: str) -> str:
    raw = _message(box, uid)
    if raw is None:
        return _set_aside(box, uid, "too large or unreadable")
    try:
        outcome = take_letter(raw).outcome
    except DatabaseError:
        raise MailboxError("数据库不可用，信留在邮箱里。") from None
    except Exception as error:  # one letter, whatever is in it, may not keep the others from being read
        logger.error("letter not taken", extra={"size": len(raw)}, exc_info=error)
        return _set_aside(box, uid, type(error).__name__)
    box.uid("STORE", uid, "+FLAGS", r"(\Seen)")
    return str(outcome.value) if isinstance(outcome, Outcome) else str(outcome)


def _message(box: imaplib.IMAP4, uid: str) -> bytes | None:
    """Return a message without marking it; None for one that is bigger than any request may be."""
    _, sizes = box.uid("FETCH", uid, "(RFC822.SIZE)")
    text = b" ".join(part if isinstance(part, bytes) else part[0] for part in sizes if part).decode(
        "ascii", "replace"
    )
    size = text.rpartition("RFC822.SIZE")[2].split(")")[0].strip()
    if not size.isdigit() or int(size) > settings.BODY_LIMIT_BYTES:
        return None
    _, parts = box.uid("FETCH", uid, "(BODY.PEEK[])")
    return next((part[1] for part in parts if isinstance(part, tuple)), None)


def _set_aside(box: imaplib.IMAP4, uid: str, why: str) -> str:
    folder = f'"{settings.CASE_MAIL_FAILED}"'
    status, _ = box.uid("COPY", uid, folder)
    if status != "OK":
        box.create(folder)
        status, _ = box.uid("COPY", uid, folder)
    logger.error("letter set aside", extra={"code": why, "status": status})
    box.uid("STORE", uid, "+FLAGS", r"(\Seen \Flagged)")
    return FAILED
