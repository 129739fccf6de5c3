"""Identities across a newer file: unchanged, edited, moved, new and dropped clauses."""

from hypothesis import given
from hypothesis import strategies as st

from wiki.text.align import Piece, align

pieces = st.lists(
    st.builds(
        Piece,
        st.sampled_from(["article", "paragraph"]),
        st.sampled_from(["", "第一条", "第二条"]),
        st.text(alphabet="甲乙丙丁。", max_size=8),
    ),
    max_size=12,
)


@given(pieces)
def test_the_same_file_keeps_every_identity(old):
    assert align(old, old) == {index: index for index in range(len(old))}


@given(pieces, pieces)
def test_no_identity_is_used_twice(old, new):
    pairs = align(old, new)
    assert len(set(pairs.values())) == len(pairs)
    assert all(0 <= index < len(new) and 0 <= before < len(old) for index, before in pairs.items())


def article(label, text):
    return Piece("article", label, text)


def test_an_inserted_article_renumbers_but_does_not_rename_the_others():
    old = [article("第一条", "商户应当亮证经营。"), article("第二条", "违者处一百元罚款。")]
    new = [
        article("第一条", "制定本办法。"),
        article("第二条", "商户应当亮证经营。"),
        article("第三条", "违者处二百元罚款。"),
    ]
    assert align(old, new) == {1: 0, 2: 1}


def test_a_moved_clause_is_the_same_clause():
    old = [article("第一条", "甲乙丙丁"), article("第二条", "戊己庚辛"), article("第三条", "壬癸子丑")]
    new = [article("第一条", "壬癸子丑"), article("第二条", "甲乙丙丁"), article("第三条", "戊己庚辛")]
    assert align(old, new) == {0: 2, 1: 0, 2: 1}


def test_a_rewritten_clause_is_a_new_one():
    assert align([article("", "甲乙丙丁戊己")], [article("", "壬癸子丑寅卯")]) == {}
