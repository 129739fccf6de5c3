"""Whether a text says anything that a classifier could read."""

import re

LOOKED_AT = 100  # characters, evenly spread over the text
REPEATED = 10  # times that each of them stands there on average; in prose it is less than two

_LETTER = re.compile(r"[A-Za-z\u3400-\u4dbf\u4e00-\u9fff]")


def has_substance(text: str) -> bool:
    """Say whether `text` has letters and is not a few of them over and over."""
    some = text[:: len(text) // LOOKED_AT or 1]
    return len(some) < REPEATED * (len(set(some)) + 1) and _LETTER.search(text) is not None
