"""When the festivals fall that people date things by; the lunar ones as a table of dates (2015 to 2030)."""

from datetime import date, timedelta

_LUNAR = {
    "春节": "20150219 20160208 20170128 20180216 20190205 20200125 20210212 20220201 20230122 20240210 20250129 20260217 "
    "20270206 20280126 20290213 20300203",
    "端午": "20150620 20160609 20170530 20180618 20190607 20200625 20210614 20220603 20230622 20240610 20250531 20260619 "
    "20270609 20280528 20290616 20300605",
    "中秋": "20150927 20160915 20171004 20180924 20190913 20201001 20210921 20220910 20230929 20240917 20251006 20260925 "
    "20270915 20281003 20290922 20300912",
}  # fmt: skip
_DAYS = {
    name: {int(day[:4]): date(int(day[:4]), int(day[4:6]), int(day[6:])) for day in days.split()}
    for name, days in _LUNAR.items()
}
# Name → (what it is counted from, days after that, how many days it is taken to last). The days off that the
# State Council grants differ by year; these are what people mean when they name the festival.
_SPANS = {
    "除夕": ("春节", -1, 1), "大年三十": ("春节", -1, 1), "大年初一": ("春节", 0, 1), "春节": ("春节", -1, 8),
    "过年": ("春节", -1, 8), "元宵节": ("春节", 14, 1), "端午": ("端午", 0, 1), "中秋": ("中秋", 0, 1),
    "清明": ("清明", 0, 1), "元旦": ("1-1", 0, 1), "五一": ("5-1", 0, 5), "劳动节": ("5-1", 0, 5),
    "国庆": ("10-1", 0, 7), "十一": ("10-1", 0, 7),
}  # fmt: skip
PATTERN = (
    r"(?:除夕|大年三十|大年初一|春节|元宵节|端午|中秋|清明(?=节|假|期|小长|前|当|那)|元旦|五一(?!路|街|广场|村|桥)|劳动节|国庆(?!路|街)"
    r"|过年(?=期间|的?时候|前|后|那)|十一(?=期间|长假|假期|黄金周))"
)


def span(name: str, year: int) -> tuple[date, date]:
    """Return the first day of a festival in `year` and the day after its last; ValueError beyond the table."""
    origin, shift, length = _SPANS[name]
    if origin in _DAYS:
        if year not in _DAYS[origin]:
            raise ValueError(year)
        day = _DAYS[origin][year]
    elif origin == "清明":
        day = date(
            year, 4, 4 if year % 4 < 2 else 5
        )  # holds for this century's first half but for a few years
    else:
        month, number = map(int, origin.split("-"))
        day = date(year, month, number)
    first = day + timedelta(days=shift)
    return first, first + timedelta(days=length)
