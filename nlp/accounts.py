"""Finds what one reaches or knows a person by besides numbers: accounts, e-mail addresses, number plates.

`flat` is the text in one width, `spoken` the same with spoken digits as figures; positions are the same in both.
"""

import re
from collections.abc import Iterator

from nlp.findings import EMAIL, PLATE, WECHAT, Personal
from nlp.numbers import plain

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使"
_DOT = r"[\s·・•.\-]{0,2}"
_BODY = "A-HJ-NP-Za-hj-np-z0-9"
_PLATE = re.compile(  # begins with a class, so that a search is quick
    rf"[{_PROVINCES}W牌](?:(?<![W牌])(?:牌\s?)?{_DOT}(?:[A-Za-z]{_DOT}((?=(?:[A-Za-z]{_DOT}){{0,4}}\d)"
    rf"[{_BODY}](?:[\s·・•.\-]?[{_BODY}]){{2,5}}[\s]?[{_BODY}学警港澳挂领试超临])(?![A-Za-z0-9])"
    rf"|[A-Za-z]{_DOT}(\d{{4,5}})(?=临))"
    rf"|(?<=W)(?<![A-Za-z]W)J{_DOT}[{_PROVINCES}]?{_DOT}(\d{{4,5}}[A-Za-z]?)(?![A-Za-z0-9])"
    r"|(?<=车牌)(?:号码?)?(?:是|为)?[:：\s]{0,2}((?=[A-Z]{0,3}\d)[A-Z][A-Z0-9]{5,6})(?![A-Za-z0-9]))"
)
_PLATE_BREAK = re.compile(r"\d\s+[A-Za-z]?\d{4}")  # 川A 1 2019: a number of its own behind

_HOST = r"[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,4}|(?:qq|163|126|139|189|sina|sohu|gmail|outlook|hotmail|foxmail|yeah|aliyun)(?![A-Za-z0-9])"
_EMAIL = re.compile(rf"(?:[A-Za-z0-9._%+\-]{{1,64}}|[\u4e00-\u9fff]{{1,4}})\s?@\s?(?:{_HOST})")
_AT = r"(?:\s?[\[(【{<]\s?(?:at|AT|At|艾特|@)\s?[\])】}>]\s?|\s(?:at|AT)\s|\s?#\s?|\s?艾特\s?)"
_FULL_STOP = r"(?:\s?[\[(【]\s?(?:dot|点|\.)\s?[\])】]\s?|\s(?:dot|DOT)\s|\s?[.点]\s?)"
_EMAIL_DISGUISED = re.compile(
    rf"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]{{1,64}}{_AT}[A-Za-z0-9\-]{{1,40}}(?:{_FULL_STOP}[A-Za-z0-9\-]{{1,40}}){{0,2}}?"
    rf"{_FULL_STOP}(?:com|cn|net|org|edu|gov|cc|me|hk|tw|COM|CN)(?![A-Za-z0-9])"
)
_DISGUISES = ("at", "AT", "At", "#", "艾特")

# Names of the commonest service, disguised or not, behind which an account may stand bare; then those that need a word.
_CHATS = (
    "微信", "薇信", "威信", "徽信", "微❤", "薇❤", "威❤", "微xin", "威xin", "薇xin", "微x", "weixin", "wei xin", "wechat", "we chat", "vx", "wx",
    "v信", "v❤", "v芯", "v心", "薇:", "微:", "威:", "徽:", "薇号", "v号", "v:", "q:", "加v", "加q", "加薇", "加微", "加威", "+v", "+q", "+微", "+薇",
    "qq", "扣扣", "企鹅号", "飞信", "telegram", "skype", "whatsapp",
)  # fmt: skip
_SITES = (
    "支付宝", "抖音", "快手", "小红书", "微博", "陌陌", "钉钉", "飞书", "闲鱼", "旺旺", "知乎", "b站", "探探", "贴吧",
)  # fmt: skip
_CHAT_SIGN = re.compile("|".join(map(re.escape, _CHATS)))
_SITE_SIGN = re.compile("|".join(_SITES))
_BARE = (
    r"(?:微信|[薇威徽]信|[微薇威]❤|[微薇威]xin|微x(?=[:是])|wei\s?xin|we\s?chat|(?<![A-Za-z])(?:[vw]x|v信|v❤|v芯|v心|[vq](?=:)|v号)|(?<=加)[vq薇微威]"
    r"|(?<=\+)[vq薇微威]|[薇微威徽](?=:)|薇号|QQ|扣扣|企鹅号|飞信|telegram|skype|whatsapp)"
)
_NAMED = (
    r"(?:[,，]?\s?(?:号码?|账号|帐号|ID|id|同号|邮箱|名字?|昵称|群))?\s?(?:is\b|是|为|加|叫)?[\s:：]{0,3}"
)
_ID = r"([A-Za-z][A-Za-z0-9_\-]{4,30}|\d{5,12})(?![A-Za-z0-9]|[元块万])"
_CHAT = re.compile(_BARE + _NAMED + _ID, re.IGNORECASE)
_WORD = r"(?:号码?|账号|帐号|账户|ID|名|昵称)\s?(?:is\b|是|为|叫)?[\s:：]{0,3}"
_SITE = re.compile(
    rf"(?:{'|'.join(_SITES)})(?:{_WORD}{_ID}|{_WORD}(?<=[:：是为叫])(\w{{2,20}})|@([\w\-]{{2,30}}))",
    re.IGNORECASE,
)
_OFFICIAL = re.compile("北京|首都|中国|人民|央视|国家|平安|政府|发布|日报|晚报|新闻")


def _plates(spoken: str) -> Iterator[Personal]:
    for match in _PLATE.finditer(spoken):
        body = match.group(match.lastindex or 0)
        figures = sum(map(str.isdigit, body))
        if " " in match.group() and (figures < 3 or _PLATE_BREAK.search(body)):
            continue
        if match.group()[0] == "牌":
            yield Personal(PLATE, plain(body), *match.span(match.lastindex or 0))
        else:
            yield Personal(PLATE, match.group()[0] + plain(match.group()[1:]), *match.span())


def _emails(flat: str, lowered: str) -> Iterator[Personal]:
    if "@" in flat:
        for match in _EMAIL.finditer(flat):
            yield Personal(EMAIL, re.sub(r"\s", "", match.group()).lower(), *match.span())
    if any(sign in flat for sign in _DISGUISES) and any(
        end in lowered for end in ("com", "cn", "net", "org")
    ):
        for match in _EMAIL_DISGUISED.finditer(flat):
            yield Personal(EMAIL, re.sub(r"\s", "", match.group()).lower(), *match.span())


def find_accounts(flat: str, spoken: str) -> Iterator[Personal]:
    """Yield the accounts, e-mail addresses and plates in a text; they may overlap."""
    lowered = flat.lower()
    yield from _emails(flat, lowered)
    yield from _plates(spoken)
    if _CHAT_SIGN.search(lowered):
        for match in _CHAT.finditer(spoken):
            yield Personal(WECHAT, match.group(1), *match.span(1))
    if _SITE_SIGN.search(lowered):
        for match in _SITE.finditer(flat):
            group = match.lastindex or 0
            if not _OFFICIAL.match(match.group(group)):
                yield Personal(WECHAT, match.group(group), *match.span(group))
