"""What the stand-in for Elasticsearch holds, and how it refuses."""

import threading
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


class Refusal(Exception):
    """An answer with an error body as Elasticsearch writes it."""

    def __init__(self, status: int, kind: str, reason: str) -> None:
        super().__init__(reason)
        cause = {"type": kind, "reason": reason}
        self.status, self.body = status, {"error": {"root_cause": [cause], **cause}, "status": status}


@dataclass
class Index:
    """One index: its mapping, the written documents and the snapshot that searches see."""

    properties: Json
    settings: Json
    written: dict[str, tuple[int, Json]] = field(default_factory=dict)
    searched: dict[str, Json] = field(default_factory=dict)

    def refresh(self) -> None:
        self.searched = {key: source for key, (_, source) in self.written.items()}


@dataclass
class Cluster:
    """Everything the server holds, and a record of the calls for assertions."""

    indices: dict[str, Index] = field(default_factory=dict)
    aliases: dict[str, set[str]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    product: str | None = "Elasticsearch"
    failing: int = 0  # this status is answered to everything, 0 for none
    rejecting: int = 0  # this many documents of the next bulk are refused with 429
    colour: str = "green"
    lock: threading.RLock = field(default_factory=threading.RLock)

    def resolve(self, name: str) -> list[str]:
        if name in self.indices:
            return [name]
        if self.aliases.get(name):
            return sorted(self.aliases[name])
        raise Refusal(404, "index_not_found_exception", f"no such index [{name}]")


def only(body: Json, *allowed: str, where: str) -> None:
    """Refuse keys that the real server does not know at this place."""
    for key in body:
        if key not in allowed:
            raise Refusal(400, "parsing_exception", f"unknown key [{key}] in [{where}]")
