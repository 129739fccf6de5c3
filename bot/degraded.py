"""Answers without Rasa: files a plain complaint, shows progress, finds markets, hands over. Says honestly that it is so.

No dialogue is held here; one message in, what can be done with it at once, the open draft if there is one, and the
place of a market if that was asked for last.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from . import conf, dialogue, replies, services
from .filing import Place, add_place, file_report, is_outside, locate, place_last_report
from .models import Conversation, Message
from .ports import PortError, Receipt, port
from .replies import Reply

if TYPE_CHECKING:
    from nlp import Analysis

LOCATION_FRESH = timedelta(minutes=30)
# A stretch this long is told, not chatted.
STORY_HAN = 20
# Below this confidence in a matter a few words are chat: a name, a laugh.
DOUBTFUL = 0.4
PLACE_TEXT_HAN = 25
FAQ_SCORE = 0.6
# What people add to the name of a place to say where they stand.
NEARBY = re.compile(r"我|住|在|地铁站|公交站|车站|小区|社区|路口|街道|门口|附近|旁边|对面|这边|那边|里面")


def is_complaint(text: str, analysis: Analysis | None) -> bool:
    """True when the text tells of a problem rather than chats; a doubt counts as a problem, for nothing may be lost."""
    if not dialogue.describes_problem(text):
        return False
    if analysis is None:
        return dialogue.han_length(text) >= STORY_HAN
    named = analysis.matter.code != "OUT" and analysis.matter.confidence >= DOUBTFUL
    return named or dialogue.han_length(text) >= STORY_HAN


def answer(*, message: Message, analysis: Analysis | None) -> tuple[list[Reply], bool]:
    """Returns the answer, and whether Rasa's memory no longer matches the conversation.

    Refusals of a port become words; anything else that fails is raised, and the message is tried again later.
    """
    conversation = message.conversation
    conversation.refresh_from_db(fields=["draft"])
    text = dialogue.clean(message.text)
    draft = conversation.draft
    market_asked = _market_place_asked(conversation)
    if message.kind == Message.Kind.LOCATION:
        point = _point(message)
        if is_outside(point):
            return [replies.location_outside()], False
        if market_asked:
            return _markets_aside(draft, point), False
        if draft.get("text"):
            return [_file(conversation, draft["text"], draft["message_id"], point)], True
        if supplied := _place_last_report(conversation, point):
            return [supplied], True
        return [*_markets(point), replies.location_received()], False
    if market_asked and (dialogue.is_cancel(text) or dialogue.is_skip(text)):
        return _ask_again(draft) or [replies.nothing_to_cancel()], False
    if draft.get("text"):
        place = Place.from_dict(draft.get("place"))
        if dialogue.is_cancel(text):
            services.clear_draft(conversation=conversation)
            return [replies.report_cancelled()], True
        if dialogue.is_yes(text) or dialogue.is_skip(text):
            return [_file(conversation, draft["text"], draft["message_id"], place)], True
    if dialogue.is_yes(text) and (filed := _filed_meanwhile(message)):
        return [filed], True
    number = dialogue.find_case_number(text, conf.get("CASE_NUMBER_PREFIX"))
    if number and dialogue.han_length(text) <= STORY_HAN:
        return _progress(conversation, number), False
    if dialogue.asks_human(text):
        services.hand_over(conversation=conversation, reason="asked")
        return [replies.handover()], False
    if dialogue.asks_market(text):
        near = locate(text) or _last_location(conversation)
        return _markets(near), False
    if dialogue.asks_progress(text) and dialogue.han_length(text) <= STORY_HAN:
        return _progress(conversation, None), False
    if market_asked and (near := place_answered(text, analysis)):
        return _markets_aside(draft, near), False
    if draft.get("text") and dialogue.han_length(text) <= PLACE_TEXT_HAN:
        place = _place_said(text, Place.from_dict(draft.get("place")))
        if place is not None:
            return [_file(conversation, draft["text"], draft["message_id"], place)], True
    if is_complaint(text, analysis):
        return [_file(conversation, text, message.message_id, locate(text), new=True)], True
    if dialogue.opens_report(text):
        return [replies.ask_problem()], False
    return _question(text, market_asked=market_asked), False


def place_answered(text: str, analysis: Analysis | None) -> Place | None:
    """Reads a short text as the answer to "where are you"; None when it names no place or tells of a problem there."""
    if dialogue.han_length(text) > PLACE_TEXT_HAN:
        return None
    found = locate(text)
    if found is None:
        return None
    rest = text
    for name in (found.name, found.district, found.street):
        rest = rest.replace(name, "") if name else rest
    return (
        None if dialogue.describes_problem(NEARBY.sub("", rest)) and is_complaint(text, analysis) else found
    )


def _market_place_asked(conversation: Conversation) -> bool:
    """True when the last thing said to the person was the question for the place of a market."""
    last = conversation.messages.filter(direction=Message.Direction.OUT).order_by("-id").first()
    return last is not None and last.text in (
        replies.ask_market_place().text,
        replies.market_place_unknown().text,
    )


def _ask_again(draft: dict[str, Any]) -> list[Reply]:
    """Returns the question of the open draft that a search for a market came between."""
    return [replies.ask_place()] if draft.get("text") and not draft.get("place") else []


def _markets_aside(draft: dict[str, Any], near: Place) -> list[Reply]:
    return [*_markets(near), *_ask_again(draft)]


def _point(message: Message) -> Place:
    payload = message.payload
    return Place(
        name=payload.get("label", ""),
        lon=float(payload["lon"]),
        lat=float(payload["lat"]),
        precision="point",
    )


def _file(
    conversation: Conversation, text: str, message_id: str, place: Place | None, *, new: bool = False
) -> Reply:
    try:
        found = file_report(conversation=conversation, text=text, message_id=message_id, place=place)
    except PortError as error:
        return replies.not_filed(str(error))
    if not new:
        services.clear_draft(conversation=conversation)
    if found.repeated and not found.district and (supplied := _add_place(conversation, found.number, place)):
        return supplied
    return replies.receipt(found, degraded=True)


def _place_last_report(conversation: Conversation, point: Place) -> Reply | None:
    """Takes a position sent soon after a report without one as that report's place."""
    try:
        placed = place_last_report(conversation=conversation, point=point)
    except PortError as error:
        return Reply(str(error))
    return replies.place_added(placed) if placed else None


