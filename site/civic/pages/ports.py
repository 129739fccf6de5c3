"""What the conversation asks of the questions page."""

from django.conf import settings

from bot.ports import FaqHit
from civic.pages import questions


def answer_faq(*, text: str) -> FaqHit | None:
    """Return the answered question closest to a sentence, or None when none is close enough."""
    found = questions.best(text)
    if found is None:
        return None
    entry, score = found
    return FaqHit(
        question=entry.question,
        answer=entry.answer,
        url=f"{settings.PUBLIC_BASE_URL.rstrip('/')}/faq/#{entry.anchor}",
        score=round(score, 4),
    )
