"""Reading the demo's files."""

import csv
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings


def rows_of(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of one of the demo's files."""
    path: Path = settings.CONTENT_DIR / "demo" / name
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)
