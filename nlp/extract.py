"""The facts a message states: personal numbers, telephone numbers, money, times, addresses, organisations.

Finding persons' data is personal.py's, times are times.py's, places places.py's; this is the one door to all of them.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from nlp.normalization import normalize
from nlp.numerals import UNITS, read_numeral
from nlp.organisations import Organisation, find_organisations
from nlp.personal import PHONE, Personal, find_personal
from nlp.places import Gazetteer
from nlp.times import TimeMention, find_times

MOBILE, LANDLINE, BUSINESS, SERVICE = "mobile", "landline", "business", "service"
_MONEY = r"(?:元|块钱|块(?!儿|石|地|板|空|牌|砖|田|区)|人民币|圆)"
_AMOUNT = re.compile(
    r"(?:[¥￥]\s?(?P<sign>\d{1,12}(?:,\d{3}){0,4}(?:\.\d{1,2})?))|"
    rf"(?P<number>\d{{1,12}}(?:,\d{{3}}){{0,4}}(?:\.\d{{1,4}})?)\s?(?P<unit>[十百千]?[万亿]?)(?P<more>多|余|几)?\s?{_MONEY}(?P<cents>[一-九\d])?"
    rf"|(?P<words>[一二两三四五六七八九十百千万亿零〇]{{2,12}}|[两三四五六七八九十])(?:多|余)?(?:元(?!旦|月|件|素|宵)|块钱|人民币)"
)
# Numbers that belong to nobody: 400 and 800, the emergency and service numbers.
_BUSINESS = re.compile(r"(?<![\d-])[48]00[\s-]?(?:\d{3}[\s-]?\d{4}|\d{4}[\s-]?\d{3})(?!\d)")
_SERVICE = re.compile(
    r"(?<![\d.])(?:12\d{3}|95\d{3}|96\d{3,4}|100\d{2})(?![\d.]|元|块|平|米|人|户|年|万|[a-zA-Z])"
)
_SHORT_SERVICE = re.compile(
    r"(?:打|拨|拨打|报|热线|电话|报警|叫)[:了过\s]{0,2}(1(?:10|19|20|22))(?!\d)|(?<!\d)(1(?:10|19|20|22))(?=报警|出警|急救|电话|来了|民警)"
)
# An address below the street: what is masked in public (building, flat) is left out here.
_ROAD = re.compile(
    r"[\u4e00-\u9fff]{2,8}?(?:大街|大道|胡同|东路|西路|南路|北路|中路|路|街|巷|里)(?:甲|乙|丙)?\d{1,5}号(?:院|楼)?"
)
_DIVISION = re.compile(r"^.*(?:街道|地区|[区县镇乡])(?=..)|^.*?(?:位于|住在|在|于)(?=..)")
_LIMIT = 20  # findings of one sort


@dataclass(frozen=True)
class Amount:
    """A sum of money as written, in yuan."""

    text: str
    yuan: Decimal


@dataclass(frozen=True)
class Phone:
    """A telephone number in digits: mobile and landline are somebody's, business (400) and service (12345) public."""

    value: str
    kind: str


@dataclass(frozen=True)
class Address:
    """Where a message says it is: as exact as it says, `precision` as in Place."""

    district: str
    street: str
    place: str
    precision: str
    lon: float | None
    lat: float | None
    road: str = ""  # road and number, as written


@dataclass(frozen=True)
class Facts:
    """What a message states. Positions in `personal` refer to the text as it came, others to the normalized one."""

    personal: tuple[Personal, ...]
    amounts: tuple[Amount, ...]
    times: tuple[TimeMention, ...]
    phones: tuple[Phone, ...] = ()
    address: Address | None = None
    organisations: tuple[Organisation, ...] = ()


def find_amounts(text: str) -> list[Amount]:
    """Return the sums of money in a normalized text, at most 20."""
    amounts: list[Amount] = []
    if not any(sign in text for sign in "元块¥￥圆币"):
        return amounts
    for match in _AMOUNT.finditer(text):
        if len(amounts) == _LIMIT:
            break
        if match["words"]:
            value = Decimal(read_numeral(match["words"]))
        else:
            value = Decimal((match["sign"] or match["number"]).replace(",", ""))
            for unit in match["unit"] or "":
                value *= UNITS[unit]
        amounts.append(Amount(match.group().strip(), value))
    return amounts


def find_phones(text: str, personal: list[Personal] | None = None) -> list[Phone]:
    """Return the telephone numbers in any text, each once, at most 20; `personal` if it was looked for already."""
    personal = find_personal(text) if personal is None else personal
    found: dict[Phone, None] = {}
    for one in personal:
        if one.kind == PHONE:
            mobile = len(one.value) == 11 and one.value[0] == "1"
            found[Phone(one.value, MOBILE if mobile else LANDLINE)] = None
    plain = normalize(text)
    for match in _BUSINESS.finditer(plain):
        found[Phone(re.sub(r"\D", "", match.group()), BUSINESS)] = None
    for match in _SERVICE.finditer(plain):
        found[Phone(match.group(), SERVICE)] = None
    for match in _SHORT_SERVICE.finditer(plain):
        found[Phone(match.group(1) or match.group(2), SERVICE)] = None
    return list(found)[:_LIMIT]


def find_address(text: str, gazetteer: Gazetteer | None = None) -> Address | None:
    """Return the most exact address that a normalized text names, None if it names no place of the gazetteer."""
    places = (gazetteer or Gazetteer.default()).locate(text)
    if not places:
        return None
    best = places[0]
    road = _ROAD.search(text)
    written = _DIVISION.sub("", road.group()) if road else ""
    return Address(
        district=best.district,
        street=best.street,
        place=best.name if best.precision not in ("street", "district") else "",
        precision=best.precision,
        lon=best.lon,
        lat=best.lat,
        road=written,
    )


def extract(text: str, *, now: datetime | None = None) -> Facts:
    """Return the facts in any text; times are resolved where the clock's reading `now` is given."""
    plain = normalize(text)
    personal = find_personal(text)
    return Facts(
        personal=tuple(personal),
        amounts=tuple(find_amounts(plain)),
        times=tuple(find_times(plain, now=now)),
        phones=tuple(find_phones(text, personal)),
        address=find_address(plain),
        organisations=tuple(find_organisations(plain)),
    )
