"""Report numbers: readable over the telephone, and wrong when one digit is."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings
from hypothesis import assume, given
from hypothesis import strategies as st

from civic.cases.numbers import luhn_digit, new_number, parse_number

MOMENTS = st.integers(0, 40 * 366 * 24 * 60).map(
    lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
NUMBERS = st.builds(new_number, MOMENTS)


@given(number=NUMBERS)
def test_a_fresh_number_is_one_of_ours(number: str) -> None:
    assert len(number) == 15
    assert number.startswith("BJ")
    assert parse_number(number) == number


def test_the_day_is_the_citys_day() -> None:
    assert new_number(datetime(2026, 11, 21, 16, 30, tzinfo=UTC)).startswith("BJ261122")


@given(number=NUMBERS, place=st.integers(2, 14), digit=st.sampled_from("0123456789"))
def test_one_wrong_digit_is_refused(number: str, place: int, digit: str) -> None:
    assume(number[place] != digit)
    assert parse_number(number[:place] + digit + number[place + 1 :]) is None


@given(number=NUMBERS, place=st.integers(2, 13))
def test_two_swapped_neighbours_are_refused_but_for_nine_and_nought(number: str, place: int) -> None:
    pair = number[place : place + 2]
    assume(pair[0] != pair[1] and set(pair) != {"0", "9"})
    assert parse_number(number[:place] + pair[::-1] + number[place + 2 :]) is None


@given(
    number=NUMBERS,
    gaps=st.lists(st.sampled_from(["", " ", "-", "　", "–", "\t"]), min_size=15, max_size=15),
    prefix=st.sampled_from(["keep", "lower", "drop"]),
    wide=st.booleans(),
)
def test_people_type_it_in_many_ways(number: str, gaps: list[str], prefix: str, wide: bool) -> None:
    typed = {"keep": number, "lower": number.lower(), "drop": number[2:]}[prefix]
    if wide:
        typed = "".join(chr(ord(char) + 0xFEE0) for char in typed)
    assert parse_number("".join(gap + char for gap, char in zip(gaps, typed, strict=False))) == number


@given(text=st.text(max_size=300))
def test_anything_else_is_a_number_of_ours_or_none(text: str) -> None:
    parsed = parse_number(text)
    assert parsed is None or parse_number(parsed) == parsed


@pytest.mark.parametrize(
    "text", ["", "BJ", "BJ261122", "0" * 12, "0" * 14, "BJ" * 20, "SH2611220011417", "x" * 10**6]
)
def test_what_is_no_number(text: str) -> None:
    assert parse_number(text) is None


def test_another_city_has_its_own_prefix() -> None:
    with override_settings(CASE_NUMBER_PREFIX="Cd"):
        number = new_number(datetime(2026, 1, 1, tzinfo=UTC))
        assert number.startswith("Cd")
        assert parse_number(number.lower()) == number


@pytest.mark.parametrize(("digits", "check"), [("7992739871", "3"), ("0", "0"), ("1", "8"), ("9", "1")])
def test_luhn_against_published_examples(digits: str, check: str) -> None:
    assert luhn_digit(digits) == check
