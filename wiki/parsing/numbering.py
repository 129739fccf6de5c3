"""Word's automatic numbering, which is not in the text: counts lists and writes the labels a reader sees."""

from collections import defaultdict
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HAN_DIGITS = "零一二三四五六七八九"
_HAN_FORMATS = frozenset(
    {
        "chineseCounting",
        "chineseCountingThousand",
        "ideographTraditional",
        "japaneseCounting",
        "taiwaneseCountingThousand",
    }
)
BULLET = "•"


def han_numeral(number: int) -> str:
    """Return a number below 10,000 as Han numerals: 21 → 二十一, 105 → 一百零五."""
    if number >= 10_000:
        return str(number)
    out = ""
    rest = number
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, rest = divmod(rest, unit)
        if digit:
            out += _HAN_DIGITS[digit] + name
        elif out and rest and not out.endswith("零"):
            out += "零"
    return out.removeprefix("一") if 10 <= number < 20 else out or "零"


def _letters(number: int) -> str:
    out = ""
    while number > 0:
        number, digit = divmod(number - 1, 26)
        out = chr(97 + digit) + out
    return out


def _roman(number: int) -> str:
    out = ""
    for value, sign in (
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ):
        count, number = divmod(number, value)
        out += sign * count
    return out


def format_number(number: int, style: str) -> str:
    """Return `number` in a Word number format (w:numFmt); formats not known here become digits."""
    if style in _HAN_FORMATS:
        return han_numeral(number)
    if style == "ideographDigital":
        return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(number))
    if style in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and 1 <= number <= 20:
        return chr(0x2460 + number - 1)
    if style == "lowerLetter":
        return _letters(number)
    if style == "upperLetter":
        return _letters(number).upper()
    if style == "lowerRoman":
        return _roman(number)
    if style == "upperRoman":
        return _roman(number).upper()
    return str(number)


class Numbering:
    """The lists of one document: call `label` for every numbered paragraph in reading order."""

    def __init__(self, root: Any | None) -> None:
        self._levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        self._abstract: dict[str, str] = {}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        self._restarts: dict[tuple[str, int], int] = {}
        self._started: set[tuple[str, int]] = set()
        if root is None:
            return
        for abstract in root.iter(f"{W}abstractNum"):
            levels: dict[int, tuple[str, str, int]] = {}
            for level in abstract.iter(f"{W}lvl"):
                levels[_int(level.get(f"{W}ilvl"))] = (
                    _value(level, "numFmt", "decimal"),
                    _value(level, "lvlText", ""),
                    _int(_value(level, "start", "1")),
                )
            self._levels[abstract.get(f"{W}abstractNumId", "")] = levels
        for num in root.iter(f"{W}num"):
            number_id = num.get(f"{W}numId", "")
            self._abstract[number_id] = _value(num, "abstractNumId", "")
            for override in num.iter(f"{W}lvlOverride"):
                start = _value(override, "startOverride", "")
                if start:
                    self._restarts[number_id, _int(override.get(f"{W}ilvl"))] = _int(start)

    def label(self, number_id: str, level: int) -> str:
        """Count one paragraph of list `number_id` on `level` and return its label, "" where it shows none."""
        abstract = self._abstract.get(number_id, "")
        levels = self._levels.get(abstract, {})
        if level not in levels:
            return ""
        style, pattern, start = levels[level]
        if style == "none":
            return ""
        if style == "bullet":
            return BULLET
        counts = self._counts[abstract]
        restart = self._restarts.get((number_id, level))
        if restart is not None and (number_id, level) not in self._started:
            counts[level] = restart
        else:
            counts[level] = counts[level] + 1 if level in counts else start
        self._started.add((number_id, level))
        for deeper in [deeper for deeper in counts if deeper > level]:
            del counts[deeper]
        label = pattern
        for outer in range(level + 1):
            outer_style, _, outer_start = levels.get(outer, ("decimal", "", 1))
            label = label.replace(f"%{outer + 1}", format_number(counts.get(outer, outer_start), outer_style))
        return label.strip()


def _value(element: Any, name: str, default: str) -> str:
    child = element.find(f"{W}{name}")
    return default if child is None else child.get(f"{W}val", default)


def _int(text: str | None) -> int:
    try:
        return int(text or 0)
    except ValueError:
        return 0
