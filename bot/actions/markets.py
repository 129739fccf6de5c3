"""The nearest market: from a place in the words, a shared location, or the report being told."""

from __future__ import annotations

from rasa_sdk.events import ActiveLoop, SlotSet

from bot import degraded, dialogue, filing, replies, report_flow
from bot.filing import Place
from bot.ports import PortError, port
from bot.replies import Reply

from .base import ASIDE, BotAction, Event, Turn, set_slots


def known_point(turn: Turn) -> Place | None:
    """The place named in the message, else the last one the person shared or spoke of."""
    named = turn.point or filing.locate(turn.text)
    if named is not None:
        return named
    for slot in ("shared_point", "report_place", "last_place"):
        place = Place.from_dict(turn.slot(slot))
        if place is not None and place.lon is not None:
            return place
    return None


def show(turn: Turn, near: Place) -> None:
    if near.lon is None or near.lat is None:
        turn.say(replies.market_place_unknown())
        return
    found = port("nearest_markets")(lon=near.lon, lat=near.lat, limit=3)
    turn.say(replies.markets(found, near=near.name))


def hear_aside(turn: Turn) -> list[Event] | None:
    """Takes the answer to the question for a market's place that was asked in the middle of a report.

    None when it was not asked, or when the message is about something else; the report's own question follows.
    """
    if not str(turn.slot("market_hint") or "").startswith(ASIDE):
        return None
    if dialogue.is_cancel(turn.text) or dialogue.is_skip(turn.text) or dialogue.is_no(turn.text):
        return set_slots(market_hint=None)
    near = turn.point or _place_answered(turn.text)
    if near is not None:
        show(turn, near)
        return set_slots(market_hint=None, last_place=near.as_dict())
    told = turn.intent in ("report_problem", "find_market") or dialogue.is_yes(turn.text)
    if (
        told
        or report_flow.is_digression(turn.heard)
        or dialogue.han_length(turn.text) > degraded.PLACE_TEXT_HAN
    ):
        return None
    turn.say(replies.market_place_unknown())
    return set_slots(market_hint=turn.market_aside)


def _place_answered(text: str) -> Place | None:
    from nlp import analyze

    return degraded.place_answered(text, analyze(text))


class ValidateMarketForm(BotAction):
    action_name = "validate_market_form"

    def act(self, turn: Turn) -> list[Event]:
        asked = turn.slot("requested_slot") if turn.active_loop == "market_form" else None
        if turn.point and filing.is_outside(turn.point):
            return set_slots(market_place=None, market_hint="outside")
        if asked is None:
            found = known_point(turn)
            return set_slots(market_place=found.as_dict()) if found else []
        found = turn.point or filing.locate(turn.text)
        if found is not None:
            return set_slots(market_place=found.as_dict())
        if turn.intent == "find_market":
            return set_slots(market_place=None, market_hint=None)
        if report_flow.is_digression(turn.heard) or turn.intent == "report_problem":
            return []
        return set_slots(market_place=None, market_hint="unknown")


class AskMarketPlace(BotAction):
    action_name = "action_ask_market_place"

    def act(self, turn: Turn) -> list[Event]:
        if turn.slot("market_hint") == "unknown":
            turn.say(replies.market_place_unknown())
        elif turn.slot("market_hint") == "outside":
            turn.say(replies.location_outside())
        else:
            turn.say(replies.ask_market_place())
        return []


class ShowMarkets(BotAction):
    action_name = "action_show_markets"

    def act(self, turn: Turn) -> list[Event]:
        place = Place.from_dict(turn.slot("market_place")) or known_point(turn)
        if place is None:
            turn.say(replies.ask_market_place())
            # A report being told keeps its own question until this one is answered.
            return set_slots(market_hint=turn.market_aside) if turn.active_loop == "report_form" else []
        show(turn, place)
        return [
            SlotSet("last_place", place.as_dict()),
            *set_slots(market_place=None, market_hint=None),
        ]


class LocationReceived(BotAction):
    action_name = "action_location_received"

    def act(self, turn: Turn) -> list[Event]:
        point = turn.point
        if point and filing.is_outside(point):
            turn.say(replies.location_outside())
            return []
        try:
            placed = filing.place_last_report(conversation=turn.conversation, point=point) if point else None
        except PortError as error:
            turn.say(Reply(str(error)))
            return []
        if placed:
            turn.say(replies.place_added(placed))
            return []
        turn.say(replies.location_received())
        return [SlotSet("shared_point", point.as_dict())] if point else []


class LeaveMarket(BotAction):
    action_name = "action_leave_market"

    def act(self, turn: Turn) -> list[Event]:
        """Gives the search up without a word: the person has begun to tell something else."""
        return [ActiveLoop(None), *set_slots(requested_slot=None, market_place=None, market_hint=None)]
