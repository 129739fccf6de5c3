"""Following a subject and leaving it again; an e-mail address counts only after its owner has said yes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from civic.accounts.models import User
from civic.core import outbox
from civic.core.errors import InvalidInput, NotFound
from civic.engagement.models import Channel, Subscription

CONFIRM_SALT, END_SALT = "engagement.confirm", "engagement.end"
CONFIRM_WITHIN = timedelta(days=3)
ASK_AGAIN = timedelta(hours=1)
QUESTIONS_A_DAY = 5  # confirmations that one address may be sent: nobody's box can be filled with them
ADDRESS_LIMIT = 254
NO_LINK = "这个链接不对或已经过期，请回到进展页重新订阅。"


@dataclass(frozen=True)
class Topic:
    """What can be followed: its subject, a name for people, and its page."""

    subject: str
    title: str
    url: str


def check_email(address: str) -> str:
    """Return an address with its domain in lower case; InvalidInput when it is none."""
    address = address.strip()
    message = "请填写正确的邮箱地址，例如 name@example.com。"
    try:
        if len(address) > ADDRESS_LIMIT:
            raise ValidationError(message)
        validate_email(address)
    except ValidationError as error:
        raise InvalidInput(message, code="bad_email", fields={"email": message}) from error
    name, _, domain = address.rpartition("@")
    return f"{name}@{domain.lower()}"


@transaction.atomic
def ask_by_email(*, topic: Topic, address: str, user: User | None = None, at: datetime | None = None) -> None:
    """Send the address the question whether it wants to follow the topic.

    Says nothing of whether it does already, nor whether the question was sent: one address gets one an hour for a
    topic and a few a day in all. Raises InvalidInput.
    """
    address, at = check_email(address), at or timezone.now()
    asked = Subscription.objects.filter(
        channel=Channel.EMAIL, address__iexact=address, asked_at__gt=at - timedelta(days=1)
    )
    if asked.count() >= QUESTIONS_A_DAY:
        return
    subscription = _row(topic, Channel.EMAIL, address, user, at)
    subscription = Subscription.objects.select_for_update().get(pk=subscription.pk)
    if subscription.confirmed_at is not None:
        return
    if subscription.asked_at is not None and subscription.asked_at > at - ASK_AGAIN:
        return
    subscription.asked_at = at
    subscription.save(update_fields=["asked_at"])
    outbox.publish(
        topic="engagement.confirmation",
        payload={"subscription": subscription.pk},
        key=f"confirmation:{subscription.pk}:{int(at.timestamp())}",
        queue="outbound",
    )


def _row(topic: Topic, channel: str, address: str, user: User | None, at: datetime) -> Subscription:
    known = Subscription.objects.filter(subject=topic.subject, channel=channel, ended_at=None)
    known = (
        known.filter(user=user)
        if channel == Channel.SITE
        else known.filter(**{"address__iexact" if channel == Channel.EMAIL else "address": address})
    )
    if (found := known.first()) is not None:
        return found
    try:
        with transaction.atomic():
            return Subscription.objects.create(
                subject=topic.subject, title=topic.title, url=topic.url, channel=channel, address=address,
                user=user, created_at=at, confirmed_at=None if channel == Channel.EMAIL else at,
            )  # fmt: skip
    except IntegrityError:  # somebody was faster
        return known.get()


@transaction.atomic
def follow(
    *, topic: Topic, channel: str, address: str = "", user: User | None = None, at: datetime | None = None
) -> Subscription:
    """Follow at once: in a conversation (its id is the address) or on the site, where it is certain who asks."""
    if channel == Channel.EMAIL:
        raise ValueError("an e-mail address is asked first")
    return _row(topic, channel, address, user, at or timezone.now())


@transaction.atomic
def follow_by_letter(*, topic: Topic, address: str, at: datetime | None = None) -> Subscription:
    """Follow with the address from which the subject itself was written: it gets the answers to its own letter.

    It need not say yes, but each letter to it shows the way out. Raises InvalidInput for no address.
    """
    at = at or timezone.now()
    subscription = _row(topic, Channel.EMAIL, check_email(address), None, at)
    if subscription.confirmed_at is None:
        subscription.confirmed_at = at
        subscription.save(update_fields=["confirmed_at"])
    return subscription


@transaction.atomic
def unfollow(
    *, subject: str, channel: str, address: str = "", user: User | None = None, at: datetime | None = None
) -> bool:
    """Stop following; return whether there was something to stop."""
    found = Subscription.objects.filter(subject=subject, channel=channel, ended_at=None)
    found = found.filter(user=user) if channel == Channel.SITE else found.filter(address=address)
    return bool(found.update(ended_at=at or timezone.now(), address=""))


def confirm_token(subscription: Subscription) -> str:
    """Return the signed part of the link by which an address says yes."""
    return signing.dumps(subscription.pk, salt=CONFIRM_SALT)


def end_token(subscription: Subscription) -> str:
    """Return the signed part of the link by which whoever gets the mail leaves."""
    return signing.dumps(subscription.pk, salt=END_SALT)


def to_confirm(token: str) -> Subscription:
    """Return what a confirmation link is about; NotFound for a wrong, old or ended one."""
    return _signed(token, CONFIRM_SALT, CONFIRM_WITHIN)


def to_end(token: str) -> Subscription:
    """Return what a link for leaving is about, also after leaving; NotFound for a wrong one."""
    return _signed(token, END_SALT, None)


def _signed(token: str, salt: str, within: timedelta | None) -> Subscription:
    try:
        pk = signing.loads(token, salt=salt, max_age=within)
    except signing.BadSignature as error:
        raise NotFound(NO_LINK, code="bad_link") from error
    found = Subscription.objects.filter(pk=pk).first()
    if found is None or (within is not None and found.ended_at is not None):
        raise NotFound(NO_LINK, code="bad_link")
    return found


@transaction.atomic
def confirm(*, token: str, at: datetime | None = None) -> Subscription:
    """Let the address follow from now on; a second yes changes nothing. Raises NotFound."""
    subscription = Subscription.objects.select_for_update().get(pk=to_confirm(token).pk)
    if subscription.confirmed_at is None:
        subscription.confirmed_at = at or timezone.now()
        subscription.save(update_fields=["confirmed_at"])
    return subscription


@transaction.atomic
def end(*, token: str, at: datetime | None = None) -> Subscription:
    """Stop telling this subscriber, and erase the address. Raises NotFound."""
    subscription = Subscription.objects.select_for_update().get(pk=to_end(token).pk)
    if subscription.ended_at is None:
        subscription.ended_at, subscription.address = at or timezone.now(), ""
        subscription.save(update_fields=["ended_at", "address"])
    return subscription


def keep_until_closed(*, subject: str, closed_at: datetime | None) -> None:
    """Say when a subject was closed, None for open again: addresses are kept ENGAGEMENT_ADDRESS_DAYS longer."""
    days = timedelta(days=settings.ENGAGEMENT_ADDRESS_DAYS)
    Subscription.objects.filter(subject=subject, ended_at=None).update(
        forget_at=closed_at + days if closed_at is not None else None
    )


def forget_addresses(at: datetime | None = None) -> int:
    """Erase addresses whose subject was closed long ago, and questions nobody answered; return how many."""
    at = at or timezone.now()
    away = [Channel.EMAIL, Channel.WECHAT]
    over = Subscription.objects.filter(channel__in=away, ended_at=None, forget_at__lte=at)
    count = over.update(ended_at=at, address="")
    unanswered = Subscription.objects.filter(
        channel=Channel.EMAIL, confirmed_at=None, created_at__lt=at - CONFIRM_WITHIN
    )
    return count + unanswered.delete()[0]
