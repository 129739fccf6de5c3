"""Whether a text says anything that a classifier could read."""

import re

READ = 1000  # characters looked at
REPEATED = 10  # times that each character stands in the text on average; in prose 3 to 5

_LETTER = re.compile(r"[A-Za-z\u3400-\u4dbf\u4e00-\u9fff]")


def has_substance(text: str) -> bool:
    """Say whether `text` has letters and is not a few of them over and over."""
    opening = text[:READ]
    return bool(_LETTER.search(opening)) and len(opening) < REPEATED * (len(set(opening)) + 1)
