"""Questions, people, and whatever was not understood."""

from __future__ import annotations

from rasa_sdk.events import FollowupAction

from bot import degraded, dialogue, replies, services
from bot.ports import FaqHit, PortError, port

from .base import BotAction, Event, Turn

FAQ_SCORE = 0.35
FAQ_SURE = 0.6


def ask_faq(text: str) -> FaqHit | None:
    try:
        return port("answer_faq")(text=text)
    except PortError:
        return None


class AnswerFaq(BotAction):
    action_name = "action_answer_faq"

    def act(self, turn: Turn) -> list[Event]:
        hit = ask_faq(turn.text)
        if hit is not None and hit.score >= FAQ_SCORE:
            turn.say(replies.faq(hit))
        else:
            turn.say(replies.faq_unknown())
        return []


class Understand(BotAction):
    """For what Rasa was not sure about: nlp tells a complaint from chat, the FAQ from a question."""

    action_name = "action_understand"
    fallback = staticmethod(replies.not_understood)

    def act(self, turn: Turn) -> list[Event]:
        from nlp import analyze

        hit = ask_faq(turn.text)
        if hit is not None and hit.score >= FAQ_SURE:
            turn.say(replies.faq(hit))
            return []
        if not turn.active_loop:
            if dialogue.asks_market(turn.text):
                return [FollowupAction("market_form")]
            if dialogue.opens_report(turn.text):
                return [FollowupAction("report_form")]
            if degraded.is_complaint(turn.text, analyze(turn.text)):
                return [FollowupAction("report_form")]
        turn.say(self.fallback())
        return []


class OutOfScope(Understand):
    action_name = "action_out_of_scope"
    fallback = staticmethod(replies.out_of_scope)


class ComplainAboutService(BotAction):
    action_name = "action_complain_about_service"

    def act(self, turn: Turn) -> list[Event]:
        told = dialogue.opens_report(turn.text) or dialogue.files_in_words(turn.text)
        if told and not turn.active_loop:
            return [FollowupAction("report_form")]
        turn.say(replies.complaint_about_service())
        return []


class HandOver(BotAction):
    action_name = "action_hand_over"

    def act(self, turn: Turn) -> list[Event]:
        services.hand_over(conversation=turn.conversation, reason="asked")
        turn.say(replies.handover())
        return []


class Greet(BotAction):
    action_name = "action_greet"

    def act(self, turn: Turn) -> list[Event]:
        turn.say(replies.greeting())
        return []
