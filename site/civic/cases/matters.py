"""Matter codes and their names, from the city's taxonomy."""

from functools import lru_cache

from nlp import taxonomy
from nlp.taxonomy import Entry

OUT = "OUT"  # nlp's answer for what is not city management
UNSORTED = "00000"  # Open311 callers let the platform decide


@lru_cache(maxsize=1)
def matters() -> dict[str, Entry]:
    """Return all matters by five-digit code, in the order of the codes."""
    return dict(sorted(taxonomy.default().matters.items()))


def is_matter(code: str) -> bool:
    """Whether the code names a matter of the taxonomy."""
    return code in matters()


def matter_name(code: str) -> str:
    """Return a code's Chinese name; a pending or out-of-scope report has a plain phrase."""
    if not code:
        return "待判断"
    if code == OUT:
        return "非城市管理事项"
    entry = matters().get(code)
    return entry.name if entry else code


def is_street_facility(code: str) -> bool:
    """Whether the matter is about something that stands in public, so that its exact point harms nobody."""
    entry = matters().get(code)
    return bool(entry and entry.street_facility)
