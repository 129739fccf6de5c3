"""The words that tell what a text is about: frequent in it, rare in the language.

How rare a word is comes from jieba's own frequencies; no corpus is needed.
"""

import math
import re
from collections import Counter

from nlp.normalization import HAN
from nlp.segment import tokenizer, words

COUNT = 8
_SCAN = 2000  # characters; the subject of a longer text is told by then
_WORD = re.compile(f"[{HAN}]{{2,}}|[a-z][a-z0-9]{{2,19}}")
# Frequent in letters to an authority, telling nothing of their subject.
_STOP = frozenset(
    "我们 你们 他们 它们 咱们 自己 大家 这个 那个 这些 那些 这样 那样 这里 那里 这种 那种 什么 怎么 怎样 如何 为什么 因为 所以 但是 可是 而且 并且 或者 如果 虽然 "
    "然后 还是 就是 不是 没有 可以 能够 应该 需要 希望 要求 请求 恳请 恳求 建议 请问 咨询 投诉 举报 反映 有关 相关 部门 领导 政府 书记 市长 您好 你好 尊敬 谢谢 感谢 "
    "问题 情况 解决 处理 进行 已经 一直 现在 目前 今天 昨天 明天 今年 去年 时候 时间 很多 许多 非常 特别 十分 以及 对于 关于 由于 根据 通过 为了 之后 之前 以上 以下 "
    "一个 一些 一下 一次 一样 不能 不会 不要 不知 知道 觉得 认为 起来 出来 下来 上去 过来 出现 存在 造成 导致 属于 作为 成为 得到 给予 予以 多次 至今 还有 都是 只有 "
    "于是 甚至 其中 其他 另外 此外 同时 因此 从而 的话 而言 来说 本人 百姓 市民 居民 群众 业主 有人 别人 真的 到底 究竟 难道 是否 能否 可否 尽快 及时 早日 贵 该 "
    "号码 电话 联系 姓名 住址 证件号 邮箱 账号 车牌 卡号".split()
)


def keywords(text: str, count: int = COUNT) -> tuple[str, ...]:
    """Return up to `count` key words of a normalized text, the most telling first."""
    frequencies, total = tokenizer().FREQ, tokenizer().total
    found: Counter[str] = Counter()
    first: dict[str, int] = {}
    for place, word in enumerate(words(text[:_SCAN])):
        if word not in _STOP and _WORD.fullmatch(word):
            found[word] += 1
            first.setdefault(word, place)
    rarest = math.log(total)

    def weight(word: str) -> float:
        rarity = rarest - math.log(frequencies.get(word) or 1)
        early = 1.0 + 1.0 / (1 + first[word] / 8)
        return (1 + math.log(found[word])) * rarity * early

    return tuple(sorted(found, key=lambda word: (-weight(word), first[word]))[:count])
