"""Reaching a person of the official account: the ways in order, each failure on record."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from bot import wechat_client
from bot.models import Conversation
from bot.services import receive_message
from civic.cases import ports
from civic.cases.models import Report
from civic.cases.services import take_action
from civic.core import outbox
from civic.core.models import OutboxEvent
from civic.engagement.models import Notice, Subscription
from civic.engagement.services.subscriptions import ask_by_email, confirm, confirm_token
from tests.factories import INSIDE, UserFactory

pytestmark = pytest.mark.django_db
OPENID = "oABC-123"


class WeChat:
    """WeChat's interface: what was sent, and what it answers next."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.errors: list[wechat_client.DeliveryError] = []

    def post(self, path: str, data: dict[str, Any]) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append((path, data))


@pytest.fixture
def wechat(monkeypatch: pytest.MonkeyPatch) -> Iterator[WeChat]:
    account = WeChat()
    monkeypatch.setattr(wechat_client, "_post", account.post)
    return account


@pytest.fixture
def person(db: None) -> Conversation:
    receive_message(channel="wechat", sender=OPENID, message_id="1", text="垃圾没人收")
    return Conversation.objects.get()


@pytest.fixture
def report(person: Conversation) -> Report:
    """What this person reported in the chat."""
    receipt = ports.submit_report(
        text="小区门口的垃圾三天没人收",
        channel="wechat",
        sender=OPENID,
        lon=INSIDE[0],
        lat=INSIDE[1],
        dedupe_key="1",
    )
    return Report.objects.get(number=receipt.number)


def change(report: Report) -> Notice:
    """Let a clerk file the report; return the notice as it stands after the outbox has worked."""
    take_action(case_pk=report.case_id, action="file", actor=UserFactory(roles=["case_clerk"]))
    outbox.drain()
    return Notice.objects.get()


def long_silent(person: Conversation) -> None:
    Conversation.objects.filter(pk=person.pk).update(last_heard_at=timezone.now() - timedelta(hours=49))


def test_who_reports_in_the_chat_is_told_there(report: Report, wechat: WeChat) -> None:
    notice = change(report)
    ((path, data),) = wechat.sent
    assert path == "message/custom/send"
    assert data["touser"] == OPENID
    assert f"【立案】{report.number}" in data["text"]["content"]
    assert report.text not in data["text"]["content"]
    assert (notice.state, notice.channel, notice.tried) == ("sent", "wechat_service", [])
    assert OPENID not in Subscription.objects.get().address


def test_a_template_when_the_48_hours_are_over(report: Report, person, wechat: WeChat, settings) -> None:
    settings.WECHAT_TEMPLATE_ID = "tmpl"
    settings.WECHAT_TEMPLATE_FIELDS = {"title": "thing1", "text": "thing2", "time": "time3"}
    long_silent(person)
    notice = change(report)
    ((path, data),) = wechat.sent
    assert path == "message/template/send"
    assert data["template_id"] == "tmpl"
    assert len(data["data"]["thing2"]["value"]) <= 20
    assert (notice.state, notice.channel) == ("sent", "wechat_template")
    assert [entry["error"] for entry in notice.tried] == ["out of the 48 hours"]


def test_the_confirmed_mail_of_the_same_account_when_no_template_works(
    report: Report, person, wechat: WeChat, settings, topic
) -> None:
    settings.WECHAT_TEMPLATE_ID = settings.WECHAT_SUBSCRIBE_TEMPLATE_ID = "tmpl"
    long_silent(person)
    user = UserFactory()
    Subscription.objects.update(user=user)
    ask_by_email(topic=topic, address="me@example.com", user=user)
    confirm(token=confirm_token(Subscription.objects.get(channel="email")))
    OutboxEvent.objects.filter(topic="engagement.confirmation").delete()
    wechat.errors = [wechat_client.DeliveryError(f"errcode {code}", final=True) for code in (40037, 43101)]
    notice = change(report)
    assert [message.to for message in mail.outbox] == [["me@example.com"]]
    assert [entry["channel"] for entry in notice.tried] == [
        "wechat_service",
        "wechat_template",
        "wechat_subscribe",
    ]
    assert (notice.state, notice.channel) == ("sent", "email")


def test_it_waits_for_the_next_word_and_is_said_once(report: Report, person, wechat: WeChat) -> None:
    from civic.engagement.ports import waiting_notices

    long_silent(person)
    assert change(report).state == "kept"
    assert waiting_notices(channel="wechat", sender="somebody-else") == []
    (said,) = waiting_notices(channel="wechat", sender=OPENID)
    assert report.number in said
    assert waiting_notices(channel="wechat", sender=OPENID) == []
    notice = Notice.objects.get()
    assert (notice.state, notice.channel) == ("shown", "chat")
    assert notice.sent_at is not None


def test_a_passing_fault_is_tried_again(report: Report, wechat: WeChat) -> None:
    wechat.errors = [wechat_client.DeliveryError("Timeout", final=False)]
    notice = change(report)
    assert notice.state == "waiting"
    OutboxEvent.objects.filter(topic="engagement.notice").update(next_at=timezone.now())
    outbox.drain()
    notice.refresh_from_db()
    assert (notice.state, len(wechat.sent), len(notice.tried)) == ("sent", 1, 1)


def test_following_and_leaving_by_a_word(report: Report, wechat: WeChat) -> None:
    receive_message(channel="wechat", sender="other", message_id="9", text="订阅")
    said = ports.follow(number=report.number, sender="other", channel="wechat", on=True)
    assert report.number in said
    ports.follow(number=report.number, sender="other", channel="wechat", on=True)
    assert Subscription.objects.filter(ended_at=None).count() == 2
    ports.follow(number=report.number, sender="other", channel="wechat", on=False)
    assert Subscription.objects.filter(ended_at=None).count() == 1


@pytest.mark.parametrize(
    ("number", "channel"), [("BJ0000000000000", "wechat"), ("x", "wechat"), (None, "webchat")]
)
def test_what_cannot_be_followed_is_said(report: Report, number: str | None, channel: str) -> None:
    from bot.ports import PortError

    with pytest.raises(PortError, match=r"[一-龥]"):
        ports.follow(number=number or report.number, sender=OPENID, channel=channel, on=True)


def test_a_withheld_report_is_not_told_of(report: Report, wechat: WeChat) -> None:
    report.case.withheld = True
    report.case.save()
    take_action(case_pk=report.case_id, action="file", actor=UserFactory(roles=["case_clerk"]))
    outbox.drain()
    assert wechat.sent == []
    assert not Notice.objects.exists()
