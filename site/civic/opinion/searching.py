"""Finding documents by words: the query through nlp, the hits from the backend, the rows from the database."""

from collections.abc import Sequence
from dataclasses import dataclass

import nlp
from civic.accounts.models import District
from civic.core.errors import InvalidInput
from civic.opinion.backends import get_backend
from civic.opinion.backends.base import Filters, Page
from civic.opinion.models import Document
from nlp import QueryTerms

QUERY_LIMIT = 200  # nlp ignores what goes beyond


@dataclass(frozen=True)
class Found:
    """A page of documents with the number of all hits, by source and by district's name."""

    documents: Sequence[Document]
    total: int
    by_source: dict[str, int]
    by_district: dict[District | None, int]
    query: QueryTerms


def search(text: str, filters: Filters | None = None, page: Page | None = None) -> Found:
    """Return the documents that hold every two-character word of `text`, best first.

    An empty text lists everything that the filters leave, newest first. Raises InvalidInput when the text holds
    nothing to look for, SearchUnavailable when the index does not answer.
    """
    if len(text) > QUERY_LIMIT:
        raise InvalidInput(f"搜索词最多 {QUERY_LIMIT} 个字。", code="query_too_long", fields={"q": "太长"})
    query = nlp.query_terms(text)
    if text.strip() and not query.required:
        raise InvalidInput(
            "请写出要找的字词，只有标点没法查。", code="empty_query", fields={"q": "没有可查的字词"}
        )
    hits = get_backend().search(query, filters or Filters(), page or Page())
    rows = Document.objects.select_related("district").in_bulk(hits.ids)
    districts = District.objects.in_bulk([pk for pk in hits.by_district if pk is not None])
    return Found(
        documents=[rows[pk] for pk in hits.ids if pk in rows],
        total=hits.total,
        by_source=hits.by_source,
        by_district={districts.get(pk) if pk else None: count for pk, count in hits.by_district.items()},
        query=query,
    )
