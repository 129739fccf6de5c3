"""What every action shares: runs in a thread with its own database connection, and reads the message as the gateway sent it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import close_old_connections, connection
from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot import services
from bot.filing import Place
from bot.models import Conversation
from bot.ports import PortError
from bot.replies import Reply
from bot.report_flow import Heard

Event = dict[str, Any]
ASIDE = "aside:"


@dataclass
class Turn:
    """One call of an action: the tracker, and where to speak."""

    tracker: Tracker
    dispatcher: CollectingDispatcher

    def say(self, *said: Reply) -> None:
        for reply in said:
            self.dispatcher.utter_message(
                text=reply.text, buttons=[{"title": each, "payload": each} for each in reply.suggestions]
            )

    def slot(self, name: str) -> Any:
        return self.tracker.get_slot(name)

    @property
    def text(self) -> str:
        return str(self.tracker.latest_message.get("text") or "")

    @property
    def intent(self) -> str:
        return str((self.tracker.latest_message.get("intent") or {}).get("name") or "")

    @property
    def active_loop(self) -> str:
        return str((self.tracker.active_loop or {}).get("name") or "")

    @property
    def message_id(self) -> str:
        return str((self.tracker.latest_message.get("metadata") or {}).get("message_id") or "")

    @property
    def market_aside(self) -> str:
        """The slot value that says: this message got the question for a market's place in the middle of a report."""
        return f"{ASIDE}{self.message_id}"

    @property
    def heard(self) -> Heard:
        """The message as the report dialogue reads it."""
        intent = self.tracker.latest_message.get("intent") or {}
        point = self.point
        return Heard(
            text="" if point or self.intent == "resume_report" else self.text,
            intent=self.intent,
            confidence=float(intent.get("confidence") or 0.0),
            message_id=self.message_id,
            point=point,
        )

    @property
    def point(self) -> Place | None:
        """The point of a location message; only the gateway can send that intent."""
        if self.intent != "inform_location":
            return None
        values = {each["entity"]: each["value"] for each in self.tracker.latest_message.get("entities", ())}
        try:
            lon, lat = float(values["lon"]), float(values["lat"])
        except (KeyError, TypeError, ValueError):
            return None
        return Place(name=str(values.get("label") or ""), lon=lon, lat=lat, precision="point")

    @cached_property
    def conversation(self) -> Conversation:
        """The conversation behind Rasa's sender id. Raises PortError for one the gateway does not know."""
        found = services.conversation_by_id(self.tracker.sender_id)
        if found is None:
            raise PortError("这段对话不是从网站或微信来的，不能办理。")
        return found


class BotAction(Action):
    """An action whose ``act`` is plain blocking code; a refusing port becomes an answer."""

    action_name = ""

    def name(self) -> str:
        return self.action_name

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        return await asyncio.to_thread(self._guarded, Turn(tracker, dispatcher))

    def _guarded(self, turn: Turn) -> list[Event]:
        close_old_connections()
        try:
            return self.act(turn)
        except PortError as error:
            turn.say(Reply(str(error)))
            return []
        finally:
            connection.close_if_unusable_or_obsolete()

    def act(self, turn: Turn) -> list[Event]:
        """Does the work and returns Rasa events."""
        raise NotImplementedError


def set_slots(**values: Any) -> list[Event]:
    return [SlotSet(name, value) for name, value in values.items()]