def _add_place(conversation: Conversation, number: str, place: Place | None) -> Reply | None:
    try:
        placed = add_place(conversation=conversation, number=number, place=place)
    except PortError as error:
        return Reply(str(error))
    return replies.place_added(placed) if placed else None


def _filed_meanwhile(message: Message) -> Reply | None:
    """Returns the receipt of a report that a slow Rasa filed for this very message before its answer was given up."""
    try:
        mine = port("my_reports")(sender=message.conversation.sender, limit=1)
    except PortError:
        return None
    if not mine or mine[0].updated_at < message.created_at:
        return None
    last = mine[0]
    return replies.receipt(
        Receipt(last.number, last.matter, last.district, last.street, last.status_url, repeated=False)
    )


def _place_said(text: str, known: Place | None) -> Place | None:
    """Reads a short text as the place that was asked for; a place already known stays unless another is named."""
    correction = dialogue.read_correction(text)
    if correction and correction.field == "place" and correction.value:
        text = correction.value
    found = locate(text)
    if found is None and known is None and dialogue.describes_problem(text):
        return Place(name=text)
    return found


def _progress(conversation: Conversation, number: str | None) -> list[Reply]:
    try:
        if number:
            found = port("case_progress")(number=number, sender=conversation.sender)
            return [replies.progress(found)] if found else [replies.no_such_number(number)]
        mine = port("my_reports")(sender=conversation.sender, limit=3)
        return replies.progress_list(mine) if mine else [replies.ask_number()]
    except PortError as error:
        return [Reply(str(error))]


def _markets(near: Place | None) -> list[Reply]:
    if near is None or near.lon is None or near.lat is None:
        return [replies.ask_market_place()]
    try:
        found = port("nearest_markets")(lon=near.lon, lat=near.lat, limit=3)
    except PortError as error:
        return [Reply(str(error))]
    return [replies.markets(found, near=near.name)]


def _last_location(conversation: Conversation) -> Place | None:
    message = (
        conversation.messages.filter(
            direction=Message.Direction.IN,
            kind=Message.Kind.LOCATION,
            created_at__gte=timezone.now() - LOCATION_FRESH,
        )
        .order_by("-id")
        .first()
    )
    if message is None:
        return None
    point = _point(message)
    return None if is_outside(point) else point


def _question(text: str, *, market_asked: bool) -> list[Reply]:
    try:
        hit = port("answer_faq")(text=text)
    except PortError:
        hit = None
    if hit is not None and hit.score >= FAQ_SCORE:
        return [replies.faq(hit)]
    if market_asked:
        return [replies.market_place_unknown()]
    return [replies.degraded_nothing()]
