"""The open data that models learn from and are measured on: others' property, outside the repository.

Whoever calls these functions must do without the files: they raise FileNotFoundError, and training falls back to
content/ alone.
"""

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from nlp.content import ROOT
from nlp.normalization import normalize
from nlp.redaction import drop_masks, redact

DATA = ROOT.parent / "shared" / "data"
COMPLAINTS = DATA / "complaints"
LABELS = Path(__file__).parents[1] / "labels"
TRAIN, TEST, SECOND = "matter_train", "matter_test", "matter_second"
URGENT = "urgent_train"


@dataclass(frozen=True)
class Message:
    """A citizen's message; `topic` is the organiser's first-level label, "" where none is known."""

    subject: str
    detail: str
    topic: str = ""

    @property
    def text(self) -> str:
        """Subject and text, as one would write them into a form."""
        return f"{self.subject}\n{self.detail}" if self.subject else self.detail


@dataclass(frozen=True)
class Label:
    """How an annotator read a message: `codes` holds the matter and, where defensible, a second one."""

    id: str
    codes: tuple[str, ...]
    request: str
    urgent: bool


def rows(name: str, folder: Path = COMPLAINTS) -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV file of the folder; raises FileNotFoundError where it is absent."""
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


@lru_cache(maxsize=2)
def messages(folder: Path = COMPLAINTS) -> dict[str, Message]:
    """Return every message by its id: A2- labelled rows, A3- the stream, A4- those with replies, AD- bare details.

    Raises FileNotFoundError without labelled_rows.csv; the other files may be absent.
    """
    found: dict[str, Message] = {}
    for row in rows("labelled_rows.csv", folder):
        found[f"A2-{row['id']}"] = Message(row["subject"], row["detail"], row["label"])
    for prefix, name in (("A3-", "stream_to_2019-06.csv"), ("A4-", "replies.csv")):
        if (folder / name).exists():
            for row in rows(name, folder):
                found[prefix + row["id"]] = Message(row["subject"], row["detail"])
    if (folder / "labelled_details.csv").exists():
        for row in rows("labelled_details.csv", folder):
            digest = hashlib.sha1(row["detail"].encode(), usedforsecurity=False).hexdigest()[:10]
            found[f"AD-{digest}"] = Message("", row["detail"], row["label"])
    return found


def labels(name: str, folder: Path = LABELS) -> list[Label]:
    """Return the labels of one file of nlp/labels, or of the development set (`folder` holding matter_labels)."""
    return [_label(json.loads(line)) for line in (folder / f"{name}.jsonl").read_text("utf-8").splitlines()]


def urgent_labels(folder: Path = LABELS) -> dict[str, bool]:
    """Return, by id, whether messages read for that question alone are urgent: such as the cues once named."""
    rows = map(json.loads, (folder / f"{URGENT}.jsonl").read_text("utf-8").splitlines())
    return {row["id"]: bool(row["urgent"]) for row in rows}


def development(folder: Path = COMPLAINTS) -> list[Label]:
    """Return the development set that came with the data; thresholds and biases are chosen on it."""
    return labels("matter_labels", folder)


def _label(row: dict[str, str]) -> Label:
    codes = (row["matter"], row["alt"]) if row["alt"] else (row["matter"],)
    return Label(row["id"], codes, row["request"], bool(row["urgent"]))


def as_read(text: str) -> str:
    """Return a text as `analyze` hands it to the models: normalized, without its persons."""
    return normalize(drop_masks(redact(text)))


def same(text: str) -> str:
    """Return what two copies of a message share, whatever their blanks and marks."""
    return "".join(filter(str.isalnum, text))[:60]
