"""Fixed phrases in a text: where they stand, and which of several that overlap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.phrases import Phrases


@pytest.mark.parametrize(
    ("phrases", "text", "expected"),
    [
        (["天安门", "天安门广场", "广场舞"], "在天安门广场舞动", [(1, "天安门广场")]),
        (["路灯", "灯坏"], "😀a路灯坏", [(2, "路灯")]),
        (["ab", "b路"], "ab路\ud800b路", [(0, "ab"), (4, "b路")]),
        (["", "x"], "", []),
        ([], "什么都没有", []),
    ],
)
def test_the_longest_from_the_left(phrases, text, expected):
    assert Phrases(phrases).find(text) == expected


@given(st.lists(st.text("路灯a é😀", min_size=1, max_size=4)), st.text("路灯a é😀\ud800", max_size=40))
def test_what_is_found_stands_there_and_nothing_is_missed(phrases, text):
    occurrences = list(Phrases(phrases).occurrences(text))
    assert all(text[end - len(phrase) : end] == phrase for end, phrase in occurrences)
    expected = {
        (at + len(phrase), phrase)
        for phrase in phrases
        for at in range(len(text))
        if text.startswith(phrase, at)
    }
    assert set(occurrences) == expected
