"""Messages to webhooks: stored in the sender's transaction, sent later, in order, until they arrive or are dead.

One address is served by one worker at a time, its messages in the order in which they were stored. While a
receiver is away (no answer, 408, 429, 5xx) all its messages wait; a message that it refuses waits alone, until a
few refusals in a row show that it is not the message. Each attempt is counted before it is made.
"""

import json
import logging
import random
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from standardwebhooks.webhooks import Webhook as Signer

from civic.accounts.models import User
from civic.core import outbox
from civic.core.errors import Conflict, NotFound
from civic.partners import sending
from civic.partners.models import Delivery, Webhook
from civic.partners.services.webhooks import secret_of, wake

logger = logging.getLogger("civic.partners")
State = Delivery.State
LONGEST_WAIT = timedelta(hours=6)
TURN_SECONDS = 20.0  # how long one address is served before the others have their turn
BUSY_MARGIN = timedelta(seconds=60)  # beside the time that one attempt may take
REFUSALS_IN_A_ROW = 3  # refused messages after which it is the receiver that is wrong
WAKE_SECONDS = 15
GONE = 410
KEPT = timedelta(days=30)


class Message(NamedTuple):
    """What one webhook shall be told; the same event is told it once."""

    webhook_pk: int
    event_id: str
    kind: str
    payload: dict[str, Any]


@transaction.atomic
def enqueue(messages: Sequence[Message]) -> None:
    """Store messages for their webhooks and have them sent; an event that a webhook was told is not told again."""
    if not messages:
        return
    Delivery.objects.bulk_create(
        (
            Delivery(webhook_id=one.webhook_pk, event_id=one.event_id, kind=one.kind, payload=one.payload)
            for one in messages
        ),
        ignore_conflicts=True,
    )
    for webhook_pk in dict.fromkeys(one.webhook_pk for one in messages):
        wake(webhook_pk)


def wait_after(failures: int) -> timedelta:
    """Return the wait after so many failures: 10 s, 40 s, 160 s … at most six hours, a fifth more or less."""
    seconds = min(10 * 4 ** min(failures - 1, 10), LONGEST_WAIT.total_seconds())
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))


def _ready(now: datetime) -> Q:
    return Q(active=True, partner__active=True) & (Q(wait_until=None) | Q(wait_until__lte=now))


def _free(now: datetime) -> Q:
    return Q(busy_until=None) | Q(busy_until__lt=now)


def deliver_due(payload: dict[str, Any]) -> None:
    """Send what is due for one webhook; another worker that serves it already is left to it."""
    webhook = _take(payload["webhook"])
    if webhook is None:
        return
    until = time.monotonic() + TURN_SECONDS
    try:
        while (delivery := _next(webhook)) is not None:
            if time.monotonic() > until:
                with transaction.atomic():
                    wake(webhook.pk)
                return
            if not _attempt(webhook, delivery):
                return
    finally:
        Webhook.objects.filter(pk=webhook.pk, busy_until=webhook.busy_until).update(busy_until=None)


def _busy() -> datetime:
    return timezone.now() + timedelta(seconds=settings.WEBHOOK_TIMEOUT_SECONDS) + BUSY_MARGIN


def _take(pk: int) -> Webhook | None:
    """Return the webhook for this worker alone, or None."""
    mine = _busy()
    if not Webhook.objects.filter(_free(timezone.now()), pk=pk, active=True).update(busy_until=mine):
        return None
    webhook = Webhook.objects.select_related("partner").get(pk=pk)
    webhook.busy_until = mine
    return webhook


def _next(webhook: Webhook) -> Delivery | None:
    now = timezone.now()
    if not Webhook.objects.filter(_ready(now), pk=webhook.pk).exists():
        return None
    return webhook.deliveries.filter(state=State.PENDING, next_at__lte=now).order_by("pk").first()


def _attempt(webhook: Webhook, delivery: Delivery) -> bool:
    """Send one message and note the outcome; return whether the webhook may have the next one now."""
    now, busy = timezone.now(), _busy()
    if not Webhook.objects.filter(pk=webhook.pk, busy_until=webhook.busy_until).update(busy_until=busy):
        return False  # this worker was slow, and another one has taken over
    webhook.busy_until = busy
    if delivery.attempts >= settings.WEBHOOK_MAX_ATTEMPTS:  # each of them took its worker down
        Delivery.objects.filter(pk=delivery.pk).update(state=State.DEAD, error="推送过程多次中断。")
        return True
    delivery.attempts += 1
    Delivery.objects.filter(pk=delivery.pk).update(
        attempts=delivery.attempts, tried_at=now, next_at=now + wait_after(delivery.attempts)
    )
    status, error, patience = None, "", 0
    try:
        status, patience = _send(webhook, delivery, now)
    except sending.SendingFailed as failure:
        error = str(failure)
    if status is not None and 200 <= status < 300:
        return _delivered(webhook, delivery, status)
    return _failed(webhook, delivery, status, error or f"对方应答 {status}", patience)


