"""Whether a letter comes from the person who reported: its From alone says nothing, anybody can write any.

It is believed together with one of these: the letter answers one of ours (a Message-ID that only its reader knows),
goes to the address that our receipt gave, quotes the receipt's code, or was checked by the operator's own mail server
(Authentication-Results, RFC 8601, of CASE_MAIL_AUTHSERV_ID).
"""

import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Iterator

from django.conf import settings

from civic.cases.mail.letters import Letter
from civic.cases.mail.numbers import number_in
from civic.cases.models import Report
from civic.cases.services.following import subject_of
from civic.engagement.sending import mail_host, notice_of

COMMENT = re.compile(r"\([^()]*\)")
TRIES = 20  # numbers and references of one letter that are looked at


def token_of(report: Report) -> str:
    """Return what only our letters to the reporter's address hold."""
    said = f"mail-answer:{report.number}:{report.contact_email.lower()}"
    digest = hmac.new(settings.SECRET_KEY.encode(), said.encode(), hashlib.sha256).digest()
    return b32encode(digest).decode()[:20].lower()


def message_id_of(report: Report, what: str) -> str:
    """Return the Message-ID of one of our letters about a report; `what` tells several apart."""
    return f"<{report.number}.{what}.{token_of(report)}@{mail_host()}>"


def reply_address(report: Report | None) -> list[str] | None:
    """Return where answers to our letter go; with CASE_MAIL_SUBADDRESS the address itself is the proof."""
    address = settings.CASE_MAIL_ADDRESS
    if not address:
        return None
    name, _, domain = address.rpartition("@")
    if settings.CASE_MAIL_SUBADDRESS and report is not None and domain:
        return [f"{name}+{report.number}.{token_of(report)}@{domain}"]
    return [address]


def numbers_of(letter: Letter) -> Iterator[str]:
    """Yield the numbers of ours that a letter names: in its subject, in what it answers, in where it goes."""
    seen: set[str] = set()
    for text in (letter.subject, *letter.references[:TRIES], *letter.recipients[:TRIES]):
        number = number_in(text.upper())
        if number and number not in seen:
            seen.add(number)
            yield number


def is_proven(letter: Letter, report: Report) -> bool:
    """Whether the letter is the reporter's beyond what its From says."""
    token = token_of(report)
    known = [*letter.references[:TRIES], *letter.recipients[:TRIES]]
    if any(_holds(text, token) for text in known) or report.secret in letter.body:
        return True
    return any(_is_notice(one, letter, report) for one in letter.references[:TRIES]) or authenticated(letter)


def _holds(text: str, token: str) -> bool:
    return hmac.compare_digest(
        text.lower().partition("@")[0].rpartition(".")[2].encode("utf-8", "replace"), token.encode()
    )


def _is_notice(message_id: str, letter: Letter, report: Report) -> bool:
    """Whether this is the Message-ID of a notice about the report to the letter's own sender."""
    notice = notice_of(message_id)
    if notice is None or notice.subscription.subject != subject_of(report.number):
        return False
    return notice.subscription.address.lower() == letter.sender.lower()


def authenticated(letter: Letter) -> bool:
    """Whether the operator's own mail server found the sender's domain genuine."""
    wanted = settings.CASE_MAIL_AUTHSERV_ID.lower()
    return bool(wanted) and letter.sender.lower().rpartition("@")[2] == proven_domain(
        letter.authentication, wanted
    )


def proven_domain(header: str, server: str) -> str:
    """Return the domain of the From that DMARC found genuine, as `server` says in its header; "" for none."""
    while COMMENT.search(header):  # comments may be nested
        header = COMMENT.sub(" ", header)
    first, *results = header.lower().split(";")
    if not server or first.split()[:1] != [server]:
        return ""
    for result in results:
        words = result.split()
        if words[:1] == ["dmarc=pass"]:
            return next((word[12:] for word in words if word.startswith("header.from=")), "")
    return ""
