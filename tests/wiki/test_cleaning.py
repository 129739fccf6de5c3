"""What a person's text must be: NFC, visible, bounded, with a Chinese sentence for every refusal."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.errors import InvalidText
from wiki.ranks import spread
from wiki.text.cleaning import clean, is_forbidden, strip_forbidden, tidy
from wiki.text.tables import join_cells, split_cells


def accept(text, limit=100):
    return clean(text, name="理由", limit=limit, field="reason")


@given(st.text(max_size=80))
def test_what_is_accepted_is_clean_and_stays_so(text):
    try:
        cleaned = accept(text)
    except InvalidText:
        return
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not any(is_forbidden(char) for char in cleaned)
    assert accept(cleaned) == cleaned


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("字" * 101, "太长"),
        ("字" * 1000, "太长"),
        ("好\x00的", "U\\+0000"),
        ("好\x1b[31m", "U\\+001B"),
        ("改\u202e回", "U\\+202E"),
        ("\ud800", "U\\+D800"),
        ("行\n\n" * 70, "太长|分行"),
        ("e" + "\u0301" * 9, "组合符号"),
        ("\ue000", "特殊字符"),
    ],
)
def test_refusals_say_what_is_wrong(text, words):
    with pytest.raises(InvalidText, match=words) as refusal:
        accept(text)
    assert refusal.value.fields == {"reason": refusal.value.message}


def test_what_word_processors_leave_behind_is_tidied():
    assert accept("  改\u200b为\t“三十\u00a0日”\r\n ") == "改为 “三十 日”"
    assert tidy("e\u0301") == "é"


def test_full_width_punctuation_and_rare_characters_stay():
    text = "（一）“甲”、乙：１２３％，𠮷𪚥。"
    assert accept(text) == text


@given(st.text(max_size=50))
def test_stripping_leaves_nothing_forbidden(text):
    kept, dropped = strip_forbidden(text)
    assert len(kept) + dropped == len(text)
    assert not any(is_forbidden(char) for char in kept)


cells = st.text(alphabet=st.sampled_from("甲乙 |\\a1"), max_size=8).map(lambda cell: " ".join(cell.split()))


@given(st.lists(cells, min_size=1, max_size=6))
def test_cells_survive_being_one_line(row):
    assert split_cells(join_cells(row)) == row


@given(st.lists(st.one_of(st.none(), st.integers(-(10**6), 10**6)), max_size=40))
def test_order_numbers_always_increase(orders):
    result = spread(orders)
    assert len(result) == len(orders)
    assert all(before < after for before, after in pairwise(result))


@given(st.lists(st.integers(), unique=True, max_size=20).map(sorted))
def test_order_numbers_in_sequence_stay(orders):
    assert spread(orders) == orders


def test_a_new_sibling_moves_no_other():
    assert spread([65536, None, 131072]) == [65536, 98304, 131072]
    assert spread([1, None, 2]) == [65536, 131072, 196608]  # no room left: all anew