def _send(webhook: Webhook, delivery: Delivery, now: datetime) -> sending.Answer:
    message_id = f"msg_{delivery.pk}_{delivery.event_id}"
    body = json.dumps(delivery.payload, ensure_ascii=False, separators=(",", ":"))
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Signer(secret_of(webhook)).sign(message_id, _utc(now), body),
    }
    return sending.post(webhook.url, body=body.encode(), headers=headers)


def _utc(moment: datetime) -> datetime:
    return timezone.localtime(moment, timezone.get_fixed_timezone(0))


@transaction.atomic
def _delivered(webhook: Webhook, delivery: Delivery, status: int) -> bool:
    Delivery.objects.filter(pk=delivery.pk).update(
        state=State.DELIVERED, status=status, error="", delivered_at=timezone.now()
    )
    Webhook.objects.filter(pk=webhook.pk).exclude(failures=0, wait_until=None).update(
        failures=0, wait_until=None
    )
    return True


@transaction.atomic
def _failed(webhook: Webhook, delivery: Delivery, status: int | None, error: str, patience: int) -> bool:
    """Note a failed attempt: when to try again, or that the message is dead; return whether others may go on."""
    now = timezone.now()
    Webhook.objects.filter(pk=webhook.pk).update(failures=F("failures") + 1)
    row = Webhook.objects.select_for_update().get(pk=webhook.pk)
    away = status is None or status in {408, 429} or status >= 500 or row.failures >= REFUSALS_IN_A_ROW
    asked = min(timedelta(seconds=patience), LONGEST_WAIT)
    again = now + max(wait_after(row.failures if away else delivery.attempts), asked)
    dead = delivery.attempts >= settings.WEBHOOK_MAX_ATTEMPTS
    Delivery.objects.filter(pk=delivery.pk).update(
        state=State.DEAD if dead else State.PENDING, status=status, error=error[:120], next_at=again
    )
    if away:
        row.wait_until = again
    if row.failures >= settings.WEBHOOK_DISABLE_AFTER or status == GONE:
        row.active, row.disabled_at = False, now
        outbox.publish(
            topic="partners.webhook_disabled",
            payload={"webhook": row.pk},
            key=f"webhook-disabled:{row.pk}:{int(now.timestamp())}",
        )
    row.save(update_fields=["active", "disabled_at", "wait_until"])
    logger.info("webhook failed", extra={"webhook_id": row.pk, "delivery_id": delivery.pk, "status": status})
    return row.active and not away


def wake_due() -> int:
    """Wake the webhooks for which something is due and which nobody serves; return how many."""
    now = timezone.now()
    due = Delivery.objects.filter(webhook=OuterRef("pk"), state=State.PENDING, next_at__lte=now)
    waiting = Webhook.objects.filter(_ready(now), _free(now), Exists(due)).order_by("pk")
    woken = list(waiting.values_list("pk", flat=True))
    window = int(now.timestamp() // WAKE_SECONDS)  # several workers wake a webhook once
    with transaction.atomic():
        for pk in woken:
            wake(pk, key=f"webhook:{pk}:{window}")
    return len(woken)


@transaction.atomic
def replay(*, delivery_pk: int) -> Delivery:
    """Send a message again, with its old id and a fresh set of attempts."""
    delivery = (
        Delivery.objects.select_for_update(of=("self",))
        .select_related("webhook")
        .filter(pk=delivery_pk)
        .first()
    )
    if delivery is None:
        raise NotFound("没有这条推送。")
    if delivery.state == State.PENDING:
        raise Conflict("这条推送还在等待发送。", code="still_pending")
    if not delivery.webhook.active:
        raise Conflict("推送地址已停用，请先启用。", code="webhook_off")
    delivery.state, delivery.attempts, delivery.delivered_at = State.PENDING, 0, None
    delivery.replays += 1
    delivery.next_at = timezone.now()
    delivery.save()
    wake(delivery.webhook_id)
    return delivery


def tell_staff(payload: dict[str, Any]) -> None:
    """Write to those who manage partners that an address has been switched off; a raise is a retry."""
    webhook = Webhook.objects.select_related("partner").get(pk=payload["webhook"])
    people = User.objects.with_perm("partners.manage_partner", include_superusers=True)
    addresses = sorted(set(people.filter(is_active=True).exclude(email="").values_list("email", flat=True)))
    logger.warning("webhook disabled", extra={"webhook_id": webhook.pk})
    if not addresses:
        return
    link = settings.PUBLIC_BASE_URL.rstrip("/") + reverse("partners_desk:partner", args=[webhook.partner_id])
    waiting = webhook.deliveries.filter(state=State.PENDING).count()
    lines = [
        f"合作方：{webhook.partner.name}",
        f"连续失败：{webhook.failures} 次",
        f"等待推送：{waiting} 条，启用后按原来的顺序继续；停用期间的新变化不再记录",
        f"处理：{link}",
    ]
    EmailMessage(subject="【推送停用】" + webhook.partner.name, body="\n".join(lines), bcc=addresses).send()


def forget_delivered() -> int:
    """Delete what arrived long ago; dead letters stay until a person decides."""
    return Delivery.objects.filter(state=State.DELIVERED, delivered_at__lt=timezone.now() - KEPT).delete()[0]
