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
_NAME = rf"{_SURNAME}[{HAN}]{{1,2}}"
_SHORT = rf"{_NAME}?"  # as short as what follows allows
_CARRIED = r"1[3-9]\d{9}|0\d{2,3}-|〔电话〕|〔证件号〕"
# A name that is written apart (赵 四, 王*明), in letters, or as other peoples write theirs.
_APART = rf"{_SURNAME}[ *_.\-]{{1,2}}[{HAN}](?:[ *_.\-]{{1,2}}[{HAN}])?(?![{HAN}])"
_LETTERS = r"[A-Za-z][a-z]{1,15}(?:[ ·][A-Za-z][a-z]{1,15}){0,2}(?![A-Za-z])"
_DOTTED = rf"[{HAN}]{{2,8}}(?:[·•・‧][{HAN}]{{1,8}}){{1,3}}"

_SELF = ("我叫", "我名", "名叫", "名字", "姓名", "署名")
_ROLES = (
    "联系人", "户主", "申请人", "投诉人", "举报人", "反映人", "当事人", "控告人", "检举人", "求助人", "询问人", "来信人", "受害人",
    "来电人", "诉求人", "反应人", "信访人", "上访人", "报案人", "报警人", "报修人", "承租人", "出租人", "监护人", "经办人", "收件人",
    "寄件人", "责任人", "投诉者", "举报者", "反映者", "咨询人", "建议人",
    "法人代表", "法人", "负责人", "代表人",
)  # fmt: skip
_KIN = (
    "本人", "我是", "业主(?<!企业主)", "居民", "村民", "市民", "群众", "租户", "住户", "签名", "落款", "房东", "车主", "店主", "老板", "职工",
    "父亲", "母亲", "丈夫", "妻子", "儿子", "女儿", "邻居", "老公", "老婆", "爱人", "孩子", "爸爸", "妈妈", "哥哥", "弟弟", "姐姐",
    "妹妹", "孙子", "孙女", "外孙", "岳父", "岳母", "公公", "婆婆", "朋友", "同学", "同事", "室友", "亲戚", "老伴", "家属", "党员", "残疾人", "老人", "用户", "乘客", "顾客", "消费者", "客户", "家长",
    "我妈", "我爸", "被告", "原告",
    "死者", "伤者", "患者",
)  # fmt: skip
_TRADES = (
    "经理", "队长", "店长", "主管", "主任", "教师", "老师", "医生", "护士", "司机", "保安", "保洁", "会计", "科长", "局长", "书记",
    "村长", "主席", "所长", "院长", "校长", "园长", "厂长", "镇长", "站长", "处长", "组长", "行长", "董事长", "总监", "律师", "民警",
    "工程师", "技术员", "员工", "职员", "中介", "房主", "物业的", "干部", "工人", "农民", "学生",
)  # fmt: skip
_POLITE = ("先生", "女士", "小姐", "同志")
_FAMILIAR = (
    "太太", "阿姨", "大爷", "大妈", "大叔", "大姐", "大哥", "师傅", "奶奶", "爷爷", "叔叔", "大娘", "大婶", "老太", "老汉",
)  # fmt: skip
_PAIRS = ("夫妇", "夫妻", "两口子", "父子", "母子", "母女", "父女", "兄弟", "姐妹")
_CLOSING = ("敬礼", "致礼", "敬上", "谢谢", "感谢")
_TITLE = "(?:[科局处所站队院校部厅镇乡县市区村社组班厂店行]长|主任|书记|经理|总|老师|医生|大夫|律师|警官|先生|女士|师傅|小姐|同志)"
_ANONYMOUS = "某"
# Words that 某 begins: 于某些, 向某单位 name nobody.
_NOT_SOMEBODY = "(?!某?(?:些|种|个|小区|公司|单位|部门|处|地|天|日|时|年|月|市|区|县|镇|乡|村|街|路|学|医|银|企|领导|机关|局|工|项|家|位|人|方|电))"


class _Sign(NamedTuple):
    """A pattern, what must stand in the text for it to match, and whether to doubt a finding."""

    cues: tuple[str, ...]
    pattern: re.Pattern[str]
    doubted: bool
    behind: tuple[str, ...] = ()  # what must stand before it


def _one_of(words: tuple[str, ...]) -> str:
    return f"(?:{'|'.join(words)})"


