"""Text as the rest of nlp reads it: one width, simplified characters, no control characters.

`normalize` is for reading (classifier, extraction); `fold` is for indexing, where a character must become
the same thing whatever stands beside it.
"""

import re
import unicodedata
from functools import lru_cache
from operator import eq

import opencc

# One definition of "Han" for every module: the unified ideographs and extensions, with 〇 and 々.
HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
HAN_RANGES = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0x20000, 0x323B0))

_URL = re.compile(r"(?:https?://|www\.)[\x21-\x7e]+", re.IGNORECASE)
_SURROGATE = re.compile("[\ud800-\udfff]")
# Control and format characters (zero-width, bidi, soft hyphen, tags), except the line break and the tab.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffd\U000e0000-\U000e0fff]"
)
_EMOJI = re.compile("[\u2190-\u21ff\u2300-\u23ff\u2460-\u2bff\ue000-\uf8ff\U0001f000-\U0001faff]+")
_BEYOND = re.compile("[\U00020000-\U000323af]")
_REPEATED = re.compile(r"([^\w\s])\1+")
_REPEATED_LETTER = re.compile(r"([^\W\d_])\1{3,}")
# The blanks, but for the line break, that NFKC and _INVISIBLE leave.
_BLANKS = re.compile("[ \t\u1680\u2028\u2029]{2,}|[\t\u1680\u2028\u2029]")
_LINES = re.compile(r" ?\n\s*")
# The commonest marks that NFKC changes: a text that had only these then passes its quick check.
_WIDE = tuple((chr(point), chr(point - 0xFEE0)) for point in map(ord, "，！？：；（）～％"))
_TRADITIONAL_LIMIT = 4  # conversions until a text no longer changes; two suffice for every phrase seen
_PASSES = (
    8  # a mark or blank that one pass removes may bring together what the next one changes; two are usual
)


@lru_cache(maxsize=1)
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=1)
def _simplified_characters() -> dict[int, str]:
    """Map each traditional character to its simplified one, taken alone."""
    characters = [chr(point) for low, high in HAN_RANGES for point in range(low, high)]
    converted = _converter().convert("\n".join(characters)).split("\n")
    table = {ord(old): new for old, new in zip(characters, converted, strict=True) if old != new}
    for point, new in table.items():
        while ord(new) in table and table[ord(new)] != new:
            new = table[ord(new)]
        table[point] = new
    return table


@lru_cache(maxsize=1)
def _traditional() -> re.Pattern[str]:
    # A class within the first plane becomes a table; one character beyond it would make it a list, searched in order.
    return re.compile(
        "[" + "".join(chr(point) for point in _simplified_characters() if point < 0x10000) + "]"
    )


def _has_traditional(text: str) -> bool:
    """Say whether `text` may hold traditional characters; beyond the first plane any character may be one."""
    return bool(_traditional().search(text) or _BEYOND.search(text))


def simplify(text: str) -> str:
    """Return `text` in simplified characters, phrases considered (乾隆 keeps its 乾)."""
    if not _has_traditional(text):
        return text
    for _ in range(_TRADITIONAL_LIMIT):
        converted = _converter().convert(text)
        if converted == text:
            break
        text = converted
    return text


def simplify_characters(text: str) -> str:
    """Return `text` with each traditional character simplified by itself: no phrase considered, lengths kept."""
    return text.translate(_simplified_characters()) if _has_traditional(text) else text


def _compose(text: str) -> str:
    if unicodedata.is_normalized("NFKC", text):
        return text
    for wide, narrow in _WIDE:
        text = text.replace(wide, narrow)
    return unicodedata.normalize("NFKC", text)


def clean(text: str) -> str:
    """Return `text` in NFKC without what nobody sees: lone surrogates, control and format characters."""
    text = _SURROGATE.sub(" ", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _INVISIBLE.sub("", _compose(_INVISIBLE.sub("", text)))
    return _compose(text)  # what stood around a removed mark may now compose


def _pass(text: str) -> str:
    text = simplify(clean(text))
    if "://" in text or "www." in text.lower():
        text = _URL.sub(" ", text)
    text = _REPEATED.sub(r"\1", _EMOJI.sub(" ", text))
    # Of four equal characters in a row two stand at 3n and 3n + 1: a look at these tells whether to search.
    if any(map(eq, text[::3], text[1::3])):
        text = _REPEATED_LETTER.sub(r"\1\1\1", text)
    text = _BLANKS.sub(" ", text)
    return (_LINES.sub("\n", text) if "\n" in text else text).strip()


def normalize(text: str) -> str:
    """Return `text` ready for analysis; normalizing twice changes nothing.

    Full width becomes half width, traditional simplified; URLs and emoji become a blank; a punctuation mark
    repeated becomes one, a letter repeated more than three times becomes three.
    """
    for _ in range(_PASSES):
        result = _pass(text)
        if result == text:
            break
        text = result
    return text


def fold(text: str) -> str:
    """Return `text` folded for the index: NFKC, lower case, each character simplified by itself.

    No phrase is considered and nothing visible is dropped, so every part of a text folds alike, alone or
    inside it.
    """
    text = _compose(clean(text).lower())  # a small letter may take up a mark that its capital did not
    return simplify_characters(text)
