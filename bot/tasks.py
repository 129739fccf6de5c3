"""Handlers of this app's outbox topics, and the sweep of turns that a dead process left behind. All idempotent."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.utils import timezone

from . import services, turns, wechat, wechat_client
from .models import Channel, Message

logger = logging.getLogger(__name__)

# What the site's outbox should subscribe; bot itself may not import it.
SUBSCRIPTIONS = {
    services.TOPIC_LATE: "bot.tasks.deliver_late_reply",
    services.TOPIC_PENDING: "bot.tasks.finish_turn",
}
SWEEP_AFTER = timedelta(seconds=60)
SWEEP_WITHIN = timedelta(hours=24)


class TurnStillRunningError(Exception):
    """The turn is being run elsewhere; the outbox asks again later."""


def finish_turn(payload: dict[str, Any]) -> None:
    """Sees to it that a message gets its answer and that the answer reaches the person."""
    message = Message.objects.filter(pk=payload["message"]).first()
    if message is None:
        return
    if message.state != Message.State.ANSWERED:
        turns.run_turn(message_pk=message.pk)
        message.refresh_from_db()
        if message.state != Message.State.ANSWERED:
            raise TurnStillRunningError(str(message.pk))
    deliver_late_reply(payload)


def deliver_late_reply(payload: dict[str, Any]) -> None:
    """Sends an answer that is owed; one that was sent, or that the person has fetched, stays as it is."""
    message = Message.objects.select_related("conversation").filter(pk=payload["message"]).first()
    if (
        message is None
        or message.state != Message.State.ANSWERED
        or message.delivery != Message.Delivery.OWED
    ):
        return
    conversation = message.conversation
    if conversation.channel != Channel.WECHAT:
        # A web page asks again with the same message_id; there is no way to call it.
        return
    said = services.stored_reply(message=message)
    if not said:
        services.record_delivery(message=message, delivered=True)
        return
    last = conversation.last_heard_at or message.created_at
    if timezone.now() - last > wechat_client.WINDOW:
        services.record_delivery(message=message, delivered=False, error="out of the 48 hours")
        return
    try:
        wechat_client.send_text(openid=conversation.sender, text=wechat.compose(said))
    except wechat_client.DeliveryError as error:
        if error.final:
            logger.warning("a late answer cannot be delivered", extra={"bot_message": message.pk})
            services.record_delivery(message=message, delivered=False, error=str(error))
            return
        services.note_delivery_error(message=message, error=str(error))
        raise
    services.record_delivery(message=message, delivered=True)


def sweep_open_turns() -> int:
    """Answers messages that were stored but that no process is answering; returns how many were tried. For a schedule."""
    now = timezone.now()
    left = Message.objects.unanswered(now=now).filter(
        created_at__lt=now - SWEEP_AFTER, created_at__gt=now - SWEEP_WITHIN
    )
    tried = 0
    for pk in left.order_by("id").values_list("pk", flat=True)[:50]:
        message = Message.objects.get(pk=pk)
        services.owe_reply(message=message)
        try:
            finish_turn({"message": pk})
        except (TurnStillRunningError, services.ConversationBusyError, wechat_client.DeliveryError):
            logger.info("an open turn stays open", extra={"bot_message": pk})
        tried += 1
    return tried
