"""The city-management codes: what each part and matter is called and what it means to a citizen.

Read from content/taxonomy: codes.csv holds the standard's codes and names, matters.yaml and parts.yaml our words.
Parts and matters share codes, so the key of an entry is (standard, version, kind, code).
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nlp.content import TAXONOMY

OUT = "OUT"  # not city management
STANDARD = "GB/T 47678.5"


@dataclass(frozen=True)
class Entry:
    """One part or matter of the standard."""

    standard: str
    version: str
    kind: str  # "part" or "matter"
    code: str
    major_code: str
    major_name: str
    name: str
    description: str = ""
    synonyms: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    street_facility: bool = False

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Return what identifies the entry among all standards and kinds."""
        return self.standard, self.version, self.kind, self.code


@dataclass(frozen=True)
class Taxonomy:
    """The parts and matters of one standard, by five-digit code."""

    standard: str
    version: str
    matters: Mapping[str, Entry]
    parts: Mapping[str, Entry]
    out_synonyms: tuple[str, ...] = ()
    out_examples: tuple[str, ...] = ()

    def name(self, code: str) -> str:
        """Return the Chinese name of a matter code, "" for one that is not in the standard."""
        if code == OUT:
            return "非城市管理事项"
        entry = self.matters.get(code)
        return entry.name if entry else ""


def _read_yaml(path: Path) -> dict[str, dict[str, Any]]:
    """Return code → words; an absent file has none."""
    if not path.exists():
        return {}
    import yaml  # only those who want the taxonomy's words pay for it

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=loader) or {}
    return {str(code): words or {} for code, words in data.items()}


def _strings(value: Any) -> tuple[str, ...]:
    return tuple(str(item).strip() for item in value or () if str(item).strip())


def load(folder: Path = TAXONOMY, standard: str = STANDARD) -> Taxonomy:
    """Read the taxonomy in `folder`; raises FileNotFoundError without codes.csv."""
    words = {"matter": _read_yaml(folder / "matters.yaml"), "part": _read_yaml(folder / "parts.yaml")}
    entries: dict[str, dict[str, Entry]] = {"matter": {}, "part": {}}
    edition = ""
    with (folder / "codes.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["standard"] != standard:
                continue
            edition = row["version"]
            own = words[row["kind"]].get(row["code"], {})
            # A matter of the classes 01-05 is a fault of the part with its code.
            part = words["part"].get(row["code"], {}) if row["kind"] == "matter" else {}
            facility = own.get("street_facility", part.get("street_facility", False))
            entries[row["kind"]][row["code"]] = Entry(
                standard=row["standard"],
                version=row["version"],
                kind=row["kind"],
                code=row["code"],
                major_code=row["major_code"],
                major_name=row["major_name"],
                name=row["name"],
                description=str(own.get("description") or part.get("description") or "").strip(),
                synonyms=_strings(own.get("synonyms")) or _strings(part.get("synonyms")),
                examples=_strings(own.get("examples")) or _strings(part.get("examples")),
                street_facility=bool(facility),
            )
    out = words["matter"].get(OUT, {})
    return Taxonomy(
        standard=standard,
        version=edition,
        matters=MappingProxyType(entries["matter"]),
        parts=MappingProxyType(entries["part"]),
        out_synonyms=_strings(out.get("synonyms")),
        out_examples=_strings(out.get("examples")),
    )


@lru_cache(maxsize=1)
def default() -> Taxonomy:
    """Return the taxonomy of the content folder, read once."""
    return load()
