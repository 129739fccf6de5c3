"""The one Chinese segmentation: what indexes store and what queries ask for.

jieba's words rank; the Han bigrams find. The dictionary loads on the first use, into a tokenizer of our own.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from nlp.content import LEXICONS
from nlp.normalization import HAN, fold

if TYPE_CHECKING:
    import jieba

SCHEME = "words+singles+bigrams/1"  # change it when index_terms changes: indexes built before are then stale
CHUNK = 256  # jieba is given runs no longer than this: bounded work on any input
TOKEN_LIMIT = 64
QUERY_LIMIT = 200

_RUN = re.compile(f"[{HAN}]+|[^\\W_{HAN}]+")
_HAN_START = re.compile(f"[{HAN}]")
_PARTS = re.compile(r"\d+|[^\W\d_]+")


@dataclass(frozen=True)
class QueryTerms:
    """A query: every one of `required` must be in a document's terms; `words` rank the documents."""

    required: tuple[str, ...]
    words: tuple[str, ...]


def lexicon_entries(folder: Path = LEXICONS) -> Iterator[tuple[str, int | None]]:
    """Yield (word, frequency or None) of every word list in `folder`: one word a line, `#` opens a comment."""
    for path in sorted(folder.glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            fields = line.partition("#")[0].split()
            if fields:
                count = fields[1] if len(fields) > 1 else ""
                yield fold(fields[0]), int(count) if count.isdigit() else None


@lru_cache(maxsize=1)
def lexicon_version() -> str:
    """Return twelve hex digits that change whenever the terms of some text may change."""
    digest = hashlib.sha256(f"{SCHEME} jieba {version('jieba')}".encode())
    for word, count in lexicon_entries():
        digest.update(f"\n{word}\t{count}".encode())
    return digest.hexdigest()[:12]


@lru_cache(maxsize=1)
def tokenizer() -> "jieba.Tokenizer":
    """Return the tokenizer, loading jieba's dictionary and our lexicons.

    The dictionary is read straight from the package: jieba's own start-up trusts a cache in the shared
    temporary folder and writes to the log.
    """
    import jieba

    own = jieba.Tokenizer()
    with own.get_dict_file() as lines:
        own.FREQ, own.total = own.gen_pfdict(lines)
    own.initialized = True
    for word, count in lexicon_entries():
        if len(word) > 1 and (count is not None or not own.FREQ.get(word)):
            own.add_word(word, count)
    return own


def _words(run: str) -> Iterator[str]:
    """Yield jieba's words of one run of Han characters, with the words inside long ones, bounded."""
    known = tokenizer().FREQ
    for start in range(0, len(run), CHUNK):
        for word in tokenizer().cut(run[start : start + CHUNK], HMM=False):
            if len(word) > 3:  # the two-character ones are bigrams already
                for at in range(len(word) - 2):
                    inner = word[at : at + 3]
                    if known.get(inner):
                        yield inner
            yield word


def words(text: str) -> list[str]:
    """Return the words of `text` in order, Latin and digits as runs, punctuation left out."""
    result: list[str] = []
    for match in _RUN.finditer(fold(text)):
        run = match.group()
        if _HAN_START.match(run):
            for start in range(0, len(run), CHUNK):
                result.extend(tokenizer().cut(run[start : start + CHUNK], HMM=False))
        else:
            result.append(run[:TOKEN_LIMIT])
    return result


def index_terms(text: str) -> list[str]:
    """Return the terms under which `text` is indexed, in order of appearance.

    jieba's words (also those inside longer words), every Han bigram, every Han character once, and Latin and
    digit runs whole and in their parts. Any two-character Han substring of the text is among them.
    """
    terms: list[str] = []
    singles: dict[str, None] = {}
    for match in _RUN.finditer(fold(text)):
        run = match.group()
        if not _HAN_START.match(run):
            terms.append(run[:TOKEN_LIMIT])
            parts = _PARTS.findall(run)
            if len(parts) > 1:
                terms.extend(part[:TOKEN_LIMIT] for part in parts)
            continue
        singles.update(dict.fromkeys(run))
        terms.extend(word for word in _words(run) if len(word) > 2)
        terms.extend(run[at : at + 2] for at in range(len(run) - 1))
    terms.extend(singles)
    return terms


def query_terms(text: str) -> QueryTerms:
    """Return what a query asks of the index; of a query beyond 200 characters the rest is ignored."""
    required: dict[str, None] = {}
    ranking: dict[str, None] = {}
    for match in _RUN.finditer(fold(text)[:QUERY_LIMIT]):
        run = match.group()
        if not _HAN_START.match(run):
            required[run[:TOKEN_LIMIT]] = None
            ranking[run[:TOKEN_LIMIT]] = None
        elif len(run) == 1:
            required[run] = None
            ranking[run] = None
        else:
            required.update(dict.fromkeys(run[at : at + 2] for at in range(len(run) - 1)))
            ranking.update(dict.fromkeys(word for word in _words(run) if len(word) > 1))
    return QueryTerms(tuple(required), tuple(ranking or required))
