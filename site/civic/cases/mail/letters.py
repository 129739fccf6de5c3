"""A message as it came over the wire, read: who wrote, what, with which photos; whatever the bytes are."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses
from typing import cast

from bs4 import BeautifulSoup
from bs4.element import CData, NavigableString, Tag
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.validators import validate_email

from civic.cases.mail.quoting import is_reply_subject, own_words, plain_subject
from civic.cases.services.checking import clean
from civic.cases.services.photos import check_photos
from civic.core.errors import DomainError

PARTS = 100  # of a message that are looked at
SMALL_INLINE = 8 * 1024  # bytes: below it a picture inside the text is a logo or a smiley
CHARSETS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "unicode-1-1-utf-7": "utf-7",
}
QUOTES = "blockquote[type=cite], .gmail_quote, #isReplyContent, #divRplyFwdMsg, .moz-cite-prefix, includetail, style, script, head"
MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,200}>")
ROBOTS = re.compile(
    r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)(?:[+\-.][^@]*)?@", re.IGNORECASE
)
AUTOMATIC_SUBJECT = re.compile(
    r"\s*(?:自动回复|自動回覆|自动答复|automatic reply|auto[- ]?reply|out of office|系统退信|退信通知|undeliver|"
    r"delivery status notification|mail delivery failed)",
    re.IGNORECASE,
)
BULK = {"bulk", "list", "junk", "auto_reply", "auto-reply"}
ADDRESS_LIMIT = 120
BODY_LIMIT = 200_000  # characters among which a quoted code is looked for
RECIPIENTS = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")


@dataclass(frozen=True)
class Letter:
    """What a message says. `sender` is "" where nobody can be answered, `ignored` names what was not taken.

    `words` are the writer's own, `body` is all of the text; `references` are the letters that it answers,
    `authentication` is what the last mail server says of its sender, "" where more than one is named.
    """

    sender: str
    sender_name: str
    message_id: str
    subject: str
    words: str
    photos: tuple[SimpleUploadedFile, ...]
    ignored: tuple[str, ...]
    automatic: str
    digest: str
    body: str = ""
    references: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    authentication: str = ""

    @property
    def text(self) -> str:
        """Subject and body as one report."""
        if self.words.startswith(self.subject):
            return self.words
        return f"{self.subject}\n{self.words}".strip()


def read_letter(raw: bytes) -> Letter:
    """Return the letter in these bytes; there is always one, though it may say nothing."""
    try:
        message = cast(Message, message_from_bytes(raw, policy=policy.default))
    except Exception:  # the modern parser stumbles over headers that the old one takes as they are
        message = message_from_bytes(raw, policy=policy.compat32)
    headers = _headers(message)
    sender, name = _sender(headers)
    subject = " ".join(clean(headers.get("subject", "")).split())
    reply = bool(headers.get("in-reply-to") or headers.get("references")) or is_reply_subject(subject)
    body, photos, ignored = _content(message)
    words = own_words(body, reply=reply)
    found = MESSAGE_ID.search(headers.get("message-id", ""))
    message_id = found[0] if found else ""
    # The number and what was said: a program that uses one number twice loses nothing.
    said = "\n".join([message_id or headers.get("date", ""), sender, subject, words])
    return Letter(
        sender=sender,
        sender_name=name,
        message_id=message_id,
        subject=plain_subject(subject),
        words=words,
        photos=tuple(photos),
        ignored=tuple(ignored),
        automatic=_automatic(message, headers, sender, subject),
        digest=hashlib.sha256(said.encode("utf-8", "replace")).hexdigest(),
        body=body[:BODY_LIMIT],
        references=tuple(MESSAGE_ID.findall(f"{headers.get('in-reply-to')} {headers.get('references')}")),
        recipients=tuple(_addresses(headers, RECIPIENTS)),
        authentication=headers.get("authentication-results", "")
        if len(_addresses(headers, ("from",))) == 1
        else "",
    )


def _headers(message: Message) -> dict[str, str]:
    """Return the first of each header, decoded; the parser's own decoding trusts the charset that is named."""
    headers: dict[str, str] = {}
    for name, value in message.raw_items():
        headers.setdefault(name.lower(), _decoded_header(str(value)))
    return headers


def _decoded_header(raw: str) -> str:
    raw = " ".join(raw.split())[:2000]
    try:
        parts = decode_header(raw)
    except Exception:  # broken base64 raises, and what else the standard library has in store
        parts = [(raw, None)]
    decoded = []
    for part, charset in parts:
        as_bytes = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        decoded.append(decoded_text(as_bytes, charset))
    return "".join(decoded)


def decoded_text(content: bytes, charset: str | None) -> str:
    """Return the text of bytes that say which charset they are in, and may be wrong about it."""
    named = (charset or "utf-8").strip("\"' ").lower()
    for candidate in (CHARSETS.get(named, named), "utf-8", "gb18030", "big5"):
        try:
            return content.decode(candidate)
        except (LookupError, UnicodeError, ValueError):
            continue
    return content.decode("utf-8", "replace")


def _pairs(header: str) -> list[tuple[str, str]]:
    try:
        return getaddresses([header])
    except Exception:  # nothing that a stranger writes into a header may stop the mailbox
        return []


def _addresses(headers: dict[str, str], names: Iterable[str]) -> list[str]:
    return [address for name in names for _, address in _pairs(headers.get(name, "")) if address]


