"""The index inside PostgreSQL: a tsvector of our own terms for each document, under GIN."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection

from civic.opinion.backends.base import Entry
from civic.opinion.backends.database import DatabaseBackend
from nlp import QueryTerms

LAST_POSITION = 16_383  # a tsvector holds no greater position …
POSITIONS = 255  # … and no more of them for one lexeme


class PostgreSQLBackend(DatabaseBackend):
    """PostgreSQL's full-text search.

    Vectors and queries are written out, not parsed by to_tsvector: its parser drops Han characters under the C
    locale and splits numbers its own way, and our terms are whole already. That is the "simple" configuration
    without its parser.
    """

    name = "postgresql"
    join = "JOIN opinion_terms AS t ON t.document_id = d.id"

    def match(self, query: QueryTerms, *, public: bool) -> tuple[str, list[Any]]:
        """Every required term must be there."""
        column = "t.public_terms" if public else "t.terms"
        return f"{column} @@ %s::tsquery", [" & ".join(_quote(term) for term in query.required)]

    def ranking(self, query: QueryTerms, *, public: bool) -> tuple[str, list[Any]]:
        """Best match of the words first; 1 divides by the logarithm of the text's length."""
        column = "t.public_terms" if public else "t.terms"
        return f"-ts_rank({column}, %s::tsquery, 1)", [" | ".join(_quote(term) for term in query.words)]

    def index(self, entries: Sequence[Entry]) -> None:
        """Replace the rows of these documents."""
        rows = [(entry.document.pk, _vector(entry.terms), _vector(entry.public_terms)) for entry in entries]
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO opinion_terms (document_id, terms, public_terms) VALUES (%s, %s::tsvector, %s::tsvector) "
                "ON CONFLICT (document_id) DO UPDATE SET terms = excluded.terms, public_terms = excluded.public_terms",
                rows,
            )

    def delete(self, ids: Sequence[int]) -> None:
        """Delete the rows of these documents."""
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM opinion_terms WHERE document_id = ANY(%s)", [list(ids)])

    def prune(self) -> None:
        """Delete rows without a document."""
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM opinion_terms WHERE NOT EXISTS "
                "(SELECT 1 FROM opinion_document AS d WHERE d.id = opinion_terms.document_id)"
            )


def _quote(term: str) -> str:
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"


def _vector(terms: Sequence[str]) -> str:
    positions: dict[str, list[int]] = defaultdict(list)
    for position, term in enumerate(terms, start=1):
        if len(positions[term]) < POSITIONS:
            positions[term].append(min(position, LAST_POSITION))
    return " ".join(f"{_quote(term)}:{','.join(map(str, places))}" for term, places in positions.items())
