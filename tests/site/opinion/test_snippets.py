"""The stretch that shows why a text was found."""

from hypothesis import given
from hypothesis import strategies as st

from civic.opinion.snippets import snippet
from nlp import QueryTerms, query_terms


def test_hits_are_marked_and_joined():
    pieces = snippet("路边的井盖坏了，没人管", query_terms("井盖坏了"))
    assert [(piece.text, piece.hit) for piece in pieces] == [
        ("路边的", False),
        ("井盖坏了", True),
        ("，没人管", False),
    ]


def test_a_long_text_is_cut_around_the_first_hit():
    text = "前" * 500 + "井盖" + "后" * 500
    pieces = snippet(text, query_terms("井盖"), width=60)
    assert pieces[0].text == pieces[-1].text == "…"
    assert "井盖" in [piece.text for piece in pieces if piece.hit]
    assert sum(len(piece.text) for piece in pieces) == 62


def test_width_case_and_traditional_forms_are_marked_as_written():
    assert [piece.text for piece in snippet("ＷｉＦｉ斷了", query_terms("WiFi断了")) if piece.hit] == [
        "ＷｉＦｉ斷了"
    ]


def test_words_are_marked_before_their_halves():
    pieces = snippet("菜市场比别的市场便宜", query_terms("菜市场"))
    assert [piece.text for piece in pieces if piece.hit] == ["菜市场"]
    assert [piece.text for piece in snippet("市场", query_terms("菜市场")) if piece.hit] == ["市场"]


@given(st.text(max_size=300), st.lists(st.text(min_size=1, max_size=3), max_size=4))
def test_pieces_are_the_text_in_order(text, terms):
    flat = " ".join(text.split())
    joined = "".join(
        piece.text for piece in snippet(text, QueryTerms(tuple(terms), tuple(terms)), width=80)
    ).strip("…")
    assert joined.strip("…") in flat or flat.strip("…") in joined
