"""What the labelling guideline says in so many words: cues that raise or lower a code beside the learned weights.

Each rule is a guideline clause turned into a pattern; its weight is in the units of the model's scores.
"""

import re
from dataclasses import dataclass

VERSION = "r0"


@dataclass(frozen=True)
class Hit:
    """A rule that found its words: the code that it concerns, by how much, and the words."""

    code: str
    weight: float
    words: str


@dataclass(frozen=True)
class Rule:
    """A pattern that speaks for (or, with a negative weight, against) a code."""

    code: str
    pattern: re.Pattern[str]
    weight: float


RULES: tuple[Rule, ...] = ()
OPENING = 50  # in the subject or first sentence a rule counts in full, later in part
LATER = 0.5


def apply(text: str) -> list[Hit]:
    """Return the hits of all rules in a normalized text."""
    hits: list[Hit] = []
    for rule in RULES:
        match = rule.pattern.search(text)
        if match:
            weight = rule.weight if match.start() < OPENING else rule.weight * LATER
            hits.append(Hit(rule.code, weight, match.group()))
    return hits
