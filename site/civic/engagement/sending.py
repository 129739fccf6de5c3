"""Getting a notice to its person: the ways are tried in order, what was chosen and what failed is recorded.

WeChat: a customer-service message within 48 hours of the person's last word, else a template or subscription
message where the operator has one, else the e-mail address that the same account has confirmed, else the notice
waits and is said when the person next writes. These are the handlers of this app's outbox topics.
"""

import hmac
import re
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from bot import wechat_client
from bot.models import Channel as ChatChannel
from bot.models import Conversation
from civic.engagement.models import Channel, Notice, Subscription
from civic.engagement.services.notices import record_sent, record_state, record_try
from civic.engagement.services.subscriptions import confirm_token, end_token

State = Notice.State
ID_SALT = "engagement.message_id"
NOTICE_ID = re.compile(r"<notice-([1-9]\d{0,17})\.[!-?A-~]{1,100}@[!-?A-~]{1,200}>", re.ASCII)
THING_LIMIT = 20  # characters that WeChat allows in a field of the type "thing"


def link_to(name: str, token: str) -> str:
    """Return the absolute address of a page of this app."""
    return settings.PUBLIC_BASE_URL.rstrip("/") + reverse(f"engagement:{name}", args=[token])


def send_confirmation(payload: dict[str, Any]) -> None:
    """Ask an address whether it wants to follow; a raise is a retry of the outbox."""
    subscription = Subscription.objects.filter(pk=payload["subscription"], ended_at=None).first()
    if subscription is None or subscription.confirmed_at is not None or not subscription.address:
        return
    words = {"subscription": subscription, "link": link_to("confirm", confirm_token(subscription))}
    EmailMessage(
        subject=f"请确认订阅：{subscription.title}",
        body=render_to_string("engagement/mail/confirm.txt", words),
        to=[subscription.address],
        headers={"Auto-Submitted": "auto-generated"},
    ).send()


def send_notice(payload: dict[str, Any]) -> None:
    """Send one notice by the best way there is now; does nothing for one that is settled. A raise is a retry."""
    notice = Notice.objects.select_related("subscription__user").filter(pk=payload["notice"]).first()
    if notice is None or notice.state != State.WAITING:
        return
    subscription = notice.subscription
    if subscription.ended_at is not None or not subscription.address:
        record_state(notice=notice, state=State.DROPPED)
    elif subscription.channel == Channel.EMAIL:
        _mail(notice, subscription)
        record_sent(notice=notice, channel="email")
    else:
        _by_wechat(notice)


def _by_wechat(notice: Notice) -> None:
    subscription = notice.subscription
    person = Conversation.objects.filter(channel=ChatChannel.WECHAT, pk=subscription.address).first()
    if person is not None:
        if _customer_service(notice, person):
            return record_sent(notice=notice, channel="wechat_service")
        for kind, template in (
            ("template", settings.WECHAT_TEMPLATE_ID),
            ("subscribe", settings.WECHAT_SUBSCRIBE_TEMPLATE_ID),
        ):
            if template and _template(notice, person, kind, template):
                return record_sent(notice=notice, channel=f"wechat_{kind}")
    else:
        record_try(notice=notice, channel="wechat", error="no such conversation")
    if (other := _confirmed_mail_of(subscription)) is not None:
        _mail(notice, other)
        return record_sent(notice=notice, channel="email")
    return record_state(notice=notice, state=State.KEPT)


def _customer_service(notice: Notice, person: Conversation) -> bool:
    heard = person.last_heard_at
    if heard is None or timezone.now() - heard > wechat_client.WINDOW:
        record_try(notice=notice, channel="wechat_service", error="out of the 48 hours")
        return False
    text = f"{notice.title}\n{notice.text}\n{notice.url}"
    return _attempt(
        notice, "wechat_service", lambda: wechat_client.send_text(openid=person.sender, text=text)
    )


def _template(notice: Notice, person: Conversation, kind: str, template: str) -> bool:
    values = {"number": notice.subscription.title, "title": notice.title, "text": notice.text,
              "time": f"{timezone.localtime(notice.created_at):%Y-%m-%d %H:%M}"}  # fmt: skip
    data = {
        field: values.get(name, "")[:THING_LIMIT] if field.startswith("thing") else values.get(name, "")
        for name, field in settings.WECHAT_TEMPLATE_FIELDS.items()
    }
    return _attempt(
        notice,
        f"wechat_{kind}",
        lambda: wechat_client.send_template(
            openid=person.sender, template_id=template, data=data, url=notice.url, kind=kind
        ),
    )


def _attempt(notice: Notice, channel: str, send: Any) -> bool:
    """Try one way; False when it is closed for good, a raise when it may work later."""
    try:
        send()
    except wechat_client.DeliveryError as error:
        record_try(notice=notice, channel=channel, error=str(error))
        if error.final:
            return False
        raise
    return True


def _confirmed_mail_of(subscription: Subscription) -> Subscription | None:
    """Return a subscription through which the same account has confirmed an address."""
    if subscription.user_id is None:
        return None
    confirmed = Subscription.objects.filter(
        user=subscription.user_id, channel=Channel.EMAIL, ended_at=None, confirmed_at__isnull=False
    )
    return confirmed.exclude(address="").order_by("-confirmed_at").first()


def mail_host() -> str:
    """Return the host in the ids of our letters."""
    return settings.PUBLIC_BASE_URL.split("//", 1)[-1].split("/", 1)[0].split(":", 1)[0]


def _message_id(notice: Notice) -> str:
    signed = signing.Signer(salt=ID_SALT).signature(str(notice.pk))
    return f"<notice-{notice.pk}.{signed}@{mail_host()}>"


def notice_of(message_id: str) -> Notice | None:
    """Return the notice that went out under a Message-ID; nobody can make one up."""
    found = NOTICE_ID.fullmatch(message_id)
    notice = Notice.objects.select_related("subscription").filter(pk=int(found[1])).first() if found else None
    if notice is None or not hmac.compare_digest(_message_id(notice).encode(), message_id.encode()):
        return None
    return notice


def _mail(notice: Notice, subscription: Subscription) -> None:
    leave = link_to("end", end_token(subscription))
    # Who reported by letter answers by letter.
    answers = [settings.CASE_MAIL_ADDRESS] if settings.CASE_MAIL_ADDRESS and subscription.by_letter else None
    words = {"notice": notice, "subscription": subscription, "leave": leave, "answers": answers}
    message = EmailMessage(
        subject=" ".join(notice.title.split()),
        body=render_to_string("engagement/mail/notice.txt", words),
        to=[subscription.address],
        reply_to=answers,
        headers={
            # RFC 8058: mail programs offer one press, without opening a page. The id makes a repeat recognisable.
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Message-ID": _message_id(notice),
            "Auto-Submitted": "auto-generated",
        },
    )
    try:
        message.send()
    except OSError as error:  # smtplib's errors are OSErrors
        record_try(notice=notice, channel="email", error=type(error).__name__)
        raise
