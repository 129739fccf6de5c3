"""Where a report stands: by number, or the person's own last ones."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from bot import conf, dialogue, replies
from bot.ports import port

from .base import BotAction, Event, Turn


class ShowProgress(BotAction):
    action_name = "action_progress"

    def act(self, turn: Turn) -> list[Event]:
        sender = turn.conversation.sender
        number = dialogue.find_case_number(turn.text, conf.get("CASE_NUMBER_PREFIX"))
        if number:
            found = port("case_progress")(number=number, sender=sender)
            turn.say(replies.progress(found) if found else replies.no_such_number(number))
            return [SlotSet("last_case_number", found.number)] if found else []
        limit = 1 if dialogue.means_latest(turn.text) else 3
        mine = port("my_reports")(sender=sender, limit=limit)
        turn.say(*(replies.progress_list(mine) if mine else [replies.ask_number()]))
        return []
