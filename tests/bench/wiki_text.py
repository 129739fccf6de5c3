"""A policy text of a wanted size and edits of it, the same on every machine: what the wiki is measured with.

Words are drawn by chance from a small vocabulary of a municipal regulation; nothing is taken from a real document.
"""

import random

CHAPTERS = ["总则", "规划与建设", "日常管理", "公众参与", "监督检查", "保障措施", "法律责任", "附则"]
SUBJECTS = [
    "街道办事处", "乡镇人民政府", "城市管理部门", "物业服务企业", "社区居民委员会", "市场开办单位", "道路养护单位", "商户",
]  # fmt: skip
DUTIES = [
    "应当按照职责分工做好日常巡查", "应当在规定的期限内办结并答复反映人", "可以委托专业机构进行评估", "不得占用盲道和消防通道",
    "应当公开办理的标准、时限和联系方式", "应当建立台账并保存三年以上", "对发现的问题应当即时处置", "应当听取居民和商户的意见",
]  # fmt: skip
OBJECTS = [
    "生活垃圾的分类投放、收集和运输", "户外广告和门头牌匾的设置", "占道经营和流动摊点的疏导", "施工噪声、扬尘和渣土运输",
    "停车秩序和共享单车的停放", "绿化养护和古树名木的保护", "井盖、路灯等公共设施的维护", "便民菜市场的布局和价格公示",
]  # fmt: skip
TIMES = ["每日六时至二十二时", "重大活动期间", "汛期", "采暖季", "节假日", "工作日早晚高峰"]
NUMERALS = "〇一二三四五六七八九"


def numeral(number: int) -> str:
    """Return a whole number below a thousand in Chinese."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{NUMERALS[hundreds]}百" if hundreds else ""
    if tens:
        text += f"{NUMERALS[tens]}十" if tens > 1 or hundreds else "十"
    elif hundreds and ones:
        text += "零"
    return text + (NUMERALS[ones] if ones else "")


def sentence(chance: random.Random) -> str:
    parts = [chance.choice(SUBJECTS), "对", chance.choice(OBJECTS), "，", chance.choice(DUTIES)]
    if chance.random() < 0.5:
        parts[:0] = [chance.choice(TIMES), "，"]
    if chance.random() < 0.4:
        parts += ["，", chance.choice(DUTIES)]
    return "".join(parts) + "。"


def policy(size: int = 75_000, *, seed: int = 1) -> str:
    """Return the text of a regulation of about `size` bytes of UTF-8: chapters, articles, items."""
    chance = random.Random(seed)
    lines = ["某市街区环境秩序管理办法（征求意见稿）", ""]
    total, article = 0, 0
    per_chapter = size / len(CHAPTERS)
    for number, name in enumerate(CHAPTERS, 1):
        lines.append(f"第{numeral(number)}章 {name}")
        while total < per_chapter * number:
            article += 1
            new = [f"第{numeral(article)}条 {sentence(chance)}{sentence(chance)}"]
            if chance.random() < 0.4:
                new += [f"（{numeral(item)}）{sentence(chance)}" for item in range(1, chance.randint(3, 6))]
            total += sum(len(line.encode()) + 1 for line in new)
            lines += new
    return "\n".join(lines) + "\n"


def edited(text: str, chance: random.Random) -> str:
    """Return a clause's text with one small edit: a few words put in, taken out or exchanged."""
    at = chance.randrange(len(text))
    kind = chance.randrange(3)
    words = chance.choice(
        ["及时", "会同有关部门", "（含节假日）", "依法", "自收到之日起五个工作日内", "并向社会公布"]
    )
    if kind == 0 or len(text) < 12:
        return text[:at] + words + text[at:]
    end = min(len(text), at + chance.randint(1, 6))
    return text[:at] + ("" if kind == 1 else words) + text[end:]
