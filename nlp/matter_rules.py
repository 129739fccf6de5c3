"""What the labelling guideline says in so many words: cues that raise or lower a code beside the learned weights.

Each rule is a clause of the guideline turned into a pattern; weights compare rules with one another.
Rules settle the pairs of codes that share their words (noise of a site or of a bar, waste water into a river or
into a ditch) and what belongs to other authorities.
"""

import re
from dataclasses import dataclass

from nlp.taxonomy import OUT

VERSION = "r4"
SCALE = 0.15  # of a rule's weight in the units of the model's scores; chosen on the development set
READ = 240  # characters: reading on told the development set's letters no better
OPENING = 50  # in the subject or first sentence a rule counts in full, later in part
LATER = 0.5
FIRM, STRONG, PLAIN, SLIGHT = 2.0, 1.2, 0.8, 0.4

_SITE = r"(?:工地|施工|建筑?工程|打桩|挖掘机|搅拌车|渣土车|地铁建设|项目部|夜间运输)"
_NOISE = r"(?:噪音|噪声|扰民|吵|轰鸣|睡不着|无法(?:入睡|休息))"
_WASTE = r"(?:污水|废水|脏水|排泄物|粪水|粪便|粪污|泥浆|废液|臭水)"
_RIVER = r"(?:河|湖|江|溪|水库|水源|水系)"
_LAND = r"(?:沟|渠|农田|田里|稻田|鱼塘|池塘|水塘|水井|地面|路面|菜地|下水道)"


@dataclass(frozen=True)
class Hit:
    """A rule that found its words: the code that it concerns, by how much, and the words."""

    code: str
    weight: float
    words: str


@dataclass(frozen=True)
class Rule:
    """A pattern that speaks for (or, with a negative weight, against) a code."""

    code: str
    weight: float
    pattern: re.Pattern[str]


def _rules(*rows: tuple[str, float, str]) -> tuple[Rule, ...]:
    return tuple(Rule(code, weight, re.compile(pattern)) for code, weight, pattern in rows)


