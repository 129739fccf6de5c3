"""Documents for tests, stored through the service like any other."""

from datetime import UTC, datetime

from civic.accounts.models import District
from civic.opinion.backends import get_backend
from civic.opinion.models import Document
from civic.opinion.services import Draft, Outcome, store_documents

NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)


def draft(number: int = 1, text: str = "路边的井盖坏了", **changes) -> Draft:
    """Return a draft of an outside source."""
    fields = {
        "source": "测试",
        "source_id": str(number),
        "text": text,
        "occurred_at": NOON,
        "as_of": NOON,
        **changes,
    }
    return Draft(**fields)


def store(*drafts: Draft) -> list[Outcome]:
    """Store drafts and make them visible to searches at once."""
    outcomes = store_documents(drafts=drafts)
    get_backend().refresh()
    return outcomes


def document(number: int = 1) -> Document:
    """Return the stored document of a draft."""
    return Document.objects.get(source="测试", source_id=str(number))


def district(name: str) -> int:
    """Return a district's id."""
    return District.objects.get(name=name).pk
