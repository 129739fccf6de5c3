"""Whether a message tells of immediate danger: recall first, a person looks at every alarm.

Cues of the language and learned weights decide together: a cue alone is often a danger that is old or feared.

Danger to the public and danger that somebody is to himself are told apart: the second is never shown to anyone
but those who can help.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from nlp.content import MODELS
from nlp.linear import LinearModel, load
from nlp.matter import joined
from nlp.ngrams import Floats
from nlp.normalization import HAN
from nlp.substance import has_substance


@dataclass(frozen=True)
class Urgency:
    """`urgent` covers both kinds of danger; `cues` are the words that said so."""

    urgent: bool
    self_harm: bool
    cues: tuple[str, ...] = ()


# Each alternative names a danger that is there now, not one that is feared in general.
_DANGERS = (
    r"电梯.{0,40}?(?:坠|往下[掉坠滑冲]|下滑|下跌|掉(?:了|到|楼?层|落|下|几)|不是掉|落到|[急极快]速?(?:下)?(?:降|坠|滑)|失控|冲顶|滑落|夹(?:人|伤|住)|自由落体|忽上忽下)|(?:坠|掉)(?:落)?.{0,4}电梯",
    r"(?:消防|生命|逃生|安全|防火)(?:通道|出口|门|逃生门).{0,16}(?:堵|封|锁|焊|砌|拧|占用|占据|占)|(?:堵|封|锁|占)(?:死|住|用|据|了)?.{0,6}(?:消防|逃生|安全)(?:通道|出口)",
    r"(?:房|楼|墙|棚|桥|坝|堤|路基|山体|边坡|护坡|挡土墙|围墙|天花板|阳台|楼板|地基).{0,10}(?:倒塌|坍塌|垮塌|塌方|倒垮|倾斜|开裂|裂缝|下沉|移位|倒了|要塌|塌陷|滑坡)",
    r"(?:随时|马上|快要|即将|就要|眼看|有可能).{0,6}(?:倒|塌|垮|掉下|坠落|砸|滑坡|爆炸|触电)|塌陷|坍塌|垮塌|(?:地|地面|路面|路|人行道|房顶|屋顶).{0,4}(?:塌|陷)(?:了|下|出|成|一)|(?:厉害|晃|歪|斜).{0,4}要倒",
    r"(?:井盖|盖板|窨井|下水井|雨水井|污水井|检查井|井口|水道口|地沟).{0,8}(?:没了|不见|丢失|丢了|缺失|偷|被盗|没(?:有)?(?:盖|了盖)|无盖|塌|翻|掉|敞|大窟窿)|没(?:有)?(?:了)?(?:井)?盖.{0,6}(?:井|坑|洞)|无盖(?:井|深坑)|(?<!手机)(?<!钥匙)(?:掉|跌|摔|栽)(?:进|到|入|下).{0,6}(?:井|坑|沟|洞)",
    r"(?:坑|路面|道路|马路|水泥|减速带|台阶|湿滑).{0,30}(?:摔(?:倒|伤|跤|车|断)|翻车|车祸|受伤|骨折|事故(?:频发|不断))",
    r"(?:燃气|[煤媒]气|天然气|液化气|沼气|氨气|氯气|管道|油罐|汽油|瓦斯).{0,8}(?:泄[漏露]|漏|爆|味)|(?:闻到|有|一股).{0,6}(?:煤气|燃气|天然气)味|气瓶.{0,10}(?:改装|倒灌|私|违规)|(?:改装|翻新|报废|私(?:自)?灌).{0,10}(?:气瓶|气钢瓶|钢瓶)|黑气瓶",
    r"漏电|触电|电死|(?:电线|电缆|高压线|线路|电箱|变压器|插座|电瓶|电动车|充电|楼道|楼顶|厂房|仓库|山).{0,12}(?:起火|着火|冒烟|冒火|火花|爆炸|自燃|裸露|垂落|掉落|(?<!以)断(?:了|裂|落)|搭在)|着火|起火|失火|爆炸|燃爆",
    r"(?:广告牌|玻璃|外墙|瓷砖|墙皮|墙砖|空调外机|脚手架|塔吊|树|树枝|树干|电线杆|杆|石头|招牌|铁皮|吊篮|高空|构件).{0,12}(?:砸|(?:往|向)下掉|掉(?:落|下)|坠(?:落|下)|脱落|悬空|摇摇欲坠|倒(?:下|了|在|塌|伏))|高空(?:抛|坠)物|摇摇欲坠",
    r"中毒|铅毒|血铅|上吐下泻|(?:都|全家|老两口).{0,4}(?:晕|叫不醒|吐了)|(?:不能|无法|没法)呼吸|呕吐|晕倒|昏迷|吐血|流鼻血|(?:大量|成片|大批|都|全).{0,4}死鱼|鱼.{0,6}(?:死光|全死|都死|死亡|大量死)|食物中毒|投毒",
    r"溺水|溺亡|淹死|落水|(?:掉|跳)(?:进|到|入)?(?:河|湖|水库|池塘)(?!边|沿|畔|头)|被困|困在(?:水|电梯|里)|(?:关|卡)在电梯|电梯.{0,6}出不来|救命|致死|死了(?:人|一|两|三|好)|深坑.{0,20}(?:掉|跌|摔|淹)",
    r"砍人|(?:拿|持|举)着?(?:菜|砍|水果)?刀.{0,8}(?:追|砍|捅|抢|要杀)|行凶|绑架|劫持|炸药|雷管|枪击|纵火|狂犬|(?:狗|犬)(?:咬|伤)(?:人|伤|了|死)|咬伤|失踪|走失|走丢|拐卖|被拐",
    r"洪水|涨水|(?:家中|屋里|家里)(?:惨遭)?进水|决堤|溃坝|管涌|(?:水|积水).{0,6}(?:淹|漫|倒灌).{0,8}(?:家|房|屋|车|路)|爆管",
    r"(?i:gas leak|on fire|explosion|collapsed?|electric shock|stabbing)|煤矿.{0,8}(?:透水|瓦斯)|放炮.{0,10}(?:震|裂|石)|(?:震|炸)裂|(?:化学品|危化品|危险品).{0,6}(?:泄|漏|堆|仓)|放射源|辐射源(?:丢|泄)",
)
# Words that a long letter also uses for what is old or feared: they count in the opening, where its subject stands.
_HINTS = (
    r"岌岌可危|前崩后垮|危房(?!改造|补贴|款|指标|重建)|山体滑坡|泥石流|火灾隐患|头晕|恶心|窒息|剧毒|持刀|打人|殴打|被打(?:伤|成)|恐吓|枪支|出人命|人命关天|(?<![吵气累急热冻烦笑坑])死人"
    r"|(?:危及|威胁).{0,6}(?:生命|人身)|生命(?:危险|安全)|化学品|危化品|危险品|煤气(?!费|公司|表|卡|灶|补贴|涨|价)|摔(?:倒|伤)"
)
_OPENING = 60
_READ = 500  # characters that the model reads; cues are looked for in the whole text
_DANGER = re.compile("|".join(f"(?:{pattern})" for pattern in _DANGERS))
_HINT = re.compile(_HINTS)

_SELF_HARM = re.compile(
    r"自杀|自[鲨殺]|自尽|轻生|自残|自焚|自我了断|割(?:了)?(?:手)?腕|寻短见|想不开|跳楼(?!价|甩|机|大)|跳(?:桥|河|江|轨)(?!边|沿|畔|头|对)|上吊"
    r"|(?:喝|灌|吞|服)(?:了|下)?(?:一瓶)?(?:农药|敌敌畏|百草枯|毒药|老鼠药|安眠药)|服毒|安眠药.{0,6}(?:吞|吃|服|喝)|(?:吃|吞|喝)(?:了)?药(?:走|死|自)|药都?(?:买|准备)好了"
    r"|(?:从|往|在).{0,12}(?:楼|桥|窗|台|顶|上|这里|这儿)[^。！？!?]{0,8}跳(?:下去|下来|了)|(?:就|要|想|往下)跳(?:下去|了(?:算了)?[。！!]?$)|(?:要|想)往下跳"
    r"|(?:汽油|火).{0,6}(?:点|烧|浇)(?:了)?(?:自己|我自己|身上)|(?:烧|弄|杀|撞)死(?:我)?自己|(?:浇|倒)(?:在|到)?(?:我)?(?:自己)?身上"
    r"|了结(?:自己|生命|此生|一生)|结束(?:自己的?|我的?)?(?:生命|性命)|一了百了|一死(?:了之|百了)"
    r"|(?:不想|没法|活不|不愿)(?:再)?(?:活(?:下去|着)?(?:了|啦|喇)?(?!在)|下去了)|活(?:够|腻|烦)了|(?:唔|不)想做人|不如死|死了(?:比活着|算了|干净)|(?<!我们)(?<!大家)(?<!居民)(?:撑|熬|活|扛)不下去了"
    r"|(?:我|本人|只能|只有|只好|真的?|就|都)(?:想|要)?(?:去)?死(?:了算了|给.{1,4}看|路一条)|想死(?!你|我了|他|她|它)|怎么死|去死算了|以死(?:明志|抗争|相逼)"
    r"|(?:带|抱)(?:着|上)?(?:孩子|娃|儿子|女儿|全家)(?:一起|一块儿?|一同)(?:走|死)(?!走|过|路|访|出|进|到)"
    r"|(?:离开|告别)(?:这个)?(?:世界|人世)|遗书|永别|同归于尽|生无可恋|没有活(?:着)?的(?:意义|必要)|活着没(?:有)?(?:意思|意义)|(?<![a-zA-Z])(?:想zs|zs了)(?![a-zA-Z])"
    r"|(?i:kill myself|suicide|want to die|end my life)"
)
# The same words about prevention, a work of art, a figure of speech: what stands before and behind them tells.
_NOT_SELF_HARM = re.compile(
    r"(?:防|防止|预防|避免|反对|宣传|讲座|热线|干预|电影|小说|新闻|广场舞|股票|笑).{0,6}$"
)
_NOT_SELF_HARM_BEHIND = re.compile(r"^.{0,4}(?:热线|干预|讲座|预防|电影|小说|哈哈|现象|率)")
# A word taken apart by blanks and signs is the word: what stands between two characters of one clause goes.
_APART = re.compile(f"(?<=[{HAN}])[^\\w。，！？；：、,!?;:\\n]+(?=[{HAN}])")
_CUE_LIMIT = 5
_SHARES = 12  # n-grams that are joined into the words that spoke for an alarm
NAME = "urgency"
URGENT, CALM = "urgent", "calm"
# Where no cue is found the weights alone must say so: of training messages just below this, one in twenty was urgent.
UNCUED = -0.2
EARLY_LIMIT, LATE_LIMIT = 2, 3  # more cues than that say no more


@lru_cache(maxsize=1)
def default() -> LinearModel | None:
    """Return the weights shipped with nlp, read once; None where there are none: then every cue is an alarm."""
    return load(NAME, MODELS)


def cues(text: str) -> tuple[list[str], list[str]]:
    """Return the danger words in the opening of a normalized text, and those behind it."""
    early: dict[str, None] = {}
    late: dict[str, None] = {}
    for match in _DANGER.finditer(text):
        (early if match.start() < _OPENING else late)[match.group()] = None
    early.update(dict.fromkeys(match.group() for match in _HINT.finditer(text[:_OPENING])))
    return list(early), list(late)


def features(
    texts: Sequence[str], model: LinearModel, found: Sequence[tuple[list[str], list[str]]] | None = None
) -> Floats:
    """Return, for each text, the model's margin, its early and late cues, and whether it has none: what the alarm weighs.

    `found` are the texts' `cues` where the caller has them already.
    """
    scored = model.scores(texts)
    margin = scored[:, model.column_of[URGENT]] - scored[:, model.column_of[CALM]]
    told = found if found is not None else [cues(text) for text in texts]
    counts = [(min(len(early), EARLY_LIMIT), min(len(late), LATE_LIMIT)) for early, late in told]
    counted = np.array(counts, dtype=np.float32).reshape(len(texts), 2)
    return np.column_stack([margin, counted, counted.sum(axis=1) == 0]).astype(np.float32)


def alarm(rows: Floats, model: LinearModel) -> list[bool]:
    """Say for each row of `features` whether it is an alarm."""
    weights = np.array(model.card["alarm"], dtype=np.float32)
    alarms = rows @ weights >= float(model.card["threshold"])
    uncued = rows[:, 3] > 0
    return [bool(one) for one in alarms & ~(uncued & (rows[:, 0] < UNCUED))]


def _spoken(text: str, model: LinearModel) -> list[str]:
    """Return the words that spoke for an alarm that no cue explains."""
    reading = model.read([text])
    shares = model.because(text, reading, model.entries(reading), model.column_of[URGENT], limit=_SHARES)
    return joined(shares)


def _despair(text: str) -> list[str]:
    return [
        match.group()
        for match in _SELF_HARM.finditer(text)
        if not _NOT_SELF_HARM.search(text[max(0, match.start() - 10) : match.start()])
        and not _NOT_SELF_HARM_BEHIND.search(text[match.end() : match.end() + 10])
    ]


def assess(text: str) -> Urgency:
    """Return how urgent a normalized text is."""
    model = default()
    together = _APART.sub("", text)
    early, late = cues(together)
    found = [*early, *late]
    if model is None or not has_substance(text):
        danger = bool(found)
    else:
        danger = alarm(features([text], model, [(early, late)]), model)[0]
    harm = _despair(together)
    if danger and model is not None and not harm and not found:
        found = _spoken(text, model)
    return Urgency(
        danger or bool(harm), bool(harm), tuple((harm + found)[:_CUE_LIMIT]) if danger or harm else ()
    )
