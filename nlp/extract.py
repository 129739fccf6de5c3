"""The facts a message states: personal numbers, amounts of money, times.

Finding persons' data is personal.py's, times are times.py's; this is the one door to all of them.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from nlp.normalization import normalize
from nlp.personal import Personal, find_personal
from nlp.times import TimeMention, find_times

_UNITS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
_AMOUNT = re.compile(
    r"(?:[¥￥]\s?(?P<sign>\d{1,12}(?:,\d{3}){0,4}(?:\.\d{1,2})?))|"
    r"(?P<number>\d{1,12}(?:,\d{3}){0,4}(?:\.\d{1,4})?)\s?(?P<unit>[十百千]?[万亿]?)(?P<more>多|余|几)?\s?(?:元|块钱|块(?!儿|石|地|板)|人民币|圆)(?P<cents>[一-九\d])?"
)
_LIMIT = 20


@dataclass(frozen=True)
class Amount:
    """A sum of money as written, in yuan."""

    text: str
    yuan: Decimal


@dataclass(frozen=True)
class Facts:
    """What a message states. Positions in `personal` refer to the text as it came."""

    personal: tuple[Personal, ...]
    amounts: tuple[Amount, ...]
    times: tuple[TimeMention, ...]


def find_amounts(text: str) -> list[Amount]:
    """Return the sums of money in a normalized text, at most 20."""
    amounts: list[Amount] = []
    for match in _AMOUNT.finditer(text):
        if len(amounts) == _LIMIT:
            break
        value = Decimal((match["sign"] or match["number"]).replace(",", ""))
        for unit in match["unit"] or "":
            value *= _UNITS[unit]
        amounts.append(Amount(match.group().strip(), value))
    return amounts


def extract(text: str, *, now: datetime | None = None) -> Facts:
    """Return the facts in `text`; times are resolved where the clock's reading `now` is given."""
    plain = normalize(text)
    return Facts(tuple(find_personal(text)), tuple(find_amounts(plain)), tuple(find_times(plain, now=now)))
