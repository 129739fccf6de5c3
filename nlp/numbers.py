"""Finds the numbers that belong to a person: telephones, citizen numbers, papers, bank cards; check digits are checked.

Reads the text in one width with spoken digits as figures (personal.py makes it so), positions kept.
"""

import re
from collections.abc import Iterator
from datetime import date

from nlp.findings import BANK_CARD, ID_NUMBER, NUMBER, PHONE, Personal

_SEP = r"[\s\-\u2010-\u2015_.·•,，、*~]{0,3}"
# What people put between the groups of a number to get it past a filter: any marks, or a word for one.
_MARK = r"(?:[\W_]{1,3}|[加杠减横转和空点]{1,2}格?)"
_YEARS = rf"(?!(?:19|20)\d\d{_MARK}(?:19|20)\d\d)"

# Without this no pattern but the mistyped mobile can match; it begins with a class, so that a search is quick.
_MANY_DIGITS = re.compile(r"\d(?:[\W_加杠减横转和空点格]{0,4}\d){6}")
# Looking behind stands after the first character: the search then knows what to look for.
_MOBILE = re.compile(
    rf"[1+08](?<!\d.)(?:(?:(?<=\+)86|(?<=0)086|(?<=8)6){_SEP}1|(?<=1)){_SEP}[3-9](?:{_SEP}\d){{9}}(?!\d)"
)
_COUNTRY = re.compile(r"^(?:\+|00)?86(?=1\d{10}$)")
_MOBILE_IN_PARTS = re.compile(
    rf"[1(](?<!\d.)(?:(?:(?<=\()1[3-9]\d\){_MARK}?|(?<=1)[3-9]\d{_MARK})(?:{_YEARS}\d{{4}}{_MARK}\d{{4}}|\d{{8}}|\d{{3}}{_MARK}\d{{5}})"
    rf"|(?<=1)(?:[3-9]\d{{5}}{_MARK}\d{{4}}|[\W_]{{1,4}}[3-9](?:[\W_]{{1,4}}\d){{9}}|百[3-9](?:十\d?|\d)(?:{_SEP}\d){{8}}))(?!\d)"
)
_MOBILE_NAMED = re.compile(
    r"(?:电话|手机|联系|号码|微信)[^\d\n]{0,4}(1[3-9]\d{9})"
)  # whatever is run on behind it
_MOBILE_MISTYPED = re.compile(r"[1lI](?<![A-Za-z0-9].)(?:[\s\-]{0,2}[\dlIoO\u041e\u043e]){10}(?![A-Za-z0-9])")
_MARKED, _COORDINATE = re.compile(r"\d[,.]\d"), re.compile(r"\d\d\.$")  # 116.16946,39.7243 is a place
_LETTERS_FOR_DIGITS = str.maketrans("lIoO\u041e\u043e", "110000")
_LANDLINES = (
    re.compile(r"[(0](?<!\d.)(?:(?<=0)\d{2,3}|(?<=\()0\d{2,3})\)?[\s\-—]{0,2}\d{4}[\s-]?\d{3,4}(?!\d)"),
    re.compile(
        r"(?:电话|座机|固话|热线|联系方式|联系|致电|来电|回电|拨打|请打|请拨|打给我|Tel|tel|TEL)(?:号码|号|是|为|我|到)?[:：.\s]{0,3}"
        r"(?!(?:19|20)\d\d[01]\d[0-3]\d)([2-8]\d{3}[\s\-—]?\d{3,4})(?![\d.]|[元万块平米])"
    ),
    re.compile(r"([2-8](?<![\d\-.].)\d{3}[\s\-—]?\d{4})(?=[,，\s]?(?:联系我|找我|打给我|回电))"),
)
_ID = re.compile(
    rf"([1-9](?<!\d.)(?:(?:{_SEP}\d){{5}}{_SEP}(?:1{_SEP}[89]|2{_SEP}0)(?:{_SEP}\d){{9}}{_SEP}[\dXx]"
    rf"|\d{{5}}{_MARK}(?:1[89]|20)\d{{2}}{_MARK}?\d{{2}}{_MARK}?\d{{2}}{_MARK}\d{{3}}[\dXx]))(?![\dA-Za-z])"
)
_USUAL = re.compile(r"[\dXx\s\-]+")  # an ID number as it is commonly spaced out
_PAPER = re.compile(
    r"(?:护照|通行证|军官证|士兵证|警官证|台胞证|回乡证|居住证|居留证|驾驶证|驾照|社保卡?|医保卡?|学籍|证件)(?:号码?)?(?:是|为)?[\s:：]{0,3}"
    r"([A-Za-z]{0,4}\d{6,18}[Xx]?)(?![\dA-Za-z])"
)
_PAPER_SIGN = re.compile("[照证籍保]")
_CARD = re.compile(r"(\d(?<!\d.)\d{3}(?:[\s\-./_·]{1,2}\d{4}){3}(?:[\s\-./_·]{0,2}\d{1,3})?)(?!\d)")
_UNION_CARD = re.compile(r"6(?<!\d.)2(?:[\s\-./_·]{0,2}\d){14,17}(?!\d)")
_CARD_SIGN = re.compile("[卡账帐]|银行|支付")
_LONG = re.compile(r"\d(?<!\d.)\d{13,}[Xx]?(?![\d])")

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _has_birthday(number: str) -> bool:
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return True


