"""One call that reads a message whole; each part of the reading lies in a module of its own."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from nlp import keywords, matter, request, sentiment, times, topic, urgency
from nlp.matter import Matter
from nlp.normalization import normalize
from nlp.places import Gazetteer, Place
from nlp.redaction import drop_masks, redact
from nlp.sentiment import Sentiment
from nlp.times import TimeMention
from nlp.topic import Topic

LIMIT = 20_000  # characters that are read; what stands behind them is kept out of the analysis, not refused


@dataclass(frozen=True)
class Analysis:
    """What nlp makes of one message."""

    topic7: Topic
    matter: Matter
    request: str
    request_confidence: float
    urgent: bool
    self_harm: bool
    urgent_because: tuple[str, ...]
    sentiment: Sentiment
    places: tuple[Place, ...]
    times: tuple[TimeMention, ...]
    keywords: tuple[str, ...]
    redacted: str
    model_version: str

    def as_dict(self) -> dict[str, Any]:
        """Return the analysis as plain data, ready for JSON."""
        return asdict(self)


def analyze(text: str, *, now: datetime | None = None) -> Analysis:
    """Return the analysis of `text`: any string, in time linear in its length.

    With the clock's reading `now` times are resolved, without it they are only found. `redacted` is the text as
    it came, masked; of a text longer than 20,000 characters it is the beginning.
    """
    sound = text.encode("utf-8", "replace").decode("utf-8")
    raw = sound[:LIMIT]
    redacted = redact(sound, limit=LIMIT)
    plain = normalize(raw)
    # What quotes the message (the words that decided, key words) reads it without its persons.
    impersonal = plain if redacted == raw else normalize(drop_masks(redacted))
    spelled = sentiment.spelled(redacted)
    asked = request.classify(impersonal)
    danger = urgency.assess(impersonal)
    return Analysis(
        topic7=topic.classify(impersonal),
        matter=matter.classify(impersonal),
        request=asked.type,
        request_confidence=asked.confidence,
        urgent=danger.urgent,
        self_harm=danger.self_harm,
        urgent_because=danger.cues,
        sentiment=sentiment.classify(impersonal if spelled == redacted else normalize(drop_masks(spelled))),
        places=tuple(Gazetteer.default().locate(plain)),
        times=tuple(times.find_times(impersonal, now=now)),
        keywords=keywords.keywords(impersonal),
        redacted=redacted,
        model_version=matter.model_version(),
    )
