"""Text about another place: paragraphs in a row that speak of another province or city than the document does. Pure."""

import re
from collections import Counter
from collections.abc import Sequence

from wiki.kinds import Kind
from wiki.parsing.tree import Node

_PROVINCE = re.compile(
    r"北京|天津|河北|山西|内蒙古|辽宁|吉林|黑龙江|上海|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南|重庆|四川|贵州"
    r"|云南|西藏|陕西|甘肃|青海|宁夏|新疆"
)
_CITY = re.compile(r"([\u4e00-\u9fff]{2})(?:市|县)(?![场民政区容域委级直])")
_IN_NO_NAME = frozenset("城市县区镇乡街全各我本该省级大小首都超上门中心在到与和及的")
_NEAR = 4
_ENUMERATION = 4


def mark_places(nodes: Sequence[Node], title: str) -> None:
    """Mark the clauses that speak, at least twice close together, of a place that is not the document's own.

    The document's own place is the one its title names, else the one it names most.
    """
    clauses = [node for root in nodes for _, node in root.walk() if node.kind not in (Kind.TABLE,)]
    named = [_places(node.text) for node in clauses]
    total: Counter[str] = Counter()
    for names in named:
        total.update(names)
    own = set(_places(title)) or {name for name, _ in total.most_common(1)}
    if own:
        own |= {name for name in total if any(name in home or home in name for home in own)}
    for name, count in total.items():
        if name in own or count < 2:
            continue
        # A list of examples from everywhere is not about one place.
        at = [index for index, names in enumerate(named) if name in names and len(names) < _ENUMERATION]
        for position, index in enumerate(at):
            near = [other for other in at if other != index and abs(other - index) <= _NEAR]
            if near or named[index][name] >= 2:
                home = "、".join(sorted(own)[:2])
                clauses[at[position]].doubt(
                    "place", f"这里反复说到“{name}”，而本文件说的是“{home}”，像是别处的材料，请核对。"
                )


def _places(text: str) -> Counter[str]:
    found = Counter(_PROVINCE.findall(text))
    for match in _CITY.finditer(text):
        name = match[1]
        if not _PROVINCE.search(name) and not _IN_NO_NAME & set(name):
            found[name] += 1
    return found
