"""All writing of conversations and messages: store first, claim a turn, record its answer once, owe it when late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from . import conf
from .models import Conversation, Message
from .policies import can_close_handover
from .ports import PortError, port
from .replies import Reply

TOPIC_LATE = "bot.reply_late"
TOPIC_PENDING = "bot.turn_pending"


class BotError(Exception):
    """The base of this app's domain errors."""


class MessageIdReusedError(BotError):
    """A message id came again with other content."""


class ConversationBusyError(BotError):
    """Another process is answering an earlier message of the same conversation."""


class NotAllowedError(BotError):
    """The policy says no."""


def receive_message(
    *,
    channel: str,
    sender: str,
    message_id: str | None,
    kind: str = Message.Kind.TEXT,
    text: str = "",
    payload: dict[str, Any] | None = None,
    user: Any = None,
) -> tuple[Message, bool]:
    """Stores a message in before anything else is done with it; returns the row and whether it is new.

    The same message id in the same conversation is the same row. Raises MessageIdReusedError when such a
    repeat says something else.
    """
    payload = payload or {}
    with transaction.atomic():
        conversation, _created = Conversation.objects.get_or_create(channel=channel, sender=sender)
        # Locked so that messages of one conversation are numbered in the order they are stored.
        conversation = Conversation.objects.select_for_update().get(pk=conversation.pk)
        found = None
        if message_id:
            found = conversation.messages.filter(
                direction=Message.Direction.IN, message_id=message_id
            ).first()
        if found is None:
            try:
                with transaction.atomic():
                    message = Message.objects.create(
                        conversation=conversation,
                        direction=Message.Direction.IN,
                        kind=kind,
                        message_id=message_id or f"own-{uuid4().hex}",
                        text=text,
                        payload=payload,
                    )
            except IntegrityError:
                found = conversation.messages.get(direction=Message.Direction.IN, message_id=message_id)
        if found is not None:
            if (found.kind, found.text, found.payload) != (kind, text, payload):
                raise MessageIdReusedError(message_id)
            return found, False
        conversation.last_heard_at = message.created_at
        fields = ["last_heard_at"]
        if user is not None and user.is_authenticated and conversation.user_id is None:
            conversation.user = user
            fields.append("user")
        conversation.save(update_fields=fields)
    return message, True


def claim_turn(*, message_pk: int) -> Message | None:
    """Takes a message to answer it; None when it is answered or being answered.

    Raises ConversationBusyError while another message of the conversation is being answered: two messages of one
    person never run at once, whatever process runs them. The claim ends by itself after BOT_TURN_LEASE_SECONDS.
    """
    now = timezone.now()
    with transaction.atomic():
        message = Message.objects.get(pk=message_pk)
        Conversation.objects.select_for_update().get(pk=message.conversation_id)
        message = Message.objects.select_related("conversation").get(pk=message_pk)
        if message.state == Message.State.ANSWERED:
            return None
        if message.state == Message.State.RUNNING and message.lease_until and message.lease_until > now:
            return None
        if Message.objects.running(now=now).filter(conversation=message.conversation).exists():
            raise ConversationBusyError(str(message.conversation_id))
        message.state = Message.State.RUNNING
        message.lease_until = now + timedelta(seconds=conf.get("BOT_TURN_LEASE_SECONDS"))
        message.save(update_fields=["state", "lease_until"])
    return message


def record_reply(*, message: Message, replies: Sequence[Reply], answered_by: str) -> bool:
    """Stores the answer to a message once; False when another answer was stored before.

    When the channel gave up waiting, the answer is handed to the outbox in the same transaction.
    """
    with transaction.atomic():
        current = Message.objects.select_for_update().get(pk=message.pk)
        if current.state == Message.State.ANSWERED:
            return False
        Message.objects.bulk_create(
            Message(
                conversation_id=current.conversation_id,
                direction=Message.Direction.OUT,
                kind=Message.Kind.TEXT,
                text=reply.text,
                payload={"suggestions": list(reply.suggestions)} if reply.suggestions else {},
                in_reply_to=current,
                position=position,
                state=Message.State.ANSWERED,
                answered_at=timezone.now(),
            )
            for position, reply in enumerate(replies)
        )
        current.state = Message.State.ANSWERED
        current.answered_at = timezone.now()
        current.answered_by = answered_by
        current.lease_until = None
        current.save(update_fields=["state", "answered_at", "answered_by", "lease_until"])
        if current.delivery == Message.Delivery.OWED and replies:
            _publish(TOPIC_LATE, current.pk)
    return True


