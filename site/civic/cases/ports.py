"""What the bot asks of cases."""

import hashlib
import hmac

from django.conf import settings

from bot.ports import PortError, Progress
from bot.ports import Receipt as PortReceipt
from civic.cases.models import Channel, PointSource, Report, Step
from civic.cases.numbers import parse_number
from civic.cases.presentation import matter_words, status_url
from civic.cases.services import Idempotency, supply_place
from civic.cases.services import submit_report as submit
from civic.cases.services.following import follow_in_chat, unfollow_in_chat
from civic.core.errors import DomainError


def _digest(identity: str) -> str:
    """Return a keyed digest of an identity in a channel: a copy of the database names nobody's account."""
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, f"sender:{identity}".encode(errors="replace"), hashlib.sha256).hexdigest()


def submit_report(
    *, text: str, channel: str, sender: str, lon: float | None = None, lat: float | None = None, address: str = "",
    dedupe_key: str,
) -> PortReceipt:  # fmt: skip
    """File a report from a conversation; the same `dedupe_key` always gives the same receipt."""
    try:
        receipt = submit(
            text=text,
            channel=channel,
            sender=_digest(sender),
            lon=lon,
            lat=lat,
            point_source=PointSource.GPS,
            address=address,
            idempotency=Idempotency("bot", _digest(dedupe_key)),
        )
    except DomainError as error:
        raise PortError(error.message) from error
    report, case = receipt.report, receipt.report.case
    if channel == Channel.WECHAT and not receipt.repeated:
        follow_in_chat(report=report, sender=sender)
    return PortReceipt(
        number=report.number,
        matter=matter_words(case),
        district=case.district.name if case.district else "",
        street=case.street,
        status_url=status_url(report.number),
        repeated=receipt.repeated,
    )


def add_place(*, number: str, sender: str, lon: float, lat: float) -> Progress | None:
    """Give the place of one's own report after reporting it; None when that report has one already."""
    report = (
        Report.objects.select_related("case__district").filter(number=number, sender=_digest(sender)).first()
        if sender
        else None
    )
    if report is None:
        return None
    try:
        if not supply_place(report=report, lon=lon, lat=lat, source=PointSource.GPS):
            return None
    except DomainError as error:
        raise PortError(error.message) from error
    return _progress(Report.objects.select_related("case__district").get(pk=report.pk))


def _progress(report: Report) -> Progress:
    case = report.case
    return Progress(
        number=report.number,
        step=str(Step(case.step).label),
        matter=matter_words(case),
        district=case.district.name if case.district else "",
        street=case.street,
        updated_at=case.updated_at,
        status_url=status_url(report.number),
    )


def case_progress(*, number: str, sender: str) -> Progress | None:
    """Return a report's progress by number; a withheld one only to the person who reported it."""
    canonical = parse_number(number)
    report = (
        Report.objects.select_related("case__district").filter(number=canonical).first()
        if canonical
        else None
    )
    if report is None or (report.case.withheld and report.sender != _digest(sender)):
        return None
    return _progress(report)


def my_reports(*, sender: str, limit: int = 3) -> list[Progress]:
    """Return a conversation partner's latest reports."""
    if not sender:
        return []
    reports = (
        Report.objects.select_related("case__district")
        .filter(sender=_digest(sender))
        .order_by("-received_at")[:limit]
    )
    return [_progress(report) for report in reports]


def follow(*, number: str, sender: str, channel: str, on: bool) -> str:
    """Follow a report's progress in a WeChat conversation, or stop; return what to say. Raises PortError."""
    canonical = parse_number(number)
    report = Report.objects.traceable().filter(number=canonical).first() if canonical else None
    if report is None:
        raise PortError("没有查到这个编号，请核对后再发。")
    if channel != Channel.WECHAT:
        raise PortError("网页对话不能推送消息。请打开进展页用邮箱订阅：" + status_url(report.number))
    if on:
        if not follow_in_chat(report=report, sender=sender):
            raise PortError("暂时订阅不了，请稍后再试。")
        return f"已经订阅 {report.number}，每办到一步告诉您。不想再收到，发送“退订 {report.number}”。"
    unfollow_in_chat(report=report, sender=sender)
    return f"已经退订 {report.number}。"
