"""Labels by reading: which messages of the open complaint files speak of the same issue.

The labels (ids and groups) are ours; the messages are others' property and lie outside the repository.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nlp.learning import messages

LABELS = messages.LABELS / "same_issue.jsonl"
REPLIES = "replies.csv"
# The files by the prefix that their rows' ids carry in the labels.
FILES = {"A2-": "labelled_rows.csv", "A3-": "stream_to_2019-06.csv", "A4-": REPLIES}


@dataclass(frozen=True)
class Group:
    """Messages about one issue; `exact` holds the sets among them that are word-for-word copies."""

    name: str
    ids: tuple[str, ...]
    exact: tuple[frozenset[str], ...]
    kind: str

    @property
    def chosen_on(self) -> bool:
        """Say whether the group is of the half on which choices were made; the other half is reported."""
        return first_half(self.name)


@dataclass(frozen=True)
class Posted:
    """A message of the open files; `reply` is the office's answer where there is one."""

    id: str
    subject: str
    detail: str
    time: datetime
    reply: str = ""

    @property
    def text(self) -> str:
        """Return subject and detail."""
        return f"{self.subject}\n{self.detail}"


def first_half(name: str) -> bool:
    """Divide names into two halves, always the same way."""
    return hashlib.sha1(name.encode(), usedforsecurity=False).digest()[-1] % 2 == 0


def load_groups(path: Path = LABELS) -> list[Group]:
    """Read the labelled groups."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [
        Group(
            row["group"], tuple(row["ids"]), tuple(frozenset(copies) for copies in row["exact"]), row["kind"]
        )
        for row in rows
    ]


def _time(text: str) -> datetime:
    return datetime.strptime(text.strip().replace("/", "-"), "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - Chinese local time, no zone stated


def load_messages(folder: Path = messages.COMPLAINTS, prefixes: Sequence[str] = tuple(FILES)) -> list[Posted]:
    """Read the messages of the open files in `folder`, the earliest first.

    Raises FileNotFoundError without the files.
    """
    found: list[Posted] = []
    for prefix in prefixes:
        found.extend(
            Posted(
                prefix + row["id"], row["subject"], row["detail"], _time(row["time"]), row.get("reply", "")
            )
            for row in messages.rows(FILES[prefix], folder)
        )
    return sorted(found, key=lambda one: (one.time, one.id))
