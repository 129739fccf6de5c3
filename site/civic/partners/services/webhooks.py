"""Addresses of partners that are told what happens: adding, switching, their signing secrets."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from django.conf import settings
from django.db import IntegrityError, transaction

from civic.core import outbox
from civic.core.errors import Conflict, InvalidInput, NotFound
from civic.partners.models import EventKind, Partner, Webhook
from civic.partners.sending import SendingFailed, checked_url

WEBHOOK_LIMIT = 10


def secret_of(webhook: Webhook) -> str:
    """Return the secret that signs what is sent there, in the form of Standard Webhooks.

    Derived, not stored: a copy of the database signs nothing.
    """
    digest = hmac.new(
        settings.SECRET_KEY.encode(), f"webhook:{webhook.salt}".encode(), hashlib.sha256
    ).digest()
    return "whsec_" + base64.b64encode(digest).decode()


def add_webhook(
    *, partner: Partner, url: str, audience: str = Webhook.Audience.OWN, kinds: Sequence[str] = ()
) -> Webhook:
    """Store an address of a partner; InvalidInput for one that we would not send to, Conflict for a known one."""
    if audience not in Webhook.Audience.values:
        raise InvalidInput("请选择推送范围。", fields={"audience": "请选择推送范围。"})
    if unknown := sorted(set(kinds) - set(EventKind.values)):
        message = f"没有这种事件：{'、'.join(unknown)[:60]}"
        raise InvalidInput(message, fields={"kinds": message})
    try:
        address = str(checked_url(url))  # asks the name server, so before the transaction
    except SendingFailed as error:
        raise InvalidInput(str(error), code="bad_webhook_url", fields={"url": str(error)}) from error
    return _store(partner, address, audience, [kind for kind in EventKind.values if kind in kinds])


@transaction.atomic
def _store(partner: Partner, address: str, audience: str, kinds: list[str]) -> Webhook:
    Partner.objects.select_for_update().get(pk=partner.pk)
    if partner.webhooks.count() >= WEBHOOK_LIMIT:
        raise InvalidInput(f"一个合作方最多 {WEBHOOK_LIMIT} 个推送地址。", code="too_many_webhooks")
    try:
        with transaction.atomic():
            return Webhook.objects.create(
                partner=partner, url=address, salt=secrets.token_hex(16), audience=audience, kinds=kinds
            )
    except IntegrityError as error:
        raise Conflict("这个地址已经登记过了。", code="known_webhook") from error


@transaction.atomic
def switch_webhook(*, webhook_pk: int, active: bool) -> Webhook:
    """Stop sending to an address, or begin again with what has been waiting; a fresh start forgets its failures."""
    webhook = Webhook.objects.select_for_update().filter(pk=webhook_pk).first()
    if webhook is None:
        raise NotFound("没有这个推送地址。")
    webhook.active = active
    if active:
        webhook.failures, webhook.wait_until, webhook.disabled_at = 0, None, None
        wake(webhook.pk)
    webhook.save()
    return webhook


def wake(webhook_pk: int, *, key: str | None = None) -> None:
    """Have what is due for an address sent soon, in the caller's transaction."""
    outbox.publish(topic="partners.webhook_due", payload={"webhook": webhook_pk}, key=key, queue="outbound")


@transaction.atomic
def renew_secret(*, webhook_pk: int) -> Webhook:
    """Give a webhook another secret; what is sent from now on is signed with it."""
    webhook = Webhook.objects.select_for_update().filter(pk=webhook_pk).first()
    if webhook is None:
        raise NotFound("没有这个推送地址。")
    webhook.salt = secrets.token_hex(16)
    webhook.save(update_fields=["salt"])
    return webhook
