"""Reporting a problem: the form's steps, its questions, and the filing at its end."""

from __future__ import annotations

from dataclasses import replace

from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from bot import filing, replies, report_flow, services
from bot.filing import Place
from bot.ports import PortError
from bot.report_flow import Draft

from .base import BotAction, Event, Turn, set_slots
from .markets import hear_aside

EMPTY = {
    "report_text": None,
    "report_message_id": None,
    "report_place": None,
    "report_hint": None,
    "report_confirmed": None,
}


def draft_of(turn: Turn) -> Draft:
    """Reads the draft from Rasa's slots."""
    return Draft(
        text=turn.slot("report_text"),
        message_id=turn.slot("report_message_id") or "",
        place=Place.from_dict(turn.slot("report_place")),
        confirmed=turn.slot("report_confirmed"),
        hint=turn.slot("report_hint") or "",
    )


def matter_name(text: str) -> str:
    """Returns nlp's first guess in words; empty where it has none worth showing."""
    from nlp import analyze, taxonomy

    matter = analyze(text).matter
    if matter.code == "OUT":
        return ""
    entry = taxonomy.default().matters.get(matter.code)
    return entry.name if entry else ""


class ValidateReportForm(BotAction):
    action_name = "validate_report_form"

    def act(self, turn: Turn) -> list[Event]:
        if turn.intent == "resume_report":
            return self._resume(turn)
        if turn.point and filing.is_outside(turn.point):
            return set_slots(report_hint="outside")
        asked = turn.slot("requested_slot") if turn.active_loop == "report_form" else None
        if asked is not None and (aside := hear_aside(turn)) is not None:
            return aside
        draft = draft_of(turn)
        if asked is None and draft.place is None:
            draft = replace(draft, place=Place.from_dict(turn.slot("shared_point")))
        step = report_flow.hear(draft=draft, asked=asked, heard=turn.heard, locate=filing.locate)
        if not step.taken:
            return slots_of(draft) if asked is None else []
        kept = step.draft
        services.keep_draft(
            conversation=turn.conversation,
            draft={
                "text": kept.text,
                "message_id": kept.message_id,
                "place": kept.place.as_dict() if kept.place else None,
            }
            if kept.text
            else {},
        )
        return [*slots_of(kept), SlotSet("shared_point", None)]

    @staticmethod
    def _resume(turn: Turn) -> list[Event]:
        kept = turn.conversation.draft
        return slots_of(
            Draft(
                text=kept.get("text"),
                message_id=kept.get("message_id", ""),
                place=Place.from_dict(kept.get("place")),
            )
        )


def slots_of(draft: Draft) -> list[Event]:
    """Writes the draft into Rasa's slots."""
    return set_slots(
        report_text=draft.text,
        report_message_id=draft.message_id or None,
        report_place=draft.place.as_dict() if draft.place else None,
        report_confirmed=draft.confirmed,
        report_hint=draft.hint or None,
    )


class AskInReport(BotAction):
    """A question of the form; it waits while this very message got the question for a market's place."""

    def act(self, turn: Turn) -> list[Event]:
        if turn.slot("market_hint") == turn.market_aside:
            return []
        return [*self._say(turn), SlotSet("market_hint", None)]

    def _say(self, turn: Turn) -> list[Event]:
        if turn.slot("report_hint") == "outside":
            turn.say(replies.location_outside())
            return [SlotSet("report_hint", None)]
        self.ask(turn)
        return []

    def ask(self, turn: Turn) -> None:
        raise NotImplementedError


class AskReportText(AskInReport):
    action_name = "action_ask_report_text"

    def ask(self, turn: Turn) -> None:
        turn.say(
            replies.ask_new_problem() if turn.slot("report_hint") == "new_problem" else replies.ask_problem()
        )


class AskReportPlace(AskInReport):
    action_name = "action_ask_report_place"

    def ask(self, turn: Turn) -> None:
        hint = turn.slot("report_hint")
        if hint == "again":
            turn.say(replies.ask_place_again())
        elif hint == "new_place":
            turn.say(replies.ask_new_place())
        else:
            found = filing.locate(turn.slot("report_text") or "")
            turn.say(replies.ask_place(district=found.district if found else ""))


class AskReportConfirmed(AskInReport):
    action_name = "action_ask_report_confirmed"

    def ask(self, turn: Turn) -> None:
        if turn.slot("report_hint") == "wrong":
            turn.say(replies.ask_what_is_wrong())
            return
        draft = draft_of(turn)
        text = draft.text or ""
        turn.say(
            replies.confirm_report(
                text=text, place=draft.place.label if draft.place else "", matter=matter_name(text)
            )
        )


class SubmitReport(BotAction):
    action_name = "action_submit_report"

    def act(self, turn: Turn) -> list[Event]:
        draft = draft_of(turn)
        if not draft.text or not draft.confirmed:
            return []
        place = draft.place if draft.place and (draft.place.name or draft.place.lon is not None) else None
        try:
            found = filing.file_report(
                conversation=turn.conversation, text=draft.text, message_id=draft.message_id, place=place
            )
        except PortError as error:
            # Back to the confirmation: agreeing again files it under the same key.
            turn.say(replies.not_filed(str(error)))
            return [*set_slots(report_confirmed=None), FollowupAction("report_form")]
        services.clear_draft(conversation=turn.conversation)
        turn.say(replies.receipt(found))
        near = place.as_dict() if place and place.lon is not None else turn.slot("last_place")
        return set_slots(**EMPTY, market_hint=None, last_case_number=found.number, last_place=near)


class Cancel(BotAction):
    """Leaves whatever was being told; says so only if something was."""

    action_name = "action_cancel"

    def act(self, turn: Turn) -> list[Event]:
        telling = turn.active_loop == "report_form" or bool(turn.slot("report_text"))
        services.clear_draft(conversation=turn.conversation)
        turn.say(replies.report_cancelled() if telling else replies.nothing_to_cancel())
        return set_slots(**EMPTY, market_place=None, market_hint=None)


class CancelForm(Cancel):
    action_name = "action_cancel_form"

    def act(self, turn: Turn) -> list[Event]:
        return [*super().act(turn), ActiveLoop(None), SlotSet("requested_slot", None)]
