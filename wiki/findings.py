"""What passes through the ports for the policy writer: clauses that are asked about, and what the site knows of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Topic(NamedTuple):
    """A clause to look for: its words since version `since`, and the names of what it stands under."""

    clause: int
    text: str
    path: str
    since: int


@dataclass(frozen=True)
class Concern:
    """One thing that concerns a clause, in words that everybody may read; `score` is from 0 to 1, `why` says of what."""

    reference: str
    title: str
    url: str
    score: float
    why: str
    happened_at: datetime | None


@dataclass(frozen=True)
class Found:
    """What concerns one clause: the best of it, how much there is in all, and how much in each month looked at."""

    best: Sequence[Concern]
    total: int
    months: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Offered:
    """Words that may be an opinion on a clause, masked; `source_ref` names them once and for all on their channel."""

    clause: int
    channel: str
    source_ref: str
    text: str
    score: float
    why: str
    said_at: datetime


class Embed(Protocol):
    """Gives each text's sentence embedding, a row of length one; None where there is no model. For workers only."""

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32] | None: ...


class FindEvidence(Protocol):
    """Finds what concerns the clauses of a document: clause → what there is. For workers only."""

    def __call__(self, *, document: int, topics: Sequence[Topic]) -> Mapping[int, Found]: ...


class ReadEvidence(Protocol):
    """Gives what one person may read of evidence beyond its public line: reference → (words, address)."""

    def __call__(self, *, user: Any, references: Sequence[str]) -> Mapping[str, tuple[str, str]]: ...
