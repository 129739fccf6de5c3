"""The number of a report in a subject."""

import re

from civic.cases.numbers import parse_number

CANDIDATE = re.compile(r"[A-Za-z]{0,6}\d{13}(?!\d)")


def number_in(subject: str) -> str:
    """Return the first number of ours in a subject, "" for none."""
    for found in CANDIDATE.finditer(subject[:1000]):
        for start in range(len(found[0]) - 12):
            if number := parse_number(found[0][start:]):
                return number
    return ""
