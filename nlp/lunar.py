"""The lunar calendar as a table, 1999 to 2050: what is dated by it, without a package to install.

Generated with borax 4.1.3; lunardate 0.3.0, lunar-python 1.4.8 and cnlunar 0.2.5 agree on every month of it.
"""

from datetime import date, timedelta

# A year each: the Gregorian day it begins (8 digits), which month is followed by its leap month (hexadecimal, 0 for
# none), and 13 bits, one a month from the first on: set where the month has 30 days, else it has 29.
_TABLE = (
    "199902160125c 200002050192c 2001012441a95 2002021201a94 2003020101b4a 2004012220b55 "
    "2005020900ad4 200601297155b 20070218004ba 200802070125a 200901265192b 201002140152a "
    "2011020301694 20120123416aa 20130210015aa 2014013190ab5 2015021900974 20160208014b6 "
    "2017012860a57 2018021600a56 2019020501526 2020012540e95 2021021200d54 20220201015aa "
    "20230122209b5 202402100096c 20250129614ae 202602170149c 2027020601a4c 2028012651d26 "
    "2029021301aa6 2030020300b54 2031012330d6a 20320211012da 20330131B095d 203402190095a "
    "203502080149a 2036012861a4b 2037021501a4a 2038020401aa4 2039012451b54 20400212016b4 "
    "2041020100ada 204201222095b 2043021000936 2044013071497 2045021701496 204602060154a "
    "20470126516a5 2048021400da4 20490202015b4 2050012330ab6"
)
_YEARS = {int(row[:4]): row[4:] for row in _TABLE.split()}
_BITS = 13


def month_span(year: int, month: int, *, leap: bool = False) -> tuple[date, date]:
    """Return the first day of a lunar month and the day after its last; ValueError for no such month."""
    if year not in _YEARS or not 1 <= month <= 12:
        raise ValueError(year, month)
    row = _YEARS[year]
    leap_month = int(row[4], 16)
    if leap and month != leap_month:
        raise ValueError(year, month)
    lengths = [29 + (int(row[5:], 16) >> (_BITS - 1 - index) & 1) for index in range(_BITS)]
    index = month - 1 + (leap or bool(leap_month and month > leap_month))
    first = date(year, int(row[:2]), int(row[2:4])) + timedelta(days=sum(lengths[:index]))
    return first, first + timedelta(days=lengths[index])


def day(year: int, month: int, number: int, *, leap: bool = False) -> date:
    """Return the Gregorian day of a lunar one; ValueError for no such day."""
    first, after = month_span(year, month, leap=leap)
    found = first + timedelta(days=number - 1)
    if not first <= found < after:
        raise ValueError(year, month, number)
    return found
