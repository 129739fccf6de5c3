"""Rows that hold every term of a query, by the same terms as the index: for tables small enough to be read."""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import and_, or_

from django.db.models import Q

from nlp import QueryTerms


def holds(terms: QueryTerms, fields: Sequence[str]) -> Q:
    """Return the condition that each required term stands in one of the fields."""
    return reduce(
        and_, (reduce(or_, (Q(**{f"{name}__icontains": term}) for name in fields)) for term in terms.required)
    )


def score(terms: QueryTerms, title: str, texts: Iterable[str]) -> int:
    """Return how well the words rank a hit: a word in the title counts like five in the text."""
    head, body = title.lower(), "\n".join(texts).lower()
    return sum(5 * head.count(word) + min(body.count(word), 5) for word in terms.words)
