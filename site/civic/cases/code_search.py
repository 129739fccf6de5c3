"""Finding a matter code by its number, name, synonyms or description, and all codes as the choices of a form."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from civic.cases.matters import OUT, matter_name, matters
from nlp import taxonomy

LIMIT = 12


class Found(NamedTuple):
    """A code that fits, and the synonym that made it fit ("" when the name did)."""

    code: str
    name: str
    major: str
    through: str


class _Words(NamedTuple):
    code: str
    name: str
    major: str
    synonyms: tuple[str, ...]
    text: str


@lru_cache(maxsize=1)
def _words() -> list[_Words]:
    rows = [
        _Words(
            code, entry.name, entry.major_name, entry.synonyms,
            "".join((entry.major_name, entry.description, *entry.examples)),
        )
        for code, entry in matters().items()
    ]  # fmt: skip
    return [*rows, _Words(OUT, matter_name(OUT), "其他", taxonomy.default().out_synonyms, "")]


def _bigrams(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}


def find_codes(query: str, limit: int = LIMIT) -> list[Found]:
    """Return the codes that fit a query, best first: number, name, synonym, then shared pairs of characters."""
    query = "".join(query.split()).lower()
    if not query:
        return []
    pairs, ranked = _bigrams(query), []
    for index, row in enumerate(_words()):
        through, score = "", 0.0
        name, synonyms = row.name.lower(), [word.lower() for word in row.synonyms]
        if row.code.lower().startswith(query):
            score = 100.0
        elif query in name:
            score = 90.0 + 9 * len(query) / len(name)
        elif hit := next(
            (word for word in synonyms if query in word or (len(word) > 1 and word in query)), ""
        ):
            score, through = 80.0 + min(9, len(hit)), hit
        elif query in row.text.lower():
            score = 50.0
        elif pairs:
            shared = max(
                (len(pairs & _bigrams(word)) / len(pairs) for word in (name, *synonyms)), default=0.0
            )
            score = 40 * shared if shared >= 0.4 else 0.0
        if score:
            ranked.append((-score, index, Found(row.code, row.name, row.major, through)))
    return [found for _score, _index, found in sorted(ranked)[:limit]]


def grouped_codes() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return all codes by their major group, for a select."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for row in _words():
        groups.setdefault(row.major, []).append((row.code, f"{row.code} {row.name}"))
    return list(groups.items())


def code_choices() -> Iterator[tuple[str, str | list[tuple[str, str]]]]:
    """Yield the choices of a filter by code."""
    yield "", "全部"
    yield from grouped_codes()


def template_choices() -> Iterator[tuple[str, str | list[tuple[str, str]]]]:
    """Yield the choices of a template's code."""
    yield "", "所有事项"
    yield from grouped_codes()
