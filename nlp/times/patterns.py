"""How times are written: one pattern for each way of naming a date, a part of the day, a clock, a repetition."""

import re

from nlp import festivals

NUMBER = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
DIGITS = "〇零一二三四五六七八九"
_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_LUNAR_MONTH = r"(?:十[一二]?|[一二三四五六七八九])"
_LUNAR_DAY = r"(?:初[一二三四五六七八九十]|[二三]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?)"
_WEEK = "(?:周|星期|礼拜)"
_THIRD = r"(?:初(?!中|[一二三四五六七八九十])|上旬|中旬|下旬|底|末(?!端))"
# What follows a number that is no day (3月5个人) and a month that is none (三月租金).
_NO_DAY = r"(?!\d|\s?[个名人次天年月周元块条栋户家位项点时多余万千百楼幢座层单份折斤吨米公度日号,.:：%])"
_NO_MONTH = r"(?![饼球亮嫂子票租薪费供刊坛经光色均度息销产收结付季卡花瓜龄余多内来后前]|有余|之久|以[上来]|左右|[一二两三四\d]{1,2}[次回趟])"
_MONTH_TAIL = rf"(?:份?(?P<third>{_THIRD})|\s?(?P<day>{NUMBER})\s?[日号](?!楼(?!道))|\s?(?P<plain>\d{{1,2}}){_NO_DAY}|份)"
_MONTHS = rf"(?P<from_month>{_MONTH})(?:月份?)?\s?[\-~—至到]\s?(?P<to_month>{_MONTH})月(?!\s?\d|[一二三四五六七八九十])份?"
_LUNAR = (
    rf"(?<![修纠改真反])(?P<lunar_month1>正|腊|冬|闰{_LUNAR_MONTH})月(?![度饼])(?P<lunar_day1>{_LUNAR_DAY})?"
    rf"|(?P<lunar_month2>{_LUNAR_MONTH})月(?P<lunar_day2>初[一二三四五六七八九十]|廿[一二三四五六七八九]?)"
    r"|(?P<lunar_month3>八)月(?P<lunar_day3>十五)(?![日号])"
)
_YEAR_PART = r"[上下]半年|第?[一二三四1-4]季度"

YEAR = re.compile(
    rf"(?:(?P<number>\d{{4}})\s?年|(?P<han>[0{DIGITS}]{{4}})年|(?P<short>\d{{2}})年(?=(?:\d{{1,2}}|[一二三四五六七八九十]{{1,2}})月|年?[初底末]|[上下]半年)"
    r"|(?P<spoken>[今去前明]|大前)年)(?![级龄版])(?:的(?=.月|[春夏秋冬]))?\s?"
)
LUNAR_CALENDAR = re.compile("(?:农历|阴历|旧历)的?")
IN_LUNAR_YEAR = re.compile(
    rf"(?P<month>闰?(?:正|冬|腊|{_LUNAR_MONTH}|\d{{1,2}}))月(?P<day>{_LUNAR_DAY}|\d{{1,2}})?[日号]?"
)
# What a year may go on with, and what stands for a date without one. The outermost group says what it is.
IN_YEAR = re.compile(
    rf"(?P<lunar>{_LUNAR})|(?P<months>{_MONTHS})"
    rf"|(?P<month_day>(?P<month>{NUMBER})\s?(?:月{_MONTH_TAIL}?|[./\-]\s?(?P<dotted>\d{{1,2}})(?!\d|\s?[月.\-])))|(?P<feast>{festivals.PATTERN})"
    rf"|(?P<year_part>[春夏秋冬][天季]|{_YEAR_PART}|年?[底末]|年?初(?!中|[一二三级次期步])|年中)"
)
DATE = re.compile(
    rf"(?P<iso>(?P<iso_year>\d{{4}})\s?[/\-.]\s?(?P<iso_month>\d{{1,2}})\s?(?:[月/\-.]\s?(?P<iso_day>\d{{1,2}})(?!\d)\s?[日号]?|月份?))"
    rf"|(?P<lunar>{_LUNAR})"
    rf"|(?P<months>(?<![\d年.\-/]){_MONTHS})"
    rf"|(?P<month_day>(?P<month>{NUMBER})\s?月{_MONTH_TAIL})"
    rf"|(?P<month_only>(?<![\d一二两三四五六七八九十个第满几数半近达续已整了有约前后]){_MONTH}月{_NO_MONTH})"
    r"|(?P<day_only>(?P<day_number>\d{1,2})[日号](?!楼|院|线|门|栋|店|馆|桥|[\d\-]))"
    r"|(?P<relative>大前天|大后天|(?:前|昨|今|明)(?:[天日]|儿个?|个儿?(?=晚|早|夜|下|上|中))|后天|后儿个?|当天)"
    rf"|(?P<week>(?P<which_week>上上|上|这|本|下下|下)个?{_WEEK}(?P<weekday>六日|[一二三四五六日天末1-7])?)"
    rf"|(?P<bare_week>(?:(?<![一二两三四五六七八九十几数每半上下这本\d])|(?<=[周期拜][一二三四五六])){_WEEK}(?P<bare_weekday>六日|[一二三四五六日末]|(?<!周)天)(?![次个年月趟班节回百千岁元十常期夜益刊般\d]))"
    r"|(?P<short_day>[今昨前明](?=[早晚夜晨]))"
    rf"|(?P<month_relative>(?P<which_month>上上个?|上个?|本|这个?|下下个?|下个?)月(?:份?(?P<relative_third>{_THIRD})|份?(?P<relative_day>{NUMBER})[日号])?)"
    r"|(?P<month_third>月(?:初(?![中一二三四五六七八九十])|底|末))"
    rf"|(?P<recent>(?:最近|近)(?P<recent_count>{NUMBER}|几|半)个?(?P<recent_unit>天|日|周|星期|礼拜|月|年)(?!前))"
    r"|(?P<lately>[前这][几两些][天日])"
    rf"|(?P<ago>(?!0)(?P<count>\d{{3}}|{NUMBER}|半)(?P<unit>天|日|周|个?星期|个?礼拜|个月|(?<=半)月|年|个?小时|个?钟头|分钟|个半月|个半小时|年半)(?:以|之)?(?P<way>前(?![往台期])|后(?![门院面期台勤备续排])))"
    rf"|(?P<year_part>{_YEAR_PART}|年[初底末](?!中))"
    rf"|(?P<feast>{festivals.PATTERN})"
)
NEXT_DAY = re.compile("(?:次日|第二天|翌日|隔天|转天)(?:的)?")
UNTIL_NOW = re.compile("今(?![天日晚年早夜晨儿个])|现在|目前|如今")
FEAST_TAIL = re.compile(
    "(?:国际|劳动节|妇女节|儿童节|青年节|建党节|建军节|购物节|节|假期|长假|小长假|黄金周)*(?:期间|前后|(?P<single>当[天日]|那一?天|[当那](?=[早晚夜])))?"
)

