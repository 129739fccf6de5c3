"""Answers to letters: asked for in the transaction that took the letter, written by the outbox."""

import hashlib
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage

from civic.cases.mail.letters import Letter
from civic.cases.mail.proof import message_id_of, reply_address
from civic.cases.models import Report
from civic.cases.presentation import status_url
from civic.core import outbox
from civic.core.models import OutboxEvent

TOPIC = "cases.mail_answer"
REFUSALS_A_DAY = 5  # to one address: a program that answers everything is not answered for ever
DAY = 86_400
EMERGENCY = "遇到危险请直接拨打 110、119 或 120，不要等邮件。"


def ask_for_answer(
    kind: str, letter: Letter, *, report: Report | None = None, why: str = "", earlier: str = ""
) -> None:
    """Store, in the caller's transaction, that a letter is to be answered; one letter gets one answer."""
    outbox.publish(
        topic=TOPIC,
        payload={
            "kind": kind,
            "to": letter.sender,
            "message_id": letter.message_id,
            "report": report.pk if report else None,
            "ignored": list(letter.ignored),
            "digest": letter.digest[:12],
            "subject": letter.subject[:80] if kind == "refused" else "",
            "why": why,
            "earlier": earlier,
        },
        key=_key(letter),
        queue="outbound",
    )


def is_asked_for(letter: Letter) -> bool:
    """Whether the answer to a letter has been asked for."""
    return OutboxEvent.objects.filter(key=_key(letter)).exists()


def _key(letter: Letter) -> str:
    return f"mail:{letter.digest}"


def send_answer(payload: dict[str, Any]) -> None:
    """Write the answer; a raise is a retry of the outbox."""
    report = None
    if payload["kind"] == "refused":
        if not _may_refuse(payload["to"]):
            return
        subject, lines = _refusal(payload)
    else:
        report = Report.objects.get(pk=payload["report"])
        subject, lines = _receipt(report, payload) if payload["kind"] == "receipt" else _added(report)
    if payload["ignored"]:
        lines.append(f"随信的附件没有收下：{'、'.join(payload['ignored'])}。")
    # To other programs: this is an answer by a program, do not answer it.
    headers = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
    if payload["message_id"]:
        headers |= {"In-Reply-To": payload["message_id"], "References": payload["message_id"]}
    if report is not None and report.contact_email.lower() == payload["to"].lower():
        # By this the answer to it is known for the reporter's; a repeat of it is recognisable.
        headers["Message-ID"] = message_id_of(report, f"{payload['kind']}-{payload['digest']}")
    body = "\n".join([*lines, "", EMERGENCY])
    EmailMessage(subject, body, to=[payload["to"]], headers=headers, reply_to=reply_address(report)).send()


def _may_refuse(address: str) -> bool:
    key = f"mail.refused:{hashlib.sha256(address.lower().encode()).hexdigest()}"
    cache.add(key, 0, timeout=DAY)
    try:
        return cache.incr(key) <= REFUSALS_A_DAY
    except ValueError:  # evicted between the two
        return True


def _receipt(report: Report, payload: dict[str, Any]) -> tuple[str, list[str]]:
    lines = ["您好：", "", "您的来信已经受理。"]
    if payload["earlier"] and payload["why"]:
        lines.append(payload["why"])
    elif payload["earlier"]:
        lines.append(
            f"{payload['earlier']} 现在不能再补充，所以这封信作为新的诉求办理；评价和重开请到它的进展页。"
        )
    lines += [
        "",
        f"编号：{report.number}",
        f"查询码：{report.secret}",
        f"进展：{status_url(report.number)}",
        "",
        "凭编号可以看公开的进展；换了设备，用查询码看自己的原话、补充、催办和评价。",
        "要补充，直接回复这封信，主题里保留编号。",
        "以后每办到一步给您来信，信里有退订的链接。",
    ]
    return f"已受理 {report.number}", lines


def _added(report: Report) -> tuple[str, list[str]]:
    lines = [
        "您好：",
        "",
        f"您对 {report.number} 的补充已经交给承办人。",
        f"进展：{status_url(report.number)}",
    ]
    return f"已补充 {report.number}", lines


def _refusal(payload: dict[str, Any]) -> tuple[str, list[str]]:
    named = f"“{payload['subject']}”" if payload["subject"] else ""
    lines = [
        "您好：",
        "",
        f"您的来信{named}没有受理：{payload['why']}",
        f"改好以后可以再寄一次，或到网页上反映：{settings.PUBLIC_BASE_URL.rstrip('/')}/report/",
    ]
    return "您的来信没有受理", lines
