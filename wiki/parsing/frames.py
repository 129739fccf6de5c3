"""What a web page puts around a text: its trail, its counters, its buttons. Pure."""

import re
from collections.abc import Sequence

from wiki.parsing.lines import Cleared, Line

_LONGEST = 60
_LAST_LINES = 12
_FRAME = re.compile(
    r".{0,40}(?:>>|＞＞|»).{0,40}"
    r"|(?:当前|您的|你的|您现在的)(?:位置|所在).*"
    r"|[【\[（(]?(?:打印|关闭|返回|收藏|分享)(?:本页|窗口|顶部|列表|首页|到)?[】\]）):：]?"
    r"|[【\[]?(?:大|中|小)[】\]]?(?: [【\[]?(?:大|中|小)[】\]]?)+"
    r"|[上下]一[篇页条][:：].*"
    r"|(?:责任编辑|信息来源|文章来源|发布时间|发布日期|字号|字体)[:：].{0,40}"
)
_COUNTERS = re.compile(r"(?:浏览|点击|阅读|访问|编辑)(?:次数|量|数)?[:：] ?\d+")
_BOX = re.compile(r"文件信息|文档信息|词条统计|词条信息|版权声明")
_LEFTOVER = re.compile(
    r"点击(?:下载|查看|进入)|扫一扫|扫描二维码|官方微信|版权所有|(?:https?://|www\.)\S+|ICP备"
)


def clear_frame(lines: Sequence[Line]) -> Cleared:
    """Take out the lines that are certainly a web page's frame and not the text; what went is named."""
    cleared = Cleared([])
    box = _box(lines)
    for index, line in enumerate(lines):
        words = " ".join(line.text.split())
        short = line.rows is None and not line.level and len(words) <= _LONGEST
        if (box is not None and index >= box) or (
            short and (_FRAME.fullmatch(words) or _COUNTERS.search(words))
        ):
            cleared.removed.append((line.where, f"去掉了网页上的“{words[:20]}”", line.text))
        else:
            cleared.lines.append(line)
    return cleared


def _box(lines: Sequence[Line]) -> int | None:
    """Return where the box about the page begins that closes some pages: from its name to the counters."""
    start = max(0, len(lines) - _LAST_LINES)
    for index in range(start, len(lines)):
        if _BOX.fullmatch(lines[index].text) and any(_COUNTERS.search(line.text) for line in lines[index:]):
            return index
    return None


def is_leftover(text: str) -> bool:
    """Return whether a short line may belong to a page's frame; it is kept and marked."""
    return len(text) <= _LONGEST and bool(_LEFTOVER.search(text))
