"""Finds the organisations a text names by the ends of their names: 公司, 学校, 医院, 物业, 饭店 and the like.

Where a name begins is told by jieba's words: it goes back from the end over at most a few words, until a mark, a
number's unit or a word that names do not hold.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from nlp.content import word_list
from nlp.normalization import HAN
from nlp.segment import tokenizer

COMPANY, SCHOOL, HOSPITAL, PROPERTY, SHOP, OFFICE = (
    "company",
    "school",
    "hospital",
    "property",
    "shop",
    "office",
)
_ENDS = {
    PROPERTY: "物业服务有限公司 物业管理有限公司 物业管理公司 物业服务公司 物业公司 物业服务中心 物业管理处 物业",
    COMPANY: "有限责任公司 股份有限公司 有限公司 分公司 总公司 集团公司 集团 公司 工厂 加工厂 造纸厂 化工厂 搅拌站 加油站 快递点 营业厅",
    SCHOOL: "幼儿园 小学 中学 附中 附小 一中 二中 职业学院 学院 大学 党校 学校 培训机构 培训中心",
    HOSPITAL: "妇幼保健院 中医院 人民医院 医院 卫生服务中心 卫生服务站 卫生院 诊所 门诊部",
    SHOP: "饭店 酒店 宾馆 餐馆 餐厅 饭馆 火锅店 烧烤店 小吃店 面馆 酒楼 酒吧 网吧 歌厅 超市 商场 商店 便利店 药店 药房 菜市场 农贸市场 "
    "批发市场 市场 理发店 美容院 洗浴中心 健身房 影院 书店 旅行社 烟酒店 棋牌室 养老院",
    OFFICE: "居委会 村委会 业委会 街道办事处 派出所 管理局 分局 监督所 税务局 公安局 教育局 环保局 城管局 规划局 法院 检察院 银行 支行 邮局 "
    "执法局 水务局 交通局 民政局 财政局 卫健委 住建委 城管委 发改委 人社局 交通委 生态环境局 绿化局 消防救援支队 交通支队 交警大队 "
    "交通大队 执法大队 执法队 管理委员会 居民委员会 村民委员会 业主委员会",
}  # fmt: skip
# Known by their whole names, which have no end of their own.
_WHOLE = {
    COMPANY: "国家电网 南方电网 中国移动 中国联通 中国电信 中国铁塔 中国邮政 歌华有线 顺丰速运 京东物流",
}
_KIND = {end: kind for kind, ends in _ENDS.items() for end in ends.split()}
_WHOLE_KIND = {name: kind for kind, names in _WHOLE.items() for name in names.split()}
_END = re.compile("|".join([*_WHOLE_KIND, *sorted(_KIND, key=len, reverse=True)]))
_BACK = 18  # characters a name may have before its end
_ORDINARY = 4000  # occurrences in the dictionary's corpus
_LIMIT = 20
_RUN = re.compile(rf"[{HAN}A-Za-z0-9·]+$")


@dataclass(frozen=True)
class Organisation:
    """An organisation as named; `kind` is company, school, hospital, property, shop or office."""

    text: str
    kind: str
    start: int
    end: int


@lru_cache(maxsize=1)
def _outside() -> tuple[frozenset[str], frozenset[str]]:
    """Return the words that stand before a name, and those that only say what sort of organisation it is."""
    sorts = frozenset(word_list("organisation_sorts"))
    return (frozenset(word_list("before_organisation")) | frozenset(word_list("stop"))) - sorts, sorts


def _begin(text: str, end_at: int) -> int | None:
    """Return where the name begins whose last word begins at `end_at`; None if that word stands alone."""
    run = _RUN.search(text[max(0, end_at - _BACK) : end_at])
    if run is None:
        return None
    outside, sorts = _outside()
    known = tokenizer().FREQ
    begin = end_at
    proper = False  # a name has a word of its own, seldom met elsewhere
    for word in reversed(tokenizer().cut(run.group())):
        if word in outside:
            break
        begin -= len(word)
        proper = proper or word[0] == "第" or (word not in sorts and known.get(word, 0) < _ORDINARY)
    return begin if proper and end_at - begin > 1 else None


def find_organisations(text: str) -> list[Organisation]:
    """Return the organisations that a normalized text names, at most 20, in order; a bare 公司 names none."""
    found: list[Organisation] = []
    done = 0
    for match in _END.finditer(text):
        whole = _WHOLE_KIND.get(match.group())
        if whole:
            found.append(Organisation(match.group(), whole, *match.span()))
            done = match.end()
            if len(found) == _LIMIT:
                break
            continue
        begin = _begin(text, match.start())
        if begin is None:
            continue
        begin = max(begin, done)
        if match.start() - begin < 2:
            # 华为集团公司: a second end right behind the first belongs to the same name.
            if found and match.start() == done:
                last = found.pop()
                found.append(
                    Organisation(
                        text[last.start : match.end()], _KIND[match.group()], last.start, match.end()
                    )
                )
                done = match.end()
            continue
        found.append(Organisation(text[begin : match.end()], _KIND[match.group()], begin, match.end()))
        done = match.end()
        if len(found) == _LIMIT:
            break
    return found
