"""Telling subscribers: one notice each, once for one happening; sending is the outbox's work."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from civic.core import outbox
from civic.engagement.models import Channel, Notice, Subscription

State = Notice.State


@transaction.atomic
def tell(
    *, subject: str, key: str, kind: str, title: str, text: str, url: str, since: datetime,
    letter_text: str = "", at: datetime | None = None,
) -> int:  # fmt: skip
    """Tell everyone who followed the subject before `since`; return how many are told now.

    `key` names the happening: whoever has been told of it is not told again. `letter_text` is what the address reads
    instead from which the subject was written.
    """
    at, told = at or timezone.now(), 0
    followers = Subscription.objects.filter(
        subject=subject, ended_at=None, confirmed_at__isnull=False, confirmed_at__lte=since
    ).exclude(notices__key=key)
    for subscription in followers:
        words = letter_text if letter_text and subscription.by_letter else text
        on_site = subscription.channel == Channel.SITE
        notice, created = Notice.objects.get_or_create(
            subscription=subscription,
            key=key,
            defaults={
                "kind": kind, "title": title, "text": words, "url": url, "created_at": at,
                "state": State.KEPT if on_site else State.WAITING,
                "channel": Channel.SITE if on_site else "",
            },
        )  # fmt: skip
        if not created:
            continue
        told += 1
        if not on_site:
            outbox.publish(
                topic="engagement.notice",
                payload={"notice": notice.pk},
                key=f"notice:{notice.pk}",
                queue="outbound",
            )
    return told


@transaction.atomic
def record_sent(*, notice: Notice, channel: str, at: datetime | None = None) -> None:
    """Note that a notice has gone out, and by which way."""
    notice.state, notice.channel, notice.sent_at = State.SENT, channel, at or timezone.now()
    notice.save(update_fields=["state", "channel", "sent_at", "tried"])


@transaction.atomic
def record_state(*, notice: Notice, state: str) -> None:
    """Note that a notice waits for the person, or will not go out at all."""
    notice.state = state
    notice.save(update_fields=["state", "tried"])


def record_try(*, notice: Notice, channel: str, error: str, at: datetime | None = None) -> None:
    """Note a way that did not work."""
    at = at or timezone.now()
    entry: dict[str, Any] = {"channel": channel, "error": error[:120], "at": at.isoformat()}
    notice.tried = [*notice.tried, entry][-20:]
    notice.save(update_fields=["tried"])


@transaction.atomic
def take_kept(*, address: str, at: datetime | None = None, limit: int = 3) -> list[Notice]:
    """Return what waits for a conversation and mark it as shown; a second call returns nothing."""
    kept = list(
        Notice.objects.select_for_update()
        .filter(subscription__channel=Channel.WECHAT, subscription__address=address, state=State.KEPT)
        .order_by("-created_at", "-id")[:limit]
    )
    at = at or timezone.now()
    for notice in kept:
        notice.state, notice.channel, notice.sent_at = State.SHOWN, "chat", at
        notice.save(update_fields=["state", "channel", "sent_at"])
    return kept[::-1]
