"""The index inside SQLite: an FTS5 table whose row ids are the documents' ids."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from civic.opinion.backends.base import Entry
from civic.opinion.backends.database import DatabaseBackend
from nlp import QueryTerms


class FTS5Backend(DatabaseBackend):
    """SQLite's FTS5."""

    name = "fts5"
    join = "JOIN opinion_fts ON opinion_fts.rowid = d.id"

    def match(self, query: QueryTerms, *, public: bool) -> tuple[str, list[Any]]:
        """Every required term must be there; the words only count for the rank.

        FTS5 has no optional terms, so the words stand in an OR that the first required term makes true anyway.
        """
        required = " AND ".join(_quote(term) for term in query.required)
        optional = " OR ".join(_quote(term) for term in dict.fromkeys([query.required[0], *query.words]))
        column = "public_terms" if public else "terms"
        return "opinion_fts MATCH %s", [f"{{{column}}} : ({required} AND ({optional}))"]

    def ranking(self, query: QueryTerms, *, public: bool) -> tuple[str, list[Any]]:
        """Best match first (bm25 is negative in FTS5)."""
        return "bm25(opinion_fts)", []

    def index(self, entries: Sequence[Entry]) -> None:
        """Replace the rows of these documents."""
        self.delete([entry.document.pk for entry in entries])
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO opinion_fts (rowid, terms, public_terms) VALUES (%s, %s, %s)",
                [
                    (entry.document.pk, " ".join(entry.terms), " ".join(entry.public_terms))
                    for entry in entries
                ],
            )

    def delete(self, ids: Sequence[int]) -> None:
        """Delete the rows of these documents."""
        with connection.cursor() as cursor:
            cursor.executemany("DELETE FROM opinion_fts WHERE rowid = %s", [(pk,) for pk in ids])

    def prune(self) -> None:
        """Delete rows without a document and merge the index's segments."""
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM opinion_fts WHERE rowid NOT IN (SELECT id FROM opinion_document)")
            cursor.execute("INSERT INTO opinion_fts (opinion_fts) VALUES ('optimize')")


def _quote(term: str) -> str:
    return '"' + term.replace('"', '""') + '"'