def _sender(headers: dict[str, str]) -> tuple[str, str]:
    for header in ("from", "reply-to"):
        for name, address in _pairs(headers.get(header, "")):
            try:
                validate_email(address)
            except ValidationError:
                continue
            if len(address) <= ADDRESS_LIMIT:
                return address, " ".join(clean(name).split())[:40]
    return "", ""


def _automatic(message: Message, headers: dict[str, str], sender: str, subject: str) -> str:
    """Return why a message was written by a program, "" for one by a person: it is neither filed nor answered."""
    if headers.get("auto-submitted", "no").split(";")[0].strip().lower() not in {"", "no"}:
        return "Auto-Submitted"
    if headers.get("precedence", "").strip().lower() in BULK:
        return "Precedence"
    if "return-path" in headers and headers["return-path"].strip() in {"", "<>"}:
        return "Return-Path"
    if {
        "list-id",
        "list-unsubscribe",
        "x-autoreply",
        "x-autorespond",
        "x-failed-recipients",
    } & headers.keys():
        return "List"
    if headers.get("content-type", "").lower().startswith("multipart/report"):
        return "multipart/report"
    if sender.lower() in own_addresses() or ROBOTS.match(sender):
        return "From"
    return "Subject" if AUTOMATIC_SUBJECT.match(subject) else ""


def own_addresses() -> set[str]:
    """Return the addresses that this platform writes from; a letter from one of them would go in circles."""
    ours = [address for _, address in getaddresses([settings.DEFAULT_FROM_EMAIL, settings.CASE_MAIL_ADDRESS])]
    return {address.lower() for address in ours if address}


def _content(message: Message) -> tuple[str, list[SimpleUploadedFile], list[str]]:
    """Return body, photos, and the names of what was left out and why."""
    plain: list[str] = []
    html: list[str] = []
    photos: list[SimpleUploadedFile] = []
    ignored: list[str] = []
    for index, part in enumerate(_leaves(message)):
        if index >= PARTS:
            ignored.append("其余部分（太多）")
            break
        content = _payload(part)
        kind, name = _kind(part), _name(part)
        attached = _disposition(part) == "attachment" or bool(name)
        if kind in {"text/plain", "text/html"} and not attached:
            text = decoded_text(content, _charset(part))
            (plain if kind == "text/plain" else html).append(text)
        elif content and not (_inline(part) and len(content) < SMALL_INLINE):
            _take_file(content, name or "附件", kind, photos, ignored)
    body = "\n".join(text for text in plain if text.strip()) or "\n".join(_html_text(text) for text in html)
    return clean(body), photos, ignored


def _leaves(message: Message) -> Iterator[Message]:
    """Yield the parts that hold content, not those of letters that are attached whole; no recursion."""
    waiting = [message]
    while waiting:
        part = waiting.pop(0)
        inside = part.get_payload() if part.is_multipart() else None
        if isinstance(inside, list) and _kind(part).startswith("multipart/"):
            waiting[:0] = [one for one in inside if isinstance(one, Message)]
        else:
            yield part


def _take_file(
    content: bytes, name: str, kind: str, photos: list[SimpleUploadedFile], ignored: list[str]
) -> None:
    shown = " ".join(clean(name).split())[:60]
    if len(photos) >= settings.PHOTO_LIMIT_COUNT:
        ignored.append(f"{shown}（最多 {settings.PHOTO_LIMIT_COUNT} 张照片）")
        return
    photo = SimpleUploadedFile("photo", content, content_type=kind)
    try:
        check_photos([photo])
    except DomainError as error:
        why = "太大" if error.status == 413 else "不是 JPEG、PNG 或 WebP 照片"
        ignored.append(f"{shown}（{why}）")
    else:
        photos.append(photo)


BLOCKS = {"br", "p", "div", "tr", "li", "h1", "h2", "h3"}
HTML_LIMIT = 200_000  # characters of one part that are read


def _html_text(html: str) -> str:
    """Return what a page says, block by block, in one walk: a letter may nest as deep as it is long."""
    soup = BeautifulSoup(html[:HTML_LIMIT], "lxml")
    for quoted in soup.select(QUOTES):
        quoted.decompose()
    said: list[str] = []
    inside: list[Tag] = []
    for node in soup.descendants:
        while inside and inside[-1] is not node.parent:
            if inside.pop().name in BLOCKS:
                said.append("\n")
        if isinstance(node, Tag):
            inside.append(node)
        elif type(node) in {NavigableString, CData}:  # and no comment
            said.append(str(node))
    lines = [" ".join(line.split()) for line in "".join(said).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _payload(part: Message) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except Exception:  # a transfer encoding that is none
        content = None
    return content if isinstance(content, bytes) else b""


def _kind(part: Message) -> str:
    try:
        return part.get_content_type()
    except Exception:  # a header that is no header
        return "application/octet-stream"


def _charset(part: Message) -> str | None:
    try:
        return part.get_content_charset()
    except Exception:  # a parameter that is no parameter
        return None


def _name(part: Message) -> str:
    try:
        return part.get_filename() or ""
    except Exception:  # the same
        return "附件"


def _disposition(part: Message) -> str:
    try:
        return part.get_content_disposition() or ""
    except Exception:  # the same
        return ""


def _inline(part: Message) -> bool:
    return _disposition(part) == "inline" or "content-id" in {name.lower() for name, _ in part.raw_items()}