def id_number_is_valid(number: str) -> bool:
    """Say whether an 18-character citizen number has a possible birthday and the check digit of GB 11643."""
    if len(number) != 18 or not number[:17].isdigit() or not _has_birthday(number):
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


def plain(found: str) -> str:
    """Return the letters and figures of a number, capital."""
    return re.sub(r"[^0-9A-Za-z]", "", found).upper()


def _phones(text: str) -> Iterator[Personal]:
    for pattern in (_MOBILE, _MOBILE_IN_PARTS, _MOBILE_NAMED):
        for match in pattern.finditer(text):
            group = match.lastindex or 0
            if _MARKED.search(match.group()) and _COORDINATE.search(
                text, max(0, match.start() - 4), match.start()
            ):
                continue
            value = _COUNTRY.sub("", plain(match.group(group)))
            yield Personal(PHONE, value, *match.span(group), valid=True)
    for pattern in _LANDLINES:
        for match in pattern.finditer(text):
            group = match.lastindex or 0
            yield Personal(PHONE, plain(match.group(group)), *match.span(group))


def _mistyped(text: str) -> Iterator[Personal]:
    """Yield the mobile numbers in which letters stand for digits: l for 1, o for 0."""
    for match in _MOBILE_MISTYPED.finditer(text):
        written = plain(match.group())
        value = re.sub(r"[\s\-]", "", match.group()).translate(_LETTERS_FOR_DIGITS)
        if not written.isdigit() and value[1] in "3456789" and sum(map(str.isdigit, written)) > 6:
            yield Personal(PHONE, value, *match.span(), valid=True)


def _cards(text: str) -> Iterator[Personal]:
    for pattern in (_CARD, _UNION_CARD, _LONG):
        for match in pattern.finditer(text):
            value = plain(match.group())
            card = 16 <= len(value) <= 19 and value.isdigit() and luhn_is_valid(value)
            # Four numbers in a row may be a table's: it is a card if its check digit or the words before say so.
            before = text[max(0, match.start() - 12) : match.start()]
            if card or pattern is not _CARD or _CARD_SIGN.search(before):
                yield Personal(BANK_CARD if card else NUMBER, value, *match.span(), valid=card)


def find_numbers(text: str) -> Iterator[Personal]:
    """Yield the telephone, citizen, document and card numbers in a text of plain figures; they may overlap."""
    yield from _mistyped(text)
    if not _MANY_DIGITS.search(text):
        return
    for match in _ID.finditer(text):
        value = plain(match.group(1))
        if _USUAL.fullmatch(match.group(1)) or _has_birthday(value):
            yield Personal(ID_NUMBER, value, *match.span(1), valid=id_number_is_valid(value))
    yield from _phones(text)
    yield from _cards(text)
    if _PAPER_SIGN.search(text):
        for match in _PAPER.finditer(text):
            yield Personal(ID_NUMBER, plain(match.group(1)), *match.span(1))
