"""Finds exact homes: building, unit and flat, or the number of a house where a word says that somebody lives there.

Reads the text in one width with spoken digits as figures, positions kept. The address of a shop, an office or a
building alone is nobody's home.
"""

import re
from collections.abc import Iterator

_N = r"[\d十百]{1,5}"
_GAP = r"[\s,，/\-—_\\.、]{0,3}"
_BUILDING = rf"(?:{_N}|[A-Za-z]\d{{0,2}})\s?(?:[号#]?楼|栋|幢|座|号院|排)"
_LAID = rf"(?:{_BUILDING}|\d{{1,3}}[#号])"  # 22#: only where a unit or a flat follows
_ENTRANCE = rf"{_N}\s?(?:单元|门洞|门|座|梯)"
# Not followed by what is counted: 5号楼500户居民, 3号楼1200平方米.
_NO_COUNT = r"(?![\d年元米人户平㎡吨套间个楼栋层多余])"
# A room on its own: not an office's (人社厅410室), not a number of flats or households (796户), nobody's room.
_ROOM = r"(?:室(?!公共|公厕|厕|办公|会议|门诊|窗口|教室)|号?房(?![间产地屋子改东源企型]))"
_FLAT = r"[A-Za-z]?\d(?:\s?[\d百十]){1,4}"
_SIDE = r"[东西南北中左右]{1,2}(?:户|侧|边|手|面)"
_HOME = re.compile(
    # 3号楼2单元501, 2单元5层东户, 8楼2门9号
    rf"(?:{_LAID}{_GAP})?{_ENTRANCE}{_GAP}(?:(?:{_N}[层楼]{_GAP})?(?:{_FLAT}(?:室|号房?|房|户)?(?![平㎡米多余])|{_SIDE}))(?!\d)"
    rf"|{_LAID}{_GAP}{_ENTRANCE}{_GAP}\d(?:室|号房?)(?!\d)"
    # 12楼-3-402, 22#-2-901, 9号3-502
    rf"|{_LAID}(?:[\-—/#]\d{{1,2}}(?:单元|门)?[\-—/#]\d{{2,5}}|{_GAP}\d{{1,2}}-\d{{3,5}}){_NO_COUNT}"
    # B座12层03, 5层502室
    rf"|{_BUILDING}{_GAP}(?:{_BUILDING}{_GAP})?{_N}层{_GAP}(?:0\d|\d{{3,5}}|\d{{2}}(?=室|号)){_ROOM}?{_NO_COUNT}"
    rf"|{_N}层[\s,，]?\d{{3,5}}{_ROOM}"
    # 12栋1203室
    rf"|(?:{_N}|[A-Za-z]\d{{0,2}})(?:号?楼|栋|幢|座){_GAP}[A-Za-z]?(?:\d{{3,5}}|\d百[\d十]{{1,3}}){_ROOM}?{_NO_COUNT}"
    rf"|(?<![厅局委院部处所科心\d])[A-Za-z]?\d{{3,5}}{_ROOM}(?!\d)"
    # 2-05-406, but 8-10-2024 is a day
    r"|(?<![\d\-])\d{1,3}-\d{1,2}-(?!(?:19|20)\d\d(?!\d))\d{3,4}(?![\d\-区])"
)
# Where a home may begin; it begins with a class, so that a search is quick.
_BEGIN = re.compile(r"[A-Za-z\d十百]{1,8}(?=\s?[号楼栋幢座排单门梯层室房#\-—/])")
_NUMBERED = re.compile(r"[\d十百](?:号|-\d)")

_LIVES = re.compile(
    r"(?:我家|家住|(?:本人|我们?|一直|现|居|家|租)住|住在|住址|住处|家庭地址|收货地址|快递地址|家里?在|老家|现居|户籍|籍贯)[^。；;！!？?\n买卖]{0,30}"
)
_LANE = r"(?:路|街|巷|胡同|条|里|弄|村|庄|道|园|区|组|队|屯|营|院|寺|庙|坊|沟|桥|店|坟|湾|台)"
_NUMBER = r"[甲乙丙丁附临东西南北]{0,2}(?:旁门)?[\d十百]{1,5}号(?!院|楼|线|地铁|站|门|路|公交|桥|井|杆|灯|柱|塔|牌|地块)(?:[\-—]\d{1,4})?"
_HOUSE = re.compile(rf"{_LANE}({_NUMBER})")
_PAIR = re.compile(r"(?<![\d\-])\d{1,3}-\d{3,4}(?![\d\-]|[年元米人户平㎡吨套个])")
# In a village a numbered house is a home unless a business or an office is named right behind.
_VILLAGE_HOUSE = re.compile(
    rf"村(?<!中关村)(?<!新村)[\u4e00-\u9fff]{{0,4}}?(?:大?街|路|巷|胡同|条|里|[东西南北中前后])?({_NUMBER})"
    r"(?![^，,。；;]{0,10}(?:店|馆|公司|厂|市场|超市|商|医院|学校|幼儿园|卫生|委|局|站|酒|餐|作坊|门市|仓库|院内))"
)


def find_homes(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of the exact homes in a text of plain figures; they may overlap."""
    done = 0
    for begin in _BEGIN.finditer(text):
        for at in range(max(done, begin.start()), begin.end()):
            match = _HOME.match(text, at)
            if match:
                yield match.span()
                done = match.end()
                break
    if not _NUMBERED.search(text):
        return
    for lives in _LIVES.finditer(text):
        for pattern in (_HOUSE, _PAIR):
            for match in pattern.finditer(lives.group()):
                start, end = match.span(match.lastindex or 0)
                yield lives.start() + start, lives.start() + end
    if "村" in text:
        for match in _VILLAGE_HOUSE.finditer(text):
            yield match.span(1)
