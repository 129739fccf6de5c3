"""What a short Chinese utterance means inside a dialogue: pure functions that both the actions and the degraded mode use.

Intents are Rasa's business; these read what an intent cannot carry (a number, a correction, an empty opening).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_HAN = re.compile(r"[\u3400-\u9fff]")
_EDGE = " \t\r\n　,，.。!！?？;；:：~～、…"

_OPENINGS = re.compile(
    r"你好|您好|在吗|请问|麻烦|我想要|我想|我要|我需要|想要|要|想|帮我|给我|帮忙|可以|能不能|能|一下|一个|一件|这个|个|有|"
    r"反映|反应|投诉|举报|上报|报告|求助|咨询|建议|说说|说|提|问题|情况|事情|事件|事儿|事|新的|新|再|还|另外|另|的|了|吗|吧|呢|啊|呀|"
    r"在这里|在这儿|小京|开始|随手拍|城管|向你们|跟你们|你们|向|跟|和"
)
_YES = {
    "是", "是的", "对", "对的", "对啊", "没错", "确认", "确定", "好", "好的", "好啊", "可以", "行", "嗯", "嗯嗯", "正确",
    "没问题", "提交", "确认提交", "提交吧", "ok", "yes", "就这样", "是这样", "对对", "是的确认",
}  # fmt: skip
_NO = {
    "不",
    "不是",
    "不对",
    "不是的",
    "错了",
    "否",
    "不行",
    "no",
    "不正确",
    "有误",
    "不对不对",
    "修改",
    "要改",
    "改一下",
}
_CANCEL = re.compile(
    r"^(?:那)?(?:我)?(?:取消|算了|不报了|不用了|不弄了|不想报了|不说了|放弃|撤销|退出|停止|先不报|不上报了|取消上报|结束)(?:吧|了|啊)?$"
)
_SKIP = re.compile(
    r"^(?:我)?(?:也)?(?:不知道|不清楚|不确定|说不清|没有|跳过|不方便说|不记得|记不清|就这样|就按文字|按文字登记|先这样)(?:了|吧|啊)?(?:登记)?$"
)
_PLACE_WORD = r"(?:地点|位置|地址|地方)"
_PLACE_FIX = re.compile(
    rf"(?:不对|不是|错了|有误|改一下|修改)?[{_EDGE}]*(?:{_PLACE_WORD})(?:不对|错了|有误|写错了)?[{_EDGE}]*"
    r"(?:应该是|应该在|应为|改成|改为|改到|换成|更正为|是在|是|在)[:：]?(?P<value>.+)$"
)
_PLACE_FIX_BARE = re.compile(
    rf"^(?:不对|不是|错了|不是这里|不是这儿|不在这里|不在这儿)[{_EDGE}]+(?:应该)?(?:是在|在|是)(?P<value>.+)$"
)
_PLACE_WRONG = re.compile(
    rf"(?:{_PLACE_WORD})(?:不对|错了|有误|写错了|要改|改一下)|(?:改|修改|换)(?:一下)?{_PLACE_WORD}"
)
_TEXT_WORD = r"(?:问题|内容|描述|事情|情况)"
_TEXT_FIX = re.compile(
    rf"(?:{_TEXT_WORD})(?:不对|错了|有误|写错了)?[{_EDGE}]*(?:应该是|应为|改成|改为|换成|更正为|是)[:：]?(?P<value>.+)$"
)
_TEXT_WRONG = re.compile(
    rf"(?:{_TEXT_WORD})(?:不对|错了|有误|写错了|要改|改一下)|(?:改|修改|换)(?:一下)?{_TEXT_WORD}"
)
_LATEST = re.compile(
    r"我的|我(?:上次|之前|刚才|刚刚|昨天|前几天|上回)|上一个|上一件|上一条|上个|最近|刚才|刚报|上次"
)
_PROGRESS = re.compile(
    r"进度|进展|处理(?:得|的)?(?:怎么样|如何|到哪|了吗|了没)|到哪一步|办(?:得|的)怎么样|结果(?:怎么样|呢|出来)|有没有结果|查(?:一下)?(?:我的|编号|案件|单子)"
)
_REPORT_WORD = re.compile(r"投诉|举报|反映|反应|上报|报修|提意见")
_MARKET = re.compile(r"菜市场|菜场|便民市场|农贸市场|买菜|早市")
_HUMAN = re.compile(r"转?人工|真人|工作人员|客服")


@dataclass(frozen=True)
class Correction:
    """What the person says is wrong at the confirmation: ``field`` is place or text, ``value`` may be empty."""

    field: str
    value: str


def clean(text: str) -> str:
    """Returns the text in NFC without control characters, trimmed."""
    kept = "".join(
        c for c in unicodedata.normalize("NFC", text) if c in "\n\t" or unicodedata.category(c) != "Cc"
    )
    return kept.strip()


def neutralise(text: str) -> str:
    """Returns the text so that Rasa cannot read it as a command: a leading slash becomes its full-width form.

    Rasa takes any message that begins with "/" as an intent with entities; only the gateway may send those.
    """
    text = clean(text)
    return "／" + text[1:] if text.startswith("/") else text


def han_length(text: str) -> int:
    """Counts the Han characters."""
    return len(_HAN.findall(text))


def find_case_number(text: str, prefix: str = "BJ") -> str | None:
    """Returns the case number in the text (prefix and 13 digits), or None.

    Any letter case and full-width forms are read; blanks and hyphens inside only after the prefix, so that a phone
    number followed by another number is not one.
    """
    text = unicodedata.normalize("NFKC", text)
    with_prefix = re.search(
        rf"(?<![0-9A-Za-z]){re.escape(prefix)}[\s\-]*((?:\d[\s\-]*){{12}}\d)(?!\d)", text, re.IGNORECASE
    )
    bare = with_prefix or re.search(r"(?<![0-9A-Za-z])(\d{13})(?!\d)", text)
    if bare is None:
        return None
    return prefix + re.sub(r"\D", "", bare.group(1))


def describes_problem(text: str) -> bool:
    """True when something is left after openings such as 我要反映一个问题."""
    return han_length(_OPENINGS.sub("", text)) >= 3


def opens_report(text: str) -> bool:
    """True for 我要投诉 and the like: a wish to report without yet a word of what."""
    return bool(_REPORT_WORD.search(text)) and not describes_problem(text)


def files_in_words(text: str) -> bool:
    """True when the text itself says that it is a complaint and tells of what."""
    return bool(_REPORT_WORD.search(text)) and han_length(text) >= 10 and describes_problem(text)


def is_yes(text: str) -> bool:
    return text.strip(_EDGE).lower() in _YES


def is_no(text: str) -> bool:
    return text.strip(_EDGE).lower() in _NO


def is_cancel(text: str) -> bool:
    return bool(_CANCEL.match(text.strip(_EDGE)))


def is_skip(text: str) -> bool:
    """True when the person cannot or will not say where."""
    return bool(_SKIP.match(text.strip(_EDGE)))


def asks_progress(text: str) -> bool:
    return bool(_PROGRESS.search(text))


def asks_market(text: str) -> bool:
    """True for a short wish for a market; a long text that names one is a story about it."""
    return han_length(text) <= 20 and bool(_MARKET.search(text))


def asks_human(text: str) -> bool:
    return han_length(text) <= 12 and bool(_HUMAN.search(text))


def means_latest(text: str) -> bool:
    """True when the person means their own last report rather than a number."""
    return bool(_LATEST.search(text))


def read_correction(text: str) -> Correction | None:
    """Returns what the person corrects at the confirmation, or None.

    Place first: "不对，地点是劲松五区" and "地址改成…"; then the words of the report.
    """
    text = clean(text)
    for pattern, field in ((_PLACE_FIX, "place"), (_TEXT_FIX, "text"), (_PLACE_FIX_BARE, "place")):
        found = pattern.search(text)
        if found and (value := found["value"].strip(_EDGE)):
            return Correction(field, value)
    if _PLACE_WRONG.search(text):
        return Correction("place", "")
    if _TEXT_WRONG.search(text):
        return Correction("text", "")
    return None
