"""Who wrote which words of a version: its pieces with the versions that brought them, and totals. Reading only.

Costs one pass over the text: who wrote what is kept with every row (wiki.text.authorship), nothing is compared here.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from wiki.models import ClauseVersion, Document, DocumentVersion
from wiki.outline import Line, arrange
from wiki.selectors.history import rows_at
from wiki.text.authorship import joined

MARKED = 6
"""So many contributors have a mark of their own; the others share one."""

DRAFT = "draft"
"""The origin of words that were there when the document was opened, for those who may not read what came before."""

BATCH = 500
Origin = DocumentVersion.Origin
UNNAMED = ("", Origin.IMPORT, DRAFT)


@dataclass
class Contributor:
    """Somebody, or the imported file, with the characters of this version that are theirs.

    `user` is None for the file, for people who had not signed in, and for words nobody knows the origin of.
    """

    key: Hashable
    origin: str
    user: Any = None
    characters: int = 0
    versions: set[int] = field(default_factory=set)
    rank: int = 0

    @property
    def mark(self) -> str:
        """Return A, B, C … for the first few people, * for the others, nothing for the original text."""
        if self.origin in UNNAMED:
            return ""
        return chr(ord("A") + self.rank - 1) if 1 <= self.rank <= MARKED else "*"


@dataclass
class Piece:
    """A run of words that one version brought."""

    text: str
    version: int
    contributor: Contributor


@dataclass
class Attribution:
    """A version's lines, each with its pieces; contributors, those with most words first."""

    lines: list[tuple[Line, list[Piece]]]
    contributors: list[Contributor]
    versions: dict[int, DocumentVersion]
    total: int

    def by_origin(self) -> dict[str, int]:
        """Return origin → characters; "" stands for words nobody knows the origin of."""
        counted: dict[str, int] = {}
        for one in self.contributors:
            counted[one.origin] = counted.get(one.origin, 0) + one.characters
        return counted


def attribution_of(document: Document, number: int, first: int = 1) -> Attribution:
    """Return who wrote the words of version `number`; what is older than version `first` is all of the draft."""
    lines = arrange(rows_at(document, number))
    runs = {line.row.clause_id: _runs(line.row, first) for line in lines}
    versions = _versions(document, {one for some in runs.values() for _, one in some})
    contributors: dict[Hashable, Contributor] = {}
    shown: list[tuple[Line, list[Piece]]] = []
    total = 0
    for line in lines:
        pieces: list[Piece] = []
        start = 0
        for count, brought in runs[line.row.clause_id]:
            if brought == first > 1:
                who = contributors.setdefault(DRAFT, Contributor(DRAFT, DRAFT))
            else:
                who = _contributor(versions.get(brought), contributors)
            who.characters += count
            who.versions.add(brought)
            pieces.append(Piece(line.row.text[start : start + count], brought, who))
            start += count
        total += start
        shown.append((line, pieces))
    ordered = sorted(contributors.values(), key=lambda one: (-one.characters, str(one.key)))
    people = (one for one in ordered if one.origin not in UNNAMED)
    for rank, one in enumerate(people, start=1):
        one.rank = rank
    return Attribution(shown, ordered, versions, total)


def _runs(row: ClauseVersion, first: int) -> list[tuple[int, int]]:
    """Return the row's runs, covering its text exactly: what they do not cover counts as version 0, nobody knows.

    What is older than `first` counts as of that version, and is one run where it stands together.
    """
    runs = joined((count, max(brought, first) if brought else 0) for count, brought in row.authorship)
    known = sum(count for count, _ in runs)
    if known < len(row.text):
        return joined([*runs, (len(row.text) - known, 0)])
    return runs


def _versions(document: Document, numbers: set[int]) -> dict[int, DocumentVersion]:
    wanted = sorted(numbers - {0})
    rows = DocumentVersion.objects.filter(document=document).select_related("author", "suggestion__author")
    found: dict[int, DocumentVersion] = {}
    for start in range(0, len(wanted), BATCH):
        found.update((row.number, row) for row in rows.filter(number__in=wanted[start : start + BATCH]))
    return found


def _contributor(version: DocumentVersion | None, known: dict[Hashable, Contributor]) -> Contributor:
    if version is None:
        key: Hashable = ""
        fresh = Contributor(key, "")
    elif version.origin == Origin.IMPORT:
        key = Origin.IMPORT.value
        fresh = Contributor(key, Origin.IMPORT)
    else:
        user = version.suggestion.author if version.suggestion is not None else version.author
        key = (version.origin, None if user is None else user.pk)
        fresh = Contributor(key, version.origin, user)
    return known.setdefault(key, fresh)
