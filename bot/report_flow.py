"""The report dialogue as a pure function: a draft, what was asked, what was heard → the next draft.

Rasa's form decides when this runs and asks for the next missing slot; nothing here reads a database or the clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from . import dialogue
from .filing import Place

Locate = Callable[[str], Place | None]

# What these mean is served by its own action, after which the form asks again.
DIGRESSIONS = frozenset(
    {
        "ask_progress",
        "give_case_number",
        "find_market",
        "ask_faq",
        "talk_to_human",
        "cancel",
        "bot_challenge",
        "greet",
        "thank",
        "goodbye",
        "complain_about_service",
    }
)
# Some places read like a digression ("菜市场门口"): below this the words are taken as the answer.
SURE = 0.6
# Fewer characters than this are a remark, not a part of a report.
ASIDE_HAN = 6
SUPPLEMENT = "\n补充："


@dataclass(frozen=True)
class Heard:
    """One message: its words and what Rasa made of them, or a shared point."""

    text: str
    intent: str = ""
    confidence: float = 0.0
    message_id: str = ""
    point: Place | None = None


@dataclass(frozen=True)
class Draft:
    """A report being told. ``confirmed`` stays None until the person has agreed.

    ``hint`` tells the next question how to ask: again, new_place, new_problem, wrong; empty for the plain question.
    """

    text: str | None = None
    message_id: str = ""
    place: Place | None = None
    confirmed: bool | None = None
    hint: str = ""


@dataclass(frozen=True)
class Step:
    """The next draft, and whether the message was an answer to the form's question at all."""

    draft: Draft
    taken: bool = True


def is_digression(heard: Heard, *, locate: Locate | None = None) -> bool:
    """True when the message is about something else than the form's question."""
    if heard.point is not None:
        return False
    if dialogue.is_cancel(heard.text) or dialogue.asks_human(heard.text):
        return True
    if heard.intent == "give_case_number" or (
        heard.intent == "ask_progress" and dialogue.asks_progress(heard.text)
    ):
        return True
    if heard.intent not in DIGRESSIONS or heard.confidence < SURE:
        return False
    if dialogue.han_length(heard.text) > 25 and heard.intent not in ("ask_progress", "talk_to_human"):
        return False
    return locate is None or locate(heard.text) is None


def _is_aside(heard: Heard) -> bool:
    """Tells a digression where the problem itself was asked for: there a question or a grievance is the answer."""
    question = (
        heard.intent in ("ask_faq", "complain_about_service") and dialogue.han_length(heard.text) >= ASIDE_HAN
    )
    return is_digression(heard) and not question


def hear(*, draft: Draft, asked: str | None, heard: Heard, locate: Locate) -> Step:
    """Returns the next step. ``asked`` is the slot the form asked for; None when the form only now begins."""
    if asked is None and draft.text:
        return Step(draft, taken=False)
    if asked in (None, "report_text"):
        return _hear_text(draft, asked, heard, locate)
    if asked == "report_place":
        return _hear_place(draft, heard, locate)
    return _hear_confirmation(draft, heard, locate)


def _hear_text(draft: Draft, asked: str | None, heard: Heard, locate: Locate) -> Step:
    if heard.point is not None:
        return Step(replace(draft, place=heard.point))
    if asked is not None and _is_aside(heard):
        return Step(draft, taken=False)
    if not dialogue.describes_problem(heard.text):
        # "我要反映问题" opens the form; as an answer to the question it is no answer yet.
        return Step(draft, taken=asked is not None)
    found = draft.place or locate(heard.text)
    return Step(
        replace(
            draft,
            text=heard.text,
            # A corrected text stays the report that its first message began.
            message_id=draft.message_id or heard.message_id,
            place=found if found and is_precise(found) else None,
            confirmed=None,
            hint="",
        )
    )


def is_precise(place: Place) -> bool:
    """A district alone is no place to send anybody to."""
    return place.precision != "district"


def _hear_place(draft: Draft, heard: Heard, locate: Locate) -> Step:
    if heard.point is not None:
        return Step(replace(draft, place=heard.point, hint=""))
    if dialogue.is_skip(heard.text):
        return Step(replace(draft, place=Place(name=""), hint=""))
    if is_digression(heard, locate=locate):
        return Step(draft, taken=False)
    correction = dialogue.read_correction(heard.text)
    words = (
        correction.value if correction and correction.field == "place" and correction.value else heard.text
    )
    found = locate(words)
    if found is None and draft.hint != "again":
        return Step(replace(draft, hint="again"))
    if found is None:
        return Step(replace(draft, place=Place(name=words[:200]), hint=""))
    return Step(replace(draft, place=_with_words(found, words), hint=""))


def _with_words(found: Place, words: str) -> Place:
    """Keeps the person's own wording of a place beside the point that was found for it."""
    words = " ".join(words.split())
    return replace(found, name=words) if len(words) <= 60 else found


def _hear_confirmation(draft: Draft, heard: Heard, locate: Locate) -> Step:
    if heard.point is not None:
        return Step(replace(draft, place=heard.point, hint=""))
    correction = dialogue.read_correction(heard.text)
    if correction is not None:
        return _correct(draft, correction, locate)
    if dialogue.is_yes(heard.text):
        return Step(replace(draft, confirmed=True, hint=""))
    if dialogue.is_no(heard.text):
        return Step(replace(draft, hint="wrong"))
    if is_digression(heard):
        return Step(draft, taken=False)
    if heard.confidence >= SURE and dialogue.han_length(heard.text) <= 10:
        if heard.intent == "affirm":
            return Step(replace(draft, confirmed=True, hint=""))
        if heard.intent == "deny":
            return Step(replace(draft, hint="wrong"))
    told = heard.intent in ("report_problem", "inform_place") and heard.confidence >= SURE
    if dialogue.describes_problem(heard.text) and (told or dialogue.han_length(heard.text) >= ASIDE_HAN):
        return _add(draft, heard, locate)
    return Step(draft, taken=False)


def _correct(draft: Draft, correction: dialogue.Correction, locate: Locate) -> Step:
    if correction.field == "place":
        if not correction.value:
            return Step(replace(draft, place=None, hint="new_place"))
        found = locate(correction.value)
        place = _with_words(found, correction.value) if found else Place(name=correction.value[:200])
        return Step(replace(draft, place=place, hint=""))
    if not correction.value:
        return Step(replace(draft, text=None, hint="new_problem"))
    return Step(replace(draft, text=correction.value, hint=""))


def _add(draft: Draft, heard: Heard, locate: Locate) -> Step:
    """Takes more words at the confirmation as a place when they are one, else as a supplement."""
    short = dialogue.han_length(heard.text) <= 15
    if heard.intent != "report_problem" and (short or heard.intent == "inform_place"):
        found = locate(heard.text)
        if found is not None and is_precise(found):
            return Step(replace(draft, place=_with_words(found, heard.text), hint=""))
    if draft.text and heard.text not in draft.text:
        return Step(replace(draft, text=draft.text + SUPPLEMENT + heard.text, hint=""))
    return Step(replace(draft, hint=""))
