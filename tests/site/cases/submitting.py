"""Submitting a report in the tests, and what must be true of a refusal."""

from pathlib import Path
from typing import Any

import pytest

from civic.cases.models import Report, private_storage
from civic.cases.services import submit_report
from civic.core.errors import DomainError
from tests.factories import INSIDE

SENTENCE = "小区门口的垃圾三天没人收"
LON, LAT = INSIDE


def submit(text: str = SENTENCE, **kwargs: Any) -> Report:
    """Submit a report inside the city."""
    return submit_report(text=text, **{"channel": "web", "lon": LON, "lat": LAT, **kwargs}).report


def refusal(**kwargs: Any) -> DomainError:
    """Submit what must be refused and return the refusal, which is a Chinese sentence."""
    with pytest.raises(DomainError) as raised:
        submit(**kwargs)
    assert any("\u4e00" <= char <= "\u9fff" for char in raised.value.message)
    return raised.value


def private_files() -> set[str]:
    """Return the files in private storage."""
    root = Path(private_storage().path(""))
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
