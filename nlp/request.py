"""What a message asks for: one of six request types, decided by cues of the language and by learned weights.

The meaning of the types: 投诉 a victim wants it stopped; 举报 a named breach that harms others; 求助 help for oneself;
建议 a proposal; 咨询 a question; 表扬 praise.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from nlp.content import MODELS
from nlp.linear import LinearModel, load, softmax
from nlp.ngrams import Floats

NAME = "request"
CUES = 0.3  # of a cue's weight in the units of the model's scores; chosen on the development set
COMPLAINT, REPORT, HELP, PROPOSAL, QUESTION, PRAISE = "投诉", "举报", "求助", "建议", "咨询", "表扬"
TYPES = (COMPLAINT, REPORT, HELP, PROPOSAL, QUESTION, PRAISE)
OPENING = 45  # what stands this early is the subject: it counts double


@dataclass(frozen=True)
class Request:
    """A request type and how sure the reading is of it (0 to 1)."""

    type: str
    confidence: float


# (pattern, type, weight in the opening, weight later). A message without any cue is a complaint: most are.
_CUES: tuple[tuple[str, str, float, float], ...] = (
    (r"举报|揭发|检举|控告|实名反映|取缔|严惩|请(?:求)?(?:调查|查处|查办)", REPORT, 2.2, 1.0),
    (r"涉嫌|非法|违法|违规|无证|无牌|未批先建|黑作坊|黑心|偷工减料|骗取|诈骗|欺诈|传销|涉黄|赌博|贪污|受贿|造假|偷排|虚假|滥用职权|关系户|利用职", REPORT, 1.5, 0.3),
    (r"投诉|扰民|严重影响|苦不堪言|无法(?:入睡|休息|忍受)|没法(?:睡|住|活)|怨声载道|强烈(?:要求|谴责)|太过分|欺负|强行|恶意|霸王|维权", COMPLAINT, 1.5, 0.6),
    (r"没人管|无人(?:管|问津|处理|过问)|不作为|推诿|踢皮球|敷衍|不管不问|乱收费|合理吗|谁来管|何在|侵占|损害|何时(?:解决|消失|有人|才有人|能有人)", COMPLAINT, 1.4, 0.5),
    (r"臭气|恶臭|噪音|噪声|污染|破损|坑洼|损坏|坏了|堵塞|堆积|乱停|占道|违建|违章|收费|渗水|质量", COMPLAINT, 0.8, 0.3),
    (r"求助|救助|帮帮|帮助(?:我|解决)|帮忙|恳[请求].{0,14}(?:帮|解决|妥善|落实)|请求.{0,14}(?:帮|解决|给予)|救救|困难.{0,12}(?:解决|帮)|何去何从|该(?:找|怎么办)", HELP, 1.7, 0.7),
    (r"拖欠|欠薪|讨薪|工资.{0,6}(?:不发|未发|没发|拖)|血汗钱|工程款|补偿款|补贴|赔偿|办不(?:了|下)|无法(?:办理|放贷)|不予办理|低保|家庭困难|贫困|残疾|廉租房|公租房|未果", HELP, 1.5, 0.5),
    (r"危房|安置|搬迁|棚改|不通公路|(?:没有?|未)(?:通水|通电|通路|硬化)|吃水难|用水难|出行难|公路.{0,6}(?:修通|未修)|盼|早日", HELP, 1.0, 0.2),
    (r"建议|倡议|提议|意见|能否(?:增设|增加|设置|安装|开通|延长|修建|建|在|像)|可否(?:增设|增加|设置|开通)|应(?:该|当)?(?:增设|要|是|创新)|呼吁|浅议|谈谈|我认为", PROPOSAL, 1.8, 0.6),
    (r"(?:希望|望|盼)(?:能)?.{0,8}(?:增设|增加|开通|设立|设置|加装|规划|网上|免费)|请(?:求)?(?:增设|增加|开通|设立|加装|加快)|急需|需要(?:改|建|增)|能不能像|何时能(?:开通|免费|实现|像)|太早了|从.{2,10}开始", PROPOSAL, 1.8, 0.4),
    (r"咨询|请问|想问|问一下|询问|想了解|想知道|求解答|请教|请告知|攻略|怎么回事", QUESTION, 2.2, 0.9),
    (r"何时|什么时候|几时|是否|如何(?!是好|忍)|怎么(?:办理|申请|样才)|多久|有无|有没有(?!人)|还.{0,4}不.{0,4}[吗啊哇呀]|能(?:不能|否)", QUESTION, 1.5, 0.2),
    (r"[吗呢么][?？]|(?:哪里|哪儿|哪个部门)(?:办|可以|申请|能)|需要(?:什么|哪些)(?:材料|手续|条件)|[?？]", QUESTION, 0.6, 0.1),
    (r"表扬|感谢信|点赞|好人好事|锦旗|特此感谢|致谢|为.{1,20}点(?:个)?赞|衷心(?:的|地)?感谢(?!您的阅读)", PRAISE, 3.2, 1.2),
    (r"热心|认真负责|服务(?:态度)?(?:很|非常|特别)好|(?:处理|解决|办理)得?(?:很|真|非常)(?:快|及时|好)|拾金不昧", PRAISE, 1.4, 0.4),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern), kind, early, late) for pattern, kind, early, late in _CUES)
_PRIOR = {COMPLAINT: 1.2, REPORT: -0.2, HELP: 0.0, PROPOSAL: 0.0, QUESTION: 0.0, PRAISE: -0.8}
_REPEAT_LIMIT = 3
_READ = 1000


@lru_cache(maxsize=1)
def default() -> LinearModel | None:
    """Return the weights shipped with nlp, read once; None where there are none, then the cues decide alone."""
    return load(NAME, MODELS)


def cue_scores(text: str) -> Floats:
    """Return what the cues in a normalized text say for each of TYPES."""
    scores = dict(_PRIOR)
    for pattern, kind, early, late in _COMPILED:
        for count, match in enumerate(pattern.finditer(text[:_READ])):
            if count >= _REPEAT_LIMIT:
                break
            scores[kind] += (early if match.start() < OPENING else late) / (1 + count)
    return np.array([scores[kind] for kind in TYPES], dtype=np.float32)


def scores(texts: Sequence[str], model: LinearModel | None) -> Floats:
    """Return the scores of TYPES for normalized texts."""
    cues = np.array([cue_scores(text) for text in texts], dtype=np.float32).reshape(len(texts), len(TYPES))
    if model is None:
        return cues * np.float32(np.log(2))
    return model.scores(texts)[:, [model.column_of[kind] for kind in TYPES]] + np.float32(CUES) * cues


def classify(text: str) -> Request:
    """Return the request type of a normalized text."""
    model = default()
    chances = softmax(scores([text], model)[0], float(model.card["temperature"]) if model else 1.0)
    best = int(chances.argmax())
    return Request(TYPES[best], round(float(chances[best]), 3))
