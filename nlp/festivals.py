"""When the festivals and solar terms fall that people date things by."""

from datetime import date, timedelta

from nlp import lunar

_LUNAR = {
    "春节": (1, 1), "元宵": (1, 15), "龙抬头": (2, 2), "端午": (5, 5), "七夕": (7, 7), "中元节": (7, 15), "中秋": (8, 15),
    "重阳": (9, 9), "腊八": (12, 8), "小年": (12, 23),
}  # fmt: skip
_SOLAR = {
    "元旦": (1, 1), "情人节": (2, 14), "妇女节": (3, 8), "植树节": (3, 12), "五一": (5, 1), "青年节": (5, 4),
    "儿童节": (6, 1), "建党节": (7, 1), "建军节": (8, 1), "教师节": (9, 10), "国庆": (10, 1), "双十一": (11, 11),
    "平安夜": (12, 24), "圣诞": (12, 25),
}  # fmt: skip
# Solar term → (month, constant): the day is int(0.2422 × yy + constant) less the leap years passed. For 2000 to
# 2050 this agrees with lunar-python 1.4.8 and cnlunar 0.2.5 but in the years below.
_TERMS = {
    "立春": (2, 3.87), "春分": (3, 20.646), "清明": (4, 4.81), "立夏": (5, 5.52), "夏至": (6, 21.37), "立秋": (8, 7.5),
    "秋分": (9, 23.042), "立冬": (11, 7.438), "冬至": (12, 21.94),
}  # fmt: skip
_TERM_EXCEPTIONS = {("立秋", 2002): 8, ("冬至", 2021): 21}
_TERM_YEARS = range(2000, 2051)
_OTHER_NAMES = {
    "除夕": "除夕", "大年三十": "除夕", "过年": "春节", "元宵节": "元宵", "劳动节": "五一", "十一": "国庆", "三八": "妇女节",
    "六一": "儿童节", "五四": "青年节", "七一": "建党节", "八一": "建军节", "双11": "双十一", "七夕": "七夕",
}  # fmt: skip
# Days before and after the day itself that are meant too. The days off that the State Council grants differ by
# year; these are what people mean when they name the festival.
_AROUND = {"春节": (1, 6), "五一": (0, 4), "国庆": (0, 6)}
_NEW_YEAR_DAYS = "一二三四五六七八九十"
PATTERN = (
    r"(?:除夕|大年三十|大年初[一二三四五六七八九十]|春节|元宵(?=节|晚|夜|当|那|前|期)|龙抬头|端午|中秋|清明(?=节|假|期|小长|前|当|那)|元旦|五一(?!路|街|广场|村|桥)|劳动节"
    r"|国庆(?!路|街)|过年(?=期间|的?时候|前|后|那)|十一(?=期间|长假|假期|黄金周)|七夕|中元节|重阳(?!路|街|小区|村|木|宫)|腊八|小年(?=[夜当那晚前]|期间)|立春|春分"
    r"|立夏|夏至|立秋|秋分|立冬|冬至|情人节|妇女节|植树节|青年节|儿童节|建党节|建军节|教师节|圣诞|平安夜"
    r"|(?:三八|六一|五四|七一|八一)(?=妇女节|国际|儿童节|青年节|建党节|建军节|节|期间|当天|那天)|双(?:十一|11)(?=期间|当|那|前|后|购物|促))"
)


def day(name: str, year: int) -> date:
    """Return the day of a festival in the calendar year `year`; ValueError beyond the tables."""
    if name.startswith("大年初"):
        return day("春节", year) + timedelta(days=_NEW_YEAR_DAYS.index(name[-1]))
    name = _OTHER_NAMES.get(name, name)
    if name == "除夕":
        return day("春节", year) - timedelta(days=1)
    if name in _LUNAR:
        month, number = _LUNAR[name]
        return lunar.day(year - (month == 12), month, number)  # the twelfth month lies in the next January
    if name in _SOLAR:
        return date(year, *_SOLAR[name])
    if year not in _TERM_YEARS:
        raise ValueError(year)
    month, constant = _TERMS[name]
    short = year % 100
    leap_years = (short - 1) // 4 if month == 2 else short // 4
    return date(year, month, _TERM_EXCEPTIONS.get((name, year), int(short * 0.2422 + constant) - leap_years))


def span(name: str, year: int) -> tuple[date, date]:
    """Return the first day of a festival in `year` and the day after its last; ValueError beyond the tables."""
    before, after = _AROUND.get(_OTHER_NAMES.get(name, name), (0, 0))
    itself = day(name, year)
    return itself - timedelta(days=before), itself + timedelta(days=after + 1)
