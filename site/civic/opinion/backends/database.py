"""What the two indexes inside the database share: filters as SQL, paging, counts."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction

from civic.opinion.backends.base import Entry, Filters, Hits, Page
from nlp import QueryTerms


class DatabaseBackend(ABC):
    """A full-text table beside opinion_document, joined by its id; written in the caller's transaction."""

    name = ""
    in_database = True
    join = ""  # SQL that joins the full-text table to opinion_document AS d

    @abstractmethod
    def match(self, query: QueryTerms, *, public: bool) -> tuple[str, list[Any]]:
        """Return the SQL condition that a document holds every required term, with its parameters."""

    @abstractmethod
    def ranking(self, query: QueryTerms, *, public: bool) -> tuple[str, list[Any]]:
        """Return the SQL expression whose smallest value is the best hit, with its parameters."""

    @abstractmethod
    def index(self, entries: Sequence[Entry]) -> None:
        """Add or replace documents."""

    @abstractmethod
    def delete(self, ids: Sequence[int]) -> None:
        """Forget documents."""

    @abstractmethod
    def prune(self) -> None:
        """Forget what has no document any more and tidy the index."""

    def search(self, query: QueryTerms, filters: Filters, page: Page) -> Hits:
        """Return the page's hits; three queries whatever the number of documents."""
        conditions, values = _conditions(filters)
        source = "FROM opinion_document AS d"
        order, order_values = "d.occurred_at DESC, d.id DESC", list[Any]()
        if query.required:
            source = f"{source} {self.join}"
            matching, match_values = self.match(query, public=filters.public)
            conditions = [matching, *conditions]
            values = [*match_values, *values]
            if not page.newest:
                rank, order_values = self.ranking(query, public=filters.public)
                order = f"{rank}, {order}"
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT d.id {source} {where} ORDER BY {order} LIMIT %s OFFSET %s",
                [*values, *order_values, page.size, page.offset],
            )
            ids = [row[0] for row in cursor.fetchall()]
            cursor.execute(
                f"SELECT d.source, COUNT(*) {source} {where} GROUP BY d.source ORDER BY 2 DESC, 1", values
            )
            by_source = dict(cursor.fetchall())
            cursor.execute(
                f"SELECT d.district_id, COUNT(*) {source} {where} GROUP BY d.district_id ORDER BY 2 DESC",
                values,
            )
            by_district = dict(cursor.fetchall())
        return Hits(ids, sum(by_source.values()), by_source, by_district)

    def rebuild(self, batches: Iterable[Sequence[Entry]]) -> None:
        """Replace every document's terms, batch by batch; each search in between sees whole documents."""
        for batch in batches:
            with transaction.atomic():
                self.index(batch)
        self.prune()

    def refresh(self) -> None:
        """Return at once: what is committed is visible."""
        return

    def check(self) -> dict[str, Any]:
        """Ask the index for one row."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT d.id FROM opinion_document AS d {self.join} LIMIT 1")
            cursor.fetchone()
        return {}


def _conditions(filters: Filters) -> tuple[list[str], list[Any]]:
    conditions: list[str] = []
    values: list[Any] = []

    def add(condition: str, value: Any) -> None:
        conditions.append(condition)
        values.append(value)

    if filters.district_id is not None:
        add("d.district_id = %s", filters.district_id)
    if filters.source:
        add("d.source = %s", filters.source)
    if filters.code:
        add("d.code = %s", filters.code)
    if filters.since is not None:
        add("d.occurred_at >= %s", connection.ops.adapt_datetimefield_value(filters.since))
    if filters.until is not None:
        add("d.occurred_at < %s", connection.ops.adapt_datetimefield_value(filters.until))
    if filters.public:
        add("d.is_public = %s", True)
    return conditions, values
