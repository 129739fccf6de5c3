"""Finds what identifies a person in a text: numbers, addresses of accounts, exact homes, names.

Works on the text as it came: positions are the text's own. Recall comes before precision, because what is
found is masked; `valid` says where a checksum confirms the finding. redaction.py masks, extract.py reads.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from nlp.names import find_names

PHONE, ID_NUMBER, BANK_CARD, NUMBER = "phone", "id_number", "bank_card", "number"
PLATE, EMAIL, WECHAT, HOME, NAME = "plate", "email", "wechat", "home", "name"


@dataclass(frozen=True)
class Personal:
    """One finding: `value` is its plain form, text[start:end] the form in which it stands."""

    kind: str
    value: str
    start: int
    end: int
    valid: bool | None = None  # None where nothing can be checked


_WIDTH_LIMIT = 30_000  # characters remembered: what people write in has fewer


class _Width(dict[int, int]):
    """A str.translate table, filled as characters come, that keeps every length: ３ → 3, Ａ → A, ④ → 4."""

    def __missing__(self, point: int) -> int:
        character = chr(point)
        plain = unicodedata.normalize("NFKC", character)
        digit = unicodedata.decimal(character, None)
        if digit is not None:
            plain = str(digit)
        result = ord(plain) if len(plain) == 1 and plain.isascii() else point
        if len(self) < _WIDTH_LIMIT:
            self[point] = result
        return result


_WIDTH = _Width()
_SPOKEN = str.maketrans("零〇幺一二三四五六七八九壹贰叁肆伍陆柒捌玖", "001123456789123456789")
_HIDDEN = "\u200b-\u200f\u2060\ufeff\xad"
_SEP = rf"[\s\-\u2010-\u2015_.·•,，、*~{_HIDDEN}]{{0,2}}"


def _digits(count: int) -> str:
    """Return the pattern of `count` digits that may be spaced out."""
    return rf"\d(?:{_SEP}\d){{{count - 1}}}" if count > 1 else r"\d"


_MOBILE = re.compile(rf"(?<!\d)(?:(?:\+|00)?86{_SEP})?(1{_SEP}[3-9](?:{_SEP}\d){{9}})(?!\d)")
_LANDLINE = re.compile(
    rf"(?<!\d)(?:\(?0\d{{2,3}}\)?[\s\-—]{{0,2}}\d{{4}}[\s-]?\d{{3,4}}|0000-\d{{8}})(?!\d)"
    rf"|(?:电话|座机|固话|热线)(?:号码|是|为)?[:：\s{_HIDDEN}]{{0,3}}([2-8]\d{{3}}[\s-]?\d{{3,4}})(?!\d)"
)
_ID = re.compile(
    rf"(?<!\d)([1-9](?:{_SEP}\d){{5}}{_SEP}(?:1{_SEP}[89]|2{_SEP}0)(?:{_SEP}\d){{9}}{_SEP}[\dXx])(?![\dA-Za-z])"
)
_CARD = re.compile(r"(?<!\d)(\d{4}(?:[\s-]\d{4}){3}(?:[\s-]?\d{1,3})?)(?!\d)")
_CARD_SIGN = re.compile("[卡账帐]|银行|支付")
_LONG = re.compile(r"(?<!\d)\d{14,}[Xx]?(?![\d])")
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使"
_PLATE = re.compile(
    rf"[{_PROVINCES}][A-Za-z][\s·•.\-{_HIDDEN}]{{0,2}}(?=[A-Za-z]{{0,4}}\d)[A-HJ-NP-Za-hj-np-z0-9]{{4,5}}"
    r"[A-HJ-NP-Za-hj-np-z0-9学警港澳挂领试超](?![A-Za-z0-9])"
)
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}\s?@\s?[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,4}")
_WECHAT = re.compile(
    r"(?:微信|薇信|威信|微❤|weixin|wechat|(?<![A-Za-z])(?:vx|wx|v信|[vq](?=:)|(?<=加)[vq])|QQ|扣扣)"
    r"(?:号码?|账号|帐号|ID|群|同号)?(?:是|为|加)?[\s:：]{0,3}([A-Za-z][A-Za-z0-9_\-]{4,30}|\d{5,12})(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_N = r"[\d十百]{1,5}"
# A room on its own: not an office's (人社厅410室), not a number of flats or households (796户).
_ROOM = r"(?:室|号?房(?![间产地屋子改东源企]))"
_HOME = re.compile(
    rf"(?:(?:{_N}|[A-Za-z]\d{{0,2}})(?:号?楼|栋|幢|座|号院|排)[\s,，]?)?"
    rf"(?:{_N}(?:单元|门洞|门|座|梯)[\s,，]?(?:{_N}层[\s,，]?)?[A-Za-z]?\d{{2,5}}(?:室|号房?|房|户)?(?![平㎡米多余])"
    rf"|{_N}层[\s,，]?\d{{3,5}}{_ROOM}"
    rf"|(?<![厅局委院部处所科\d])[A-Za-z]?\d{{3,5}}{_ROOM})(?!\d)"
    rf"|(?:{_N}|[A-Za-z]\d{{0,2}})(?:号?楼|栋|幢|座)[\s,，\-]?[A-Za-z]?\d{{3,5}}{_ROOM}?(?![\d年元米人户平㎡吨套间个楼栋层户多余])"
    rf"|(?<![\d\-])\d{{1,3}}-\d{{1,2}}-\d{{3,4}}(?![\d\-])"
)
# Cheap signs without which the patterns above cannot match; each begins with a class, so that a search is quick.
_MANY_DIGITS = re.compile(rf"\d(?:[\s\-\u2010-\u2015_.·•,，、*~()—{_HIDDEN}]{{0,3}}\d){{6}}")
_HOMELIKE = re.compile(
    r"[\d十百]{1,5}(?:号?楼|栋|幢|座|号院|排|单元|门|梯|层|室|号?房|-\d)|[A-Za-z]\d{0,2}(?:号?楼|栋|幢|座)"
)
_ACCOUNT_SIGNS = (
    "微信",
    "薇信",
    "威信",
    "微❤",
    "weixin",
    "wechat",
    "vx",
    "wx",
    "v信",
    "qq",
    "扣扣",
    "v:",
    "q:",
    "加v",
    "加q",
)

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number_is_valid(number: str) -> bool:
    """Say whether an 18-character citizen number has a possible birthday and the check digit of GB 11643."""
    if len(number) != 18 or not number[:17].isdigit():
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, number, strict=False))
    return "10X98765432"[total % 11] == number[17].upper()


def luhn_is_valid(number: str) -> bool:
    """Say whether a card number passes the Luhn check."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 * (doubled > 9)
    return total % 10 == 0


