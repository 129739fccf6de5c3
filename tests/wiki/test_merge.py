"""The three-way merge: what must hold for any texts, and what people would expect of real clauses."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from wiki.text.merge import Conflict, merge
from wiki.text.tokens import tokenize

texts = st.text(alphabet="甲乙丙丁一二十，。；1209% ab", max_size=30)


@given(texts, texts)
def test_one_side_unchanged_gives_the_other(base, changed):
    assert merge(base, base, changed).text == changed
    assert merge(base, changed, base).text == changed


@given(texts, texts)
def test_the_same_change_twice_is_that_change(base, changed):
    result = merge(base, changed, changed)
    assert result.text == changed
    assert not result.same_sentence


@given(texts, texts, texts)
def test_sides_are_equal(base, ours, theirs):
    one, other = merge(base, ours, theirs), merge(base, theirs, ours)
    assert one.clean == other.clean
    assert one.same_sentence == other.same_sentence
    if one.clean:
        assert one.text == other.text
    else:
        assert [(c.base, c.ours, c.theirs) for c in one.conflicts] == [
            (c.base, c.theirs, c.ours) for c in other.conflicts
        ]


@given(texts, texts, texts)
def test_nothing_is_invented_and_no_conflict_hides(base, ours, theirs):
    result = merge(base, ours, theirs)
    known = set(tokenize(base)) | set(tokenize(ours)) | set(tokenize(theirs))
    for piece in result.pieces:
        sides = (piece.base, piece.ours, piece.theirs) if isinstance(piece, Conflict) else (piece,)
        assert all(set("".join(known)) >= set(side) for side in sides)
        if isinstance(piece, Conflict):
            assert piece.ours != piece.theirs
            assert piece.base not in (piece.ours, piece.theirs)


@given(texts, texts, texts)
def test_taking_our_side_everywhere_keeps_their_changes_elsewhere(base, ours, theirs):
    result = merge(base, ours, theirs)
    if result.clean:
        assert result.preferring_ours() == result.text
    if base == theirs:
        assert result.preferring_ours() == ours


@given(st.text(alphabet="甲乙丙", min_size=1, max_size=8), texts, texts, texts, texts)
def test_changes_on_either_side_of_untouched_words_both_survive(middle, left, new_left, right, new_right):
    # Marks that occur nowhere else keep the two changes apart for certain.
    fence = "《" + middle + "》"
    assume(left != new_left and right != new_right)
    result = merge(left + fence + right, new_left + fence + right, left + fence + new_right)
    assert result.text == new_left + fence + new_right


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged", "same_sentence"),
    [
        ("甲方负责保洁，乙方负责绿化。", "甲方负责保洁和消毒，乙方负责绿化。", "甲方负责保洁，乙方负责绿化和灌溉。", "甲方负责保洁和消毒，乙方负责绿化和灌溉。", False),
        ("商户不得在人行道经营。", "商户可以在人行道经营。", "商户不得在人行道及绿地经营。", "商户可以在人行道及绿地经营。", True),
        ("甲。乙。丙。", "甲。丙。", "甲。乙。丙。丁。", "甲。丙。丁。", False),
    ],
)  # fmt: skip
def test_clean_examples(base, ours, theirs, merged, same_sentence):
    result = merge(base, ours, theirs)
    assert result.text == merged
    assert result.same_sentence is same_sentence


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        ("不得少于10日。", "不得少于15日。", "不得少于20日。"),  # never 25
        ("不得少于二十日。", "不得少于三十日。", "不得少于二十五日。"),
        ("应当清扫。", "可以清扫。", "必须清扫。"),
        ("应当清扫。", "应当及时清扫。", "应当每日清扫。"),  # two insertions at one place
        ("罚款100元。", "罚款200元。", "。"),  # changed here, deleted there
        ("禁止停放。", "允许停放。", "禁停。"),
    ],
)
def test_collisions_are_conflicts(base, ours, theirs):
    result = merge(base, ours, theirs)
    assert not result.clean
    with pytest.raises(ValueError, match="conflicts"):
        _ = result.text
