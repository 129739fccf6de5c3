"""Telling those who follow a report what became of it: the public progress, never anybody's words.

A subscription names the report, whose number survives every merge; what is told is the state of its case.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings

import nlp
from bot.models import Channel as ChatChannel
from bot.models import Conversation
from civic.accounts.models import User
from civic.cases.models import Case, CaseEvent, Report, RequestType, Step
from civic.cases.presentation import matter_words, status_url
from civic.cases.results import latest_answer
from civic.engagement.models import Channel, Subscription
from civic.engagement.services import notices, subscriptions
from civic.engagement.services.subscriptions import Topic

Kind = CaseEvent.Kind
LOOKED_AT = 20  # latest entries among which the last public one is looked for
SAID = {
    Step.INTAKE: "已经重新受理。",
    Step.FILING: "已经立案。",
    Step.DISPATCH: "已经派遣给承办部门。",
    Step.HANDLING: "承办部门正在处置。",
    Step.FEEDBACK: "承办部门已经反馈结果。",
    Step.VERIFICATION: "正在核查结果。是您反映的，请打开进展页评价。",
}


def subject_of(number: str) -> str:
    """Return the name under which a report is followed."""
    return f"report:{number}"


def topic_of(report: Report) -> Topic:
    """Return a report as something to follow."""
    return Topic(subject_of(report.number), f"{report.number} 的办理进展", status_url(report.number))


def follow_on_site(*, report: Report, user: User) -> None:
    """Put a report among those that an account follows."""
    subscriptions.follow(topic=topic_of(report), channel=Channel.SITE, user=user)


def follow_in_chat(*, report: Report, sender: str) -> bool:
    """Tell the person of a WeChat conversation from now on; False when there is no such conversation."""
    person = Conversation.objects.filter(channel=ChatChannel.WECHAT, sender=sender).first()
    if person is None:
        return False
    user = person.user if isinstance(person.user, User) else None
    subscriptions.follow(topic=topic_of(report), channel=Channel.WECHAT, address=str(person.pk), user=user)
    return True


def unfollow_in_chat(*, report: Report, sender: str) -> bool:
    """Stop telling the person of a WeChat conversation; return whether there was something to stop."""
    person = Conversation.objects.filter(channel=ChatChannel.WECHAT, sender=sender).first()
    return person is not None and subscriptions.unfollow(
        subject=subject_of(report.number), channel=Channel.WECHAT, address=str(person.pk)
    )


def tell_followers(payloads: Sequence[dict[str, Any]]) -> None:
    """Tell the followers of changed reports where these are now; each of them once for one change.

    Several changes that come together are told as the last one: nobody wants five mails about one afternoon.
    """
    numbers = dict(
        Report.objects.filter(pk__in={payload["report"] for payload in payloads}).values_list("number", "pk")
    )
    followed = Subscription.objects.filter(
        subject__in=[subject_of(number) for number in numbers], ended_at=None
    )
    for subject in sorted(set(followed.values_list("subject", flat=True))):
        _tell(numbers[subject.removeprefix("report:")])


def _tell(report_pk: int) -> None:
    report = Report.objects.select_related("case__district").get(pk=report_pk)
    case, subject = report.case, subject_of(report.number)
    subscriptions.keep_until_closed(subject=subject, closed_at=case.closed_at)
    event = _last_public(report)
    if event is None or case.withheld:
        return
    where = f"{case.district.name if case.district else ''}{case.street}" or "位置待核实"
    title, sentence = _words(case, event)
    face = f"{matter_words(case) or '事项待判断'}（{where}）：{sentence}"
    notices.tell(
        subject=subject,
        key=f"event:{event.pk}",
        kind=event.kind,
        title=f"【{title}】{report.number}",
        text=face,
        letter_text=_letter(case, event, face),
        url=status_url(report.number),
        since=event.created_at,
    )


def _last_public(report: Report) -> CaseEvent | None:
    """Return the last entry of the record that followers hear of.

    That is a step reached, a question that still waits for its answer, one that waited in vain, or a merge of this
    report.
    """
    kinds = [Kind.STEP, Kind.MERGED, Kind.PAUSED, Kind.RESUMED]
    waiting = report.case.paused_at is not None
    for event in report.case.events.filter(kind__in=kinds).order_by("-created_at", "-id")[:LOOKED_AT]:
        if (event.kind == Kind.PAUSED and waiting) or event.action == "overdue_resume":
            return event
        if event.kind == Kind.STEP and event.to_step:
            return event
        if event.kind == Kind.MERGED and report.number in event.data.get("numbers", []):
            return event
    return None


def _letter(case: Case, event: CaseEvent, face: str) -> str:
    """Return what the address hears from which the report itself was written: also what was said to its person, masked.

    Mail is no safe place for the words about an accusation: those are on the progress page only.
    """
    said: CaseEvent | None = None
    if event.action in {"ask", "decline", "refer"}:
        said = event
    elif case.step in {Step.VERIFICATION, Step.CLOSED} and event.kind == Kind.STEP:
        said = latest_answer(case)
    if said is None or case.request_type == RequestType.ACCUSATION:
        return face
    heading = {"ask": "问您的话", "answer": "办理结果"}.get(said.action, "理由")
    return f"{face}\n\n{heading}：{nlp.redact(said.reason)}"


def _words(case: Case, event: CaseEvent) -> tuple[str, str]:
    if event.kind == Kind.MERGED:
        return "合并办理", "和同一件事的其他反映合在一起办理，您的编号继续有效。"
    if event.kind == Kind.PAUSED:
        days = settings.CASE_PAUSE_DAYS
        return "请反映人补充", (
            f"承办人想请反映人补充情况，办理暂停计时。是您反映的，请打开进展页看问题并回答；"
            f"{days} 个工作日内没有补充，就按现有情况接着办。"
        )
    if event.kind == Kind.RESUMED:
        return "恢复办理", "没有等到反映人的补充，按现有情况接着办。进展页上仍然可以补充。"
    if case.step == Step.CLOSED:
        return "结案", f"{Case.Outcome(case.outcome).label}，已经结案。"
    return str(Step(case.step).label), SAID[Step(case.step)]
