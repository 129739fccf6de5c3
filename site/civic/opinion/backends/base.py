"""What every index of documents does, and the words in which it is asked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from civic.core.errors import DomainError, InvalidInput
from civic.opinion.models import Document
from nlp import QueryTerms

WINDOW = 10_000  # hits that can be paged through; Elasticsearch's index.max_result_window
PAGE_LIMIT = 100


class SearchUnavailable(DomainError):
    """The index does not answer now; what was to be indexed waits in the outbox."""

    status = 503
    default_code = "search_unavailable"


@dataclass(frozen=True)
class Entry:
    """A stored document with the terms under which it is found."""

    document: Document
    terms: Sequence[str]
    public_terms: Sequence[str]


@dataclass(frozen=True)
class Filters:
    """What a hit must also be. `public` searches the public text alone."""

    district_id: int | None = None
    source: str = ""
    code: str = ""
    since: datetime | None = None
    until: datetime | None = None
    public: bool = False


@dataclass(frozen=True)
class Page:
    """Which hits to return; `newest` orders by time instead of rank."""

    number: int = 1
    size: int = 20
    newest: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.size <= PAGE_LIMIT:
            raise InvalidInput(f"每页 1 到 {PAGE_LIMIT} 条。", code="invalid_page")
        if self.number < 1 or self.number * self.size > WINDOW:
            raise InvalidInput(f"只能翻看前 {WINDOW} 条，请缩小范围。", code="invalid_page")

    @property
    def offset(self) -> int:
        """How many hits come before this page."""
        return (self.number - 1) * self.size


@dataclass(frozen=True)
class Hits:
    """Document ids of the page in order, with the number of all hits, by source and by district."""

    ids: list[int]
    total: int
    by_source: dict[str, int] = field(default_factory=dict)
    by_district: dict[int | None, int] = field(default_factory=dict)


class OpinionBackend(Protocol):
    """An index of documents. `in_database`: it is written in the transaction that stores the document."""

    name: str
    in_database: bool

    def index(self, entries: Sequence[Entry]) -> None:
        """Add or replace documents."""

    def delete(self, ids: Sequence[int]) -> None:
        """Forget documents."""

    def search(self, query: QueryTerms, filters: Filters, page: Page) -> Hits:
        """Return documents that have every required term, ranked by words; all of the filters without a query."""

    def rebuild(self, batches: Iterable[Sequence[Entry]]) -> None:
        """Replace the whole index by these documents; searches go on meanwhile."""

    def refresh(self) -> None:
        """Make everything indexed so far visible to searches."""

    def check(self) -> dict[str, Any]:
        """Return the index's state for /health; raises SearchUnavailable when it does not answer."""
