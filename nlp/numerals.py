"""Whole numbers as Chinese writes them: the one reading for dates, sums of money and the numbers of clauses."""

DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
UNITS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
_SHORT = str.maketrans({"廿": "二十", "卅": "三十"})


def read_numeral(text: str) -> int:
    """Return the value of a numeral: 21, ２１, 二十一, 廿一, 一〇三, 三千五百, 两万; ValueError for anything else."""
    if text.isdecimal():
        return int(text)
    text = text.translate(_SHORT)
    if not text or not all(character in DIGITS or character in UNITS for character in text):
        raise ValueError(f"no numeral: {text!r}")
    if not any(character in UNITS for character in text):  # digit by digit, as in years
        return int("".join(str(DIGITS[character]) for character in text))
    total = section = digit = 0
    for character in text:
        if character in DIGITS:
            digit = DIGITS[character]
        elif character == "万":
            total += (section + digit) * UNITS[character]
            section = digit = 0
        elif character == "亿":
            total = (total + section + digit) * UNITS[character]
            section = digit = 0
        else:
            section += (digit or 1) * UNITS[character]
            digit = 0
    return total + section + digit