def record_failure(*, message: Message) -> None:
    """Releases a message whose turn failed, and asks the outbox to answer it later."""
    with transaction.atomic():
        current = Message.objects.select_for_update().get(pk=message.pk)
        if current.state == Message.State.ANSWERED:
            return
        current.state = Message.State.FAILED
        current.delivery = Message.Delivery.OWED
        current.lease_until = None
        current.save(update_fields=["state", "delivery", "lease_until"])
        _publish(TOPIC_PENDING, current.pk)


def owe_reply(*, message: Message) -> list[Reply] | None:
    """Says that the channel stops waiting: returns the answer if it is there by now, else owes it for later."""
    with transaction.atomic():
        current = Message.objects.select_for_update().get(pk=message.pk)
        if current.state == Message.State.ANSWERED:
            return stored_reply(message=current)
        if current.delivery == Message.Delivery.INLINE:
            current.delivery = Message.Delivery.OWED
            current.save(update_fields=["delivery"])
            _publish(TOPIC_PENDING, current.pk)
    return None


def record_delivery(*, message: Message, delivered: bool, error: str = "") -> None:
    """Stores what became of a late answer."""
    Message.objects.filter(pk=message.pk).update(
        delivery=Message.Delivery.SENT if delivered else Message.Delivery.UNDELIVERABLE,
        delivery_error=error[:200],
    )


def note_delivery_error(*, message: Message, error: str) -> None:
    """Stores the last error of a delivery that will be tried again."""
    Message.objects.filter(pk=message.pk).update(delivery_error=error[:200])


def stored_reply(*, message: Message) -> list[Reply]:
    """Returns the answer as it was given."""
    return [
        Reply(answer.text, tuple(answer.payload.get("suggestions", ())))
        for answer in Message.objects.answers_to(message)
    ]


def conversation_by_id(conversation_id: str) -> Conversation | None:
    """Returns the conversation that Rasa knows under this id."""
    try:
        return Conversation.objects.filter(pk=UUID(conversation_id)).first()
    except ValueError:
        return None


def keep_draft(*, conversation: Conversation, draft: dict[str, Any]) -> None:
    """Stores the report being told; ignored once the degraded mode has taken the conversation over."""
    Conversation.objects.filter(pk=conversation.pk, engine_stale=False).update(draft=draft)


def clear_draft(*, conversation: Conversation) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(draft={})


def mark_engine_stale(*, conversation: Conversation, stale: bool) -> None:
    """Notes whether Rasa's memory of the conversation still matches what was said."""
    Conversation.objects.filter(pk=conversation.pk).update(engine_stale=stale)


def hand_over(*, conversation: Conversation, reason: str) -> None:
    """Puts the conversation into the queue for a person; the first reason and time stay."""
    with transaction.atomic():
        current = Conversation.objects.select_for_update().get(pk=conversation.pk)
        if current.state == Conversation.State.HANDOVER:
            return
        current.state = Conversation.State.HANDOVER
        current.handover_reason = reason
        current.handover_at = timezone.now()
        current.save(update_fields=["state", "handover_reason", "handover_at"])


def close_handover(*, conversation: Conversation, user: Any) -> None:
    """Gives the conversation back to the bot. Raises NotAllowedError."""
    with transaction.atomic():
        current = Conversation.objects.select_for_update().get(pk=conversation.pk)
        if not can_close_handover(user, current):
            raise NotAllowedError(str(conversation.pk))
        current.state = Conversation.State.BOT
        current.handover_reason = ""
        current.handover_at = None
        current.save(update_fields=["state", "handover_reason", "handover_at"])


def _publish(topic: str, message_pk: int) -> None:
    try:
        port("publish")(topic=topic, payload={"message": message_pk}, key=f"{topic}:{message_pk}")
    except PortError:
        # Without an outbox the answer stays owed and is found again by finish_open_turns.
        return
