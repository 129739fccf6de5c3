"""What a message asks for: one of six request types, decided by cues of the language.

The meaning of the types: 投诉 a victim wants it stopped; 举报 a named breach that harms others; 求助 help for oneself;
建议 a proposal; 咨询 a question; 表扬 praise.
"""

import re
from dataclasses import dataclass

COMPLAINT, REPORT, HELP, PROPOSAL, QUESTION, PRAISE = "投诉", "举报", "求助", "建议", "咨询", "表扬"
TYPES = (COMPLAINT, REPORT, HELP, PROPOSAL, QUESTION, PRAISE)
OPENING = 45  # what stands this early is the subject: it counts double


@dataclass(frozen=True)
class Request:
    """A request type and how sure the cues are of it (0 to 1; not calibrated)."""

    type: str
    confidence: float


# (pattern, type, weight). A message without any cue is a complaint: most are.
_CUES: tuple[tuple[str, str, float], ...] = (
    (r"举报|揭发|检举|实名反映|严查|查处", REPORT, 2.0),
    (
        r"非法经营|无证经营|违法经营|黑作坊|黑心|偷工减料|骗取|诈骗|传销|涉黄|赌博|贪污|受贿|造假|偷排|销售假",
        REPORT,
        1.2,
    ),
    (
        r"投诉|扰民|严重影响|苦不堪言|无法(?:入睡|休息|忍受)|没法(?:睡|住|活)|怨声载道|强烈(?:要求|谴责)|太过分|欺负",
        COMPLAINT,
        1.5,
    ),
    (
        r"没人管|无人(?:管|问津|处理|过问)|不作为|推诿|踢皮球|敷衍|不管不问|乱收费|霸王条款|合理吗|谁来管|何在|侵占|损害",
        COMPLAINT,
        1.2,
    ),
    (r"臭气|恶臭|噪音|噪声|污染|破损|坑洼|损坏|坏了|堵塞|堆积|乱停|占道|违建|违章", COMPLAINT, 0.8),
    (
        r"求助|救助|帮帮|帮助(?:我|解决)|帮忙|恳请.{0,12}(?:帮|解决)|请求.{0,14}(?:帮|解决|给予)|救救|困难.{0,12}(?:解决|帮)",
        HELP,
        1.6,
    ),
    (
        r"拖欠|欠薪|讨薪|工资.{0,6}(?:不发|未发|没发|拖)|血汗钱|补偿款|赔偿|办不(?:了|下)|无法办理|不予办理|低保|家庭困难|贫困|残疾",
        HELP,
        1.2,
    ),
    (
        r"希望.{0,16}(?:通水|通电|通气|修路|修建|安装|解决.{0,6}(?:出行|用水|饮水))|吃水难|用水难|出行难|停水|停电",
        HELP,
        0.9,
    ),
    (
        r"建议|倡议|提议|意见与建议|能否(?:增设|增加|设置|安装|开通|延长|修建|建|在)|可否(?:增设|增加|设置|开通)|应(?:该)?增设|呼吁",
        PROPOSAL,
        1.7,
    ),
    (
        r"希望(?:能)?(?:增设|增加|开通|设立|设置|加装|建设|规划|加快)|请(?:求)?(?:增设|增加|开通|设立|加装|加快)",
        PROPOSAL,
        1.2,
    ),
    (
        r"咨询|请问|想问|问一下|询问|想了解|想知道|求解答|何时|什么时候|几时|是否|如何(?!是好|忍)|怎么(?:办理|申请|处理的|样才)|多久|有无|有没有(?!人)",
        QUESTION,
        1.4,
    ),
    (
        r"(?:吗|呢|么)[?？]|(?:哪里|哪儿|哪个部门)(?:办|可以|申请|能)|需要(?:什么|哪些)(?:材料|手续|条件)|[?？]",
        QUESTION,
        0.5,
    ),
    (r"表扬|感谢信|点赞|好人好事|锦旗|特此感谢|致谢|为.{1,20}点(?:个)?赞|衷心(?:的|地)?感谢", PRAISE, 3.0),
    (
        r"热心|认真负责|服务(?:态度)?(?:很|非常|特别)好|(?:处理|解决|办理)得?(?:很|真|非常)(?:快|及时|好)|拾金不昧",
        PRAISE,
        1.2,
    ),
)
_COMPILED = tuple((re.compile(pattern), kind, weight) for pattern, kind, weight in _CUES)
_PRIOR = {COMPLAINT: 1.0, REPORT: -0.3, HELP: 0.2, PROPOSAL: 0.0, QUESTION: 0.0, PRAISE: -0.8}
_REPEAT_LIMIT = 3


def classify(text: str) -> Request:
    """Return the request type of a normalized text."""
    scores = dict(_PRIOR)
    for pattern, kind, weight in _COMPILED:
        hits = 0.0
        for count, match in enumerate(pattern.finditer(text)):
            if count >= _REPEAT_LIMIT:
                break
            hits += 1.0 if match.start() < OPENING else 0.5 / (1 + count)
        scores[kind] += weight * hits
    best = max(TYPES, key=lambda kind: scores[kind])
    total = sum(2.0 ** scores[kind] for kind in TYPES)
    return Request(best, round(2.0 ** scores[best] / total, 3))
