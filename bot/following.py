"""What a person follows: "订阅 BJ…" and "退订 BJ…" are said the same way every time, so no dialogue is needed."""

from __future__ import annotations

import logging
import re

from . import conf, dialogue
from .models import Message
from .ports import PortError, port
from .replies import Reply

logger = logging.getLogger(__name__)

ORDER = re.compile(r"^(?:我要|请)?(订阅|退订|取消订阅)[\s:：,，]*(.{4,40})$")


def answer(message: Message, text: str) -> list[Reply] | None:
    """Returns the answer to an order to follow or to stop; None when the text is something else."""
    order = ORDER.match(text.strip())
    number = order and dialogue.find_case_number(order[2], conf.get("CASE_NUMBER_PREFIX"))
    if order is None or not number:
        return None
    conversation = message.conversation
    try:
        said = port("follow")(
            number=number,
            sender=conversation.sender,
            channel=conversation.channel,
            on=order[1] == "订阅",
        )
    except PortError as error:
        said = str(error)
    return [Reply(said)]


def waiting(message: Message) -> list[Reply]:
    """Returns what could not be told to the person before; nothing may keep the answer itself back."""
    conversation = message.conversation
    try:
        told = port("waiting_notices")(channel=conversation.channel, sender=conversation.sender)
    except PortError:
        return []
    except Exception:
        logger.exception("waiting notices cannot be read")
        return []
    return [Reply(text) for text in told]
