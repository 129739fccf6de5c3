"""Whole numbers as Chinese writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.numerals import read_numeral


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("21", 21), ("２１", 21), ("二十一", 21), ("廿一", 21), ("十", 10), ("一〇三", 103), ("一百零三", 103),
        ("三千五百", 3500), ("两万", 20_000), ("一万零五十", 10_050), ("三亿两千万", 320_000_000), ("二〇二六", 2026),
    ],
)  # fmt: skip
def test_values(text, value):
    assert read_numeral(text) == value


@pytest.mark.parametrize("text", ["", "几", "三楼", "1.5", "半", "-3", "二 十"])
def test_what_is_no_numeral_is_refused(text):
    with pytest.raises(ValueError, match="no numeral"):
        read_numeral(text)


@given(st.integers(0, 10**9))
def test_years_and_house_numbers_are_read_digit_by_digit(number):
    assert read_numeral("".join("〇一二三四五六七八九"[int(digit)] for digit in str(number))) == number