_END = r"(?=[\s,，。;；(（、!！?？:：]|电话|手机|联系|〔|$)"
# What people go on with after a name.
_BOUNDARY = (
    r"(?=[\s,，。;；(（、!！?？:：]|电话|手机|联系|〔|反映|反应|投诉|举报|咨询|求助|来电|建议|要求|认为|希望|态度|住|家住|家在|在|系|是|现|今年"
    rf"|身份证|于|因|和|与|及|等|被|的|说|称|向|已|自|从|打|每|去年|患|昨|半夜|经常|一直|多次|没|不|到|去|把|给|也|都|又|就|还|生于|出生|{'|'.join(_PAIRS)}|一家|$)"
)
_BEING = "(?:的|教师|老师|职工|工人|员工|农民|干部|医生|护士|军人|司机|学生|家长|党员|村民|居民|业主|租户)"
_SIGNS = (
    _Sign(_SELF, re.compile(rf"(?:我叫|我名叫?(?![下单字义])|名叫|名字[是叫]|姓名是?|署名)[\s:：]{{0,3}}({_DOTTED}|{_APART}|{_SURNAME}{_GIVEN})"), False),
    _Sign(_SELF, re.compile(rf"(?:我叫|名叫|名字[是叫]|姓名[是:：])[\s:：]{{0,3}}((?<!名字叫)(?<!名字是){_LETTERS}|(?<=我叫)[{HAN}]{{2,4}}{_END})"), True),
    _Sign(("姓",), re.compile(rf"我姓{_SURNAME}[,，、\s]{{0,2}}名?叫({_SURNAME}?{_GIVEN})"), False),
    _Sign(_ROLES, re.compile(rf"{_one_of(_ROLES)}(?:是|为|叫|[\s:：]){{1,3}}({_DOTTED}|{_APART}|{_LETTERS}|{_SURNAME}{_GIVEN})"), False),
    _Sign(_ROLES, re.compile(rf"{_one_of(_ROLES)}({_SURNAME}{_GIVEN})"), True),
    _Sign(("实名",), re.compile(rf"实名(?:举报|投诉|反映|检举)(?:人|者)?[\s:：]{{1,3}}({_NAME}){_BOUNDARY}"), True),
    _Sign(_KIN, re.compile(rf"{_one_of(_KIN)}[\s:：]{{0,2}}((?!方){_SHORT}){_BOUNDARY}"), True),
    _Sign(_TRADES, re.compile(rf"{_one_of(_TRADES)}[:：]?((?!方){_SHORT}){_BOUNDARY}"), True),
    _Sign(("叫",), re.compile(rf"(?:的?名字|名)?叫(?:做|作)?({_DOTTED}|{_SURNAME}{_GIVEN})"), True, (*_KIN, "业主", *_TRADES, *_ROLES, "个", "位", "他", "她", "俺", "我妈", "我爸")),
    _Sign(
        ("本人是", "本人系", "我是", "我系"),
        re.compile(rf"(?:本人|我)[是系][^\s,，。；;！!？?、]{{0,16}}?{_BEING}({_NAME}){_END}"),
        True,
    ),
    _Sign(("男", "女", "身份证"), re.compile(rf"(?<![{HAN}])({_NAME})(?=[\s,，、(（]{{1,2}}(?:[男女](?![{HAN}])|身份证))"), True),
    _Sign(
        ("name is", "Name is", "I am", "I'm"),
        re.compile(rf"(?:[Nn]ame is|I am|I'm)\s{{0,2}}(?=[A-Z])({_LETTERS})"),
        False,
    ),
    _Sign(_PAIRS, re.compile(rf"({_NAME})(?={_one_of(_PAIRS)})"), True),
    _Sign(_POLITE, re.compile(rf"({_SURNAME}[{HAN}]{{0,2}}?)(?=姓?{_one_of(_POLITE)})"), True),
    _Sign(_FAMILIAR, re.compile(rf"({_SURNAME})(?={_one_of(_FAMILIAR)})"), True),
    _Sign((_ANONYMOUS,), re.compile(rf"({_SURNAME}){_NOT_SOMEBODY}某"), True),
    _Sign(_CLOSING, re.compile(rf"{_one_of(_CLOSING)}[!！。,，\s]{{1,6}}({_NAME})(?=[\s\d,，。]|$)"), True),
    _Sign(
        (_CARRIED,),
        re.compile(
            rf"(?:(?<![{HAN}])|(?<=业主)|(?<=系人)|(?<=居民)|(?<=村民))({_SURNAME}(?!{_TITLE})\s?[{HAN}]{{1,2}})"
            rf"(?=[\s,，:：(（]{{0,2}}(?:联系)?(?:电话|手机|Tel|tel|TEL)?(?:号码?|是|为)?[\s,，:：]{{0,2}}(?:{_CARRIED}))"
        ),
        False,
    ),
)  # fmt: skip


def _by_cue() -> tuple[tuple[re.Pattern[str], tuple[_Sign, ...]], ...]:
    """Return the signs by the pattern of their cues: each text is searched once for those that signs share."""
    groups: dict[tuple[str, ...], tuple[_Sign, ...]] = {}
    for sign in _SIGNS:
        groups[sign.cues] = (*groups.get(sign.cues, ()), sign)
    return tuple((re.compile("|".join(cues)), signs) for cues, signs in groups.items())


