"""The registry of what the search box looks through; a finder is named by dotted path, called with a Query."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.module_loading import import_string

import nlp
from civic.core.errors import DomainError, InvalidInput
from civic.opinion.snippets import Piece, snippet
from nlp import QueryTerms

PER_GROUP = 5
QUERY_LIMIT = 60
TITLE_WIDTH = 200


@dataclass(frozen=True)
class Query:
    """What a visitor asked: the words as typed and their terms. All of `terms.required` must be in a hit."""

    text: str
    terms: QueryTerms
    user: Any
    limit: int = PER_GROUP


@dataclass(frozen=True)
class Hit:
    """One result: where it leads, its title and the stretch of text that shows why it was found.

    `heading` is the title with the words marked; `search` fills it in.
    """

    title: str
    url: str
    pieces: Sequence[Piece] = ()
    meta: Sequence[str] = ()
    heading: Sequence[Piece] = ()


@dataclass(frozen=True)
class Hits:
    """A finder's answer: the first hits and how many there are; `more_url` leads to all of them."""

    hits: Sequence[Hit]
    total: int
    more_url: str = ""


@dataclass(frozen=True)
class Group:
    """One group of results; `problem` is a Chinese sentence when its finder cannot answer now."""

    key: str
    label: str
    found: Hits
    problem: str = ""


@dataclass(frozen=True)
class _Registered:
    key: str
    label: str
    finder: str = field(compare=False)
    order: int = 50


Finder = Callable[[Query], Hits]
_registered: dict[str, _Registered] = {}


def register(key: str, label: str, finder: str, *, order: int = 50) -> None:
    """Add a group; call it from AppConfig.ready(). Smaller `order` stands higher on the page."""
    _registered[key] = _Registered(key, label, finder, order)


def parse_query(text: str, user: Any) -> Query:
    """Return the checked query; raises InvalidInput when there is nothing to look for."""
    text = text.replace("\x00", "").strip()
    if not text:
        raise InvalidInput("请写出要找的字词。", code="empty_query", fields={"q": "请写出要找的字词。"})
    if len(text) > QUERY_LIMIT:
        message = f"搜索词最多 {QUERY_LIMIT} 个字，请只留关键的词。"
        raise InvalidInput(message, code="query_too_long", fields={"q": message})
    terms = nlp.query_terms(text)
    if not terms.required:
        message = "只有标点没法查，请写出要找的字词。"
        raise InvalidInput(message, code="empty_query", fields={"q": message})
    return Query(text, terms, user)


def search(query: Query) -> list[Group]:
    """Return every group's answer; a group whose index is down says so and the others still answer."""
    answers = []
    for entry in sorted(_registered.values(), key=lambda entry: (entry.order, entry.key)):
        finder: Finder = import_string(entry.finder)
        try:
            found = finder(query)
        except DomainError as error:
            answers.append(Group(entry.key, entry.label, Hits((), 0), error.message))
        else:
            marked = [
                replace(hit, heading=snippet(hit.title, query.terms, TITLE_WIDTH)) for hit in found.hits
            ]
            answers.append(Group(entry.key, entry.label, replace(found, hits=marked)))
    return answers
