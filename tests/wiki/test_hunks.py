"""A change in pieces: all of them make the new text, none the old one, each stands between its words."""

from hypothesis import given
from hypothesis import strategies as st

from wiki.text.hunks import hunks, take

OLD = "商户应当在每日二十一点前收摊，并清理摊位周边的垃圾。"
NEW = "商户应当在每日二十二点前收摊，并清理摊位周边的垃圾和油污。"
TEXT = st.text(alphabet="甲乙丙丁，。15\n", max_size=40)


def test_pieces_and_their_surroundings():
    first, second = hunks(OLD, NEW)
    assert (first.removed, first.added) == ("二十一", "二十二")
    assert first.before == "商户应当在每日"
    assert first.after.startswith("点前收摊")
    assert (second.removed, second.added, second.after) == ("", "和油污", "。")


def test_one_piece_is_taken_without_the_other():
    assert take(OLD, NEW, {0}) == "商户应当在每日二十二点前收摊，并清理摊位周边的垃圾。"
    assert take(OLD, NEW, {1}) == "商户应当在每日二十一点前收摊，并清理摊位周边的垃圾和油污。"


@given(TEXT, TEXT)
def test_all_is_the_new_text_and_none_is_the_old(old, new):
    pieces = hunks(old, new)
    assert take(old, new, range(len(pieces))) == new
    assert take(old, new, ()) == old


@given(TEXT, TEXT, st.data())
def test_what_is_taken_and_what_is_left_are_the_whole_change(old, new, data):
    numbers = [piece.number for piece in hunks(old, new)]
    chosen = data.draw(st.sets(st.sampled_from(numbers)) if numbers else st.just(set()))
    length = len(old) + sum(
        len(piece.added) - len(piece.removed) for piece in hunks(old, new) if piece.number in chosen
    )
    assert len(take(old, new, chosen)) == length
