"""An NLU component for what needs no statistics: a case number, and a message long enough to be a story."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:[A-Za-z]{1,4}[\s\-]*(?:\d[\s\-]*){12}\d|\d{13})(?!\d)")
HAN = re.compile(r"[\u3400-\u9fff]")
# Questions to the office are short; who writes this much tells what happened.
STORY_HAN = 32
NUMBER_HAN = 20
# A bare wish to report: few words, so that a classifier easily takes it for something else.
OPENING = re.compile(
    r"^(?:你好|您好)?[,，。 ]*(?:我)?(?:想要|想|要|来|需要)?(?:再|在这里|在这儿)?(?:反映|投诉|举报|上报|报告)(?:一下|一个|个|一件)?"
    r"(?:问题|情况|事情|事儿|事)?[吧。!！ ]*$"
)
KEEP = {"report_problem", "talk_to_human"}


def read_cue(text: str, intent: str) -> str | None:
    """Returns the intent that the text shows for certain, or None."""
    plain = unicodedata.normalize("NFKC", text)
    han = len(HAN.findall(plain))
    if NUMBER.search(plain) and han <= NUMBER_HAN:
        return "give_case_number"
    if OPENING.match(plain.strip()):
        return "report_problem"
    if han >= STORY_HAN and intent not in KEEP:
        return "report_problem"
    return None


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class CueClassifier(GraphComponent):
    """Overrides the classifier where a cue is certain; leaves everything else alone."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CueClassifier:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT) or ""
            # "/intent{…}" comes from the gateway alone and has been read already.
            if text.startswith("/"):
                continue
            found = read_cue(text, (message.get(INTENT) or {}).get("name") or "")
            if found:
                message.set(INTENT, {"name": found, "confidence": 1.0}, add_to_output=True)
        return messages
