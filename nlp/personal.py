"""Finds what identifies a person in a text: numbers, addresses of accounts, exact homes, names.

Works on the text as it came: positions are the text's own. Recall comes before precision, because what is
found is masked; `valid` says where a checksum confirms the finding. redaction.py masks, extract.py reads.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from nlp.accounts import find_accounts
from nlp.findings import (
    BANK_CARD,
    EMAIL,
    HOME,
    ID_NUMBER,
    NAME,
    NUMBER,
    PHONE,
    PLATE,
    WECHAT,
    Personal,
)
from nlp.homes import find_homes
from nlp.names import find_names
from nlp.normalization import HAN, simplify_characters
from nlp.numbers import find_numbers, id_number_is_valid, luhn_is_valid

__all__ = [
    "BANK_CARD",
    "EMAIL",
    "HOME",
    "ID_NUMBER",
    "NAME",
    "NUMBER",
    "PHONE",
    "PLATE",
    "REACH",
    "WECHAT",
    "Personal",
    "find_personal",
    "id_number_is_valid",
    "luhn_is_valid",
]

REACH = 200  # characters behind a place that may decide whether what stands there is personal
_WIDTH_LIMIT = 30_000  # characters remembered: what people write in has fewer


class _Width(dict[int, int]):
    """A str.translate table, filled as characters come, that keeps every length: ３ → 3, Ａ → A, ④ ⑷ ❹ → 4."""

    def __missing__(self, point: int) -> int:
        character = chr(point)
        plain = unicodedata.normalize("NFKC", character)
        digit = unicodedata.digit(character, None)
        if digit is not None:
            plain = str(digit)
        result = ord(plain) if len(plain) == 1 and plain.isascii() else point
        if len(self) < _WIDTH_LIMIT:
            self[point] = result
        return result


_WIDTH = _Width()
_NUMERAL = "零〇幺一二三四五六七八九壹贰叁肆伍陆柒捌玖"
_SPOKEN = str.maketrans(_NUMERAL, "001123456789123456789")
# Digits in circles and brackets also number what follows them: read as digits, and once more as blanks.
_ENCLOSED = re.compile("[\u2460-\u24ff\u2776-\u2793]")
_HIDING = "\u200b-\u200f\u2060-\u2064\u20e3\ufe00-\ufe0f\ufeff\xad"
_HIDDEN = re.compile(f"[{_HIDING}]+")
# 王 小 明, 王*小*明: characters that stand one by one.
_SPACED_RUN = re.compile(rf"[{HAN}](?:[ \u3000*＊_]{{1,2}}[{HAN}](?![{HAN}]))+[ \u3000*＊_]{{1,2}}[{HAN}]")
# Begins with a class, so that a search is quick.
_LOOSE = re.compile(
    rf"[{_HIDING} \u3000*＊_](?:(?<=[{_HIDING}])|(?<=[{HAN}].)[ \u3000*＊_]?[{HAN}][ \u3000*＊_])"
)
_TELLING_NUMERAL = re.compile(
    rf"[{_NUMERAL}](?:[\W_百十加]{{0,4}}[{_NUMERAL}十百\d]|\s?(?:号|楼|栋|幢|座|排|单元|门|梯|层|室|房))"
)


def _joined(flat: str) -> tuple[str, list[int] | None]:
    """Return the text without what hides inside words, and the place of each character; None if nothing does."""
    if not _LOOSE.search(flat):
        return flat, None
    dropped = {at for match in _HIDDEN.finditer(flat) for at in range(*match.span())}
    for match in _SPACED_RUN.finditer(flat):
        dropped.update(at for at in range(*match.span()) if flat[at] in " \u3000*＊_")
    if not dropped:
        return flat, None
    kept = [at for at in range(len(flat)) if at not in dropped]
    return "".join(flat[at] for at in kept), kept


def _find(text: str) -> Iterator[Personal]:
    flat = text if text.isascii() else simplify_characters(text.translate(_WIDTH))
    spoken = flat.translate(_SPOKEN) if _TELLING_NUMERAL.search(flat) else flat
    yield from find_numbers(spoken)
    yield from find_accounts(flat, spoken)
    for start, end in find_homes(spoken):
        yield Personal(HOME, spoken[start:end].strip(), start, end)
    for start, end in find_names(flat):
        yield Personal(NAME, flat[start:end], start, end)


def _end(text: str, end: int) -> int:
    """Return where the hidden characters behind a finding end."""
    behind = _HIDDEN.match(text, end)
    return behind.end() if behind else end


def find_personal(text: str) -> list[Personal]:
    """Return everything in `text` that identifies a person, in order of place; findings may overlap."""
    joined, kept = (text, None) if text.isascii() else _joined(text)
    found = list(_find(joined))
    if not joined.isascii() and _ENCLOSED.search(joined):
        found = list(dict.fromkeys(found + list(_find(_ENCLOSED.sub(" ", joined)))))
    if kept is not None:
        found = [replace(one, start=kept[one.start], end=_end(text, kept[one.end - 1] + 1)) for one in found]
    return sorted(found, key=lambda one: (one.start, -one.end))
