"""Report numbers: prefix, the day in the city's time, six random digits and a Luhn check digit.

Digits alone can be read out on the telephone; the check digit catches a mistyped digit or a swapped pair; random
digits say nothing about how many people reported that day and cannot be walked through.
"""

import os
import random
import re
import unicodedata
from datetime import datetime

from django.conf import settings
from django.utils import timezone

DIGITS = 13
LONGEST_INPUT = 100  # characters that are looked at
_generator = random.Random()  # of its own: whoever seeds the module's common one must not repeat our numbers
os.register_at_fork(after_in_child=_generator.seed)
_SEPARATORS = re.compile(r"[\s\-–—·]")


def luhn_digit(digits: str) -> str:
    """Return the check digit that makes `digits` + it pass Luhn's test (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def new_number(moment: datetime) -> str:
    """Return a fresh number for a report received at `moment`; the database's constraint makes it unique.

    A number is no secret (the receipt's code is), so the generator need not ask the system for each.
    """
    body = timezone.localtime(moment).strftime("%y%m%d") + f"{_generator.randrange(1_000_000):06d}"
    return f"{settings.CASE_NUMBER_PREFIX}{body}{luhn_digit(body)}"


def parse_number(text: str) -> str | None:
    """Return the canonical number in what a person typed, or None when it is not a number of ours.

    Case, spaces, hyphens and full-width characters do not matter; the prefix may be missing.
    """
    prefix = settings.CASE_NUMBER_PREFIX
    compact = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text[:LONGEST_INPUT])).upper()
    digits = compact[len(prefix) :] if compact.startswith(prefix.upper()) else compact
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdecimal()):
        return None
    if luhn_digit(digits[:-1]) != digits[-1]:
        return None
    return prefix + digits
