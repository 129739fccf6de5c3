"""Finds persons' names where the words around them say that they are names.

Without such a sign nothing is taken for a name: a surname is also a word, and streets and companies bear surnames.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from nlp.normalization import HAN

_COMPOUND = "欧阳|司马|上官|诸葛|司徒|东方|皇甫|尉迟|公孙|慕容|令狐|端木|夏侯|宇文|长孙|轩辕"
_SINGLE = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石"
    "姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕"
    "聂丛焦向柳邢岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍覃霍翁隋植甘景薄单包司柏宁柯"
    "阮桂闵解强丘华车冉房边净阴闫佟冀胥栾匡肖佘蔺褚喻缪桑尚娄惠郎仇晏褟"
)
# Surnames that seldom are anything else: two characters behind one of these need not be looked up.
_CLEAR = frozenset(
    "李刘陈赵吴徐孙胡朱郭罗宋郑谢韩唐冯董萧曹袁邓傅沈彭吕蒋蔡贾魏薛阎潘杜姚谭廖邹郝崔邱秦邵孟龚詹肖"
)
_SURNAME = rf"(?:{_COMPOUND}|[{_SINGLE}])"
# Characters that follow a two-character name far more often than they end a three-character one.
_AFTER = "住在是的，。电手联今年家来自现想要也和与及等有以被于说从到向把将为了我你他她们地得着过就都很不没去对号男女身份"
_GIVEN = rf"[{HAN}](?:(?![{_AFTER}])[{HAN}])?"
_CARRIED = r"1[3-9]\d{9}|0\d{2,3}-|〔电话〕"

_SELF = ("我叫", "名叫", "名字", "姓名", "署名")
_ROLES = (
    "联系人", "户主", "申请人", "投诉人", "举报人", "反映人", "当事人", "控告人", "检举人", "求助人", "询问人", "来信人", "受害人",
    "法人", "负责人", "代表人",
)  # fmt: skip
_KIN = (
    "本人", "我是", "业主", "居民", "村民", "市民", "群众", "租户", "住户", "签名", "落款", "房东", "车主", "店主", "老板", "职工",
    "父亲", "母亲", "丈夫", "妻子", "儿子", "女儿", "邻居",
)  # fmt: skip
_POLITE = ("先生", "女士", "小姐", "同志")
_FAMILIAR = (
    "太太", "阿姨", "大爷", "大妈", "大叔", "大姐", "大哥", "师傅", "奶奶", "爷爷", "叔叔", "大娘", "大婶", "老太", "老汉",
)  # fmt: skip
_CLOSING = ("敬礼", "致礼")
_TITLE = "(?:[科局处所站队院校部厅镇乡县市区村社组班厂店行]长|主任|书记|经理|总|老师|医生|大夫|律师|警官|先生|女士|师傅|小姐|同志)"
_ANONYMOUS = "某"
# Words that 某 begins: 于某些, 向某单位 name nobody.
_NOT_SOMEBODY = "(?!某?(?:些|种|个|小区|公司|单位|部门|处|地|天|日|时|年|月|市|区|县|镇|乡|村|街|路|学|医|银|企|领导|机关|局|工|项|家|位|人|方|电))"


class _Sign(NamedTuple):
    """A pattern, the words of which one must stand in the text for it to match, and whether to doubt a finding."""

    cues: tuple[str, ...]
    pattern: re.Pattern[str]
    doubted: bool


def _one_of(words: tuple[str, ...]) -> str:
    return f"(?:{'|'.join(words)})"


_BOUNDARY = r"(?=[\s,，。;；(（、!！:：]|电话|手机|联系|〔|$)"
_SIGNS = (
    _Sign(_SELF, re.compile(rf"(?:我叫|名叫|名字[是叫]|姓名是?|署名)[\s:：]{{0,3}}({_SURNAME}{_GIVEN})"), False),
    _Sign(_ROLES, re.compile(rf"{_one_of(_ROLES)}(?:是|为|[\s:：]){{1,3}}({_SURNAME}{_GIVEN})"), False),
    _Sign(_ROLES, re.compile(rf"{_one_of(_ROLES)}({_SURNAME}{_GIVEN})"), True),
    _Sign(_KIN, re.compile(rf"{_one_of(_KIN)}[\s:：]{{0,2}}((?!方){_SURNAME}[{HAN}]{{1,2}}){_BOUNDARY}"), True),
    _Sign(_POLITE, re.compile(rf"({_SURNAME}[{HAN}]{{0,2}}?)(?=姓?{_one_of(_POLITE)})"), True),
    _Sign(_FAMILIAR, re.compile(rf"({_SURNAME})(?={_one_of(_FAMILIAR)})"), True),
    _Sign((_ANONYMOUS,), re.compile(rf"({_SURNAME}){_NOT_SOMEBODY}某"), True),
    _Sign(_CLOSING, re.compile(rf"{_one_of(_CLOSING)}[!！。,，\s]{{0,6}}({_SURNAME}[{HAN}]{{1,2}})(?=[\s\d,，。]|$)"), True),
    _Sign(
        (),
        re.compile(
            rf"(?:(?<![{HAN}])|(?<=业主)|(?<=系人)|(?<=居民)|(?<=村民))({_SURNAME}(?!{_TITLE})\s?[{HAN}]{{1,2}})"
            rf"(?=[\s,，:：(（]{{0,2}}(?:联系)?(?:电话|手机|Tel|tel|TEL)?(?:号码?|是|为)?[\s,，:：]{{0,2}}(?:{_CARRIED}))"
        ),
        False,
    ),
)  # fmt: skip
_NUMBER_AHEAD = re.compile(_CARRIED)
_COMMON = 50  # occurrences in the dictionary's corpus: what is as frequent is a word, not somebody's name
_GLUED = frozenset("于向和任时常解明成祝安对从把被由跟与给")


def _is_word(text: str, at_least: int = _COMMON) -> bool:
    """Say whether `text` is a common word; loads the dictionary, so it is asked about candidates only."""
    from nlp.segment import tokenizer

    return tokenizer().FREQ.get(text, 0) >= at_least


def _doubtful(text: str, start: int, end: int) -> bool:
    """Say whether text[start:end], which looks like a name, rather belongs to a word (公安同志, 业主房产证)."""
    name = text[start:end]
    if len(name) == 1:
        if name in _GLUED and text[end : end + 1] == _ANONYMOUS:
            return text[end + 1 : end + 2] not in (*"，,、。（(等", "")
        return start > 0 and name not in _CLEAR and _is_word(text[start - 1 : end], at_least=1)
    if _is_word(name):
        return True
    return len(name) == 3 and name[0] not in _CLEAR and _is_word(name[:2])


def find_names(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of the names in a text whose width is plain; they may overlap."""
    for cues, pattern, doubted in _SIGNS:
        if cues:
            if not any(cue in text for cue in cues):
                continue
        elif not _NUMBER_AHEAD.search(text):
            continue
        for match in pattern.finditer(text):
            start, end = match.span(1)
            if not (doubted and _doubtful(text, start, end)):
                yield start, end
