"""The tone of a message by a small word list: a hint, not a measurement.

Nearly every civic message tells of something bad, so the label adds little there; the score says how strongly
it is put.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from nlp.phrases import Phrases

POSITIVE, NEUTRAL, NEGATIVE = "positive", "neutral", "negative"
MARGIN = 0.15

_POSITIVE = (
    "感谢 谢谢 多谢 致谢 感激 感恩 点赞 表扬 满意 高兴 开心 喜欢 喜爱 幸福 温暖 贴心 暖心 热情 热心 耐心 细心 周到 及时 迅速 方便 便利 舒适 "
    "舒服 干净 整洁 漂亮 美丽 优秀 优质 很好 真好 挺好 不错 太好了 好评 赞 棒 给力 靠谱 负责 敬业 专业 公正 公平 欣慰 放心 安心 惊喜 快乐 爱 "
    "好吃 美味 新鲜 实惠 便宜 划算 推荐 值得 完美 精彩 辛苦了 加油 希望越来越好 支持 拥护 赞成 进步 改善 解决了 修好了 好多了 圆满 哈哈 可爱 "
    "感动 祝福 平安 顺利 成功 愉快 享受 期待 好看 好用 物美价廉 物超所值 性价比高"
).split()
_NEGATIVE = (
    "投诉 举报 愤怒 气愤 愤慨 生气 恼火 失望 绝望 无奈 痛苦 难受 烦 烦躁 烦人 讨厌 恶心 恶劣 差劲 太差 很差 极差 差评 糟糕 糟 脏 臭 恶臭 臭气 难闻 刺鼻 噪音 "
    "噪声 扰民 吵 吵闹 污染 垃圾 破 破损 坏 坏了 损坏 堵 拥堵 堵塞 混乱 脏乱差 乱停 乱扔 乱倒 乱收费 违规 违法 违建 非法 欺骗 骗 骗子 欺诈 忽悠 坑人 坑 黑心 "
    "霸道 蛮横 野蛮 推诿 推脱 敷衍 踢皮球 不作为 乱作为 不管 没人管 无人管 不处理 不解决 不理 拖延 拖欠 拒绝 影响 严重影响 危险 隐患 危害 伤害 损害 侵害 受伤 害 "
    "苦不堪言 忍无可忍 无法忍受 怨声载道 民不聊生 难以忍受 不堪其扰 睡不着 无法入睡 无法休息 担心 害怕 恐慌 恐惧 焦虑 崩溃 悲伤 伤心 难过 哭 可怜 惨 死 "
    "浪费 贵 太贵 假货 难吃 不好 不满 不满意 不合理 不公平 不公 不便 不方便 不干净 不卫生 不新鲜 态度差 冷漠 傲慢 刁难 欺负 威胁 恐吓 贪污 腐败 受贿 黑社会 后悔 "
    "气人 可恶 可恨 无耻 不要脸 过分 问题 麻烦 困难 缺乏 缺少 落后 倒闭 失业 疼 病 滚 怒 无语 呵呵"
).split()
_NEGATORS = re.compile(r"(?:不|没|没有|未|无|别|非|不太|不够|并不|不是(?:很)?|毫不|毫无|从不|难以)$")
_DEGREES = re.compile(
    r"(?:太|非常|特别|极其|极度|十分|严重|相当|超级|超|最|很|真|好|万分|无比|强烈)(?:的|地)?$"
)
# Forms of politeness: said in every letter, they praise nothing.
_POLITE = re.compile(
    r"(?:非常|万分|不胜)?(?:感谢|谢谢|感激)(?:不尽|您的(?:阅读|关注|回复))?[!！。,，~\s]*$|(?:谢谢|感谢)[您你]?[!！。]"
)


@dataclass(frozen=True)
class Sentiment:
    """positive, neutral or negative; score from -1 to 1, further from 0 the more strongly it is put."""

    label: str
    score: float


@lru_cache(maxsize=1)
def _phrases() -> tuple[Phrases, dict[str, float]]:
    values = dict.fromkeys(_POSITIVE, 1.0) | dict.fromkeys(_NEGATIVE, -1.0)
    return Phrases(values), values


def classify(text: str) -> Sentiment:
    """Return the tone of a normalized text."""
    phrases, values = _phrases()
    body = _POLITE.sub(" ", text)
    good = bad = 0.0
    for start, phrase in phrases.find(body):
        before = body[max(0, start - 4) : start]
        value = values[phrase]
        if _NEGATORS.search(before):
            value = -0.8 * value
        elif _DEGREES.search(before):
            value *= 1.6
        if value > 0:
            good += value
        else:
            bad -= value
    score = round((good - bad) / (good + bad + 1.0), 3)
    if score > MARGIN:
        return Sentiment(POSITIVE, score)
    return Sentiment(NEGATIVE if score < -MARGIN else NEUTRAL, score)
