"""Text as the units that people change: one Han character, or a whole number or Latin word. Pure.

Numbers are whole so that 10→15 and 10→20 collide, instead of merging into 25.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain

from fast_diff_match_patch import diff as _diff

_TOKEN = re.compile(
    r"[0-9０-９]+(?:[.,．][0-9０-９]+)*[%％‰]?|[〇零一二三四五六七八九十百千万亿两]+|[A-Za-zÀ-ɏ]+|.",
    re.DOTALL,
)
_FIRST_CODE = 0x100
_SURROGATES = range(0xD800, 0xE000)
Edit = tuple[str, int]


@lru_cache(maxsize=64)
def tokenize(text: str) -> tuple[str, ...]:
    """Return the text's units; joined they are the text again."""
    return tuple(_TOKEN.findall(text))


def encode(texts: Iterable[Sequence[str]]) -> list[str]:
    """Return each token list as a string of one character per token, the same character for the same token."""
    lists = list(texts)
    codes: dict[str, str] = {}
    for number, token in enumerate(dict.fromkeys(chain.from_iterable(lists)), start=_FIRST_CODE):
        codes[token] = chr(number if number < _SURROGATES.start else number + len(_SURROGATES))
    return ["".join([codes[token] for token in tokens]) for tokens in lists]


def edits(old: str, new: str, *, readable: bool) -> list[Edit]:
    """Return the edit script between two encoded texts as (operation, count) with operations = - +.

    `readable` joins scattered small changes into larger ones for people; a merge wants the smallest script.
    A readable script may stop short of the smallest after half a second; the smallest never depends on time.
    """
    if readable:
        return list(_diff(old, new, timelimit=0.5, checklines=False, cleanup="Semantic", counts_only=True))
    return list(_diff(old, new, timelimit=0, checklines=False, cleanup="No", counts_only=True))
