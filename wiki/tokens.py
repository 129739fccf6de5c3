"""Text as the units that people change: one Han character, or a whole number or Latin word. Pure.

Numbers are whole so that 10→15 and 10→20 collide, instead of merging into 25.
"""

import re
from collections.abc import Iterable

from fast_diff_match_patch import diff as _diff

_TOKEN = re.compile(
    r"[0-9０-９]+(?:[.,．][0-9０-９]+)*[%％‰]?|[〇零一二三四五六七八九十百千万亿两]+|[A-Za-zÀ-ɏ]+|.",
    re.DOTALL,
)
_FIRST_CODE = 0x100
_SURROGATES = range(0xD800, 0xE000)
Edit = tuple[str, int]


def tokenize(text: str) -> list[str]:
    """Return the text's units; joined they are the text again."""
    return _TOKEN.findall(text)


def encode(texts: Iterable[list[str]]) -> list[str]:
    """Return each token list as a string of one character per token, the same character for the same token."""
    codes: dict[str, str] = {}

    def code(token: str) -> str:
        if token not in codes:
            number = _FIRST_CODE + len(codes)
            if number >= _SURROGATES.start:
                number += len(_SURROGATES)
            codes[token] = chr(number)
        return codes[token]

    return ["".join(map(code, tokens)) for tokens in texts]


def edits(old: str, new: str, *, readable: bool) -> list[Edit]:
    """Return the edit script between two encoded texts as (operation, count) with operations = - +.

    `readable` joins scattered small changes into larger ones for people; a merge wants the smallest script.
    A readable script may stop short of the smallest after half a second; the smallest never depends on time.
    """
    if readable:
        return list(_diff(old, new, timelimit=0.5, checklines=False, cleanup="Semantic", counts_only=True))
    return list(_diff(old, new, timelimit=0, checklines=False, cleanup="No", counts_only=True))