# Part of the day → (first hour, hour after the last); an hour beyond 24 belongs to the next day.
PARTS = {
    "凌晨": (0, 6), "清晨": (5, 8), "清早": (5, 8), "早上": (6, 9), "早晨": (6, 9), "早": (6, 9), "晨": (5, 8), "上午": (8, 12),
    "中午": (11, 14), "下午": (12, 18), "傍晚": (17, 20), "晚上": (18, 24), "晚间": (18, 24), "夜里": (21, 30),
    "夜间": (22, 30), "夜晚": (20, 30), "深夜": (22, 30), "半夜": (23, 29), "晚": (18, 24), "夜": (21, 30),
}  # fmt: skip
PART = re.compile("(?:的)?(" + "|".join(sorted(PARTS, key=len, reverse=True)) + ")")
CLOCK = re.compile(
    rf"(?P<hour>{NUMBER}|零)(?:[点時时](?!间|候|常|代|期|速|不时)(?:(?P<half>半(?!点))|(?P<quarter>[一三])刻|(?P<minute>{NUMBER})(?P<minutes>分)?(?!钟|之))?"
    r"(?P<about>多?钟|整(?![改治顿体修理个])|左右|许)?|[:：](?P<colon>[0-5]\d)(?![\d:]))"
)
# An hour by itself that is one beyond doubt (21时); below 13 it may be a number of points.
LATE_HOUR = re.compile(r"(?:1[3-9]|2[0-4])[点時时](?!意见|建议|要求|问题|诉求|希望)")
EVERY = re.compile(
    r"(?:每(?:到)?(?:隔)?(?:个)?(?P<cycle>天|日|晚|夜|周|星期|礼拜|月|年)(?P<weekday>(?<=[周期拜])[一二三四五六日末](?![次个天回趟]))?"
    r"|天天|日日|夜夜|每到?(?=晚上|夜里|早上|凌晨|周末))"
)
LASTING = re.compile(
    rf"(?:连续|接连|一连|长达|持续|整整)(?:了)?(?P<count>{NUMBER}|\d{{3}}|几|数)个?多?(?P<unit>天|日|晚|夜|周|星期|月|年|小时)"
)
TO = re.compile(r"\s?(?:到|至|直到|—{1,2}|–|-|~|～)\s?")

# Where an expression may begin: two quick searches instead of the patterns above at every character. They are
# quick because the first is told by its first set, and each alternative of the second begins with a fixed character.
NUMBER_AHEAD = re.compile(
    r"[\d一二两三四五六七八九十半零〇][\d一二两三四五六七八九十零〇]{0,3}"
    r"\s?(?:[年月日号点时時天周:：]|[/\-.]\s?\d|个?(?:半?月|半?小时|星期|礼拜|钟头)|分钟|季度)"
)
WORD_AHEAD = re.compile(
    "今|昨|早|晨|晚|夜|每|近|大[前后年]|前[天日晚早年儿个几两些夜]|明[天日晚早年儿个]|去年|后[天儿]|当天|上[上个周星礼月半午]|下[下个周星礼月半午]"
    "|这[个周星礼月几两些]|本[周月]|周[一二三四五六日末]|星期|礼拜|凌晨|清[晨早]|中午|傍晚|深夜|半夜|天天|日日|最近|连续|接连|一连|长达|持续|整整|年[初底末]"
    "|月[初底末]|第[一二三四1-4]季|农历|阴历|旧历|正月|冬月|腊[月八]|闰|除夕|春[节分]|元[宵旦]|端午|中[秋元]|清明|五[一四]|劳动节|国庆|过年|十一"
    "|龙抬头|七[夕一]|重阳|小年|立[春夏秋冬]|秋分|夏至|冬至|情人节|妇女节|植树节|青年节|儿童节|建[党军]节|教师节|圣诞|平安夜|三八|六一|八一"
    "|双十一|双11"
)
