"""Text as the rest of nlp reads it: one width, simplified characters, no control characters.

`normalize` is for reading (classifier, extraction); `fold` is for indexing, where a character must become
the same thing whatever stands beside it.
"""

import re
import unicodedata
from functools import lru_cache

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
_REPEATED = re.compile(r"([^\w\s])\1+")
_REPEATED_LETTER = re.compile(r"([^\W\d_])\1{3,}")
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n\s*")
_TRADITIONAL_LIMIT = 4  # conversions until a text no longer changes; two suffice for every phrase seen


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
def _traditional() -> frozenset[str]:
    return frozenset(map(chr, _simplified_characters()))


def simplify(text: str) -> str:
    """Return `text` in simplified characters, phrases considered (乾隆 keeps its 乾)."""
    if _traditional().isdisjoint(text):
        return text
    for _ in range(_TRADITIONAL_LIMIT):
        converted = _converter().convert(text)
        if converted == text:
            break
        text = converted
    return text


def clean(text: str) -> str:
    """Return `text` in NFKC without what nobody sees: lone surrogates, control and format characters."""
    text = _SURROGATE.sub(" ", text).replace("\r\n", "\n").replace("\r", "\n")
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)))
    return unicodedata.normalize("NFKC", text)  # what stood around a removed mark may now compose


def _pass(text: str) -> str:
    text = simplify(clean(text))
    text = _EMOJI.sub(" ", _URL.sub(" ", text))
    text = _REPEATED_LETTER.sub(r"\1\1\1", _REPEATED.sub(r"\1", text))
    return _LINES.sub("\n", _BLANKS.sub(" ", text)).strip()


def normalize(text: str) -> str:
    """Return `text` ready for analysis; normalizing twice changes nothing.

    Full width becomes half width, traditional simplified; URLs and emoji become a blank; a punctuation mark
    repeated becomes one, a letter repeated more than three times becomes three.
    """
    for _ in range(_TRADITIONAL_LIMIT):
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
    return clean(text).lower().translate(_simplified_characters())