_BY_CUE = _by_cue()
# 周建军和李秀兰, 张三、李四: who is named beside a name.
_BESIDE = re.compile(rf"[、和与及跟]({_SHORT}){_BOUNDARY}")
_BESIDE_LIMIT = 50
_HAN_START, _HAN_ONLY = re.compile(f"[{HAN}]"), re.compile(f"[{HAN}]+")
_COMMON = 50  # occurrences in the dictionary's corpus: what is as frequent is a word, not somebody's name
_ORDINARY = 300
_GLUED = frozenset("于向和任时常解明成祝安对从把被由跟与给")
# Characters that sentences go on with and given names do not hold.
# Surnames that are other words as a rule: with one of these, what the dictionary knows at all is a word (查房, 解难).
_SELDOM = frozenset("查解时明祝对从把被由跟与给和向游管屈单全强车曾司时")
_NOT_GIVEN = frozenset(
    "的了是在不把被没有去来后次并上下说要会能就都也很再又还给让向对从到我你他她们这那个些某几"
)
_ALSO_GIVEN = frozenset("和与及现等在系是因于")  # what a sentence goes on with, and names end in
_BEGINS = re.compile(_SURNAME)
_STOP = re.compile(r"[\s,，。;；、!！?？:：(（〔]|$")
_COMPOUNDS = frozenset(_COMPOUND.split("|"))
_CALLINGS = frozenset((*_TRADES, *_POLITE, *_FAMILIAR))
_PLACE_END = frozenset("家村镇乡县区市路街巷屯营桥寺店")
# Common names that are words of the dictionary.
_PERSON_WORDS = (
    "李四 李娜 李强 李俊 李成 李铁 李靖 李鹏 李宁 李白 李斯 丁玲 乔丹 刘海 刘翔 刘安 吴仪 张宁 张旭 张飞 张衡 徐克 杨锐 姚明 成龙 陈云 陈毅 赵云 赵军 "
    "马超 马良 马克 高强 高明 王英 王猛 王维 王明 王平 林海 林立 彭真 洪亮 雷锋 罗文 苏军 孙武 孙权 朱德 白雪 韩信 诸葛亮 司马光 司马懿"
)
_PERSONS = frozenset(_PERSON_WORDS.split())


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
    if not _BEGINS.match(name):
        return not name.isascii() and (_is_word(name, 1) or _is_word(name[:2], 1) or name[0] in _NOT_GIVEN)
    if name in _PERSONS or not _HAN_ONLY.fullmatch(name):
        return False
    if (
        name[1:] in _CALLINGS
        or (_is_word(name) and (len(name) < 3 or name[0] not in _CLEAR))
        or name[-1] in _PLACE_END
        or not _NOT_GIVEN.isdisjoint(name)
    ):
        return True
    if len(name) < 3 or name[:2] in _PERSONS:
        glued = name[0] in _GLUED and _is_word(text[start + 1 : end + 1])
        return glued or (name[0] in _SELDOM and _is_word(name, 1))
    if (name[0] in _GLUED or name[0] in _SELDOM) and _is_word(name[1:]):
        return True
    return _is_word(name[:2], _ORDINARY if name[0] in _CLEAR else _COMMON)


def _fitted(text: str, start: int, end: int) -> int:
    """Return where a name ends: 王强|态度差, for the third character begins a word; 李志和|，for nothing follows."""
    if end - start == 2 and text[end : end + 1] in _ALSO_GIVEN and _STOP.match(text, end + 1):
        return end + 1
    if end - start == 3 and text[start : start + 2] not in _COMPOUNDS:
        begins_word = len(text) > end and _HAN_START.match(text, end) and _is_word(text[end - 1 : end + 1])
        return end - 1 if begins_word and not (len(text) > end + 1 and _is_word(text[end : end + 2])) else end
    return end


def _beside(text: str, end: int) -> Iterator[tuple[int, int]]:
    """Yield the names that are listed behind a name."""
    for _ in range(_BESIDE_LIMIT):
        match = _BESIDE.match(text, end)
        if match is None or _doubtful(text, *match.span(1)):
            return
        yield match.span(1)
        end = match.end(1)


def find_names(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of the names in a text of plain width and simplified characters; they may overlap."""
    for cue, signs in _BY_CUE:
        if not cue.search(text):
            continue
        for sign in signs:
            for match in sign.pattern.finditer(text):
                if sign.behind and not text.endswith(sign.behind, 0, match.start()):
                    continue
                start, end = match.start(1), _fitted(text, *match.span(1))
                if not (sign.doubted and _doubtful(text, start, end)):
                    yield start, end
                    yield from _beside(text, end)
