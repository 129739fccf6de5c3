"""How well what people report fits a clause: the matter it is about, and the words both have. Pure.

A clause and a report are about the same matter when nlp, which learned from reports, reads that matter in the clause.
That alone is little: a clause on a market's toilets is no matter of every public toilet. So it counts as well whether
the report is about the matter of the whole document, and how near the words are; rare words count more.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from civic.cases.matters import matter_name, matters
from nlp import Similarity, analyze
from nlp.taxonomy import OUT
from wiki.findings import Topic

SURE = 0.3
"""The confidence from which a matter that nlp reads in a clause counts."""
CODE_WORTH, SCOPE_WORTH = 0.3, 0.25
NEAR = 0.3
"""The cosine of words that counts as a whole; a complaint and an article on the same thing have 0.1 to 0.3."""
READ = 400


class Fit(NamedTuple):
    """How well words fit a clause, 0 to 1, and why, for people."""

    score: float
    why: str


def codes_of(text: str) -> dict[str, float]:
    """Return the matters that nlp reads in a clause, or in a document's title, with its confidence."""
    found = analyze(text[:READ]).matter
    return {
        one.code: one.confidence for one in found.candidates if one.code != OUT and one.confidence >= SURE
    }


class Words:
    """Texts to fit to clauses; words that are rare among the texts and clauses weigh more.

    `scope` are the matters of the whole document; a document without any is about no matter in particular.
    """

    def __init__(self, texts: Sequence[str], topics: Sequence[Topic], scope: Mapping[str, float]) -> None:
        self._texts, self._scope = list(texts), scope
        self._known = Similarity(self._texts, background=[*_plain_words(), *map(_said, topics)])

    def fits(self, topic: Topic, codes: Mapping[str, float], of_texts: Sequence[str]) -> list[Fit]:
        """Return how well each text fits; `of_texts` are their matter codes, "" where there is none."""
        near = self._known.cosines(_said(topic))
        return [
            self._fit(at, topic, float(near[at]), code, codes.get(code, 0.0))
            for at, code in enumerate(of_texts)
        ]

    def _fit(self, at: int, topic: Topic, near: float, code: str, confidence: float) -> Fit:
        if code in self._scope:  # what the whole document is about tells no clause from the others
            confidence = 0.0
        inside = self._scope.get(code, 0.0) * SCOPE_WORTH if self._scope else 0.0
        rest = 1 - CODE_WORTH - (SCOPE_WORTH if self._scope else 0.0)
        score = rest * min(1.0, near / NEAR) + CODE_WORTH * confidence + inside
        reasons = [f"同为“{matter_name(code)}”"] if confidence or inside else []
        if score >= 0.15:
            shared = [word for word in self._known.shared(_said(topic), self._texts[at], 4) if len(word) > 1]
            reasons += [f"都说到{'、'.join(f'“{word}”' for word in shared)}"] if shared else []
        return Fit(round(score, 3), "，".join(reasons))


@lru_cache(maxsize=1)
def _plain_words() -> tuple[str, ...]:
    """Return the taxonomy's own sentences: with a few texts alone every word would look rare."""
    known = matters().values()
    return tuple(text for entry in known for text in (entry.description, *entry.examples) if text)


def _said(topic: Topic) -> str:
    return f"{topic.path.split(' ')[-1] if topic.path else ''} {topic.text[:READ]}".strip()