RULES = _rules(
    # Noise: a building site's is the site's, any other is noise.
    ("08001", STRONG, rf"{_SITE}.{{0,30}}{_NOISE}|{_NOISE}.{{0,20}}{_SITE}"),
    ("06028", PLAIN, rf"(?:装修|KTV|麻将|音响|广场舞|酒吧|装卸|空调外机|工厂|机器|铁路|喇叭).{{0,20}}{_NOISE}"),
    ("06028", SLIGHT, _NOISE),
    # Smoke and dust: kitchens' are matters, factories' are not.
    ("06027", STRONG, r"油烟|(?:餐馆|饭店|餐饮|酒楼|烧烤|夜宵|厨房).{0,20}(?:烟|排烟|呛)"),
    (OUT, PLAIN, r"(?:厂|矿|窑|锅炉|烟囱|沥青站).{0,16}(?:废气|毒气|粉尘|黑烟|浓烟|恶臭)|采石|开矿|采矿|空气污染"),
    ("08004", PLAIN, r"搅拌站.{0,24}(?:粉尘|灰尘|扬尘|污染)|(?:工地|施工).{0,20}(?:扬尘|灰尘|尘土)"),
    # Waste water: into a body of water, or onto land and into ditches.
    ("06026", PLAIN, rf"{_WASTE}.{{0,20}}{_RIVER}|{_RIVER}.{{0,10}}(?:被污染|污染|发黑|发臭)"),
    ("06030", PLAIN, rf"{_WASTE}.{{0,16}}(?:直排|乱排|乱流|横流|外溢|漫溢|流到|排(?:到|入|放|进)|四溢).{{0,10}}"),
    ("06030", PLAIN, rf"(?:直排|乱排|偷排|排放).{{0,10}}{_WASTE}|{_WASTE}.{{0,20}}{_LAND}|{_LAND}.{{0,6}}{_WASTE}"),
    ("06038", PLAIN, r"(?:养殖场|养猪场|猪场|鸡场|养鸡|养猪|养鸭|养鸽|猪圈|鸡圈).{0,24}(?:臭|味|扰|居民|近|污染)?"),
    # Buildings: added parts are private building, whole ones without permits are unlicensed construction.
    ("06001", PLAIN, r"(?:搭建|乱搭|乱建|私建|加建|加盖|违章|违法|私自|非法).{0,8}(?:棚|房|楼|建筑|门面|露台|阳台|搭建|建)|违建"),
    ("08016", PLAIN, r"(?:无证|没有?(?:任何)?(?:手续|许可|审批|证)|未批先建|无手续).{0,16}(?:建|施工|开工|盖)"),
    (OUT, SLIGHT, r"(?:变更|更改|修改|调整)规划|采光|日照|容积率"),
    # Streets.
    ("06013", PLAIN, r"(?:路面|道路|马路|公路|人行道|水泥路|街道).{0,14}(?:坑|破损|破烂|塌陷|烂|损坏|开裂|坏了|不平|凹)"),
    ("06013", SLIGHT, r"坑洼|坑坑|烂路|路烂"),
    (OUT, PLAIN, r"(?:通村|村道|进村|通组).{0,8}路.{0,12}(?:没|未|修|硬化)|(?:何时|什么时候|几时).{0,16}(?:修|动工|开工|通车|建成)"),
    ("09009", PLAIN, r"(?:乱停|违停|违章停|停满|占道停|停放).{0,6}(?:车)?|车.{0,8}(?:乱停|违停|乱放|停(?:在|到)(?:人行道|路))"),
    ("09016", PLAIN, r"(?:私设|私自|违规|非法|乱).{0,10}(?:停车场|停车位|停车收费|划(?:停)?车位)|停车.{0,6}乱收费"),
    ("09012", PLAIN, r"(?:消防|生命|逃生|安全)通道.{0,12}(?:堵|占|封|锁)|(?:堵|占).{0,8}(?:消防|逃生)通道"),
    ("09006", PLAIN, r"占道(?:经营|摆摊|卖)|(?:摊|市场|集市|赶集|夜市).{0,20}(?:占道|堵路|堵塞|堵|占(?:用|据)?.{0,4}(?:路|街|道))"),
    ("09001", SLIGHT, r"流动(?:摊|商|小)贩|小摊贩|游商|摊贩"),
    ("06011", SLIGHT, r"渣土(?:场|堆|乱倒|倾倒)|弃土|建筑垃圾"),
    ("08011", PLAIN, r"渣土车?.{0,16}(?:撒|洒|掉|抛|未密闭|没盖|不盖|带泥)"),
    # Facilities: what should be there and is not, or is broken, is that part's fault.
    ("01037", PLAIN, r"路灯"),
    ("02014", PLAIN, r"红绿灯|信号灯|交通灯"),
    ("01076", PLAIN, r"电梯"),
    ("03001", PLAIN, r"公厕|公共厕所|公共卫生间"),
    ("02004", PLAIN, r"(?:公交|公共汽车|客运).{0,6}(?:站台|站棚|站牌|候车亭|亭)|候车亭"),
    ("01040", PLAIN, r"(?:书?报刊?|报刊)亭"),
    ("01062", PLAIN, r"(?:通信|移动|联通|电信|信号|手机|4G|5G).{0,6}(?:基站|信号塔|铁塔|发射塔)|基站"),
    ("06010", SLIGHT, r"垃圾(?:成|堆|遍|满|乱|如|围|池|无人|没人)"),
    ("03004", PLAIN, r"垃圾(?:中转)?站"),
    ("06045", PLAIN, r"(?:毁|占|铲|挖|侵占|破坏).{0,6}(?:绿地|绿化|草坪|绿化带)|(?:绿地|绿化带|草坪).{0,10}(?:改|占|毁|铲|变成)"),
    ("06022", PLAIN, r"(?:砍|伐|锯|挖)(?:掉|了|走|伐|断|起)?.{0,8}(?:树|树木|樟|柳|杨|槐)|树.{0,10}(?:被砍|被伐|被锯|连根|砍掉|砍伐)"),
    # Other authorities' affairs.
    (OUT, FIRM, r"(?:出租车|的士|网约车|司机).{0,8}(?:拒载|绕路|绕道|不打表|议价|乱要价|宰客|挑客)"),
    (OUT, FIRM, r"拒载|宰客|不打表"),
    (OUT, FIRM, r"自来水.{0,12}(?:水质|水压|异味|浑|黄|臭|停)|水压|停水|停电|断电"),
    (OUT, PLAIN, r"(?:自来水|饮用水|水质|供暖|暖气|宽带|网费)"),
    (OUT, PLAIN, r"社保|医保|公积金|养老金|养老保险|退休|低保|工资|工程款|欠薪|劳动|就业|补贴|编制|教师|学校|招生|入学|学区|幼儿园|补课|医院|医生|药"),
    (OUT, PLAIN, r"房产证|不动产证|购房|开发商|交房|退房|首付|房价|公租房|廉租房|安置|拆迁|征地|征收|棚改|补偿|宅基地|户口|身份证|驾照"),
    (OUT, PLAIN, r"物业(?:费|公司)|业委会|业主大会|维修基金|出租车|的士|网约车|滴滴|快递|电信|旅游|传销|诈骗|贷款|银行|税|彩票|贪污|受贿"),
    (OUT, PLAIN, r"(?:地铁|轻轨|轨道交通|高铁|城铁|铁路|火车站|机场|大桥|高速|快速路|公交线|公交车|班车|线路).{0,14}(?:规划|建设|修建|延长|开通|线|站|何时|建议|票|收费|车次)"),
    (OUT, SLIGHT, r"群租|住改商|涉黄|黑社会|法院|判决|派出所|公安|交警"),
)  # fmt: skip


def apply(text: str) -> list[Hit]:
    """Return the hits of all rules in a normalized text."""
    hits: list[Hit] = []
    text = text[:READ]
    for rule in RULES:
        match = rule.pattern.search(text)
        if match:
            weight = rule.weight if match.start() < OPENING else rule.weight * LATER
            hits.append(Hit(rule.code, weight, match.group()))
    return hits