def _plain(found: str) -> str:
    return re.sub(r"[^0-9A-Za-z]", "", found).upper()


def _numbers(flat: str) -> Iterator[Personal]:
    for match in _ID.finditer(flat):
        value = _plain(match.group(1))
        yield Personal(ID_NUMBER, value, *match.span(1), valid=id_number_is_valid(value))
    for match in _MOBILE.finditer(flat):
        yield Personal(PHONE, _plain(match.group(1)), *match.span(), valid=True)
    for match in _LANDLINE.finditer(flat):
        group = 1 if match.group(1) else 0
        yield Personal(PHONE, _plain(match.group(group)), *match.span(group))
    for pattern in (_CARD, _LONG):
        for match in pattern.finditer(flat):
            value = _plain(match.group())
            card = 16 <= len(value) <= 19 and value.isdigit() and luhn_is_valid(value)
            # Four numbers in a row may be a table's: it is a card if its check digit or the words before say so.
            if (
                card
                or pattern is _LONG
                or _CARD_SIGN.search(flat[max(0, match.start() - 12) : match.start()])
            ):
                yield Personal(BANK_CARD if card else NUMBER, value, *match.span(), valid=card)


def _accounts(flat: str) -> Iterator[Personal]:
    if "@" in flat:
        for match in _EMAIL.finditer(flat):
            yield Personal(EMAIL, re.sub(r"\s", "", match.group()).lower(), *match.span())
    lowered = flat.lower()
    if any(sign in lowered for sign in _ACCOUNT_SIGNS):
        for match in _WECHAT.finditer(flat):
            yield Personal(WECHAT, match.group(1), *match.span(1))
    for match in _PLATE.finditer(flat):
        yield Personal(PLATE, match.group()[0] + _plain(match.group()[1:]), *match.span())


def find_personal(text: str) -> list[Personal]:
    """Return everything in `text` that identifies a person, in order of place; findings may overlap."""
    flat = text if text.isascii() else text.translate(_WIDTH)
    spoken = flat if text.isascii() else flat.translate(_SPOKEN)
    found = list(_numbers(spoken)) if _MANY_DIGITS.search(spoken) else []
    found.extend(_accounts(flat))
    if _HOMELIKE.search(spoken):
        for match in _HOME.finditer(spoken):
            found.append(Personal(HOME, match.group().strip(), *match.span()))
    found.extend(Personal(NAME, flat[start:end], start, end) for start, end in find_names(flat))
    return sorted(found, key=lambda one: (one.start, -one.end))
